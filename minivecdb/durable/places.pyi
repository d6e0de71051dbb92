# Made by tools/stubs.py from places.py.
import numpy as np
from minivecdb.durable.format import Extent
from minivecdb.durable.snapshots import Snapshot
from typing import Any
from typing import NamedTuple

__all__ = ['Places', 'Extents', 'vectors_at']

class Places(NamedTuple):
    """Where the vectors of some ids lie."""
    segment: np.ndarray  # [m] int64 numbers of segments; -1 for an id that is in none
    row: np.ndarray  # [m] int64 rows of these segments
class Extents:
    """All rows of table `extents` as four columns, by ascending ids."""
    first: Any
    n: Any
    segment: Any
    start: Any
    def __init__(
        self,
        extents: list[Extent],  # ascending
    ) -> None: ...
    def find(
        self,
        ids: np.ndarray,  # [m] int64
    ) -> Places:
        """Look up where vectors lie."""
        ...
def vectors_at(
    s: Snapshot,
    places: Places,  # [m]
    vectors: tuple[bytes | None, ...],  # m from table `recent`; None for a vector in a segment
) -> np.ndarray:
    """Read vectors from the segments, and put those of table `recent` among them."""
    ...
