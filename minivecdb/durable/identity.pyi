# Made by tools/stubs.py from identity.py.
from minivecdb.core.errors import MinivecdbError
from minivecdb.durable.format import Head
from minivecdb.durable.lock import LockRecord
from pathlib import Path
from typing import Any

__all__ = ['refuse_newer', 'refuse_lost', 'check_owner', 'head_alone', 'check_base', 'ReplacedError', 'OpenFolder']

def refuse_newer(meta: Path):
    """Raise for a newer format or a file of another program, before anything is written."""
    ...
def refuse_lost(
    meta: Path,  # SQLite's main file, which is missing or empty
    left: list[str],  # files of vectors that are there
    record: LockRecord | None,  # of LOCK
):
    """Raise if anything is left of a storage without tables."""
    ...
def check_owner(
    folder: Path,  # of the storage
    head: Head,
    record: LockRecord | None,  # of LOCK
):
    """Raise unless LOCK belongs to the storage of the head."""
    ...
def head_alone(meta: Path) -> Head | None:
    """The head in the main file, read without the log."""
    ...
def check_base(
    meta: Path,  # for the error
    head: Head,  # with the log
    alone: Head | None,  # without
):
    """Raise if the main file is older than the log says."""
    ...
class ReplacedError(MinivecdbError, RuntimeError):
    """The folder was moved away, or another one stands in its place: open the storage again."""
class OpenFolder:
    """A folder that must stay the one it was at the first look."""
    path: Path
    number: Any
    def __init__(self, path: Path) -> None: ...
    def check(self):
        """Raise if the path no longer names this folder."""
        ...
