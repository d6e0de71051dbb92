# Made by tools/stubs.py from exact_rows.py.
import numpy as np
from minivecdb.distances.metric import Metric
from minivecdb.lists.scanners import QueryBlock
from pathlib import Path
from typing import Any
from typing import Protocol

__all__ = ['RowReader', 'ArrayRows', 'FileRows', 'check_reader', 'ExactRows']

class RowReader(Protocol):
    """Returns exact vectors by id."""
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
class ArrayRows:
    """Rows of an array, whose ids are 0, 1, 2, … unless given."""
    x: Any
    dimension: Any
    ids: Any
    in_place: Any
    def __init__(
        self,
        x: np.ndarray,  # [n, d] float32: in memory, or a memory map
        ids: np.ndarray | None = None,  # [n] ids of the rows, ascending
    ) -> None: ...
    def numbers(
        self,
        ids: np.ndarray,  # [p] int64
    ) -> np.ndarray:
        """The row number of each id."""
        ...
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows of `ids`."""
        ...
class FileRows:
    """Rows of a file of float32 numbers, read when they are asked for. Their ids are 0, 1, 2, …"""
    dimension: Any
    n: Any
    rows: Any
    def __init__(
        self,
        path: str | Path,  # d numbers of 4 bytes per row, little endian
        dimension: int,  # d
        offset: int = 0,  # bytes before the first row
    ) -> None: ...
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows of `ids`."""
        ...
def check_reader(
    reader: Any,  # given as the exact vectors of an index
    dimension: int,  # d
    next_id: int,  # above the ids of the index
):
    """Raise unless exact vectors can be read from it by id."""
    ...
class ExactRows:
    """Measures candidates by their exact vectors."""
    reader: RowReader | None
    metric: Metric
    span: np.ndarray
    def __init__(
        self,
        reader: RowReader | None,
        metric: Metric,
        span: np.ndarray,  # the smallest and the largest length of these vectors, see `length_span`
    ) -> None: ...
    def numbers(
        self,
        ids: np.ndarray,  # of any shape, -1 for none
    ) -> np.ndarray | None:
        """Where the exact rows of some ids are in memory."""
        ...
    def fetch(
        self,
        ids: np.ndarray,  # [p]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Exact vectors, each fetched once; raises `KeyError` for one that the reader does not have."""
        ...
    def nearest(
        self,
        queries: QueryBlock,
        ids: np.ndarray,  # [m, R] candidates, -1 for none
        k: int,  # neighbours wanted
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of the candidates, by their exact vectors."""
        ...
