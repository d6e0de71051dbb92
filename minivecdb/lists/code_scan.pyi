# Made by tools/stubs.py from code_scan.py.
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from typing import Any

__all__ = ['block_sums', 'block_bounds', 'steady_product', 'query_tables', 'best_look_up', 'BlockSums', 'BlockBounds', 'SteadyProduct']

def query_tables(z, tables, wide, terms):
    """What each half byte of a code, and each six bits of it, add to a product; terms: the step of these numbers, and what the sum is too large by."""
    ...
def best_look_up() -> Callable | None:
    """The fastest way of this processor to look up many bytes at once; None where there is none that this page knows."""
    ...
class BlockSums(Kernel):
    """For the 64 rows of a block, the sums of what their bits look up; for use inside kernels."""
    look_up: Callable | None
    plain: bool
    compiled: Any
    def __init__(
        self,
        look_up: Callable | None = None,  # None for the fastest
        plain: bool = False,  # byte by byte, on any processor
    ) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder
        *given: Any,  # addresses of [3 * steps, 64] bytes, steps, [3 * steps, 2, 16] and [steps, 4, 64] bytes, [64] uint16
    ) -> Any:
        """The code."""
        ...
block_sums: BlockSums
class BlockBounds(Kernel):
    """From a block's sums and factors, the lower ends of 64 intervals, and which are within a limit; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        b: Any,  # llvmlite's builder
        sums: Any,
        factors: Any,
        terms: Any,
        lows: Any,  # addresses of [64] uint16, [2, 64] 32-bit words, [5] float32, [64] float32
    ) -> Any:
        """low = (sum · step + shift) · scale + (offset + near) - far · error, 16 rows at a time."""
        ...
block_bounds: BlockBounds
class SteadyProduct(Kernel):
    """A float32 product of two vectors whose sum is always made in the same order: 16 at a time, then folded, then the rest; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(self, b: Any, one: Any, other: Any, n: Any) -> Any:
        """The code."""
        ...
steady_product: SteadyProduct
