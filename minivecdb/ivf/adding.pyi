# Made by tools/stubs.py from adding.py.
import numpy as np
from minivecdb.ivf.index import State
from typing import NamedTuple

__all__ = ['APART', 'MAJORITY', 'CROWD', 'Batch']

class Batch(NamedTuple):
    """Vectors to be added, and what a write needs of them."""
    given: np.ndarray  # [n, d] float32
    moved: np.ndarray  # [n, d] float32: counted from the origin of the lists
    unit: np.ndarray  # [n, d] float32, as `prepare_queries` returns them
    lengths: np.ndarray  # [n] float64
    in_bytes: tuple[np.ndarray, np.ndarray] | None  # of `byte_rows`, for lists that keep bytes
    @classmethod
    def of(cls, state: State, given: np.ndarray) -> 'Batch':
        """The batch of these vectors."""
        ...
APART: float
MAJORITY: float
CROWD: int
