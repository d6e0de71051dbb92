# Made by tools/stubs.py from masks.py.
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from minivecdb.distances.int8 import Tile
from typing import Any

__all__ = ['row_products', 'at_most', 'count_bits', 'lowest_bit', 'RowProducts', 'widen', 'widened', 'multiply_rows', 'AtMost', 'CountBits', 'LowestBit']

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
        *given: Any,
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
def multiply_rows(
    wide,  # as `widened` returns it
    shift,  # as `widened` returns it
    codes,  # [rows, w] int8
    first,  # row
    products,  # [n] float32
):
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
