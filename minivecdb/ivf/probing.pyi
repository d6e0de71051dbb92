# Made by tools/stubs.py from probing.py.
import dataclasses
import numpy as np
import weakref
from typing import NamedTuple

__all__ = ['ReadLimits', 'RowMask']

class ReadLimits(NamedTuple):
    """How many lists a query reads."""
    nprobe: int
    ratio_threshold: float | None = ...  # leave out lists below this share of the best similarity
    max_codes: int | None = ...  # stop once so many vectors were read
    fill: int = ...  # read on until this many vectors were seen
@dataclasses.dataclass(frozen=True, repr=False)
class RowMask:
    """Which rows of an index a search may return; it fits the state that it was made for."""
    rows: np.ndarray  # [n] boolean, or [m, n] for m queries
    made_for: weakref.ref  # to the lists of that state
    def __repr__(self) -> str: ...
