# Made by tools/stubs.py from int8.py.
import numpy as np
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from typing import Any
from typing import NamedTuple

__all__ = ['QUERIES', 'tile_1', 'tile_2', 'tile_4', 'turned', 'round_rows', 'as_bytes', 'splat', 'constant', 'load_at', 'store_at', 'intrinsic_of', 'portable_step', 'best_step', 'TileAddresses', 'tile_sums', 'Tile', 'transpose_lanes', 'Turned', 'pack_rows']

def round_rows(x, codes, steps):
    """Round each row to bytes; steps: the scale, and the length of what was rounded away. Columns
    beyond d become 0."""
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
def constant(n: int) -> Any:
    """A constant of 64 bits."""
    ...
def load_at(b: Any, address: Any, type_: Any, at: Any, align: int = 4) -> Any:
    """The number or vector number `at` behind an address."""
    ...
def store_at(b: Any, value: Any, address: Any, at: Any):
    """Write a number or vector as number `at` behind an address."""
    ...
def intrinsic_of(b: Any, name: str, result: Any, *arguments: Any) -> Any:
    """One of LLVM's own functions, which are single instructions where the processor has them."""
    ...
def portable_step(b: Any, sums: Any, rows: Any, query: Any) -> Any:
    """sums + the four products of each lane's bytes, in arithmetic that every processor has."""
    ...
def best_step() -> tuple[Callable, int]:
    """The fastest step of this processor."""
    ...
QUERIES: tuple[Any, ...]
class TileAddresses(NamedTuple):
    """What a `Tile` reads and writes: addresses, and two numbers."""
    packed: Any  # [steps, groups, 64] bytes, as `pack_rows` writes them
    steps: Any  # words of a row
    codes: Any  # [m, width] int8: the queries
    width: Any  # bytes of a query
    which: Any  # [T] int64: the queries of this tile
    shifts: Any  # [m] int32: -128 times the sum of each query's bytes
    row_terms: Any  # [4, groups, 16] float32
    terms: Any  # [m, 4] float32
    limits: Any  # [m] float32
    scores: Any  # [T, groups, 16] float32: lower bounds, written
    masks: Any  # [T] uint64: which of these are within the limit, written
def tile_sums(
    b: Any,  # llvmlite's builder
    at: TileAddresses,
    query: list,  # [T] the queries of the tile
    groups: int,  # of 16 rows
    step: tuple[Callable, int],  # a step, and how many registers it may use for sums
) -> list:
    """The code of the products: sums of whole numbers, which stay in registers."""
    ...
class Tile(Kernel):
    """The products of some queries with `groups` times 16 packed rows, as lower bounds compared
    with limits; for use inside kernels."""
    groups: int
    step: Callable | None
    compiled: Any
    def __init__(
        self,
        groups: int,  # 1, 2 or 4
        step: Callable | None = None,  # None for the fastest
    ) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers. Its argument is a tuple of addresses."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder, which writes one instruction per call
        addresses: Any,  # `TileAddresses` as one value of LLVM
    ) -> Any:
        """The code of the tile."""
        ...
tile_1: Tile
tile_2: Tile
tile_4: Tile
def transpose_lanes(
    b: Any,  # llvmlite's builder
    v: list,  # sixteen vectors of sixteen numbers, replaced
):
    """Turn rows to columns: in four steps half of every vector changes places with its partner's."""
    ...
class Turned(Kernel):
    """Sixteen words of sixteen rows, turned so that each word's rows lie side by side, and 128
    added to every byte; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(
        self,
        context: Any,  # numba's
        b: Any,  # llvmlite's builder
        rows: Any,  # address of the first row's words
        width: Any,  # bytes from row to row
        last: Any,  # the last row that is there
        lanes: Any,  # words from one output to the next
        out: Any,  # address of the outputs
    ) -> Any:
        """The code: load sixteen rows, turn them, store sixteen words."""
        ...
turned: Turned
def pack_rows(
    codes,  # [rows, w] int8
    first,  # first row
    n,  # rows
    lanes,  # 16 per group
    packed,  # [w / 4 * lanes] uint32
):
    """Four bytes of each row side by side, and 128 added to every byte."""
    ...
