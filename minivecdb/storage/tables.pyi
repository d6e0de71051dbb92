# Made by tools/stubs.py from tables.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterator
from minivecdb.storage.frames import Block
from typing import Any

__all__ = ['is_table', 'table_length', 'table_blocks', 'source_blocks', 'with_own_ids', 'TableWarning', 'checked_blocks']

def is_table(source: Any) -> bool:
    """Whether `table_blocks` reads it: a data frame or a column of one, an Arrow table, or a path."""
    ...
def table_length(source: Any) -> int | None:
    """How many rows a table has; a progress bar asks."""
    ...
def table_blocks(
    source: Any,  # a data frame, something of Arrow, or the path of a file of one of the kinds above
    dimension: int,  # d
    vector: str = 'vector',  # the column of vectors
) -> Iterator[Block]:
    """A table block by block; `block_of` decides which column becomes what."""
    ...
def source_blocks(
    vectors: Any,  # see `add_bulk`
    dimension: int,  # d
    vector: str = 'vector',  # the column of vectors of a table
) -> Iterator[Block]:
    """Any source in blocks."""
    ...
def with_own_ids(
    metas: list,  # m metadata
    block: Block,  # that they are of
    first: int,  # number of its first row in the whole
) -> list:
    """Metadata with the ids that the table has of its own."""
    ...
class TableWarning(UserWarning):
    """Something about a table that its owner should hear."""
def checked_blocks(
    vectors: Any,  # see `add_bulk`
    metadatas: Any,  # one dictionary per vector, a data frame with a row for each, or None
    dimension: int,  # d
    form: Callable = ...,  # what checks one dictionary
    vector: str = 'vector',  # the column of vectors of a table
) -> Iterator[tuple[np.ndarray, list]]:
    """Any source in checked blocks; what is wrong is named by its number in the whole."""
    ...
