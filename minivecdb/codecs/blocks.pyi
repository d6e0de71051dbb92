# Made by tools/stubs.py from blocks.py.
import numpy as np
from collections.abc import Callable
from typing import Any

__all__ = ['ROWS', 'places', 'Blocks', 'laid', 'rows_together', 'room_like', 'as_blocks']

ROWS: int
def places(
    width: int,  # bytes of a row
    planes: int,  # how many of them are kept byte by byte, 64 rows side by side
    words: int,  # how many words of four bytes follow, also side by side
) -> np.ndarray:
    """Where in a block each byte of each row is."""
    ...
class Blocks:
    """Rows of bytes in blocks of 64; read and written like an array [n, width] of uint8."""
    dtype: Any
    ndim: int
    data: np.ndarray
    n: int
    planes: int
    words: int
    def __init__(
        self,
        data: np.ndarray,  # [blocks, 64 * width] uint8
        n: int,  # rows
        planes: int,  # see `places`
        words: int,
    ) -> None: ...
    def __len__(self) -> int: ...
    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and bytes of each."""
        ...
    @property
    def nbytes(self) -> int:
        """Bytes of all blocks."""
        ...
    def __repr__(self) -> str: ...
    def like(
        self,
        n: int,  # rows
    ) -> 'Blocks':
        """Room for rows of the same form, zero until written."""
        ...
    def __getitem__(self, at: Any) -> np.ndarray:
        """Some rows, [n, width] uint8."""
        ...
    def __setitem__(self, at: Any, values: np.ndarray):
        """Write some rows."""
        ...
    def ranges(
        self,
        starts: np.ndarray,  # [m] first rows; each begins a block
        sizes: np.ndarray,  # [m] rows, up to the end of a block or of the rows
    ) -> Blocks:
        """Some ranges of rows, of data in a file."""
        ...
def laid(
    a: np.ndarray | Blocks,  # a column of lists
    n: int,  # rows
    make: Callable[[int], np.ndarray],  # number of rows of the array -> an array of a's form
) -> np.ndarray | Blocks:
    """A column of `n` rows of the same form, in an array that `make` gives."""
    ...
def rows_together(a: np.ndarray | Blocks) -> int:
    """How many neighbouring rows of a column are stored together."""
    ...
def room_like(
    a: np.ndarray | Blocks,  # a column of lists
    n: int,  # rows
) -> np.ndarray | Blocks:
    """Room for `n` rows of the same form."""
    ...
def as_blocks(
    rows: np.ndarray | Blocks,  # [n, width] uint8
    form: Blocks,  # of which form
) -> Blocks:
    """Rows in blocks; those that are in blocks already are not copied."""
    ...
