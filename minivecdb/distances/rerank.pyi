# Made by tools/stubs.py from rerank.py.
import numpy as np
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['fetch_ahead', 'surrogate_terms', 'product', 'apart', 'surrogate', 'exact_distance', 'FetchAhead', 'replace_largest', 'closest_kernel', 'closest']

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
    """Ask for the memory of some numbers before they are needed; for use inside kernels."""
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
def closest_kernel(asked, slack, which, rows, at, ids, lengths, lower, heads, kind, distances, found):
    """Fill in the nearest of query which[n], of its pairs heads[n] to heads[n + 1], in order of distance, then id."""
    ...
def closest(
    asked: tuple[np.ndarray, np.ndarray, np.ndarray],  # queries as given [m, d], as prepared [m, d], and their lengths [m]
    slack: np.ndarray,  # [m] float32: half of `minivecdb.distances.metric.slack`
    metric: Metric,
    k: int,
    heads: np.ndarray,  # [m + 1] int64: the n-th query has the pairs heads[n] to heads[n + 1]
    positions: np.ndarray,  # [p] int64, of all pairs
    fetch: Callable,  # positions [p] -> (rows [n, d] float32, where in them [p], their lengths [p], or [0] where they are not known)
    ids: np.ndarray,  # [positions] int64
    which: np.ndarray | None = None,  # [m] the n-th query; None for 0, 1, 2, …
    lower: np.ndarray = ...,  # [p] what each pair's surrogate is at least, where that is known
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of each query's pairs, by distance, then id. Rows are fetched for at most 65,536 pairs at a time, or for one query."""
    ...
