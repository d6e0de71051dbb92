# Made by tools/stubs.py from metric.py.
import numpy as np
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ['func_map', 'metrics', 'OTHER_NAMES', 'folded_sums', 'vers', 'euclidean', 'neg_dot', 'folded', 'lengths_kernel', 'Metric', 'get_metric', 'prepare_kernel', 'row_lengths', 'prepare_queries', 'distance_matrix', 'slack', 'length_span', 'product_dtype', 'powers_for', 'with_powers', 'pair_distances']

def folded_sums(x: np.ndarray) -> np.ndarray:
    """Row sums in an order that depends on `d` alone: the second half is added to the first until
    one column is left."""
    ...
def vers(
    a: Any,  # [d] or [n, d] numbers
    b: Any,  # [d] or [n, d] numbers
) -> np.ndarray | np.float32:
    """Cosine distance 1 - cos(a, b): 0 for the same direction, 1 for a right angle or a zero
    vector, 2 for opposite."""
    ...
def euclidean(
    a: Any,  # [d] or [n, d] numbers
    b: Any,  # [d] or [n, d] numbers
) -> np.ndarray | np.float32:
    """Euclidean distance |a - b|."""
    ...
def neg_dot(
    a: Any,  # [d] or [n, d] numbers
    b: Any,  # [d] or [n, d] numbers
) -> np.ndarray | np.float32:
    """Inner product with its sign turned, -a·b, so that smaller is nearer."""
    ...
func_map: dict[str, Callable]
def folded(x):
    """The sum of `x`, in the order of `folded_sums`."""
    ...
def lengths_kernel(x, out):
    """The length of every row."""
    ...
@dataclass(frozen=True)
class Metric:
    """How one metric ranks and measures."""
    name: str
    kind: int  # its number in compiled kernels
    distance: Callable  # the distance itself, row by row: an entry of `func_map`
    terms: Callable
    correct: Callable  # (surrogates [m, n], query lengths [m, 1]) -> approximate distances [m, n]
    scale: Callable
    def __reduce__(self) -> tuple: ...
    def surrogate(
        self,
        dots: np.ndarray,  # [m, n] dot products of prepared queries with rows
        lengths: np.ndarray,  # [n] lengths of the rows
    ) -> np.ndarray:
        """Numbers that sort the rows of one query as the distance does, from dot products."""
        ...
    def ends(
        self,
        own: np.ndarray,  # [m] lengths of the queries
    ) -> np.ndarray:
        """The surrogate of each query at which its distance overflows float32 and becomes infinite."""
        ...
metrics: dict[str, Metric]
OTHER_NAMES: dict[Any, Any]
def get_metric(metric: str | Callable) -> Metric:
    """Look a metric up by name or function; raises ValueError with the names there are."""
    ...
def prepare_kernel(
    q,  # [m, d] float32
    cosine,  # bool
    prepared,  # [m, d] float32
    lengths,  # [m] float64
):
    """The length of every query, and for cosine the query divided by it."""
    ...
def row_lengths(x: np.ndarray) -> np.ndarray:
    """The Euclidean length |x| of every row, in blocks, so that float64 copies stay small."""
    ...
def prepare_queries(
    q: np.ndarray,  # [m, d] float32
    metric: Metric,
    compiled: bool = False,  # use the kernel however few there are
) -> tuple[np.ndarray, np.ndarray]:
    """Queries as the surrogate multiplies them: for cosine divided by their lengths, else as they
    are."""
    ...
def distance_matrix(
    queries: np.ndarray,  # [m, d] numbers
    vectors: np.ndarray,  # [n, d] numbers
    metric: str = 'cosine',  # or "euclidean", "dot"
) -> np.ndarray:
    """All distances between two sets through one matrix product. Rounding errors are relative to
    the vectors' lengths, so close pairs of long vectors lose digits."""
    ...
def slack(
    metric: Metric,
    lengths: np.ndarray,  # [m] lengths of the queries
    largest: float,  # length of the longest row
    dimension: int,  # d
) -> np.ndarray:
    """Two rows whose float32 surrogates differ by more than this are certainly ordered as their
    distances are."""
    ...
def length_span(
    lengths: np.ndarray,  # [n]
    known: np.ndarray | None = None,  # the span of rows that are there already
) -> np.ndarray:
    """What an index remembers of its rows' lengths: enough for `slack` and `product_dtype`."""
    ...
def product_dtype(*lengths: np.ndarray) -> type:
    """The float type that dot products of vectors of these lengths are safe in."""
    ...
def powers_for(
    metric: Metric,
    queries: np.ndarray,  # [m, d] float32
    span: np.ndarray,  # of the rows, see `length_span`
) -> np.ndarray | None:
    """For inner products far from 1: a power of two for each query, so that products fit float32."""
    ...
def with_powers(
    search: Callable,  # [m, d] queries -> ([m, k] distances, [m, k] ids)
    queries: np.ndarray,  # [m, d] float32
    powers: np.ndarray,  # of `powers_for`
) -> tuple[np.ndarray, np.ndarray]:
    """Search with queries times powers of two, then scale distances back; some may become infinite."""
    ...
def pair_distances(
    metric: Metric,
    queries: np.ndarray,  # [m, d] float32
    which: np.ndarray,  # [p] int64, into `queries`
    rows: np.ndarray,  # [n, d] float32
    at: np.ndarray,  # [p] int64, into `rows`
) -> np.ndarray:
    """The distance of each pair of a query and a row."""
    ...
