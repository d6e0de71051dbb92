# Made by tools/stubs.py from standard.py.
import numpy as np
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

__all__ = ['STARTS', 'cluster_sums', 'means_of', 'cluster_means', 'distinct_rows', 'start_centroids', 'spread_centroids', 'start_function', 'reseed_empty', 'fill_clusters', 'LloydSteps', 'plain_steps', 'log_entry', 'settled', 'lloyd_rounds', 'lloyd']

def cluster_sums(
    x: np.ndarray,  # [n, d] float32
    labels: np.ndarray,  # [n] int64, 0 to k - 1
    k: int,  # clusters
    block: int = 65536,  # rows gathered at a time
) -> np.ndarray:
    """The sum of the rows of each label."""
    ...
def means_of(
    sums: np.ndarray,  # [k, d] float64: the sum of the rows of each cluster
    counts: np.ndarray,  # [k] rows in each cluster
    centroids: np.ndarray,  # [k, d] float32: what empty clusters keep
) -> np.ndarray:
    """The mean of each cluster; an empty cluster keeps its centroid."""
    ...
def cluster_means(
    x: np.ndarray,  # [n, d] float32
    labels: np.ndarray,  # [n] int64, 0 to k - 1
    centroids: np.ndarray,  # [k, d] float32: what empty clusters keep
    sums: Callable = ...,  # (x, labels, k) -> [k, d] float64
) -> np.ndarray:
    """The mean of the rows of each label."""
    ...
def distinct_rows(
    x: np.ndarray,  # [n, d] float32
    k: int,  # rows wanted
    rng: np.random.Generator,  # decides the order
) -> np.ndarray:
    """Up to `k` rows in random order, no two of them equal."""
    ...
def start_centroids(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters asked for
    seed: int,  # the same seed gives the same rows
) -> np.ndarray:
    """Distinct rows to start from. Warns when there are fewer than `k`."""
    ...
def spread_centroids(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters asked for
    seed: int,  # the same seed gives the same rows
) -> np.ndarray:
    """The k-means++ start: each next centroid is drawn with a probability proportional to
    its squared distance from the nearest one so far (Arthur and Vassilvitskii 2007)."""
    ...
STARTS: dict[Any, Any]
def start_function(init: str) -> Callable:
    """How a clustering starts. Raises ValueError for an unknown name."""
    ...
def reseed_empty(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32, changed in place
    labels: np.ndarray,  # [n] int64
    cost: np.ndarray,  # [n] how far each row is from its centroid
) -> int:
    """Move the centroids of empty clusters onto the rows that are farthest from their own
    centroids, each onto a different row."""
    ...
def fill_clusters(
    x: np.ndarray,  # [n, d] float32 with at least k distinct rows
    centroids: np.ndarray,  # [k, d] float32
    metric: str = 'euclidean',  # or "cosine", "dot"
    rounds: int = 10,  # attempts with further Lloyd steps
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Assign the rows so that no cluster is empty; the centroids of empty clusters move."""
    ...
class LloydSteps(NamedTuple):
    """The two steps of a round."""
    nearest: Callable  # (x [n, d], centroids [k, d]) -> (labels [n], cost [n])
    sums: Callable  # (x [n, d], labels [n], k) -> [k, d] float64
def plain_steps(metric: str) -> LloydSteps:
    """The steps of this page."""
    ...
def log_entry(
    old: np.ndarray,  # [k, d] centroids before the round
    new: np.ndarray,  # [k, d] centroids after it
    inertia: float,  # the sum of the costs of the rows
    empty: int,  # empty clusters found
    rows: int,  # rows seen
) -> dict:
    """What the log says of one round."""
    ...
def settled(
    entry: dict,  # of the log
    centroids: np.ndarray,  # [k, d] after that round
    tolerance: float,  # share of the squared distances that counts as little
) -> bool:
    """Whether the centroids moved little, compared with how far they are apart, and how far rows
    are from them."""
    ...
def lloyd_rounds(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32 to start from
    steps: LloydSteps,  # how to assign and sum
    max_iter: int,  # rounds at most
    tolerance: float,  # as in `settled`
    bar: Any,  # of tqdm: moves on after each round
    beyond: float = 0.0,  # how far past the mean a centroid goes, as a share of the way to the mean
) -> tuple[np.ndarray, list[dict]]:
    """Rounds of assigning and averaging, until the centroids hardly move."""
    ...
def lloyd(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    centroids: np.ndarray,  # [k, d] float32 to start from
    metric: str = 'euclidean',  # or "cosine", "dot"
    max_iter: int = 25,  # rounds at most
    tolerance: float = 0.0001,  # stop when squared movements are below this share of squared distances
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, np.ndarray, list[dict]]:
    """Lloyd's k-means in blocks of rows (Lloyd 1982). Empty clusters are re-seeded, and none is
    left at the end."""
    ...
