# Made by tools/stubs.py from standard.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

__all__ = ['STARTS', 'IN_BYTES', 'cluster_sums', 'cluster_means', 'distinct_rows', 'start_centroids', 'spread_centroids', 'reseed_empty', 'fill_clusters', 'lloyd', 'run_kmeans', 'tight', 'sample_blocks', 'lloyd_blocks', 'training_sample', 'recall_per_probe', 'kmeans', 'subvector_kmeans', 'cluster_stats', 'calculate_optimal_clusters']

def cluster_sums(
    x: np.ndarray,  # [n, d] float32
    labels: np.ndarray,  # [n] int64, 0 to k - 1
    k: int,
    block: int = 65536,  # rows gathered at a time
) -> np.ndarray:
    """The sum of the rows of each label."""
    ...
def cluster_means(
    x: np.ndarray,  # [n, d] float32
    labels: np.ndarray,  # [n] int64, 0 to k - 1
    centroids: np.ndarray,  # [k, d] float32: what empty clusters keep
    sums: Callable = ...,  # (x, labels, k) -> [k, d]
) -> np.ndarray:
    """The mean of the rows of each label."""
    ...
def distinct_rows(
    x: np.ndarray,  # [n, d] float32
    k: int,  # rows wanted
    rng: np.random.Generator,
) -> np.ndarray:
    """Up to `k` rows in random order, no two of them equal."""
    ...
def start_centroids(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters asked for
    seed: int,
) -> np.ndarray:
    """Distinct rows to start from; warns when there are fewer than `k`."""
    ...
def spread_centroids(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters asked for
    seed: int,
) -> np.ndarray:
    """The k-means++ start: each next centroid is drawn with probability proportional to its squared distance from the nearest one so far."""
    ...
STARTS: dict[Any, Any]
def reseed_empty(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32, changed in place
    labels: np.ndarray,  # [n] int64
    cost: np.ndarray,  # [n] how far each row is from its centroid
) -> int:
    """Move the centroids of empty clusters onto the rows that are farthest from theirs, each onto another row."""
    ...
def fill_clusters(
    x: np.ndarray,  # [n, d] float32 with at least k distinct rows
    centroids: np.ndarray,  # [k, d] float32
    metric: str = 'euclidean',  # or "cosine", "dot"
    rounds: int = 10,  # attempts with further Lloyd steps
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Assign, and see to it that no cluster is empty."""
    ...
def lloyd(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    centroids: np.ndarray,  # [k, d] float32 to start from
    metric: str = 'euclidean',  # or "cosine", "dot"
    max_iter: int = 25,  # rounds at most
    tolerance: float = 0.0001,  # stop when centroids move, squared, less than this share of how far they are apart, and of how far rows are from them
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, np.ndarray, list[dict]]:
    """Lloyd's k-means in blocks of rows (Lloyd 1982); empty clusters are re-seeded, and none is left at the end."""
    ...
def run_kmeans(
    data: Any,  # [n, d] numbers, n at least 1
    n_clusters: int | None = None,  # k; None for n // 10 + 1, groups of ten to look at; an index makes fewer, see `default_clusters`
    seed: int = 0,  # the same seed gives the same clusters
    metric: str = 'euclidean',  # or "cosine", "dot"
    max_iter: int = 25,  # rounds at most
    memory_limit: int = ...,  # bytes that the n × k matrices may take; beyond, Lloyd runs in blocks
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster rows; no cluster is empty. Warns when there are fewer than k distinct rows, and makes that many clusters."""
    ...
def tight(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean", "dot"
    share: float = ...,  # of squared lengths, as for `too_coarse`
) -> bool:
    """Whether some evenly chosen rows are too near their centroids for products of this exactness."""
    ...
def sample_blocks(
    blocks: Callable[[], Iterable],  # starts the blocks [b, d] anew
    count: int,  # rows wanted
    seed: int = 0,
    metric: str = 'euclidean',  # "cosine" scales the rows to length 1
) -> np.ndarray:
    """Rows drawn at random from all blocks, each with the same chance, in one reading."""
    ...
def lloyd_blocks(
    blocks: Callable[[], Iterable],  # starts the blocks [b, d] of numbers anew; called once per round
    n_clusters: int,  # k
    *,
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,  # the same seed and blocks give the same centroids
    init: str = 'random',  # or "k-means++"
    max_iter: int = 25,  # rounds at most
    tolerance: float = 0.0001,  # as in `lloyd`
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, list[dict]]:
    """Lloyd's k-means on data that need not fit in memory: it holds one block, the centroids, and 16 rows per cluster while it starts."""
    ...
def training_sample(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters
    seed: int = 0,
    per_cluster: int = 256,  # rows per cluster at most
    metric: str = 'euclidean',  # "cosine" scales the rows to length 1
) -> np.ndarray:
    """Rows drawn at random, in random order. Fewer than 30 rows per cluster make poor centroids, more than 256 hardly better ones."""
    ...
def recall_per_probe(
    centroids: np.ndarray,  # [k, d] float32
    x: np.ndarray,  # [n, d] float32: the vectors in the cells
    queries: np.ndarray,  # [m, d] float32
    truth: np.ndarray,  # [m, r] row numbers of their nearest neighbours
    nprobe: int,  # cells looked into
    metric: str = 'cosine',  # or "euclidean"
) -> tuple[float, float]:
    """What a search in the nearest cells can find, and how much it has to read."""
    ...
IN_BYTES: float
def kmeans(
    x: Any,  # [n, d] numbers, n at least 1
    n_clusters: int,  # k
    *,
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,  # the same seed gives the same clusters
    init: str = 'random',  # or "k-means++"
    max_iter: int = 18,  # rounds, at least 1; the first see 20 vectors per cluster
    tolerance: float = 0.0001,  # as in `lloyd`
    sample: int = 256,  # training vectors per cluster at most
    labels: bool = False,  # whether to assign all rows at the end, with no cluster left empty
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, np.ndarray | None, list[dict]]:
    """Centroids for an index: k-means on a sample that grows. Warns when the sample has fewer than k distinct rows, and makes that many clusters."""
    ...
def subvector_kmeans(
    x: Any,  # [n, m * dsub] numbers, n at least `n_clusters`
    n_subquantizers: int,  # m; divides the dimension
    n_clusters: int = 256,  # k in every subspace
    *,
    seed: int = 0,  # the same seed gives the same centroids
    max_iter: int = 40,  # rounds at most; the first three fifths see 64 rows per cluster
    sample: int = 256,  # rows per cluster used at most
) -> np.ndarray:
    """Cluster every piece of the vectors by squared distance, all subspaces in one call per block (Jégou et al. 2011)."""
    ...
def cluster_stats(
    labels: np.ndarray,  # [n] int, 0 to k - 1
    k: int,  # clusters
) -> dict:
    """How large the clusters are: their sizes, the imbalance factor k·Σ size² / n², and how many are empty."""
    ...
def calculate_optimal_clusters(
    n_vectors: int,  # vectors the index will hold
    target_list_size: int = 1000,  # vectors wanted in a list
) -> int:
    """How many clusters give lists of about the wanted size: for lists on a disk, where reading one is what costs. An index in memory makes more and smaller ones, see `default_clusters`."""
    ...
