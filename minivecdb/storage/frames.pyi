# Made by tools/stubs.py from frames.py.
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

__all__ = ['BLOCK_BYTES', 'LIBRARIES', 'Block', 'block_rows', 'other_columns', 'metadata_cell', 'merged', 'block_of', 'record_batches', 'arrow_blocks', 'pandas_blocks', 'polars_blocks', 'table_kind', 'is_frame', 'as_table', 'frame_blocks', 'frame_rows']

class Block(NamedTuple):
    """Some rows of a table."""
    rows: Any  # [m, d] numbers
    metadatas: Iterable | None  # m dictionaries, or None for empty ones
    ids: Any = ...  # m values of the table's own column `id`, where it has one
    checked: bool = ...  # whether `rows` went through `as_matrix`
    place: Callable[[int], str] | None = ...  # what errors call row i of the block
    own: list | None = ...  # the ids that are kept as metadata, None for none
BLOCK_BYTES: int
def block_rows(dimension: int) -> int:
    """How many rows make a block."""
    ...
def other_columns(names: list[str], vector: str) -> list[str]:
    """The columns beside the vectors."""
    ...
def metadata_cell(x: Any, place: str) -> Any:
    """Metadata from a cell: JSON text or a dictionary; the missing value is None."""
    ...
def merged(
    metadata: Any,  # of a cell `metadata`: a dictionary, or None
    others: dict,  # the values of other columns
    place: str,  # of the row, for errors
) -> Any:
    """The metadata of a row."""
    ...
def block_of(
    rows: Any,  # [m, d] numbers
    columns: dict[str, list],  # natural values of the other columns
    place: Callable[[int], str],  # what errors call row i
) -> Block:
    """Vectors and natural values by column become a block."""
    ...
def record_batches(source: Any, n: int) -> Iterator[Any]:
    """Record batches of at most `n` rows."""
    ...
def arrow_blocks(batches: Iterable, dimension: int, vector: str) -> Iterator[Block]:
    """Record batches, as blocks."""
    ...
def pandas_blocks(frame: Any, dimension: int, vector: str, n: int) -> Iterator[Block]:
    """A data frame of pandas."""
    ...
def polars_blocks(frame: Any, dimension: int, vector: str, n: int) -> Iterator[Block]:
    """A data frame of polars."""
    ...
LIBRARIES: tuple[Any, ...]
def table_kind(source: Any) -> str:
    """The library of a source: `pandas`, `polars`, `pyarrow`, `path` for a name, or nothing."""
    ...
def is_frame(source: Any) -> bool:
    """Whether it is a data frame or an Arrow table: named columns, and no file."""
    ...
def as_table(source: Any, vector: str) -> Any:
    """One column as a table."""
    ...
def frame_blocks(
    source: Any,  # a data frame of pandas or polars, or something of Arrow, or one column of either
    dimension: int,  # d
    vector: str,  # the column of vectors
    n: int,  # rows in a block
) -> Iterator[Block]:
    """A data frame or an Arrow table, block by block."""
    ...
def frame_rows(frame: Any) -> list[dict]:
    """The rows of a frame that holds metadata alone."""
    ...
