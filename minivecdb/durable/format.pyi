# Made by tools/stubs.py from format.py.
import numpy as np
import sqlite3
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['FORMAT', 'READS', 'SCHEMA', 'SCHEMAS', 'SELECT_HEAD', 'INSERT_HEAD', 'UPDATE_HEAD', 'PLAIN_TEXT', 'DAMAGED', 'MIGRATIONS', 'Head', 'SegmentRow', 'seal', 'text_seals', 'row_seals', 'seal_fits', 'stored_form', 'metadata_text', 'metadata_of', 'metadata_of_several', 'check_format', 'check_schema', 'head_values', 'read_head', 'check_head', 'new_identity', 'first_head']

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
    number: int
    generation: int
    rows: int
def seal(*values: Any) -> int:
    """A checksum over a few numbers and texts."""
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
    """Two checksums per row in one number: below over id, vector and metadata; above without the vector."""
    ...
def seal_fits(
    seal: int,  # of a row as it is
    stored: int,  # what was written with it
) -> bool:
    """Whether a row is as it was written. Format 1 stored the lower half alone."""
    ...
PLAIN_TEXT: int
def stored_form(metadata: dict | None) -> tuple[dict, bytes]:
    """Metadata as it is stored; checked by the rules of `as_metadata`.
    
    Texts and numbers alone, as most are, are encoded as they are; what is wrong is told by the rules."""
    ...
def metadata_text(metadata: dict | None) -> bytes:
    """Metadata as it is stored; checked by the rules of `as_metadata`."""
    ...
def metadata_of(text: bytes) -> dict:
    """Stored metadata as a dictionary; raises ValueError for anything that `metadata_text` cannot have written."""
    ...
def metadata_of_several(texts: list[bytes]) -> list[dict]:
    """`metadata_of` each. Objects without objects inside, as most are, are decoded together.
    
    Each text then begins with the only brace that opens and ends with one that closes: as many
    objects as texts come out only if each text is one. No key is there twice if there are as many
    keys as places where one ends."""
    ...
def check_format(format: int, path: Path) -> int:
    """Raise for a format that this version does not know."""
    ...
DAMAGED: tuple[Any, ...]
def check_schema(con: sqlite3.Connection, path: Path) -> int:
    """Raise unless the tables are those of a known format."""
    ...
def head_values(con: sqlite3.Connection) -> tuple:
    """The row of head in a file of any format, believed or not."""
    ...
def read_head(
    con: sqlite3.Connection,
    path: Path,  # of the file, for errors
    format: int = ...,
) -> Head:
    """The head of the current snapshot."""
    ...
def check_head(head: Head, path: Path, size: int):
    """Raise unless the numbers can be true, before anything is allocated for them."""
    ...
def new_identity() -> int:
    """An identity for a storage."""
    ...
def first_head(dimension: int, model: str | None) -> Head:
    """The head of a new storage."""
    ...
MIGRATIONS: list[Callable]
