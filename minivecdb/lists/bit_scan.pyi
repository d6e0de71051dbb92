# Made by tools/stubs.py from bit_scan.py.
import numpy as np
from collections.abc import Callable
from minivecdb.codecs.bits import RaBitQ
from minivecdb.distances.metric import Metric
from minivecdb.exact.coarse import Coarse
from minivecdb.lists.lists import InvertedLists
from typing import Any

__all__ = ['SOME', 'SURE', 'MORE', 'FIRST', 'AHEAD', 'whole_numbers', 'fine_sum', 'read_codes', 'cut', 'sort_ends', 'lowest', 'steady_products', 'how_wide', 'search_codes', 'first_by_distance', 'worth_measuring', 'lower_ends', 'gather', 'measure', 'ready_code', 'code_soon', 'search_one_code']

def whole_numbers(z, bits, numbers, scale):
    """A turned query as integers whose products with codes stay below 2**31."""
    ...
def fine_sum(block, lane, w, bits, numbers):
    """The product of a code with a query of integers."""
    ...
SOME: int
SURE: Any
def read_codes(asked, coarse, held, lists, probes, guard, how, state):
    """Offer to each query the rows of the lists it probes, 128 queries at a time, list after list, each query's nearest list first."""
    ...
def cut(s, keep):
    """A number that at least `keep` of s are not above, and not many more; the largest but infinity where there are fewer."""
    ...
def sort_ends(lows, names):
    """Sort both by number, then by name."""
    ...
def lowest(state, ids, keep, found, lows):
    """The ids of the `keep` rows with the lowest ends, in their order, then by id."""
    ...
def steady_products(
    a: np.ndarray,  # [..., d] float32
    b: np.ndarray,  # [..., d] float32
) -> np.ndarray:
    """`steady_product` in numpy: the same bits."""
    ...
def how_wide(
    codec: RaBitQ,
    metric: Metric,
    bounds: bool,  # whether lower ends are wanted, or estimates
    keep: int,  # rows wanted
) -> tuple:
    """How wide intervals are."""
    ...
def search_codes(
    codec: RaBitQ,
    prepared: np.ndarray,  # [m, d] float32, as `prepare_queries` returns them
    metric: Metric,
    centroids: tuple[np.ndarray, np.ndarray],  # [k, d] float32, and their lengths [k] float64
    lists: InvertedLists,  # of this codec's codes
    probes: np.ndarray,  # [m, p] lists to read, each query's nearest first, -1 for none
    keep: int,  # rows wanted
    bounds: bool = True,  # lower ends of intervals; False: estimates
    mask: np.ndarray | None = None,  # as `Shortlist` takes it
    place: np.ndarray | None = None,
    compiled: bool = True,  # use kernels; the result is the same
) -> tuple[np.ndarray, np.ndarray]:
    """The rows whose surrogates may be lowest."""
    ...
MORE: int
def first_by_distance(
    far: np.ndarray,  # [m, c] estimated distances, ascending
    ids: np.ndarray,  # [m, c] int64, -1 for none
    k: int,  # neighbours wanted, fewer than c
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The k nearest by estimated distance, then id; sure where no other row can tie with the last."""
    ...
FIRST: int
AHEAD: int
def worth_measuring(asked, slack, rows, found, lows, kind, k):
    """Strike out the rows whose intervals lie behind the k nearest of the first 3 k."""
    ...
def lower_ends(asked, coarse, held, lists, near, guard, how, limit, done, lows, blocks):
    """Write down the lower end of every row of some lists by its first bit, block after block, infinity for what does not count, with each block's number and its list's part of finer ends; returns how many blocks there are now."""
    ...
def gather(lows, blocks, limit, positions, ends, owners):
    """Positions, ends and blocks of the rows whose ends are at most `limit`."""
    ...
def measure(query, prepared, own, slack, rows, names, lows, kind, distances, found):
    """Fill in the nearest of some rows: those that `worth_measuring` leaves, each multiplied once, and exact where that decides."""
    ...
def ready_code(
    codec: RaBitQ,
    metric: Metric,
    coarse: Coarse,  # centroids, not turned
    lists: InvertedLists,  # of this codec's codes
    rows: np.ndarray | None = None,
    ids: np.ndarray | None = None,  # [positions] int64 to go by instead of the lists' own
    unread: np.ndarray = ...,  # [n_lists] boolean: lists to be looked at before they are read
) -> Callable:
    """A search of these lists for one query in one call; made once, as long as nothing changes."""
    ...
def code_soon(work: float) -> bool:
    """Whether this call is compiled, or would by now have paid for it."""
    ...
def search_one_code(
    codec: RaBitQ,
    query: np.ndarray,  # [1, d] float32
    k: int,  # neighbours wanted
    keep: int,  # rows to be measured, or k
    nprobe: int,  # lists to read
    metric: Metric,
    coarse: Coarse,  # and the others as for `ready_code`
    lists: InvertedLists,
    rows: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray] | None:
    """The k nearest of one query, in one compiled call; the same as the general road finds."""
    ...
