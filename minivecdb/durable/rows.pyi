# Made by tools/stubs.py from rows.py.
import numpy as np
from typing import NamedTuple

__all__ = ['SELECT_RECENT', 'IN_RECENT', 'WALK_BYTES', 'Located', 'Compared']

SELECT_RECENT: str
IN_RECENT: int
class Located(NamedTuple):
    """All ids of a snapshot, and where their vectors are."""
    ids: np.ndarray  # [n] int64, ascending
    segment: np.ndarray  # [n] int64 numbers of segments, or `IN_RECENT`
    row: np.ndarray  # [n] int64 rows of the segment, or of `recent`
    recent: np.ndarray  # [m, d] float32 vectors of table `recent`
class Compared(NamedTuple):
    """Up to where this handle has compared rows with their checksums."""
    rows: dict[int, int]  # how many rows of each segment, by its number
    change: int  # of the storage at that time; -1 for never
WALK_BYTES: int
