# Made by tools/stubs.py from pruning.py.
import numpy as np
from minivecdb.kmeans.standard import LloydSteps
from typing import Any
from typing import NamedTuple

__all__ = ['NEIGHBOURS', 'IN_BYTES', 'TileRows', 'tile_rows', 'TileCentroids', 'Groups', 'pack_centroids', 'smallest_of_64', 'nearest_among', 'move_sums', 'Nearby', 'nearby_pays', 'nearby_steps']

class TileRows(NamedTuple):
    """Rounded rows as a tile reads them."""
    codes: np.ndarray  # [n, w] int8
    terms: np.ndarray  # [n, 4] float32, of which the first is the scale
    shifts: np.ndarray  # [n] int32: -128 times the sum of the codes
def tile_rows(x: np.ndarray) -> TileRows:
    """Round rows to bytes."""
    ...
class TileCentroids(NamedTuple):
    """Rounded centroids before they are packed."""
    codes: np.ndarray  # [k, w] int8
    scales: np.ndarray  # [k] float32
    half: np.ndarray  # [k] float32, as in `score_table`
class Groups(NamedTuple):
    """Rows in groups, each with the centroids to compare it with."""
    order: np.ndarray  # [rows] row numbers, group by group
    heads: np.ndarray  # [groups + 1]: group g is order[heads[g]:heads[g + 1]]
    near: np.ndarray  # [groups or 1, m] centroids
    def part(self, groups: np.ndarray) -> 'Groups':
        """Some consecutive groups."""
        ...
def pack_centroids(
    centroids,  # TileCentroids
    which,  # [at most 64]
    packed,  # [w / 4 * 64] uint32
    row_terms,  # [256] float32
):
    """Pack some centroids as a tile reads its rows; the last one is repeated up to 64."""
    ...
def smallest_of_64(scores, first):
    """min(scores[first:first + 64])"""
    ...
def nearest_among(
    rows,  # TileRows
    centroids,  # TileCentroids
    groups,  # Groups
    scores,  # [n] float32
    labels,  # [n] int64
):
    """For the rows of each group, the nearest of its centroids, and half - x·c there."""
    ...
def move_sums(x, old, new, sums):
    """Move rows from the sums of their old labels to those of the new ones."""
    ...
NEIGHBOURS: int
class Nearby:
    """The steps of Lloyd's k-means for many rounds over the first of some rows, mostly among
    neighbouring centroids."""
    metric: Any
    neighbours: int
    rounds: Any
    seen: Any
    products: Any
    rows: Any
    squares: Any
    labels: Any
    scores: Any
    summed: Any
    total: Any
    def __init__(
        self,
        x: np.ndarray,  # [n, d] float32; for cosine, of length 1
        metric: str = 'euclidean',  # or "cosine", "dot"
        neighbours: int = ...,  # centroids that most rounds compare a row with
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
        k: int,  # clusters
    ) -> np.ndarray:
        """The sum of the rows of each label."""
        ...
IN_BYTES: float
def nearby_pays(
    products: float,  # n · k · d, in all rounds
    dimension: int,  # d
) -> bool:
    """Whether to cluster with `Nearby`: for large tasks, on a processor with an instruction for
    products of bytes. The choice depends on the size of the task alone."""
    ...
def nearby_steps(
    sample: np.ndarray,  # [n, d] float32: every round sees the first rows of it
    centroids: np.ndarray,  # [k, d] float32: the start
    metric: str,  # "cosine" or "euclidean"
    products: float,  # n · k · d, in all rounds
) -> LloydSteps | None:
    """The steps of a large training, mostly among neighbouring centroids."""
    ...
