# Made by tools/stubs.py from projections.py.
import numpy as np
from minivecdb.codecs.codec import Codec
from typing import Any

__all__ = ['PROJECTION_ROWS', 'matrix_bits', 'as_whole', 'exact_product', 'Projection', 'principal_axes', 'PCACodec', 'nearest_in_sample', 'neighbour_loss', 'AutoencoderCodec']

def matrix_bits(d: int) -> int:
    """Bits of a matrix number, so that d products with 24-bit numbers add up exactly in float64."""
    ...
def as_whole(w: np.ndarray) -> np.ndarray:
    """The matrix scaled to at most 1, in steps of 2**-bits, so that `exact_product` never rounds."""
    ...
def exact_product(
    x: np.ndarray,  # [n, d] float32
    w: np.ndarray,  # [d, k] float32, from `as_whole`
) -> np.ndarray:
    """A matrix product whose bits do not depend on the number of rows or threads."""
    ...
class Projection(Codec):
    """Projects vectors to fewer dimensions and encodes the projections by another codec."""
    kind: str
    fewest_per_dimension: int
    remakes: str
    follows: bool
    n_kept: int
    inner: Any
    def __init__(
        self,
        dimension: int,  # d
        n_kept: int,  # k, the dimensions that remain
        inner: str = 'flat',  # the codec that stores them
    ) -> None: ...
    @property
    def code_width(self) -> int: ...
    @property
    def n_compared(self) -> int: ...
    def shapes(self) -> dict[str, tuple]: ...
    def project(self, x: np.ndarray) -> np.ndarray:
        """Projections of vectors, scaled to the lengths of the vectors."""
        ...
    def rows(self, codes: np.ndarray) -> np.ndarray:
        """The projections that codes stand for."""
        ...
    def dots(self, queries: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Estimated inner products: the products of projections."""
        ...
    def accept(self, arrays: dict[str, np.ndarray]) -> Codec: ...
    def sound(self, codes: np.ndarray) -> bool: ...
PROJECTION_ROWS: int
def principal_axes(
    x: np.ndarray,  # [n, d] float32
    k: int,  # directions
) -> np.ndarray:
    """The leading eigenvectors of xᵀx."""
    ...
class PCACodec(Projection):
    """The projection that keeps the most of the vectors' squared length."""
    kind: str
def nearest_in_sample(
    x: np.ndarray,  # [n, d] float32, of length 1
    which: np.ndarray,  # [m] rows
    k: int,  # neighbours wanted
) -> np.ndarray:
    """The `k` nearest other rows of each row in `which`."""
    ...
def neighbour_loss(
    w: Any,  # [d, k] torch tensor
    q: Any,  # [b, d] training vectors
    near: Any,  # [b, c, d] neighbours of each
    far: Any,  # [f, d] random others
    temperature: float,
) -> Any:
    """How much the similarities of projections differ from those of the vectors."""
    ...
class AutoencoderCodec(Projection):
    """The projection that keeps the similarities to neighbours, learned by gradient descent."""
    kind: str
    fewest_per_dimension: int
    rounds: int
    rate: float
    curve: list[tuple[int, float, float]]
    def __init__(self, dimension: int, n_kept: int, inner: str = 'flat') -> None: ...
