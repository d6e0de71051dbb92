# Made by tools/stubs.py from calibrating.py.
import numpy as np

__all__ = ['sampled_ranks', 'fitted_lines']

def sampled_ranks(
    n: int,  # candidates
    s: int,  # of them to be measured
) -> np.ndarray:
    """Ranks whose distance to each other grows: the first, the last, and most of them early."""
    ...
def fitted_lines(
    approximate: np.ndarray,  # [m, s] float
    exact: np.ndarray,  # [m, s] float
    there: np.ndarray,  # [m, s] boolean: which count
) -> tuple[np.ndarray, np.ndarray]:
    """Least squares for each row; where that would turn the order around, only a shift."""
    ...
