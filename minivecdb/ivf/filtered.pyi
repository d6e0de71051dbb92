# Made by tools/stubs.py from filtered.py.
import numpy as np
from minivecdb.ivf.index import IVF
from typing import Any

__all__ = ['search_among', 'search_several']

class _Members:
    """Tells which ids are members of a set of ids."""
    ids: np.ndarray
    table: Any
    def __init__(self, ids: np.ndarray) -> None: ...
    def __call__(self, ids: np.ndarray) -> np.ndarray:
        """A table where ids are dense, a binary search where they are not."""
        ...
def search_among(
    ivf: IVF,
    query: Any,  # [d] numbers
    k: int,  # neighbours wanted, nearest first, ties by id
    ids: Any,  # [m] integers, ascending: the rows that match
    *,
    nprobe: int | None = 10,
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest of the rows that match, measured with exact vectors."""
    ...
def search_several(
    ivf: IVF,
    queries: Any,  # [m, d] numbers
    k: int,  # neighbours wanted
    ids: Any,  # integers, ascending: the rows that match, the same for all queries
    *,
    nprobe: int | None = 10,  # as in `search_among`
) -> tuple[np.ndarray, np.ndarray]:
    """`search_among` for several queries: the same answers."""
    ...
