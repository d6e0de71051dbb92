# Made by tools/stubs.py from bits.py.
import numpy as np
from minivecdb.codecs.blocks import Blocks
from minivecdb.codecs.codec import Codec
from minivecdb.distances.metric import Metric
from minivecdb.distances.origin import Frame
from typing import Any
from typing import NamedTuple

__all__ = ['LONGEST', 'FACTOR', 'grid_codes', 'upper_half', 'RaBitQ', 'FixedPart', 'turned_back', 'around_centroids']

def grid_codes(
    z: np.ndarray,  # [n, d] float32 or float64
    bits: int,  # per number
    tries: int = 16,  # scales compared, and as many again between the best one and its neighbours
) -> np.ndarray:
    """The point of a grid of 2**bits odd numbers per axis, of those tried, nearest in direction."""
    ...
def upper_half(
    x: np.ndarray,  # float32, at least 0
    up: bool = False,  # never round down
) -> np.ndarray:
    """bfloat16 of numbers without sign."""
    ...
LONGEST: float
class RaBitQ(Codec):
    """Signs of a rotated residual (Gao & Long 2024), or a finer grid (Gao et al. 2024), and factors."""
    residual: bool
    learned: tuple[Any, ...]
    block_rows: int
    farthest: float
    remakes: str
    reading_cost: int
    scanner: str
    learns_in_lists: bool
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
        """`x` minus the common part of all directions, for cosine; otherwise `x`."""
        ...
    def written(self, x: np.ndarray, centroids: np.ndarray, metric: Metric) -> np.ndarray: ...
    def common_part(self, metric: Metric) -> np.ndarray:
        """The common part of all directions, for cosine, if training found one."""
        ...
    def accept(self, arrays: dict[str, np.ndarray]) -> Codec: ...
    def turn(
        self,
        x: np.ndarray,  # [n, d] float32
        compiled: bool = False,  # use the kernel however few there are
    ) -> np.ndarray:
        """Rows rotated in the same way as the rows in codes."""
        ...
    def room(
        self,
        n: int = 0,  # rows
    ) -> Blocks:
        """Room for codes, in the form in which they are scanned."""
        ...
    def kept(self, codes: np.ndarray) -> Blocks: ...
    def for_file(self, codes: Any) -> np.ndarray: ...
    def from_file(self, a: np.ndarray, n: int) -> Blocks: ...
    def encode_near(
        self,
        x: np.ndarray,  # [n, d] float32, of length 1 for cosine
        centroids: np.ndarray,  # [k, d] float32
        labels: np.ndarray,  # [n]: the centroid of each
        metric: Metric,
    ) -> np.ndarray:
        """Codes of the differences to centroids; their offsets are those of a metric's surrogate."""
        ...
    def learn(self, x: np.ndarray, *others: Any) -> Codec:
        """`train` on the rows as given."""
        ...
    def encode_in_lists(
        self,
        x: np.ndarray,
        labels: np.ndarray,
        centroids: np.ndarray,
        metric: Metric,
        frame: Frame,  # [n, code_width]
    ) -> np.ndarray:
        """`encode_near` for rows as given: it prepares them for the metric and scales them."""
        ...
    def values(
        self,
        codes: np.ndarray,  # [n, code_width] uint8
    ) -> tuple[np.ndarray, np.ndarray]:
        """The grid points of codes, and their factors."""
        ...
    def dots(self, queries: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Unbiased estimates of products; the queries are rotated instead of the vectors."""
        ...
    def sound(
        self,
        blocks: np.ndarray,  # [b, 64 * code_width], the data of `Blocks`
    ) -> bool:
        """Whether the factors of all rows are finite."""
        ...
    def frame(self, metric: Metric, x: np.ndarray, centroids: np.ndarray) -> Frame:
        """Around centroids or, for inner products, possibly the origin; scaled so that squares fit."""
        ...
FACTOR: tuple[Any, ...]
class FixedPart(NamedTuple):
    """What a code's offset is made of, besides the code itself."""
    centre: np.ndarray  # [n, d]: the rotated centroid of each row
    inner: np.ndarray  # [n] float64: residual · centroid
    added: np.ndarray  # [n] float64: |x|² for euclidean, else 0
    factor: float  # of `FACTOR`
    def offsets(
        self,
        values: np.ndarray,  # [n, d], of codes
        scale: np.ndarray,  # [n] float32
    ) -> np.ndarray:
        """Everything in a surrogate that does not depend on the query."""
        ...
def turned_back(
    x: np.ndarray,  # [n, d] float32
    signs: np.ndarray,  # [4, d] float32
) -> np.ndarray:
    """The inverse of `rotated`: its steps in reverse."""
    ...
def around_centroids(
    x: np.ndarray,  # [n, d] float32: rows, which stand for queries too
    centroids: np.ndarray,  # [k, d] float32
) -> bool:
    """Whether inner products are estimated better from differences to centroids."""
    ...
