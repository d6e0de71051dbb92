# Made by tools/stubs.py from reads.py.
import numpy as np
from collections.abc import Iterator
from contextlib import contextmanager
from minivecdb.durable.snapshots import Snapshot
from minivecdb.durable.storage import DurableStorage
from typing import Any

__all__ = ['TEXT_ROWS', 'Extents', 'reading']

class Extents:
    """Where vectors lie: ids `first` to `first + n` are rows `start` to `start + n` of a segment. Four columns, by ascending ids."""
    first: Any
    n: Any
    segment: Any
    start: Any
    def __init__(self, found: list) -> None: ...
    def find(
        self,
        ids: np.ndarray,  # [m] int64
    ) -> tuple[np.ndarray, np.ndarray]:
        """The place of each id."""
        ...
@contextmanager
def reading(storage: DurableStorage) -> Iterator[Snapshot]:
    """One snapshot, whose errors carry our names."""
    ...
TEXT_ROWS: int
