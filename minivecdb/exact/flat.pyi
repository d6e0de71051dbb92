# Made by tools/stubs.py from flat.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from minivecdb.vector_storage import VectorStorage
from typing import Any
from typing import NamedTuple

__all__ = ['GROUP', 'LAST_ID', 'MOST_MISSING', 'Candidates', 'rank', 'nearest', 'FlatRows', 'FlatIndex', 'as_ids', 'new_ids', 'as_queries', 'check_k', 'padded', 'as_mask', 'in_blocks', 'recall']

GROUP: int
class Candidates:
    """For each of m queries, the rows with the smallest surrogates; has the methods of `Shortlist`."""
    reads_bytes: bool
    given: np.ndarray
    queries: np.ndarray
    metric: Metric
    k: int
    slack: np.ndarray
    mask: np.ndarray | None
    place: np.ndarray | None
    ends: Any
    scores: Any
    positions: Any
    def __init__(
        self,
        queries: np.ndarray,  # [m, d] float32, as given
        prepared: np.ndarray,  # [m, d], as `prepare_queries` returns them
        own: np.ndarray,  # [m] float64: |query|
        metric: Metric,
        k: int,  # neighbours wanted
        slack: np.ndarray,  # [m], of the surrogates
        room: int,  # rows kept for a query
        *,
        mask: np.ndarray | None = None,  # [1, rows] or [m, rows] boolean, by the order of insertion
        place: np.ndarray | None = None,  # where in that order a position is
    ) -> None: ...
    def offer(
        self,
        which: np.ndarray,  # [b] which queries
        rows: np.ndarray,  # [L, d] float32
        lengths: np.ndarray,  # [L] float64
        base: int,  # position of the first row
        floats: bool = True,  # without effect: products are always those of floats
        copies: tuple = ...,  # as in `Shortlist.offer`
    ):
        """Offer a block of rows to some queries."""
        ...
    def settle(self) -> tuple[np.ndarray, np.ndarray]:
        """Candidates that may be among the k nearest, and queries for which no other row can be."""
        ...
    def answers(
        self,
        fetch: Callable,  # as in `rank`
        ids: np.ndarray,  # [n] int64, by position
        ordered: bool = True,  # ignored: these answers are always in order
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The k nearest, by distance, then id; and which queries are certain."""
        ...
def rank(
    queries: np.ndarray,  # [m, d] float32, as given
    fetch: Callable,  # positions [p] -> (rows [n, d] float32, where in them [p], …)
    ids: np.ndarray,  # [n] int64, by position
    pairs: tuple[np.ndarray, np.ndarray],  # ([p] query numbers, [p] positions)
    k: int,
    metric: Metric,
) -> tuple[np.ndarray, np.ndarray]:
    """Measure the pairs and sort each query's by distance, then id."""
    ...
def nearest(
    queries: np.ndarray,  # [m, d] float32
    k: int,
    metric: Metric,
    scan: Callable,  # (query numbers [b], their candidates): offers every row to be compared
    fetch: Callable,
    ids: np.ndarray,  # [n] int64, by position
    span: np.ndarray,  # the rows' smallest and largest length, see `length_span`
    compiled: bool = False,  # use kernels
    mask: np.ndarray | None = None,  # [1, rows] or [m, rows] boolean, by the order of insertion
    place: np.ndarray | None = None,  # where in that order a position is
    prepared: tuple[np.ndarray, np.ndarray] | None = None,  # of `prepare_queries`, if known
    ordered: bool = True,  # False: the k nearest in any order, and distances may be missing
    signs: np.ndarray = ...,  # how rows are turned before they are rounded
    in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # of `query_bytes`, if known
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of the rows that `scan` offers, certain and in order despite rounding."""
    ...
class FlatRows(NamedTuple):
    """What a flat index holds; replaced as a whole, so that another thread's search sees one state."""
    rows: np.ndarray  # [capacity, d] float32
    ids: np.ndarray  # [capacity] int64
    lengths: np.ndarray  # [capacity] float64
    span: np.ndarray  # see `length_span`
    used: int  # how many rows are in use
class FlatIndex:
    """Exact nearest neighbours by looking at every row."""
    is_trained: bool
    dimension: Any
    metric: Any
    state: Any
    def __init__(
        self,
        dimension: int,  # d
        metric: str = 'cosine',  # or "euclidean", "dot"
    ) -> None: ...
    @classmethod
    def from_storage(
        cls,
        storage: VectorStorage,
        metric: str = 'cosine',  # or "euclidean", "dot"
    ) -> 'FlatIndex':
        """An index over what the storage holds now, sharing its rows where it can."""
        ...
    @property
    def rows(self) -> np.ndarray:
        """The vectors, [n, d] float32."""
        ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def add(
        self,
        x: Any,  # [n, d] numbers
        ids: Any = None,  # [n] integers; None counts up
    ) -> np.ndarray:
        """Add vectors; nothing is changed if any is refused."""
        ...
    def remove(
        self,
        ids: Any,  # integers
    ) -> int:
        """Remove vectors by id; unknown ids are ignored."""
        ...
    def search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        k: int = 10,  # neighbours wanted
        *,
        mask: np.ndarray | None = None,
        **others: Any,  # none: see `refuse_names`
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest vectors of each query; ties by id."""
        ...
    def exact_search(
        self,
        queries: Any,  # [m, d] numbers
        k: int = 10,  # neighbours wanted
    ) -> tuple[np.ndarray, np.ndarray]:
        """The ground truth for recall; here, the search itself."""
        ...
    def search_cost(
        self,
        queries: Any,  # [m, d] numbers
        **options: Any,  # of `search`; they make no difference
    ) -> tuple[np.ndarray, np.ndarray]:
        """What a search reads: every row, and its bytes."""
        ...
LAST_ID: int
def as_ids(ids: Any) -> np.ndarray:
    """Ids as an array; raises ValueError for anything but integers up to `LAST_ID`."""
    ...
def new_ids(
    ids: Any,  # [n] integers, or None to count up from `next_id`
    n: int,  # vectors to be added
    next_id: int,
    taken: np.ndarray,  # ids already in the index
) -> np.ndarray:
    """Check the ids of vectors to be added; raises ValueError."""
    ...
def as_queries(
    queries: Any,  # [m, d] numbers, or [d] for one
    k: int,
    dimension: int,  # d
) -> np.ndarray:
    """Check the arguments of a search."""
    ...
MOST_MISSING: int
def check_k(
    k: int,  # neighbours wanted
    n: int,  # rows there are
    m: int,  # queries
) -> int:
    """Refuse a `k` so large that the answer would be mostly empty places."""
    ...
def padded(
    answer: tuple[np.ndarray, np.ndarray],  # ([m, j] distances, [m, j] ids)
    k: int,  # columns wanted, at least j
) -> tuple[np.ndarray, np.ndarray]:
    """An answer with `k` columns."""
    ...
def as_mask(
    mask: Any,  # [n] or [m, n] boolean, or None
    m: int,  # queries
    n: int,  # rows
) -> np.ndarray | None:
    """Check a mask; raises ValueError with both shapes."""
    ...
def in_blocks(
    search: Callable,  # queries -> distances, ids
    queries: np.ndarray,  # [m, …]
    k: int,  # columns of an answer
    block: int = 512,  # queries that the threads share
    piece: int | None = None,  # queries that a thread searches at once, to save memory; None: all
) -> tuple[np.ndarray, np.ndarray]:
    """Search blocks of queries and join the answers."""
    ...
def recall(
    found: np.ndarray,  # [m, k] ids, -1 for none
    truth: np.ndarray,  # [m, k] ids from exact search, -1 for none
) -> float:
    """The share of the true neighbours that was found, over all queries (recall@k)."""
    ...
