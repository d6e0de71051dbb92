# Made by tools/stubs.py from bits.py.
import numpy as np
from minivecdb.codecs.blocks import Blocks
from minivecdb.codecs.codec import Codec
from minivecdb.distances.metric import Metric
from minivecdb.distances.origin import Frame
from typing import Any

__all__ = ['LONGEST', 'FACTOR', 'grid_codes', 'upper_half', 'RaBitQ', 'turned_back', 'around_centroids']

def grid_codes(
    z: np.ndarray,  # [n, d] float32 or float64
    bits: int,  # per number
    tries: int = 16,  # scales that are compared, and again as many between the best and its neighbours
) -> np.ndarray:
    """The point of a grid of 2**bits odd numbers per axis that lies nearest in direction, of those at some scales."""
    ...
def upper_half(
    x: np.ndarray,  # float32, at least 0
    up: bool = False,  # never round down
) -> np.ndarray:
    """bfloat16 of numbers without sign."""
    ...
LONGEST: float
class RaBitQ(Codec):
    """The signs of a turned residual, and three factors for an unbiased estimate of products (Gao & Long 2024); with more bits, a finer grid (Gao et al. 2024)."""
    residual: bool
    scans: bool
    learned: tuple[Any, ...]
    block_rows: int
    farthest: float
    remakes: str
    reading_cost: int
    usual_frame: Any
    bits: Any
    epsilon: float
    planes: Any
    def __init__(
        self,
        dimension: int,  # d
        bits: int = 1,  # per dimension, 1 to 8
        epsilon: float = 1.9,  # half of an interval, in standard deviations of the estimate
    ) -> None: ...
    @property
    def code_width(self) -> int: ...
    def shapes(self) -> dict[str, tuple]: ...
    def optional_shapes(self) -> dict[str, tuple]: ...
    def left(
        self,
        x: np.ndarray,  # [n, d] float32: queries or centroids, as the metric prepares them
        metric: Metric,
    ) -> np.ndarray:
        """Minus what all directions share, for cosine: products with residuals may leave it out of both."""
        ...
    def written(self, x: np.ndarray, centroids: np.ndarray, metric: Metric) -> np.ndarray: ...
    def common_part(self, metric: Metric) -> np.ndarray:
        """What all directions share, if it is large."""
        ...
    def accept(self, arrays: dict[str, np.ndarray]) -> Codec: ...
    def turn(
        self,
        x: np.ndarray,  # [n, d] float32
        compiled: bool = False,  # use the kernel however few there are
    ) -> np.ndarray:
        """Rows turned as those were that the codes stand for."""
        ...
    def room(
        self,
        n: int = 0,  # rows
    ) -> Blocks:
        """Room for codes, in the form in which they are scanned."""
        ...
    def encode_near(
        self,
        x: np.ndarray,  # [n, d] float32, of length 1 for cosine
        centroids: np.ndarray,  # [k, d] float32
        labels: np.ndarray,  # [n]: the centroid of each
        metric: Metric,
    ) -> np.ndarray:
        """Codes of the differences to centroids; their offsets are those of a metric's surrogate."""
        ...
    def values(
        self,
        codes: np.ndarray,  # [n, code_width] uint8
    ) -> tuple[np.ndarray, np.ndarray]:
        """The grid points of codes, and what to multiply them with."""
        ...
    def dots(self, queries: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Unbiased estimates of products; the queries are turned instead of the vectors."""
        ...
    def sound(
        self,
        blocks: np.ndarray,  # [b, 64 * code_width], the data of `Blocks`
    ) -> bool:
        """Whether the factors of all rows are finite."""
        ...
    def frame(self, metric: Metric, x: np.ndarray, centroids: np.ndarray) -> Frame:
        """Around centroids or, for inner products, perhaps the origin; scaled, so that squares fit."""
        ...
FACTOR: tuple[Any, ...]
def turned_back(
    x: np.ndarray,  # [n, d] float32
    signs: np.ndarray,  # [4, d] float32
) -> np.ndarray:
    """The opposite of `rotated`: its steps in reverse."""
    ...
def around_centroids(
    x: np.ndarray,  # [n, d] float32: rows, which stand for queries too
    centroids: np.ndarray,  # [k, d] float32
) -> bool:
    """Whether inner products are estimated better from differences to centroids."""
    ...
