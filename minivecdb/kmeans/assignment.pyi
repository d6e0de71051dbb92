# Made by tools/stubs.py from assignment.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['COARSE', 'LEAST', 'LOST_SHARE', 'FASTER', 'IN_RANGE', 'clustering_metric', 'score_table', 'nearest_by_product', 'out_of_range', 'too_coarse', 'wide_table', 'shared_table', 'assign']

def clustering_metric(metric: str) -> Metric:
    """The metric to cluster by: cosine for cosine, and euclidean for euclidean and dot."""
    ...
def score_table(
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean" or "dot"
) -> tuple[np.ndarray, np.ndarray]:
    """What scores are computed from: the nearest centroid has the largest x·c - half, and half is
    |c|²/2. For cosine every |c| is made 1; half would be the same for all, and 0 stands for it."""
    ...
def nearest_by_product(
    x: np.ndarray,  # [n, d] float32
    c: np.ndarray,  # [k, d] float32, or float64 to multiply in float64
    half: np.ndarray,  # [k] of the type of c
    block: int = 4096,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray]:
    """The centroid with the largest score x·c - half for each row, and that score. Of equal scores
    the first counts."""
    ...
def out_of_range(*rows: np.ndarray) -> int:
    """The power p such that all rows should be divided by 2^p, because squares of their numbers
    would leave the range of float32."""
    ...
COARSE: float
LEAST: float
LOST_SHARE: float
def too_coarse(
    squares: np.ndarray,  # [n] squared distances of rows to their centroids, computed from products
    lengths: np.ndarray | float,  # [n] squared lengths of the rows, or one number for all
    share: float = ...,
) -> bool:
    """Whether products fail to resolve the distances of more than a fifth of the rows."""
    ...
def wide_table(
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean" or "dot"
) -> tuple[np.ndarray, np.ndarray]:
    """A `score_table` in float64: its products resolve every distance of float32 rows."""
    ...
FASTER: list[Callable]
IN_RANGE: Any
def shared_table(
    centroids: np.ndarray,  # [k, d] float32
    metric: str = 'euclidean',  # or "cosine", "dot"
) -> tuple[np.ndarray, np.ndarray] | None:
    """The `score_table` of centroids, for many calls of `assign`.
    
    None where numbers are out of range: `assign` then divides rows and centroids at each call."""
    ...
def assign(
    x: np.ndarray,  # [n, d] float32; for cosine, the cost is right for rows of length 1
    centroids: np.ndarray,  # [k, d] float32
    metric: str = 'euclidean',  # or "cosine", "dot"
    block: int = 4096,  # rows compared at a time
    table: tuple[np.ndarray, np.ndarray] | None = None,  # the `shared_table` of these centroids
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest centroid of each row. Of equally near centroids the first counts."""
    ...
