# Made by tools/stubs.py from int8.py.
import numpy as np
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from typing import Any

__all__ = ['QUERIES', 'tile_1', 'tile_2', 'tile_4', 'turned', 'row_products', 'at_most', 'count_bits', 'lowest_bit', 'round_rows', 'as_bytes', 'splat', 'portable_step', 'best_step', 'Tile', 'Turned', 'pack_rows', 'RowProducts', 'widen', 'widened', 'multiply_rows', 'AtMost', 'CountBits', 'LowestBit']

def round_rows(x, codes, steps):
    """Round each row to bytes; steps: the scale, and the length of what was rounded away. Columns beyond d become 0."""
    ...
def as_bytes(
    x: np.ndarray,  # [n, d] float32
    compiled: bool = False,  # use the kernel however few there are
) -> tuple[np.ndarray, np.ndarray]:
    """Rows as bytes, the scale of each, and the length of what rounding took away."""
    ...
def splat(b: Any, x: Any, type_: Any) -> Any:
    """A vector with `x` in every place."""
    ...
def portable_step(b: Any, sums: Any, rows: Any, query: Any) -> Any:
    """The same in arithmetic that every processor has."""
    ...
def best_step() -> tuple[Callable, int]:
    """The fastest step of this processor."""
    ...
QUERIES: tuple[Any, ...]
class Tile(Kernel):
    """The products of some queries with `groups` times 16 packed rows, as lower bounds compared with limits; for use inside kernels."""
    groups: int
    step: Callable | None
    compiled: Any
    def __init__(
        self,
        groups: int,  # 1, 2 or 4
        step: Callable | None = None,  # None for the fastest
    ) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder, which writes one instruction per call
        *given: Any,  # addresses of [steps, groups, 64] bytes, [m, width] int8, [T] int64, [m] int32, [4, groups, 16], [m, 4], [m], [T, groups, 16] float32, [T] uint64
    ) -> Any:
        """The code of the tile."""
        ...
tile_1: Tile
tile_2: Tile
tile_4: Tile
class Turned(Kernel):
    """Sixteen words of sixteen rows, turned so that each word's rows lie side by side, and 128 added to every byte; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder
        *given: Any,  # address of the first row's words, bytes from row to row, the last row that is there, words from one output to the next, address of the outputs
    ) -> Any:
        """Four steps: in each, half of every vector changes places with its partner's."""
        ...
turned: Turned
def pack_rows(codes, first, n, lanes, packed):
    """Four bytes of each row side by side, and 128 added to every byte."""
    ...
class RowProducts(Tile):
    """The products of one query with rows as they lie, for use inside kernels."""
    step: Callable | None
    compiled: Any
    def __init__(
        self,
        step: Callable | None = None,  # None for the fastest
    ) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder
        *given: Any,  # address of [n, width] int8, n, width, address of [64 steps] int8, steps, -128 times the sum of the query, address of [n] float32
    ) -> Any:
        """The code: for each row, steps of 64 bytes."""
        ...
row_products: RowProducts
def widen(query, wide):
    """Write a query and zeros behind it; returns where its sums start."""
    ...
def widened(query):
    """A query with zeros behind it, to a multiple of 64 bytes, and where its sums start."""
    ...
def multiply_rows(wide, shift, codes, first, products):
    """The products of one query with n rows."""
    ...
class AtMost(Kernel):
    """Which of 64 numbers are at most a limit, as bits; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(self, b: Any, numbers: Any, limit: Any) -> Any:
        """Sixteen comparisons at a time."""
        ...
at_most: AtMost
class CountBits(Kernel):
    """How many bits are set; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
count_bits: CountBits
class LowestBit(Kernel):
    """The number of the lowest bit that is set; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
lowest_bit: LowestBit
