# Made by tools/stubs.py from appends.py.
import numpy as np
import sqlite3
from collections.abc import Iterable
from minivecdb.durable.format import Extent
from minivecdb.durable.format import Head
from minivecdb.durable.storage import DurableStorage
from typing import Any

__all__ = ['SMALL_BYTES', 'FOLD_BYTES', 'FOLD_ROWS', 'joined', 'Change', 'changing']

def joined(extents: list[Extent]) -> list[Extent]:
    """Extents, each joined with the neighbours that continue it."""
    ...
class Change:
    """One transaction, from its beginning to its commit."""
    storage: DurableStorage
    con: Any
    head: Any
    pages: Any
    tail: Any
    extents: Any
    committing: Any
    files: Any
    made: Any
    grown: Any
    def __init__(self, storage: DurableStorage, head: Head) -> None: ...
    def run(
        self,
        sql: str,  # one statement
        args: tuple = (),  # for its question marks
    ) -> sqlite3.Cursor:
        """A statement that writes."""
        ...
    def read(
        self,
        kind: type,  # of record: a key of `SMALL_TABLES`
        which: str,  # of its rows: what follows the name of the table in SQL
        *args: int,  # for the question marks
    ) -> list:
        """Rows of a small table, compared with their checksums."""
        ...
    def many(
        self,
        sql: str,  # one statement
        rows: Iterable,  # tuples for its question marks, or bytes
    ):
        """A statement that writes, once for each row."""
        ...
    def note(
        self,
        first: int,  # id
        n: int,  # how many ids from there on
    ):
        """Enter ids into the log of changes."""
        ...
    def digest(
        self,
        more: int,  # checksums that came, less those that went
    ):
        """Add to the sum of all checksums."""
        ...
    def append(
        self,
        first: int,  # the first id
        rows: np.ndarray,  # [n, d] float32; ids count up
    ):
        """Write vectors behind those of the last segment; they count from the commit on."""
        ...
    def write_extents(self):
        """Enter where the appended vectors lie."""
        ...
    def close(self):
        """Close the files."""
        ...
    def insert(
        self,
        ids: range | np.ndarray,  # [n] ascending, above all that are there
        rows: np.ndarray,  # [n, d] float32
        texts: list[bytes],  # n metadata
        into_file: bool,  # whether the vectors go to a segment, and not to table `recent`
    ):
        """Write new rows."""
        ...
    def append_runs(
        self,
        ids: range | np.ndarray,  # [n] ascending
        rows: np.ndarray,  # [n, d] float32
    ):
        """Append vectors whose ids may have gaps."""
        ...
    def note_all(
        self,
        ids: np.ndarray,  # [n] int64, ascending
    ):
        """Enter many ids into the log."""
        ...
    def roll_back(self) -> bool:
        """Roll the transaction back, if it was not committed."""
        ...
    def remove_files(self):
        """Remove the files that were made, and cut off what was appended."""
        ...
    def fold(self):
        """Move all recent vectors to the end of the last segment."""
        ...
    def insert_with_gaps(
        self,
        ids: np.ndarray,  # [n] int64, ascending, none below the next id
        rows: np.ndarray,  # [n, d] float32
        texts: list[bytes],  # n metadata
    ):
        """Rows whose ids are given; the ids between them count as deleted."""
        ...
    def skip_to(self, id: int):
        """Let the next id be `id`. The ids in between count as deleted."""
        ...
    def rewrite(self, generation: int, after: int) -> int | None:
        """Write a new segment with the living rows behind id `after`.
        
        Returns its last id if it is full, and None if no rows are left."""
        ...
    def replace(
        self,
        id: int,  # that is there
        old: np.ndarray,  # [1, d] float32, its vector now
        row: np.ndarray | None,  # [1, d] float32, the new one; None to keep it
        text: bytes | None,  # new metadata; None to keep it
    ):
        """Write new contents for an id that is there. A new vector goes to table `recent`."""
        ...
    def remove(
        self,
        crcs: dict[int, int],  # ids that are there, ascending, with the checksum of each
    ):
        """Delete rows."""
        ...
    def bury(
        self,
        first: int,  # id
        n: int,  # how many ids from there on
    ):
        """Enter ids that are not there into table `gone`, and join neighbouring runs."""
        ...
class changing:
    """A transaction: committed at the end, undone by any error.
    
    `with storage.writing, changing(storage) as change:`; both on one line, so that an interrupt
    between their ends cannot leave the thread with the lock."""
    storage: DurableStorage
    change: Any
    def __init__(
        self,
        storage: DurableStorage,  # opened for writing
    ) -> None: ...
    def __enter__(self) -> Change: ...
    def __exit__(self, kind: type | None, error: BaseException | None, trace: Any): ...
SMALL_BYTES: int
FOLD_BYTES: int
FOLD_ROWS: int
