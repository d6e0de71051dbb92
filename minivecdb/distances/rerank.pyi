# Made by tools/stubs.py from rerank.py.
import numpy as np
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from minivecdb.distances.metric import Metric
from typing import Any
from typing import NamedTuple

__all__ = ['fetch_ahead', 'NOT_KNOWN', 'surrogate_terms', 'product', 'apart', 'surrogate', 'exact_distance', 'FetchAhead', 'replace_largest', 'rerank_kernel', 'CandidatePairs', 'rerank_candidates']

def surrogate_terms(kind, length):
    """The metric's terms for a row: surrogate = factor · product + offset."""
    ...
def product(a, b):
    """a·b in float32, in any order."""
    ...
def apart(a, b):
    """|a - b|² in float32, in any order. Nothing cancels, however far both are from 0."""
    ...
def surrogate(query, prepared, own, row, length, kind):
    """What ranks a row. Euclidean: |q - x|² - |q|², where `own`, |q|, may count from another origin."""
    ...
def exact_distance(a, b, lengths, kind, space):
    """The distance, in float64, folded as `folded_sums` does."""
    ...
class FetchAhead(Kernel):
    """Prefetch: bring the memory of some numbers into the cache; for use inside kernels."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(self, context: Any, b: Any, address: Any, size: Any) -> Any:
        """One request per line of 64 bytes."""
        ...
fetch_ahead: FetchAhead
def replace_largest(heap, value):
    """Put `value` in the place of the heap's largest number, at its root, if it is smaller."""
    ...
def rerank_kernel(
    queries,  # as given [m, d], as prepared [m, d], their lengths [m]
    slack,  # [m] float32
    which,  # [queries] into these
    fetched,  # rows [n, d] float32, where in them [p], their lengths [p] or [0]
    pairs,
    kind,  # 0..2: the metric
    out,  # distances [m, k] float32, ids [m, k] int64: written
):
    """Fill in the nearest of each query's pairs, in order of distance, then id."""
    ...
NOT_KNOWN: Any
class CandidatePairs(NamedTuple):
    """Positions to measure: those of the n-th query are number heads[n] to heads[n + 1]."""
    heads: np.ndarray  # [m + 1] int64
    positions: np.ndarray  # [p] int64
    lower: np.ndarray = ...
def rerank_candidates(
    queries: tuple[np.ndarray, np.ndarray, np.ndarray],
    slack: np.ndarray,  # [m] float32: half of `minivecdb.distances.slack`
    metric: Metric,
    k: int,  # answers for each query
    candidates: CandidatePairs,
    fetch: Callable,
    ids: np.ndarray,  # [positions] int64
    which: np.ndarray | None = None,  # [m] the n-th query; None for 0, 1, 2, …
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of each query's candidates, by distance, then id. Rows are fetched for at most
    65,536 candidates at a time, or for one query."""
    ...
