# Made by tools/stubs.py from bisecting.py.
import numpy as np

__all__ = ['LOOKED', 'two_parts', 'halves']

LOOKED: int
def two_parts(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    metric: str,  # "cosine", "euclidean", "dot"
    least: float = 1,  # rows that each part has at least; and always a sixteenth of all
    starts: int = 10,  # rows far from the middle, and not so far, that are tried as the middle of a part
    rounds: int = 4,
) -> tuple[np.ndarray | None, float]:
    """The two parts of some rows that make the spread smallest."""
    ...
def halves(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    metric: str,  # "cosine", "euclidean", "dot"
    least: float = 1,  # as in `two_parts`
) -> tuple[np.ndarray | None, float]:
    """Centroids of the two parts of some rows."""
    ...
