# Made by tools/stubs.py from origin.py.
import numpy as np
from typing import Any
from typing import NamedTuple

__all__ = ['NO_ORIGIN', 'SAMPLE', 'SHORTER', 'PRODUCTS', 'ENDS', 'FEW', 'MUCH', 'FARTHEST', 'evenly', 'origin_of', 'origins_of', 'Frame']

NO_ORIGIN: Any
SAMPLE: int
SHORTER: float
PRODUCTS: float
ENDS: float
FEW: int
MUCH: float
FARTHEST: float
def evenly(
    n: int,  # rows there are
    most: int,  # rows wanted
) -> np.ndarray:
    """Row numbers at even distances: rows that came first may be of another kind than later ones."""
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
    """The origin of each of several sets of rows, such as the pieces that vectors are cut into."""
    ...
class Frame(NamedTuple):
    """What an index does with rows before they are encoded: settled when it is trained."""
    power: int = ...  # rows, centroids and queries are divided by 2**power; no digit changes
    centred: bool = ...  # differences are to a row's centroid; False: to the origin
    longest: float | None = ...  # length of the longest row that may be added; None for any
    def scaled(self, x: np.ndarray) -> np.ndarray:
        """Rows or lengths as the codec sees them."""
        ...
    def unscaled(self, x: np.ndarray, times: int = 1) -> np.ndarray:
        """Numbers in the units of the rows as they were added; times: 2 for products."""
        ...
    def centres(self, centroids: np.ndarray) -> np.ndarray:
        """The points that differences are taken to: centroids, or the origin."""
        ...
    def check(self, lengths: np.ndarray):
        """Raise `VectorError` if a row is too long for the codes."""
        ...
