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
    pid: Any
    gate: Any
    copy: TemporaryDirectory | None
    format: Any
    home: Any
    file: Any
    def __init__(
        self,
        con: sqlite3.Connection,
        session: str,  # of the writer that was there, or was there last
        gate: int | None = None,
        copy: TemporaryDirectory | None = None,  # that holds the files of `con`
    ) -> None: ...
    def borrow(self, storage: DurableStorage) -> 'Reader':
        """Note that this reader uses the shared memory of a writer that died.
        
        `home` is the list where it is while it is idle, `file` is (inode, device) of its file."""
        ...
    def close(self):
        """Close and unlock everything. A second call does what an interrupt left undone."""
        ...
    def __del__(self): ...
class Snapshot(NamedTuple):
    """One committed state: a read transaction, its head, and the segments that it names."""
    reader: Reader
    con: sqlite3.Connection  # of the reader, in a transaction
    head: Head
    segments: dict[int, Segment]  # by number
class _Moved(Exception):
    """The files changed while a snapshot was being taken."""
class _Empty(_Moved):
    """There are no tables yet."""
