# Made by tools/stubs.py from coarse.py.
import numpy as np
from minivecdb.exact.flat import FlatIndex
from typing import NamedTuple

__all__ = ['Coarse', 'coarse_of', 'Queries', 'LowerEnds', 'choose', 'Room', 'choose_all', 'choose_by_products', 'nearest_lists']

class Coarse(NamedTuple):
    """Centroids, ready to be compared with queries; see `coarse_of`."""
    rows: np.ndarray  # [k, d] float32
    lengths: np.ndarray  # [k] float64
    factor: np.ndarray  # [k] float32: surrogate = factor · product + offset
    offset: np.ndarray  # [k] float32
    codes: np.ndarray  # [k, w] int8
    terms: np.ndarray  # [k, 4] float32, as `byte_rows` returns them
    widest: np.ndarray  # [2] float32: the largest of its middle columns
    largest: float  # length of the longest
    signs: np.ndarray  # how they, and queries, are turned before rounding
    turning: float  # what that may add to errors, as a share of a length
def coarse_of(
    index: FlatIndex,  # over the centroids
    signs: np.ndarray = ...,  # a rotation, as `useful_signs` returns it
) -> Coarse:
    """The centroids of an index, made ready."""
    ...
class Queries(NamedTuple):
    """Queries as kernels read them; without their first axis, one query."""
    given: np.ndarray  # [m, d] float32
    prepared: np.ndarray  # [m, d] float32, as `prepare_queries` returns them
    lengths: np.ndarray  # [m] float64: |query|
    slack: np.ndarray  # [m] float32, of float32 products
class LowerEnds(NamedTuple):
    """Intervals of one query's surrogates: each reaches from its lower end to `width` above it."""
    lows: np.ndarray  # [k] float32
    width: np.float32  # 2E
def choose(
    ends,  # `LowerEnds` of all centroids
    query,  # one of `Queries`
    kind,  # of the metric, 0 to 2
    coarse,  # `Coarse`
    near,  # [n] int64, to be filled in
    room,  # working memory: [k] float32, [k] int64, [d] float64
):
    """Write the n nearest centroids: first one with the smallest lower end, then the others."""
    ...
class Room(NamedTuple):
    """Working memory of `choose_all`."""
    packed: np.ndarray  # [tiles, 16 w] uint32: all centroids in tiles of 64 rows
    side: np.ndarray  # [tiles, 256] float32: their terms
    lows: np.ndarray  # [96, k] float32
    wide: np.ndarray  # int8, one query's bytes
    choosing: tuple  # of `choose`
    tiles: tuple  # of `_lower_ends`
def choose_all(
    in_bytes,  # queries: codes, terms, shifts
    given,  # [m, d] float32
    prepared,  # [m, d] float32
    lengths,  # [m] float64: |query|
    kind,  # of the metric, 0 to 2
    slack,  # [m] float32
    coarse,  # `Coarse`
    near,  # [m, n] int64, to be filled in
):
    """The nearest centroids of every query."""
    ...
def choose_by_products(
    dots,  # [m, k] float32, overwritten
    given,  # [m, d] float32
    prepared,  # [m, d] float32
    lengths,  # [m] float64: |query|
    kind,  # of the metric, 0 to 2
    slack,  # [m] float32
    coarse,  # `Coarse`
    near,  # [m, n] int64, to be filled in
):
    """The nearest centroids of every query, from float32 products."""
    ...
def nearest_lists(
    queries: np.ndarray,  # [m, d] float32
    prepared: tuple[np.ndarray, np.ndarray],  # as `prepare_queries` returns them
    n: int,  # lists wanted
    index: FlatIndex,  # over the centroids
    coarse: Coarse,  # the same, made ready
    compiled: bool = False,  # use kernels however few queries there are
    in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # of `query_bytes`, if known
) -> np.ndarray:
    """The nearest centroids of each query; the same set whatever the batch."""
    ...
