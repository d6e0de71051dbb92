# Made by tools/stubs.py from prepared.py.
import numpy as np
from collections.abc import Callable
from minivecdb.ivf.index import State
from minivecdb.ivf.search import SearchOptions
from typing import Any

__all__ = ['AT_ONCE', 'TOGETHER', 'is_plain', 'SingleSearch']

def is_plain(options: SearchOptions) -> bool:
    """Whether `k`, `nprobe` and `rescore` say all that a search was asked for."""
    ...
class SingleSearch:
    """The search of single queries in one state: everything that does not depend on them is ready."""
    state: State
    unread: Any
    call: Any
    dimension: Any
    rescore: Any
    chooses: Any
    def __init__(self, state: State) -> None: ...
    def answer(self, queries: Any, options: SearchOptions) -> tuple[np.ndarray, np.ndarray] | bool | None:
        """The answer to a query or a few that can be read as they are."""
        ...
    def one(
        self,
        query: np.ndarray,  # [1, d] float32
        k: int,
        nprobe: int,
        rescore: int | None,  # candidates to measure
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """The answer to one query. A call that meets unread lists of a mapped file is made twice."""
        ...
    def look(
        self,
        lists: np.ndarray,  # list numbers, -1 for none
    ):
        """Compare lists of a mapped file with their checksums before they are read."""
        ...
    def lists_of_each(self, queries: np.ndarray, nprobe: int) -> Callable:
        """Choose the lists of some queries, and look at them."""
        ...
    def each(self, queries: np.ndarray, k: int, nprobe: int, rescore: int | None) -> tuple[np.ndarray, np.ndarray] | None:
        """A small batch as so many single queries, shared among the threads."""
        ...
AT_ONCE: int
TOGETHER: int
