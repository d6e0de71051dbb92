# Made by tools/stubs.py from coarse.py.
import numpy as np
from minivecdb.exact.flat import FlatIndex
from typing import NamedTuple

__all__ = ['Coarse', 'coarse_of', 'choose', 'choose_all', 'choose_by_products', 'nearest_lists']

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
def choose(lows, width, allowed, query, prepared, own, kind, coarse, near, space):
    """Write the n nearest centroids to `near`: one with the smallest lower end first, the others in no order. Returns how many were multiplied, and how many measured."""
    ...
def choose_all(asked, queries, prepared, own, kind, allowed, coarse, near):
    """The nearest centroids of every query; returns how many were multiplied, and how many measured."""
    ...
def choose_by_products(dots, queries, prepared, own, kind, allowed, coarse, near):
    """The nearest centroids of every query, from float32 products."""
    ...
def nearest_lists(
    queries: np.ndarray,  # [m, d] float32
    prepared: tuple[np.ndarray, np.ndarray],  # as `prepare_queries` returns them
    n: int,  # lists wanted
    index: FlatIndex,  # over the centroids
    coarse: Coarse,  # the same, made ready
    compiled: bool = False,  # use kernels however few queries there are
    in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # of `query_bytes`, where that was done already
) -> np.ndarray:
    """The nearest centroids of each query; the same set whatever the batch."""
    ...
