# Made by tools/stubs.py from shortlist.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['NO_MASK', 'IN_PLACE', 'NO_COPIES', 'survivors', 'read_lists', 'query_terms', 'Shortlist']

def survivors(
    state,  # as in `read_rows`
    order,  # [m] queries
    heads,  # [m + 1], written: where each query's rows begin
    out,  # [p], written: positions
    lower,  # [p], written: lower ends
):
    """The rows within the limit of each query, in the order asked for; of each query the k with the
    smallest lower ends, or a few more, before the others."""
    ...
def read_lists(asked, rows, starts, sizes, probes, guard, state):
    """Offer to each query the rows of the lists it probes: its first list to all queries before any
    other, because near rows make far ones cheap."""
    ...
def query_terms(
    codes,  # [m, w] int8
    steps,  # [m, 2] the step and the rounding error of each
    own,  # [m] lengths
    unit,  # whether queries are scaled to length 1
    slack,  # [m] as the function `slack` returns it
    terms,  # [m, 4] float32, written
    shifts,  # [m] int32, written: where the sums of each query start
):
    """The terms of queries in the bounds."""
    ...
NO_MASK: Any
IN_PLACE: Any
NO_COPIES: tuple[Any, ...]
class Shortlist:
    """For each of m queries, the rows that may be among its k nearest, by intervals; see `answers`."""
    reads_bytes: bool
    metric: Metric
    signs: np.ndarray
    given: np.ndarray
    queries: np.ndarray
    own: np.ndarray
    terms: Any
    asked: Any
    slack: Any
    order: Any
    guard: Any
    state: Any
    def __init__(
        self,
        queries: np.ndarray,  # [m, d] float32 as given
        prepared: np.ndarray,  # [m, d] float32, as `prepare_queries` returns them
        own: np.ndarray,  # [m] their lengths
        metric: Metric,
        k: int,  # answers for each query
        slack: np.ndarray,  # [m] as the function `slack` returns it
        room: int,  # rows in a query's shortlist at most
        *,
        mask: np.ndarray | None = None,
        place: np.ndarray | None = None,
        signs: np.ndarray = ...,  # how rows are rotated before they are rounded
        in_bytes: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None: ...
    def offer(
        self,
        which: np.ndarray,  # [b] which queries
        rows: np.ndarray,  # [L, d] float32
        lengths: np.ndarray,  # [L] float64
        base: int,  # position of the first row
        floats: bool = False,
        copies: tuple = ...,
    ):
        """Offer a block of rows to some queries, in bytes where that pays."""
        ...
    def offer_lists(
        self,
        rows: tuple[np.ndarray, np.ndarray],  # as `byte_rows` returns them
        starts: np.ndarray,  # [n_lists]
        sizes: np.ndarray,  # [n_lists]
        probes: np.ndarray,  # [m, p] lists to read for each query, its nearest first; -1 for none
        copies: tuple = ...,  # as in `offer`, for all rows
    ):
        """Offer to each query the rows of some lists. Queries that share a nearest list will be
        measured one after the other, while its rows are in the processor's caches."""
        ...
    def answers(
        self,
        fetch: Callable,  # as in `rerank_candidates`
        ids: np.ndarray,  # [positions] int64
        ordered: bool = True,  # False: only which are the k nearest, in any order and without distances
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The k nearest, by distance, then id; inf and -1 where there are fewer."""
        ...
