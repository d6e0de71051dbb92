# Made by tools/stubs.py from dot.py.
import numpy as np
from typing import NamedTuple

__all__ = ['Reach', 'no_reach', 'list_scores', 'shared_part', 'read_on', 'rank_by_rows']

class Reach(NamedTuple):
    """How far from its centroid the rows of each list lie."""
    squares: np.ndarray  # [k] float64: the sum of squared distances of rows that were added
    rows: np.ndarray  # [k] float64: how many these were
    def added(
        self,
        labels: np.ndarray,  # [n] the list of each row
        cost: np.ndarray,  # [n] squared distance to its centroid
    ) -> 'Reach':
        """The reach with more rows."""
        ...
    def each(self) -> np.ndarray:
        """The root of the mean; 0 where there was no row."""
        ...
def no_reach(k: int) -> Reach:
    """Before any row is added."""
    ...
def list_scores(
    queries: np.ndarray,  # [m, d] float32
    own: np.ndarray,  # [m] their lengths
    centroids: np.ndarray,  # [k, d] float32
    reach: np.ndarray,  # [k] float32, see `Reach.each`
    compiled: bool = False,  # use the kernel; the bits are the same
) -> np.ndarray:
    """Lists ranked for inner products: the smallest score first."""
    ...
def shared_part(centroids: np.ndarray) -> np.ndarray:
    """Where the centroids are, if far from zero. Without it, float32 keeps the digits of products."""
    ...
def read_on(
    scores: np.ndarray,  # [m, k] of `list_scores`
    sizes: np.ndarray,  # [k] rows of each list
    nprobe: int,  # lists to read at least
) -> np.ndarray:
    """Lists until `nprobe` of them and the rows of as many average ones were read."""
    ...
def rank_by_rows(
    nearer: np.ndarray,  # [m, k] boolean: which lists come before
    sizes: np.ndarray,  # [k] rows of each list
) -> np.ndarray:
    """Ranks of lists, counted in rows."""
    ...
