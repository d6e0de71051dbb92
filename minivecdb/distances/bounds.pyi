# Made by tools/stubs.py from bounds.py.
import numpy as np
from minivecdb.distances.metric import Metric
from typing import Any

__all__ = ['ALL_BITS', 'NO_TURN', 'count_at_most', 'in_order_of_rows', 'extent', 'border', 'lower_limit', 'first_limit', 'write_down', 'keep_in_shortlist', 'admitted', 'query_bytes', 'byte_rows']

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
    """Two numbers, at most `tolerance` apart if floats allow it: fewer than n of s are at most the
    first, at least n at most the second."""
    ...
ALL_BITS: Any
def lower_limit(state, i, high):
    """Lower the limit of query i if a row's upper end does."""
    ...
def first_limit(state, i, highs, n):
    """The first limit of query i, from the upper ends of the first rows that it meets: the k
    smallest are found by counting."""
    ...
def write_down(state, i, position, low):
    """Write a row down in the shortlist of query i."""
    ...
def keep_in_shortlist(state, i, position, low, high):
    """Take a row with the interval (low, high) into the shortlist of query i."""
    ...
def admitted(guard, i, r, position):
    """The position under which query i may take in a row, or -1. Copies (r-th of some) go by the
    positions `where`, unless query i has opened their home."""
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
