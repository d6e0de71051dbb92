# Made by tools/stubs.py from origin.py.
import numpy as np
from typing import Any

__all__ = ['NO_ORIGIN', 'SAMPLE', 'SHORTER', 'FARTHEST', 'origin_of']

NO_ORIGIN: Any
SAMPLE: int
SHORTER: float
FARTHEST: float
def origin_of(
    x: np.ndarray,  # [n, d] float32
    metric: str,  # "cosine", "euclidean", "dot"
) -> np.ndarray:
    """The median of each coordinate, if euclidean rows are much nearer to it than to zero."""
    ...
