# Made by tools/stubs.py from bit_scanner.py.
import numpy as np
from collections.abc import Callable
from minivecdb.lists.scanners import QueryBlock
from minivecdb.lists.scanners import Reading
from minivecdb.lists.scanners import Scanner
from typing import Any

__all__ = ['ESTIMATED', 'BitScanner']

ESTIMATED: int
class BitScanner(Scanner):
    """Compares queries with codes of bits, which are not decoded: by estimates, or by lower ends."""
    def cost(self, m: int, nprobe: int) -> tuple[float, int]: ...
    def blocks(self, per_query: float) -> tuple[int, int | None]: ...
    def singly(self, m: int, nprobe: int, measured: bool) -> bool: ...
    def ready_soon(self, work: float) -> bool: ...
    def framed(
        self,
        asked: np.ndarray,  # queries [m, d], or their lengths [m]
    ) -> np.ndarray:
        """Scaled as rows are; inner products are in proportion to a query's length, so it may stay."""
        ...
    def fits(self, queries: np.ndarray) -> np.ndarray:
        """Which queries are compared with codes: float32 must hold their products."""
        ...
    def suited(self, queries: np.ndarray) -> Scanner | None: ...
    def lowest(
        self,
        queries: QueryBlock,
        reading: Reading,
        keep: int,  # rows wanted for each query
        bounds: bool,  # lower ends of distances; False: estimates
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows with the lowest ends, or estimates, of their surrogates."""
        ...
    def candidates(self, queries: QueryBlock, reading: Reading, keep: int, final: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """As `Scanner.candidates`; if they will be measured, with the lower ends of their surrogates."""
        ...
    def within(self, query: QueryBlock, reading: Reading, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """As `Scanner.within`, by the estimates that a search shows."""
        ...
    def promising(self, queries: QueryBlock, found: tuple, k: int, exact: Any) -> np.ndarray:
        """The candidates without those whose lower ends lie behind the k nearest of the first ones."""
        ...
    def single_call(self, exact: Any, unread: np.ndarray = ...) -> Callable:
        """As `Scanner.single_call`; candidates are measured in the same call if vectors are in memory."""
        ...
