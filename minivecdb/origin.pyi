# Made by tools/stubs.py from origin.py.
import numpy as np
from typing import Any

__all__ = ['NO_ORIGIN', 'SAMPLE', 'SHORTER', 'PRODUCTS', 'FARTHEST', 'evenly', 'origin_of', 'origins_of']

NO_ORIGIN: Any
SAMPLE: int
SHORTER: float
PRODUCTS: float
FARTHEST: float
def evenly(
    n: int,  # rows there are
    most: int,  # rows wanted
) -> np.ndarray:
    """Evenly chosen row numbers: rows that came first may be of another kind than those that came last."""
    ...
def origin_of(
    x: np.ndarray,  # [n, d] float32
    metric: str,  # "cosine", "euclidean", "dot"
) -> np.ndarray:
    """The median of each coordinate, if euclidean rows are much nearer to it than to zero."""
    ...
def origins_of(
    pieces: np.ndarray,  # [m, n, d] float32, n at least 1
    shorter: float = ...,  # factor by which rows must become shorter
    most: int = ...,  # rows looked at
) -> np.ndarray:
    """The same for several sets of rows, such as the pieces that vectors are cut into."""
    ...
