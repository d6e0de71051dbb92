# Made by tools/stubs.py from subvectors.py.
import numpy as np
from typing import Any

__all__ = ['subvector_kmeans']

def subvector_kmeans(
    x: Any,  # [n, m * dsub] numbers, n at least `n_clusters`
    n_subquantizers: int,  # m; divides the dimension
    n_clusters: int = 256,  # k in every subspace
    *,
    seed: int = 0,  # the same seed gives the same centroids
    max_iter: int = 40,  # rounds at most; the first three fifths see 64 rows per cluster
    sample: int = 256,  # rows per cluster used at most
) -> np.ndarray:
    """Cluster every piece of the vectors by squared distance, all subspaces in one call per
    block (Jégou et al. 2011)."""
    ...
