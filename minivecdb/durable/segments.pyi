# Made by tools/stubs.py from segments.py.
import numpy as np
import sqlite3
from collections.abc import Iterable
from collections.abc import Sequence
from minivecdb.core.errors import FileFormatError
from minivecdb.core.errors import MinivecdbError
from minivecdb.core.files import ReadError
from pathlib import Path
from typing import Any

__all__ = ['SYNCHRONOUS', 'disk', 'SEGMENT_BYTES', 'FEW_ROWS', 'MAPPED_BYTES', 'Disk', 'uri_path', 'connect', 'DamageError', 'segment_name', 'segment_files', 'segment_rows', 'shortage', 'read_failure', 'open_folder', 'open_file', 'refuse_links', 'Segment', 'runs', 'read_rows', 'close_database', 'stitched']

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
        """The same for many rows."""
        ...
    def commit(self, con: sqlite3.Connection):
        """The moment at which everything counts."""
        ...
disk: Disk
def uri_path(path: Path) -> str:
    """A path for a SQLite URI."""
    ...
def connect(uri: str) -> sqlite3.Connection:
    """A connection that waits for nobody."""
    ...
SEGMENT_BYTES: int
class DamageError(FileFormatError):
    """A storage whose files do not hold what was written to them. The message names the file, and the row where there is one."""
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
    """The error, if this process has not the ten descriptors that SQLite may need; it does not tell."""
    ...
def read_failure(
    path: Path,
    error: Exception,  # of SQLite, while reading
) -> MinivecdbError:
    """Damage, or that this process has no file descriptors left."""
    ...
def open_folder(path: Path) -> int:
    """Open a folder; `ReadError` where there are no descriptors left."""
    ...
def open_file(path: Path, flags: int = ...) -> int:
    """Open a plain file: never a link, a pipe or a device."""
    ...
def refuse_links(folder: Path):
    """Raise unless the files that SQLite would open are plain files."""
    ...
class Segment:
    """One file of rows, open for reading for as long as somebody holds this object, also after its name is gone."""
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
        """Rows from `first` on."""
        ...
    def fill(
        self,
        first: int,  # row number
        view: memoryview,  # of bytes; filled
    ):
        """The bytes of rows from `first` on."""
        ...
def runs(*columns: np.ndarray) -> np.ndarray:
    """Where consecutive places stop being consecutive."""
    ...
FEW_ROWS: int
def read_rows(
    segments: dict[int, Segment],  # by number
    number: np.ndarray,  # [n] which segment
    row: np.ndarray,  # [n] which row of it
    dimension: int,  # d
) -> np.ndarray:
    """Rows from anywhere; of many, one call per run of neighbours."""
    ...
def close_database(fd: int):
    """Close a descriptor as soon as SQLite has closed the file.
    
    A process that closes any descriptor of a file loses all POSIX locks that it holds there."""
    ...
MAPPED_BYTES: int
def stitched(
    segments: dict[int, Segment],  # by number
    number: np.ndarray,  # [n] which segment each row is in; -1 for one of `more`
    row: np.ndarray,  # [n] which row of it, or of `more`
    more: np.ndarray,  # [m, d] float32 rows that are in no segment
    dimension: int,  # d
) -> np.ndarray:
    """All rows in this order as one matrix; what lies in the files in the same order is mapped and not copied."""
    ...
