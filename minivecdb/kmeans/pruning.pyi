# Made by tools/stubs.py from pruning.py.
import numpy as np
from typing import Any

__all__ = ['NEIGHBOURS', 'pack_centroids', 'smallest_of_64', 'nearest_among', 'move_sums', 'nearby_pays', 'Nearby']

def pack_centroids(c8, which, scales, half, packed, row_terms):
    """Some centroids as a tile wants its rows; the last one is repeated up to 64."""
    ...
def smallest_of_64(scores, first):
    """min(scores[first:first + 64])"""
    ...
def nearest_among(asked, centroids, order, heads, near, scores, labels):
    """For the rows order[heads[g]:heads[g + 1]] of each group, the nearest of the centroids near[g], and half - x·c there."""
    ...
def move_sums(x, old, new, sums):
    """Move rows from the sums of their old labels to those of the new ones."""
    ...
NEIGHBOURS: int
def nearby_pays(
    products: float,  # n · k · d, in all rounds
    dimension: int,  # d
) -> bool:
    """Whether to cluster with `Nearby`: for large tasks, where the processor has an instruction for whole numbers. The choice depends on the size of the task alone."""
    ...
class Nearby:
    """The steps of Lloyd's k-means for many rounds over the first of some rows, mostly among neighbouring centroids."""
    metric: Any
    neighbours: int
    rounds: Any
    seen: Any
    asked: Any
    rows: Any
    squares: Any
    labels: Any
    scores: Any
    summed: Any
    total: Any
    def __init__(
        self,
        x: np.ndarray,  # [n, d] float32; for cosine of length 1
        metric: str = 'euclidean',  # or "cosine", "dot"
        neighbours: int = ...,  # centroids asked in most rounds
    ) -> None: ...
    def nearest(
        self,
        x: np.ndarray,  # [n, d] float32: the first n rows
        centroids: np.ndarray,  # [k, d] float32
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest centroid of each row, or nearly so."""
        ...
    def sums(
        self,
        x: np.ndarray,  # [n, d] float32: the first n rows
        labels: np.ndarray,  # [n] int64, 0 to k - 1
        k: int,
    ) -> np.ndarray:
        """The sum of the rows of each label."""
        ...
