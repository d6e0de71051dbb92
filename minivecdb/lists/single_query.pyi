# Made by tools/stubs.py from single_query.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from minivecdb.exact.coarse import Coarse
from minivecdb.exact.flat import FlatIndex
from minivecdb.lists.lists import InvertedLists
from typing import Any

__all__ = ['ALL_READ', 'no_lists', 'is_unread', 'ready_one', 'one_soon', 'search_one']

def no_lists(nprobe: int) -> np.ndarray:
    """Room for list numbers that are yet to be chosen."""
    ...
ALL_READ: Any
def is_unread(near, unread):
    """Whether one of these lists must be looked at first."""
    ...
def ready_one(
    metric: Metric,
    index: FlatIndex,  # over the centroids
    coarse: Coarse,  # the same, made ready, and turned as the lists are
    lists: InvertedLists,  # of float32 rows, with their bytes
    unread: np.ndarray = ...,  # [n_lists] boolean: lists to be looked at before they are read
) -> Callable:
    """A search of these lists for one query in one call; made once, as long as nothing changes.
    
    The query is float32, and [1, k] float32 distances and int64 ids are returned, or None where the
    general road must be asked. List numbers are given where they are chosen already."""
    ...
def one_soon(work: float) -> bool:
    """Whether this call is compiled, or would by now have paid for it."""
    ...
def search_one(
    query: np.ndarray,  # [1, d] float32
    k: int,  # neighbours wanted
    nprobe: int,  # lists to read
    metric: Metric,
    index: FlatIndex,  # and the others as for `ready_one`
    coarse: Coarse,
    lists: InvertedLists,
) -> tuple[np.ndarray, np.ndarray] | None:
    """The k nearest of one query in its nearest lists, by distance, then id.
    
    inf and -1 stand where there are fewer; None says that the general road must be asked."""
    ...
