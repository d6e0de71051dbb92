# Made by tools/stubs.py from lists_in_files.py.
import numpy as np
from pathlib import Path
from typing import Any
from typing import BinaryIO

__all__ = ['GAP', 'AT_ONCE', 'FileArray']

class FileArray:
    """An array that stays in a file: what is asked for is read when it is asked for."""
    path: Any
    shape: Any
    dtype: Any
    offset: int
    file: Any
    def __init__(
        self,
        path: str | Path,
        shape: tuple[int, ...],  # the first number counts rows
        dtype: Any = ...,  # of the numbers
        offset: int = 0,  # bytes before the first row
        file: BinaryIO | None = None,  # the file, where it is open already
    ) -> None: ...
    def __reduce__(self) -> tuple: ...
    def __len__(self) -> int: ...
    @property
    def ndim(self) -> int:
        """How many axes it has."""
        ...
    @property
    def width(self) -> int:
        """Bytes of a row."""
        ...
    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        ...
    @property
    def size(self) -> int:
        """How many numbers it has."""
        ...
    def __repr__(self) -> str: ...
    def ranges(
        self,
        starts: np.ndarray,  # [m] first rows, ascending
        sizes: np.ndarray,  # [m] rows, above 0; ranges do not overlap
    ) -> np.ndarray:
        """The rows starts[0], starts[0] + 1, … of each range, joined."""
        ...
    def __getitem__(self, at: Any) -> np.ndarray:
        """Rows by a slice, or by their numbers, in any order."""
        ...
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray: ...
GAP: int
AT_ONCE: int
