# Made by tools/stubs.py from family.py.
import numpy as np
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

__all__ = ['batch_step', 'MiniBatchKMeans', 'batches', 'apportion', 'hierarchical_kmeans', 'preferences', 'bounded_assign', 'balanced_kmeans']

def batch_step(
    centroids: np.ndarray,  # [k, d] float32
    counts: np.ndarray,  # [k] rows that came to each so far
    x: np.ndarray,  # [b, d] float32; for cosine, of length 1
    metric: str = 'euclidean',  # or "cosine", "dot"
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Move each centroid to the mean of all rows that ever came to it (Sculley 2010)."""
    ...
class MiniBatchKMeans:
    """K-means that learns from one batch at a time and can go on learning."""
    num_centroids: Any
    batch_size: Any
    seed: Any
    metric: Any
    init: str
    centroids: np.ndarray | None
    counts: np.ndarray | None
    def __init__(
        self,
        num_centroids: int,  # k
        batch_size: int = 1024,
        metric: str = 'cosine',  # or "euclidean", "dot"
        *,
        init: str = 'random',  # how the first batch gives the start: or "k-means++"
        seed: int = 0,  # the same seed and data give the same centroids
    ) -> None: ...
    @property
    def is_trained(self) -> bool:
        """Whether there are centroids."""
        ...
    def __repr__(self) -> str: ...
    def add(
        self,
        data: Any,  # [n, d] numbers, or an iterable of such blocks
        progress: bool = False,  # show a progress bar
    ) -> MiniBatchKMeans:
        """Go on learning from more vectors, in the order they come in."""
        ...
    def train(
        self,
        data: Any,
        epochs: int = 3,
        progress: bool = False,  # show a progress bar
    ) -> MiniBatchKMeans:
        """Start anew and learn from all of the data. Each pass after the first begins with halved
        counts. Nothing is changed if the data is refused."""
        ...
    def predict(
        self,
        x: Any,  # [n, d] numbers
    ) -> np.ndarray:
        """The nearest centroid of each vector. Raises NotBuiltError before training."""
        ...
def batches(
    blocks: Iterable,  # [b, d] numbers each, of any length
    size: int,  # rows wanted in each batch
    first: int = 0,  # rows wanted in the first one at least
) -> Iterator[np.ndarray]:
    """Blocks cut and joined into batches of one size."""
    ...
def apportion(
    sizes: np.ndarray,  # [b] vectors in each group, at least 1
    k: int,  # clusters to hand out, between b and the sum of `sizes`
) -> np.ndarray:
    """Hand out clusters in proportion to the sizes, by largest remainder."""
    ...
def hierarchical_kmeans(
    x: Any,  # [n, d] numbers
    n_clusters: int,  # k, at most n
    *,
    branching: int | None = None,  # groups a group is split into at most; None for √k
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,  # the same seed gives the same clusters
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, np.ndarray]:
    """K-means by splitting groups into groups, for very many clusters. Warns where equal rows leave
    fewer than k."""
    ...
def preferences(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32
    m: int,  # centroids for each row
    metric: str = 'euclidean',  # or "cosine", "dot"
    block: int = 4096,  # rows compared at a time
) -> tuple[np.ndarray, np.ndarray]:
    """The m nearest centroids of each row."""
    ...
def bounded_assign(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    centroids: np.ndarray,  # [k, d] float32
    capacity: int,  # rows a centroid takes at most; n / k or more
    metric: str = 'euclidean',  # or "cosine", "dot"
) -> np.ndarray:
    """Each row to the nearest centroid that has a place for it, nearest pairs first (Gale and
    Shapley 1962)."""
    ...
def balanced_kmeans(
    x: Any,  # [n, d] numbers
    n_clusters: int,  # k
    max_imbalance: float = 1.5,  # no list holds more than this times n / k, rounded up; 1 or more
    *,
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,  # the same seed gives the same clusters
    rounds: int = 5,  # of bounded assignment and means
) -> tuple[np.ndarray, np.ndarray]:
    """K-means with a bound on the size of a list. The bound holds for these labels; vectors
    added by nearest centroid later may exceed it."""
    ...
