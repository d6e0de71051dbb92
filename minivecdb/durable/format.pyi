# Made by tools/stubs.py from format.py.
import numpy as np
import sqlite3
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['FORMAT', 'READS', 'SCHEMA', 'SCHEMAS', 'SELECT_HEAD', 'INSERT_HEAD', 'UPDATE_HEAD', 'SMALL_TABLES', 'PLAIN_TEXT', 'DAMAGED', 'MIGRATIONS', 'Head', 'SegmentRow', 'Extent', 'IdRun', 'LogEntry', 'seal', 'sealed', 'text_seals', 'row_seals', 'seal_fits', 'stored_form', 'metadata_text', 'metadata_of', 'metadata_of_several', 'check_format', 'decoded', 'check_schema', 'head_values', 'read_head', 'database_bytes', 'check_head', 'new_identity', 'first_head']

FORMAT: int
READS: tuple[Any, ...]
SCHEMA: dict[Any, Any]
SCHEMAS: dict[Any, Any]
class Head(NamedTuple):
    """The one row of `head`: what a commit publishes."""
    dimension: int
    model: str | None
    next_id: int
    changes: int  # counts adds, updates and deletes
    log_from: int  # the change at which `log` begins; older ones were dropped
    count: int  # type: ignore[assignment]
    digest: int  # sum of their checksums, modulo 2**62
    recent: int  # vectors in the table `recent`
    layout: int  # counts changes of `segments` and `extents`
    commits: int  # counts commits
    storage: int = ...  # identity: a random number from 1 up; 0 in format 1, which has none
    based: int = ...  # a commit that the main file of SQLite holds, with or without the log
SELECT_HEAD: str
INSERT_HEAD: str
UPDATE_HEAD: str
class SegmentRow(NamedTuple):
    """A row of table `segments`."""
    number: int  # counted up from 0, never used again
    generation: int  # 0 for rows as they came; each compaction counts one up
    rows: int  # that count
class Extent(NamedTuple):
    """A row of table `extents`: ids from `first` on are rows of one segment from `start` on."""
    first: int  # id
    n: int  # how many ids, and rows
    segment: int  # its number
    start: int  # row
    @property
    def end(self) -> int:
        """The id behind the last one."""
        ...
    def up_to(
        self,
        id: int,  # of a row in this extent
    ) -> 'Extent':
        """The part before an id that lies in this extent."""
        ...
    def from_id(
        self,
        id: int,  # of a row in this extent
    ) -> 'Extent':
        """The part from an id on that lies in this extent."""
        ...
    def goes_on_with(self, other: 'Extent') -> bool:
        """Whether another extent continues this one, in ids and in rows."""
        ...
    def joined_with(
        self,
        other: 'Extent',  # that continues this one
    ) -> 'Extent':
        """This extent and the one that continues it."""
        ...
class IdRun(NamedTuple):
    """A row of table `gone`: ids that were given out, and are not there."""
    first: int
    n: int
class LogEntry(NamedTuple):
    """A row of table `log`: change `at` and those behind it were about the ids from `first` on."""
    at: int
    first: int
    n: int  # how many changes, and ids
SMALL_TABLES: dict[type, tuple[str, str]]
def seal(*values: Any) -> int:
    """A checksum over a few numbers and texts."""
    ...
def sealed(values: tuple) -> tuple:
    """A row of a small table with its checksum behind it, as it is written."""
    ...
def text_seals(
    ids: np.ndarray,  # [n] int64
    texts: Iterable[bytes],  # n metadata as JSON
) -> np.ndarray:
    """One checksum per row over id and metadata: the upper half of its seal."""
    ...
def row_seals(
    ids: list[int],
    rows: np.ndarray,  # [n, d] float32
    texts: list[bytes],  # n metadata as JSON
) -> list[int]:
    """Two checksums per row in one number.
    
    The lower half is over id, vector and metadata; the upper half is over id and metadata alone."""
    ...
def seal_fits(
    seal: int,  # of a row as it is
    stored: int,  # what was written with it
) -> bool:
    """Whether a row is as it was written. Format 1 stored the lower half alone."""
    ...
PLAIN_TEXT: int
def stored_form(metadata: dict | None) -> tuple[dict, bytes]:
    """Metadata as it is stored; raises what `as_metadata` raises.
    
    Most metadata is short and holds texts and numbers alone: it is encoded without further checks.
    Everything else, and what the encoder refuses, goes through `as_metadata`."""
    ...
def metadata_text(metadata: dict | None) -> bytes:
    """Metadata as JSON text, as it is stored; raises what `as_metadata` raises."""
    ...
def metadata_of(text: bytes) -> dict:
    """Stored metadata as a dictionary.
    
    Raises ValueError for a text that `metadata_text` cannot have written."""
    ...
def metadata_of_several(texts: list[bytes]) -> list[dict]:
    """Several stored metadata as dictionaries; raises ValueError as `metadata_of` does.
    
    Most texts are objects without objects inside; these are decoded together, as one list. Each
    text begins with the only brace that opens and ends with one that closes, so if the list has as
    many objects as there are texts, each text is one object. No key is there twice if there are as
    many keys as places where a key ends."""
    ...
def check_format(format: int, path: Path) -> int:
    """Raise for a format that this version does not know."""
    ...
DAMAGED: tuple[Any, ...]
def decoded(value: Any) -> Any:
    """A text that SQLite gave as bytes, as a string; anything else as it is."""
    ...
def check_schema(con: sqlite3.Connection, path: Path) -> int:
    """Raise unless the tables are those of a known format."""
    ...
def head_values(con: sqlite3.Connection) -> tuple:
    """The row of head in a file of any format; its checksum is not compared."""
    ...
def read_head(
    con: sqlite3.Connection,
    path: Path,  # of the file, for errors
    format: int = ...,
) -> Head:
    """The head of the current snapshot; raises `DamageError` if it does not match its checksum."""
    ...
def database_bytes(path: Path) -> int:
    """What the main file of SQLite and its log take."""
    ...
def check_head(
    head: Head,
    path: Path,  # of the file, for errors
    size: int,  # what the files of SQLite take, as `database_bytes` counts it
):
    """Raise `DamageError` unless the numbers can be true; called before memory is taken for them."""
    ...
def new_identity() -> int:
    """An identity for a storage."""
    ...
def first_head(dimension: int, model: str | None) -> Head:
    """The head of a new storage."""
    ...
MIGRATIONS: list[Callable]
