# Made by tools/stubs.py from spilling.py.
import numpy as np
from minivecdb.lists.lists import InvertedLists

__all__ = ['second_lists', 'empty_copies', 'opened', 'copies_of', 'read_copies', 'read_at']

def second_lists(
    x: np.ndarray,  # [n, d] float32; for cosine of length 1
    labels: np.ndarray,  # [n] int64: the first list of each
    centroids: np.ndarray,  # [k, d] float32, at least 2; for cosine of length 1
    spill: float,  # λ: 0 for the second nearest, more to prefer remainders at a right angle
    block: int = 2048,  # rows at a time
) -> np.ndarray:
    """The second list of each row, by the loss of Sun, Guo, Kumar 2024 (equation 5)."""
    ...
def empty_copies(
    lists: InvertedLists,
    lossless: bool,  # whether codes are the vectors themselves: copies then hold bytes only
) -> InvertedLists:
    """The same lists with an empty set of copies."""
    ...
def opened(
    probes: np.ndarray,  # [m, p] lists to read for each query, -1 for none
    n_lists: int,
) -> np.ndarray:
    """Which lists each query reads."""
    ...
def copies_of(lists: InvertedLists) -> tuple:
    """The arrays that `read_copies` takes."""
    ...
def read_copies(asked, copies, near, n_lists, state):
    """Offer the copies in the lists `near` whose originals are in none of them."""
    ...
def read_at(
    held: InvertedLists,
    lists: np.ndarray,  # [p] which lists, -1 for none
) -> np.ndarray:
    """Where to read each vector of some lists: in its first list if it is read, else as a copy."""
    ...
