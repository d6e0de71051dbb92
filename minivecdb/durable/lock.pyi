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
    """Let go of it."""
    ...
def has_writer(fd: int) -> bool:
    """Whether some handle holds the lock, here or in another process."""
    ...
def let_go(
    fd: int,  # an open file or folder whose lock may be held
    forget: Callable[[], None],  # removes the number from where it is kept
):
    """Unlock, forget, close: in this order an interrupt leaves at most a descriptor without a lock."""
    ...
def left_beside(path: Path) -> Iterator[Path]:
    """What others that were making this folder left behind."""
    ...
def remove_left(path: Path):
    """Remove what makers of this folder, and of exports beside it, left behind, as far as it can be."""
    ...
def seconds(timeout: Any) -> float:
    """A time to wait, or a ValueError that says what would be one."""
    ...
class WriterLock:
    """The right to write in a folder; ends with the process, however it ends."""
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
    def check(self):
        """Raise if the file LOCK is no longer the one whose lock this is: another writer may have been let in."""
        ...
    def note(self, commits: int):
        """Write down that a commit was acknowledged. Not synced: losing it loses nothing."""
        ...
    def release(self):
        """Let others write. It may be called again, and then does what an interrupt left undone."""
        ...
def in_turn(method: Callable) -> Callable:
    """A method that takes its turn among the threads of a handle, whose lock is `writing`."""
    ...
