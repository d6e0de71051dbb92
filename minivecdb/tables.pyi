# Made by tools/stubs.py from tables.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from minivecdb.vector_storage import MinivecdbError
from typing import Any
from typing import NamedTuple

__all__ = ['BLOCK_BYTES', 'MAX_LINE', 'MissingExtraError', 'need', 'Block', 'block_rows', 'is_table', 'table_length', 'table_blocks', 'source_blocks', 'checked_blocks']

class MissingExtraError(MinivecdbError, ImportError):
    """An optional library that is not installed. The message names the extra to install."""
def need(
    name: str,  # of a module
    what: str,  # it is needed for
    extra: str = 'tables',  # that brings it
) -> Any:
    """An optional library, or an error that says how to get it."""
    ...
class Block(NamedTuple):
    """Some rows of a table."""
    rows: Any  # [m, d] numbers
    metadatas: Iterable | None  # m dictionaries, or None for empty ones
    ids: np.ndarray | None = ...  # [m] int64, where the table has them
    checked: bool = ...  # whether `rows` went through `as_matrix`
BLOCK_BYTES: int
def block_rows(dimension: int) -> int:
    """How many rows make a block."""
    ...
def is_table(source: Any) -> bool:
    """Whether `table_blocks` reads it: a data frame, an Arrow table, or a path."""
    ...
def table_length(source: Any) -> int | None:
    """How many rows a table has; a progress bar asks."""
    ...
def table_blocks(
    source: Any,  # a data frame of pandas or polars, something of Arrow, or the path of a .parquet, .jsonl, .ndjson or .npy file
    dimension: int,  # d
    vector: str = 'vector',  # the column of vectors
) -> Iterator[Block]:
    """A table block by block. A column `metadata` of JSON or dictionaries is the metadata; without one, all other columns but `id` are."""
    ...
MAX_LINE: int
def source_blocks(
    vectors: Any,  # see `add_bulk`
    dimension: int,  # d
) -> Iterator[Block]:
    """Any source in blocks."""
    ...
def checked_blocks(
    vectors: Any,  # see `add_bulk`
    metadatas: Iterable | None,  # one dictionary per vector, or None for empty ones
    dimension: int,  # d
    form: Callable = ...,  # what checks one dictionary
) -> Iterator[tuple[np.ndarray, list]]:
    """Any source in checked blocks; what is wrong is named by its number in the whole."""
    ...
