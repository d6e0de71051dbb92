# Made by tools/stubs.py from bisecting.py.
import numpy as np

__all__ = ['MOST_ROWS', 'bisect', 'bisected_centroids']

MOST_ROWS: int
def bisect(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    metric: str,  # "cosine", "euclidean" or "dot"
    least: float = 1,  # rows that each part has at least; never below a sixteenth of all
    starts: int = 10,  # rows that are tried as the middle of a part
    rounds: int = 4,  # of two-means
) -> tuple[np.ndarray | None, float]:
    """The two parts of some rows that make the spread smallest, by two-means. None and 0 where
    the rows do not fall into two parts."""
    ...
def bisected_centroids(
    x: np.ndarray,  # [n, d] float32; for cosine, of length 1
    metric: str,  # "cosine", "euclidean" or "dot"
    least: float = 1,  # as in `bisect`
) -> tuple[np.ndarray | None, float]:
    """The means of the two parts that `bisect` finds."""
    ...
