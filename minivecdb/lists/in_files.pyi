# Made by tools/stubs.py from in_files.py.
import numpy as np
from minivecdb.codecs.blocks import Blocks
from minivecdb.lists.lists import InvertedLists
from pathlib import Path
from typing import Any
from typing import BinaryIO

__all__ = ['GAP', 'AT_ONCE', 'CAN_LAY', 'HeldFile', 'FileArray', 'Stretch', 'mapped_with_room', 'RoomBehind']

class HeldFile:
    """A descriptor that is closed when nobody holds this object any more."""
    fd: int
    def __init__(
        self,
        fd: int,  # now owned by this object
    ) -> None: ...
    def fileno(self) -> int:
        """The descriptor, as of a file of Python."""
        ...
    def __del__(self): ...
class FileArray:
    """An array that stays in a file: what is asked for is read when it is asked for."""
    path: Any
    offset: int
    shape: Any
    dtype: Any
    file: Any
    def __init__(
        self,
        path: str | Path,
        shape: tuple[int, ...],  # the first number counts rows
        dtype: Any = ...,  # of the numbers
        offset: int = 0,  # bytes before the first row
        file: BinaryIO | HeldFile | None = None,  # the file, where it is open already
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
CAN_LAY: bool
class Stretch:
    """Private memory over which files may be laid; given back when the last array over it is gone.
    
    What is written to it stays in this process, a page at a time."""
    size: int
    address: Any
    __array_interface__: Any
    def __init__(
        self,
        size: int,  # bytes
    ) -> None: ...
    def lay(
        self,
        fd: int,  # of a file
        offset: int,  # its byte that goes
        at: int,  # to this one
        size: int,  # and so many behind; all three whole pages
    ):
        """Lay a part of a file over the memory."""
        ...
    def __del__(self): ...
def mapped_with_room(
    file: BinaryIO | HeldFile,  # that is open
    dtype: Any,  # of its numbers
    shape: tuple[int, ...],  # of an array in it; the first number counts rows
    offset: int,  # the array's first byte
    rows: int,  # for which there shall be room, no fewer than there are
) -> np.ndarray:
    """An array of a file, not copied, and memory behind it that is not used until it is written to."""
    ...
class RoomBehind:
    """Maps the columns of some lists of a file again, with room behind each."""
    file: Any
    columns: dict[str, tuple]
    def __init__(
        self,
        file: BinaryIO,  # that is open
        columns: dict[str, tuple],  # name -> (dtype, shape, offset) of the array
    ) -> None: ...
    def __reduce__(self) -> tuple: ...
    def __call__(
        self,
        lists: InvertedLists,  # as they are in the file
        n: int,  # rows
    ) -> dict[str, np.ndarray | Blocks]:
        """The columns with room for `n` rows."""
        ...
