# Made by tools/stubs.py from rounding.py.
import numpy as np
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

__all__ = ['WORTH_ROUNDING', 'Rounded', 'rounded', 'int8_torch', 'torch_in_threads', 'WholeTable', 'nearest_by_rounding', 'large_scores']

class Rounded(NamedTuple):
    """Rows as 8-bit whole numbers: row ≈ codes · scale."""
    codes: np.ndarray  # [n, d] int8
    scale: np.ndarray  # [n] float32, above 0
    error: np.ndarray  # [n] float32: the length of row - codes · scale
    length: np.ndarray  # [n] float32: the length of row
    def part(self, rows: slice) -> 'Rounded':
        """Some of the rows, as views."""
        ...
def rounded(
    x: np.ndarray,  # [n, d] float32
    common: bool = False,  # one scale for all rows
    block: int = 2048,  # rows at a time
) -> Rounded:
    """Divide each row by a 127th of its largest number, and round."""
    ...
def int8_torch() -> Any:
    """Torch, if it is installed and multiplies 8-bit matrices fast on this processor."""
    ...
def torch_in_threads(
    work: Callable,  # part [b, …] -> result
    items: np.ndarray,  # [m, …], cut into parts
    least: int = 4,  # items in a part at least
) -> list:
    """Apply `work` to parts of `items` in threads, with one torch thread in each."""
    ...
class WholeTable:
    """Rounded centroids for one call of `nearest_by_rounding`, and the memory for a block of its
    products."""
    torch: Any
    half: np.ndarray
    codes: Any
    products: Any
    scores: Any
    def __init__(self, c: Rounded, half: np.ndarray, rows: int) -> None: ...
    def scores_of(
        self,
        codes: np.ndarray,  # [b, d] int8
        unit: np.ndarray,  # [b]: what 1 in a product stands for
    ) -> np.ndarray:
        """The whole-number products of a block, less half in their units."""
        ...
def nearest_by_rounding(
    x: np.ndarray,  # [n, d] float32, d at least 2
    r: Rounded,  # the same rows
    c: np.ndarray,  # [k, d] float32
    half: np.ndarray,  # [k] float32
    doubt: float = 1.0,  # share of the worst case that counts as doubt
    block: int = 2048,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest centroids as from `nearest_by_product`, through whole numbers. Scores of rows
    that were never in doubt are approximate."""
    ...
WORTH_ROUNDING: float
def large_scores(
    x: np.ndarray,  # [n, d] float32
    c: np.ndarray,  # [k, d] float32
    half: np.ndarray,  # [k] float32
    block: int = 65536,  # rows rounded at a time
) -> tuple[np.ndarray, np.ndarray] | None:
    """The nearest centroids of a large task through whole numbers, and their scores in float32."""
    ...
