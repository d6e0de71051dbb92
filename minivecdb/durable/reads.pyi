# Made by tools/stubs.py from reads.py.
import numpy as np
from minivecdb.durable.storage import _View
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
class reading(_View):
    """For `with`: one snapshot of a storage; errors of SQLite inside are raised as our own."""
    def __exit__(self, kind=None, error=None, trace=None): ...
TEXT_ROWS: int
