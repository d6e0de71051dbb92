# Made by tools/stubs.py from training.py.
import numpy as np
from collections.abc import Callable
from minivecdb.kmeans.standard import LloydSteps
from typing import Any
from typing import NamedTuple

__all__ = ['FASTER_STEPS', 'unit_rows', 'training_sample', 'recall_per_probe', 'ClusteringRows', 'clustering_rows', 'centroids_as_given', 'tight', 'clustering_copy', 'lloyd_steps', 'Stage', 'stages', 'train_stages', 'kmeans', 'torch_kmeans_is_there', 'run_kmeans', 'cluster_stats', 'calculate_optimal_clusters']

def unit_rows(
    x: np.ndarray,  # [n, d] float32
    which: np.ndarray,  # [m] row numbers
    metric: str,  # "cosine" scales the rows to length 1
    block: int = 2048,  # rows at a time
) -> np.ndarray:
    """A copy of some rows, for cosine scaled to length 1."""
    ...
def training_sample(
    x: np.ndarray,  # [n, d] float32
    k: int,  # clusters
    seed: int = 0,  # the same seed gives the same rows
    per_cluster: int = 256,  # rows per cluster at most
    metric: str = 'euclidean',  # "cosine" scales the rows to length 1
) -> np.ndarray:
    """Rows drawn at random, in random order: all of them, or `per_cluster` for each cluster."""
    ...
def recall_per_probe(
    centroids: np.ndarray,  # [k, d] float32
    x: np.ndarray,  # [n, d] float32: the vectors in the cells
    queries: np.ndarray,  # [m, d] float32
    truth: np.ndarray,  # [m, r] row numbers of their nearest neighbours
    nprobe: int,  # cells that a search reads
    metric: str = 'cosine',  # or "euclidean"
) -> tuple[float, float]:
    """What a search of the nearest cells can find, and how much it has to read."""
    ...
class ClusteringRows(NamedTuple):
    """Checked rows for a clustering."""
    x: np.ndarray  # [n, d] float32
    k: int  # clusters asked for
    power: int  # the rows were divided by 2 to this power
def clustering_rows(
    data: Any,  # [n, d] numbers, n and d at least 1
    n_clusters: int | None,  # k; None for n // 10 + 1
) -> ClusteringRows:
    """Check what is to be clustered. Raises ValueError for other shapes and numbers of clusters."""
    ...
def centroids_as_given(
    centroids: np.ndarray,  # [k, d] float32 of moved and divided rows
    origin: np.ndarray,  # [d] that was subtracted from the rows, or []
    power: int,  # as in `ClusteringRows`
    metric: str,  # "cosine", "euclidean" or "dot"
) -> np.ndarray:
    """Centroids in the place and units of the data; cosine centroids are returned unchanged."""
    ...
def tight(
    x: np.ndarray,  # [n, d] float32
    centroids: np.ndarray,  # [k, d] float32
    metric: str,  # "cosine", "euclidean" or "dot"
    share: float = ...,  # of squared lengths, as in `too_coarse`
) -> bool:
    """Whether many of 256 rows are too near their centroids for products to resolve the distance."""
    ...
def clustering_copy(
    x: np.ndarray,  # [n, d] float32
    metric: str,  # "cosine" scales the rows to length 1
) -> np.ndarray:
    """The rows as they are, or for cosine a copy of length 1."""
    ...
FASTER_STEPS: list[Callable]
def lloyd_steps(
    sample: np.ndarray,  # [n, d] float32: every round sees the first rows of it
    centroids: np.ndarray,  # [k, d] float32: the start
    metric: str,  # "cosine" or "euclidean"
    products: float,  # n · k · d, in all rounds
) -> LloydSteps:
    """The steps that suit a training: the first of `FASTER_STEPS` that pay, else the plain ones."""
    ...
class Stage(NamedTuple):
    """Some rounds of a training that see the same rows."""
    rows: int | None  # of the sample; None for all
    rounds: int  # at most
    beyond: float  # share of the way that centroids go past the mean
def stages(
    k: int,  # clusters
    rounds: int,  # in all
) -> list[Stage]:
    """The stages of a training: of nine rounds, four see 20 rows per cluster, two see 64, two
    see 128, the rest all rows. The last round goes to the means and no farther."""
    ...
def train_stages(
    sample: np.ndarray,  # [n, d] float32 in random order; for cosine, of length 1
    centroids: np.ndarray,  # [k, d] float32 to start from
    metric: str,  # "cosine" or "euclidean"
    plan: list[Stage],  # from `stages`
    tolerance: float,  # as in `lloyd`
    progress: bool,  # show a progress bar
) -> tuple[np.ndarray, list[dict]]:
    """Lloyd's rounds over a sample that grows from stage to stage."""
    ...
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
    """Centroids for an index: k-means on a sample that grows. When the sample has fewer than k
    distinct rows, it warns and makes one cluster for each of them."""
    ...
def torch_kmeans_is_there() -> bool:
    """Whether fast-pytorch-kmeans can be used. If not, the first call warns that `lloyd` does the
    work."""
    ...
def run_kmeans(
    data: Any,  # [n, d] numbers, n at least 1
    n_clusters: int | None = None,
    seed: int = 0,  # the same seed gives the same clusters
    metric: str = 'euclidean',  # or "cosine", "dot"
    max_iter: int = 25,  # rounds at most
    memory_limit: int = ...,
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster rows; no cluster is empty. When there are fewer than k distinct rows, it warns and
    makes one cluster for each of them."""
    ...
def cluster_stats(
    labels: np.ndarray,  # [n] int, 0 to k - 1
    k: int,  # clusters
) -> dict:
    """How large the clusters are: their sizes, the imbalance factor k·Σ size² / n², and how many
    are empty."""
    ...
def calculate_optimal_clusters(
    n_vectors: int,  # vectors the index will hold
    target_list_size: int = 1000,  # vectors wanted in a list
) -> int:
    """How many clusters give lists of about the wanted size, for lists that are read from disk.
    An index in memory makes more and smaller lists, see `default_clusters`."""
    ...
