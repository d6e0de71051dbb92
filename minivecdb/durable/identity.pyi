# Made by tools/stubs.py from identity.py.
from minivecdb.core.errors import MinivecdbError
from minivecdb.durable.format import Head
from minivecdb.durable.lock import LockRecord
from pathlib import Path
from typing import Any

__all__ = ['refuse_newer', 'refuse_lost', 'check_owner', 'head_alone', 'check_base', 'ReplacedError', 'OpenFolder']

def refuse_newer(meta: Path):
    """Raise `FileFormatError` for a newer format or a file of another program; writes nothing."""
    ...
def refuse_lost(
    meta: Path,  # SQLite's main file, which is missing or empty
    left: list[str],  # files of vectors that are there
    record: LockRecord | None,  # of LOCK
):
    """Raise `DamageError` if other files of a storage are there without `meta.sqlite`."""
    ...
def check_owner(
    folder: Path,  # of the storage
    head: Head,
    record: LockRecord | None,  # of LOCK
):
    """Raise `DamageError` unless LOCK belongs to the storage of the head."""
    ...
def head_alone(meta: Path) -> Head | None:
    """The head in the main file, read without the log; None if it cannot be read."""
    ...
def check_base(
    meta: Path,  # for the error
    head: Head,  # with the log
    alone: Head | None,  # without
):
    """Raise `DamageError` if the main file is older than the beginning of its log."""
    ...
class ReplacedError(MinivecdbError, RuntimeError):
    """The folder was moved, or another one has its name now: open the storage again."""
class OpenFolder:
    """A folder, to notice if its path names another one later."""
    path: Path
    number: Any
    def __init__(self, path: Path) -> None: ...
    def check(self):
        """Raise `ReplacedError` if the path no longer names the folder of the first call."""
        ...
