# Made by tools/stubs.py from assignment.py.
import numpy as np
from collections.abc import Callable
from dataclasses import dataclass
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['WORTH_ROUNDING', 'COARSE', 'A_PART', 'LEAST', 'clustering_metric', 'score_table', 'nearest_by_product', 'Rounded', 'rounded', 'nearest_by_rounding', 'int8_torch', 'torch_in_threads', 'rounding_pays', 'out_of_range', 'too_coarse', 'wide_table', 'assign']

def clustering_metric(metric: str) -> Metric:
    """Cosine stays; euclidean and dot are both clustered by squared distance."""
    ...
def score_table(
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean", "dot"
) -> tuple[np.ndarray, np.ndarray]:
    """Centroids as the products want them: half is |c|²/2, and for cosine |c| is 1 and half is 0."""
    ...
def nearest_by_product(
    x: np.ndarray,  # [n, d] float32
    c: np.ndarray,  # [k, d] float32, or float64 to multiply in that
    half: np.ndarray,  # [k] of the same type
    block: int = 4096,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray]:
    """Where x·c - half is largest, and how large; the first of equal ones."""
    ...
@dataclass(frozen=True)
class Rounded:
    """Rows as 8-bit whole numbers: row ≈ codes · scale."""
    codes: np.ndarray  # [n, d] int8
    scale: np.ndarray  # [n] float32, above 0
    error: np.ndarray  # [n] float32: the length of row - codes · scale
    length: np.ndarray  # [n] float32: the length of row
    def __len__(self) -> int: ...
    def __getitem__(self, rows: slice) -> 'Rounded': ...
def rounded(
    x: np.ndarray,  # [n, d] float32
    common: bool = False,  # one scale for all rows
    block: int = 2048,  # rows at a time
) -> Rounded:
    """Divide each row by its largest number over 127, and round."""
    ...
def nearest_by_rounding(
    x: np.ndarray,  # [n, d] float32, d at least 2
    r: Rounded,  # the same rows
    c: np.ndarray,  # [k, d] float32
    half: np.ndarray,  # [k] float32
    doubt: float = 1.0,  # share of the worst case that counts as doubt
    block: int = 2048,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray, int]:
    """As `nearest_by_product`, through whole numbers; what they cannot tell is asked again in float32. Scores of the others are approximate."""
    ...
def int8_torch() -> Any:
    """Torch, whose product of 8-bit matrices this page needs."""
    ...
def torch_in_threads(
    work: Callable,  # part [b, …] -> result
    items: np.ndarray,  # [m, …], cut into parts
    least: int = 4,  # items in a part at least
) -> list:
    """As `in_threads`, with one torch thread in each: blocks side by side wait for each other less than threads inside each product do."""
    ...
WORTH_ROUNDING: float
def rounding_pays(
    products: float,  # n · k · d, in all rounds
    dimension: int,  # d
) -> bool:
    """Whether whole numbers are the faster road. In few dimensions they are not (and in one, torch's 8-bit product is wrong)."""
    ...
def out_of_range(*rows: np.ndarray) -> int:
    """Whether squares of numbers this large or small would leave float32. Dividing by a power of two changes no digit."""
    ...
COARSE: float
A_PART: float
LEAST: float
def too_coarse(
    squares: np.ndarray,  # [n] squared distances of rows to their centroids, from products
    lengths: np.ndarray | float,  # [n] squared lengths of the rows, or one for all
    share: float = ...,  # of these, what products can tell from nothing
) -> bool:
    """Whether products tell nothing of a part of the rows: near centroids, far from zero, or tiny."""
    ...
def wide_table(
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean", "dot"
) -> tuple[np.ndarray, np.ndarray]:
    """For products in float64, which lose nothing that float32 rows have; they take twice as long."""
    ...
def assign(
    x: np.ndarray,  # [n, d] float32; for cosine any length will do for the labels, and 1 is needed for the cost
    centroids: np.ndarray,  # [k, d] float32
    metric: str = 'euclidean',  # or "cosine", "dot"
    block: int = 4096,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest centroid of each row; the first of equal ones."""
    ...
