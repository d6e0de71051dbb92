# Made by tools/stubs.py from segments.py.
import numpy as np
import sqlite3
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from minivecdb.core.errors import FileFormatError
from minivecdb.core.errors import MinivecdbError
from minivecdb.core.files import ReadError
from pathlib import Path
from typing import Any

__all__ = ['SYNCHRONOUS', 'disk', 'SEGMENT_BYTES', 'FEW_ROWS', 'Disk', 'uri_path', 'connect', 'DamageError', 'damage_error', 'segment_name', 'segment_files', 'segment_rows', 'shortage', 'read_failure', 'open_folder', 'need_folder', 'open_file', 'refuse_links', 'Segment', 'runs', 'run_bounds', 'read_rows', 'close_database']

SYNCHRONOUS: str
class Disk:
    """Every call that writes. A test replaces one of these methods, and sees or fails it."""
    def mkdir(self, path: Path):
        """A new folder."""
        ...
    def create(self, path: Path) -> int:
        """A new file, open for reading and writing."""
        ...
    def write(self, fd: int, data: memoryview | bytes, offset: int):
        """All of `data`, at `offset`."""
        ...
    def truncate(self, fd: int, size: int):
        """Cut a file off."""
        ...
    def fdatasync(self, fd: int):
        """Wait until the contents of a file are on the disk."""
        ...
    def fsync_dir(self, path: Path):
        """Make the names in a folder durable."""
        ...
    def rename(self, old: Path, new: Path):
        """Give a file or folder another name."""
        ...
    def unlink(self, path: Path):
        """Remove a file's name."""
        ...
    def connect(self, path: Path) -> sqlite3.Connection:
        """The one connection that writes."""
        ...
    def execute(self, con: sqlite3.Connection, sql: str, args: Sequence = ()) -> sqlite3.Cursor:
        """A statement of SQL that writes."""
        ...
    def executemany(self, con: sqlite3.Connection, sql: str, rows: Iterable):
        """A statement of SQL that writes, once for each row."""
        ...
    def commit(self, con: sqlite3.Connection):
        """Commit the transaction: from here on its changes count."""
        ...
disk: Disk
def uri_path(path: Path) -> str:
    """A path for a SQLite URI."""
    ...
def connect(uri: str) -> sqlite3.Connection:
    """A connection; where another one holds a lock, its statements fail at once and do not wait."""
    ...
SEGMENT_BYTES: int
class DamageError(FileFormatError):
    """A storage whose files do not hold what was written to them.
    
    The message names the file, and the row if the damage is in one."""
def damage_error(told: str) -> DamageError:
    """The error for damage that was found; its message ends with the remedy."""
    ...
def segment_name(
    segment: int,  # its number, counted up from 0 and never used again
    generation: int,  # 0 for rows as they came; each compaction counts one up
) -> str:
    """The file of a segment."""
    ...
def segment_files(folder: Path) -> list[str]:
    """The files of vectors that are there, whatever the tables say."""
    ...
def segment_rows(dimension: int) -> int:
    """How many rows a segment may hold."""
    ...
def shortage(
    path: Path,  # that could not be opened
    error: Exception,  # what was said
) -> ReadError | None:
    """The error, if this process cannot open the ten files that SQLite may need; None if it can.
    
    SQLite's own message does not name this cause."""
    ...
def read_failure(
    path: Path,
    error: Exception,  # of SQLite, while reading
) -> MinivecdbError:
    """The error of a failed read: damage, unless this process has no file descriptors left."""
    ...
def open_folder(path: Path) -> int:
    """Open a folder; `ReadError` where there are no descriptors left."""
    ...
def need_folder(path: Path):
    """Raise FileNotFoundError unless the folder that it will be in is there."""
    ...
def open_file(path: Path, flags: int = ...) -> int:
    """Open a plain file: never a link, a pipe or a device."""
    ...
def refuse_links(folder: Path):
    """Raise unless the files that SQLite would open are plain files."""
    ...
class Segment:
    """One file of rows, open for reading.
    
    It can be read for as long as this object lives, also after the file was removed."""
    path: Path
    dimension: int
    rows: int
    fd: Any
    def __init__(
        self,
        path: Path,
        dimension: int,  # d
        rows: int,  # how many are published
    ) -> None: ...
    def __del__(self): ...
    def read(
        self,
        first: int,  # row number
        out: np.ndarray,  # [n, d] float32, C-contiguous; filled
    ):
        """Fill an array with the rows from `first` on; raises `DamageError` if they cannot be read."""
        ...
    def fill(
        self,
        first: int,  # row number
        view: memoryview,  # of bytes; filled
    ):
        """Fill a buffer with the bytes of rows from `first` on; raises `DamageError`."""
        ...
def runs(*columns: np.ndarray) -> np.ndarray:
    """Where runs of consecutive places start."""
    ...
def run_bounds(*columns: np.ndarray) -> Iterator[tuple[int, int]]:
    """The two ends of every run, as whole numbers of Python."""
    ...
FEW_ROWS: int
def read_rows(
    segments: dict[int, Segment],  # by number
    number: np.ndarray,  # [n] which segment
    row: np.ndarray,  # [n] which row of it
    dimension: int,  # d
) -> np.ndarray:
    """Rows from anywhere. Many rows are sorted, and then read with one call per run of neighbours."""
    ...
def close_database(fd: int):
    """Close a descriptor as soon as SQLite has closed the file.
    
    A process that closes any descriptor of a file loses all POSIX locks that it holds there."""
    ...
