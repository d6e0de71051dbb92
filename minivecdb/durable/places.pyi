# Made by tools/stubs.py from places.py.
import numpy as np
from minivecdb.durable.format import Extent
from typing import Any
from typing import NamedTuple

__all__ = ['Places', 'Extents']

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
