# Made by tools/stubs.py from snapshots.py.
import sqlite3
from minivecdb.durable.format import Head
from minivecdb.durable.segments import Segment
from minivecdb.durable.storage import DurableStorage
from tempfile import TemporaryDirectory
from typing import Any
from typing import NamedTuple

__all__ = ['Reader', 'Snapshot']

class Reader:
    """A connection that reads, and what it was opened on."""
    con: sqlite3.Connection
    session: str
    gate: Any
    copy: TemporaryDirectory | None
    pid: Any
    format: Any
    home: Any
    file: Any
    def __init__(
        self,
        con: sqlite3.Connection,
        session: str,  # of the writer that was there, or was there last
        gate: int | None = None,  # where no writer was there: the folder, to be locked while reading, so that a new one leaves the main file alone
        copy: TemporaryDirectory | None = None,  # that holds the files of `con`
    ) -> None: ...
    def borrow(self, storage: DurableStorage) -> 'Reader':
        """Note that this one reads a dead writer's shared memory: where it is when nobody reads, and (inode, device) of its file."""
        ...
    def close(self):
        """Give everything back. It may be called again, and then does what an interrupt left undone."""
        ...
    def __del__(self): ...
class Snapshot(NamedTuple):
    """One committed state, for as long as it is held."""
    reader: Reader
    con: sqlite3.Connection  # of the reader, in a transaction
    head: Head
    segments: dict[int, Segment]  # by number
class _Moved(Exception):
    """The files changed while a snapshot was being taken."""
class _Empty(_Moved):
    """There are no tables yet."""
