# Made by tools/stubs.py from reads.py.
import numpy as np
from collections.abc import Iterator
from contextlib import contextmanager
from minivecdb.durable.snapshots import Snapshot
from minivecdb.durable.storage import DurableStorage
from typing import NamedTuple

__all__ = ['TEXT_ROWS', 'FoundRows', 'VerifiedRows', 'reading']

class FoundRows(NamedTuple):
    """Rows of table `rows` as columns, as SQLite gave them."""
    ids: tuple[int, ...]
    texts: tuple[bytes, ...]  # metadata
    seals: tuple[int, ...]
    vectors: tuple[bytes | None, ...]  # None for a vector that is in a segment
class VerifiedRows(NamedTuple):
    """Rows that match their checksums."""
    ids: np.ndarray  # [m] int64
    rows: np.ndarray  # [m, d] float32
    texts: list[bytes]  # m metadata
@contextmanager
def reading(storage: DurableStorage) -> Iterator[Snapshot]:
    """For `with`: one snapshot; errors of SQLite inside are raised as our own."""
    ...
TEXT_ROWS: int
