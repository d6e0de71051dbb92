# Made by tools/stubs.py from find.py.
import numpy as np
from minivecdb.filters.columns import Column
from typing import NamedTuple

__all__ = ['Row', 'order']

class Row(NamedTuple):
    """One vector of a storage."""
    id: int
    vector: np.ndarray  # [d] float32
    metadata: dict
def order(
    values: Column,  # of one key
    at: np.ndarray,  # rows
    down: bool = False,  # largest first
) -> np.ndarray:
    """Sort some rows by their values."""
    ...
