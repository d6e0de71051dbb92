# Made by tools/stubs.py from bounds.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['NO_TURN', 'NO_MASK', 'IN_PLACE', 'NO_COPIES', 'count_at_most', 'in_order_of_rows', 'extent', 'border', 'keep_in_shortlist', 'query_bytes', 'byte_rows', 'multiply_tile', 'terms_by_lane', 'list_bounds', 'read_rows', 'survivors', 'query_terms', 'Shortlist']

def count_at_most(s, most):
    """How many numbers are at most `most`."""
    ...
def in_order_of_rows(b):
    """The bits of a float as an integer that is ordered like it; and back."""
    ...
def extent(s):
    """The smallest and the largest number."""
    ...
def border(s, n, tolerance):
    """Two numbers, at most `tolerance` apart if floats allow it: fewer than n of s are at most the first, at least n at most the second."""
    ...
def keep_in_shortlist(state, i, position, low, high):
    """Take a row with the interval (low, high) into the shortlist of query i."""
    ...
NO_TURN: Any
def query_bytes(
    prepared: np.ndarray,  # [m, d] float32, as `prepare_queries` returns them
    own: np.ndarray,  # [m] their lengths
    metric: Metric,
    signs: np.ndarray = ...,  # a rotation, as `useful_signs` returns it
) -> tuple[np.ndarray, np.ndarray]:
    """Queries in bytes: codes, and the step and the rounding error of each."""
    ...
def byte_rows(
    rows: np.ndarray,  # [n, d] float32
    lengths: np.ndarray,  # [n] float64
    metric: Metric,
    signs: np.ndarray = ...,  # a rotation, as `useful_signs` returns it
) -> tuple[np.ndarray, np.ndarray]:
    """What a scan reads of rows: their bytes, and their terms in the bounds of a metric."""
    ...
def multiply_tile(groups, packed, asked, which, row_terms, limits, scores, masks):
    """Lower bounds of a tile, and which of them are within their query's limit."""
    ...
def terms_by_lane(row_terms, first, here, lanes, out):
    """The terms of some rows, lane by lane."""
    ...
def list_bounds(wide, shift, terms, rows, first, lows):
    """Lower bounds of some rows for one query."""
    ...
def read_rows(asked, rows, starts, sizes, probes, guard, state):
    """Offer the rows of the lists probes[i] to query i, one at a time."""
    ...
def survivors(state, order, heads, out, lower):
    """What is within the limit of each query, in the order asked for, and of each query the k smallest lower ends, or a few more, before the others."""
    ...
def query_terms(codes, steps, own, unit, slack, terms, shifts):
    """A query's terms in the bounds, and where its sums start."""
    ...
NO_MASK: Any
IN_PLACE: Any
NO_COPIES: tuple[Any, ...]
class Shortlist:
    """For each of m queries, the rows that may be among its k nearest, by intervals; see `answers`."""
    metric: Metric
    given: np.ndarray
    own: np.ndarray
    queries: np.ndarray
    signs: np.ndarray
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
        k: int,
        slack: np.ndarray,  # [m] see `minivecdb.distances.metric.slack`
        room: int,  # rows in a query's shortlist at most
        mask: np.ndarray | None = None,  # [1, n] for all queries, or [m, n]: boolean, which rows may be found
        place: np.ndarray | None = None,  # [positions] where in the mask a position is; None where it is the same
        signs: np.ndarray = ...,  # how rows are turned before they are rounded
        in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # of `query_bytes`, where that was done already
    ) -> None: ...
    def offer(
        self,
        which: np.ndarray,  # [b] which queries
        rows: np.ndarray,  # [L, d] float32
        lengths: np.ndarray,  # [L] float64
        base: int,  # position of the first row
        floats: bool = False,  # multiply in float32: slower, but hardly more than k rows are left to measure
        copies: tuple = ...,  # where these are copies of rows: the position and the list [L] of each original, and the lists that each query opened, [m, n_lists] boolean
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
        """Offer to each query the rows of some lists. Queries that share a nearest list will be measured one after the other, while its rows are in the processor's caches."""
        ...
    def answers(
        self,
        fetch: Callable,  # as `closest` wants it
        ids: np.ndarray,  # [positions] int64
        ordered: bool = True,  # False: only which are the k nearest, in any order and without distances
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The k nearest, by distance, then id; inf and -1 where there are fewer."""
        ...
