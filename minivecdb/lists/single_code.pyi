# Made by tools/stubs.py from single_code.py.
import numpy as np
from collections.abc import Callable
from minivecdb.codecs.codec import Codec
from minivecdb.distances.metric import Metric
from minivecdb.exact.coarse import Coarse
from minivecdb.exact.flat import FlatIndex
from minivecdb.lists.lists import InvertedLists

__all__ = ['unpacks', 'ready_codes', 'codes_soon']

def unpacks(codec: Codec) -> tuple | None:
    """What `_unpack` must know of a codec; None for one that no loop reads."""
    ...
def ready_codes(
    codec: Codec,
    metric: Metric,
    index: FlatIndex,  # over the centroids
    coarse: Coarse,  # the same, made ready
    lists: InvertedLists,  # of codes
    unread: np.ndarray = ...,  # [n_lists] boolean: lists to be looked at before they are read
) -> Callable:
    """A search of these lists for one query in one call.
    
    It is made once, and serves until something changes.
    
    It returns None where it is not certain of the answer, and always if no loop reads the codec."""
    ...
def codes_soon(work: float) -> bool:
    """Whether this call is compiled, or would by now have paid for it."""
    ...
