# Made by tools/stubs.py from lock.py.
from collections.abc import Callable
from collections.abc import Iterator
from minivecdb.core.errors import MinivecdbError
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['LockedError', 'LockRecord', 'read_lock', 'try_lock', 'unlock', 'has_writer', 'let_go', 'left_beside', 'remove_left', 'seconds', 'WriterLock', 'in_turn']

class LockedError(MinivecdbError, TimeoutError):
    """Another process, or another handle of this one, is writing. The message names its process id."""
class LockRecord(NamedTuple):
    """What the file LOCK says."""
    pid: int  # of the process that writes, or wrote last
    session: str  # 16 random hexadecimal digits, new for every writer
    commits: int  # the last commit that was acknowledged; never ahead of what the disk holds
    storage: int = ...  # the identity of the storage; 0 where it is not known
def read_lock(fd: int) -> LockRecord | None:
    """The record in LOCK; None where there is none, or none that is whole."""
    ...
def try_lock(fd: int, exclusive: bool) -> bool:
    """Try to take the lock of an open file or folder, alone or with others."""
    ...
def unlock(fd: int):
    """Free the lock of an open file or folder."""
    ...
def has_writer(fd: int) -> bool:
    """Whether some handle holds the lock, here or in another process."""
    ...
def let_go(
    fd: int,  # an open file or folder whose lock may be held
    forget: Callable[[], None],  # removes the number from where it is kept
):
    """Unlock and close a descriptor, and remove its number.
    
    It unlocks first, so an interrupt leaves at most a descriptor without a lock."""
    ...
def left_beside(path: Path) -> Iterator[Path]:
    """Unfinished copies of a folder, left by processes that died while they made it."""
    ...
def remove_left(path: Path):
    """Remove unfinished copies of this folder and unfinished exports beside it, where possible."""
    ...
def seconds(timeout: Any) -> float:
    """A time to wait, in seconds; raises ValueError for anything else."""
    ...
class WriterLock:
    """The lock of the one handle that may write in a folder. It ends with its process.
    
    Raises `LockedError` if another handle holds it for longer than the timeout."""
    path: Path
    fd: Any
    session: Any
    pid: Any
    found: Any
    storage: Any
    def __init__(
        self,
        path: Path,  # the file LOCK, made if missing
        timeout: float,  # seconds to wait for another writer
    ) -> None: ...
    def __del__(self): ...
    def note(self, commits: int):
        """Write the number of the last commit to LOCK. It is not synced: its loss loses no row."""
        ...
    def release(self):
        """Free the lock. A second call does what an interrupt left undone."""
        ...
    def check(self):
        """Raise `LockedError` if the file LOCK is no longer the one that is locked.
        
        Another process may then have locked the new file, and be writing."""
        ...
def in_turn(method: Callable) -> Callable:
    """Decorate a method that only one thread of a handle may run at a time; its lock is `writing`."""
    ...
