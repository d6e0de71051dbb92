# Made by tools/stubs.py from product.py.
import numpy as np
from collections.abc import Callable
from minivecdb.codecs.codec import Codec
from typing import Any

__all__ = ['TRAINING_ROWS', 'ROTATION_ROWS', 'unit_of', 'codewords_of', 'joined', 'pack_codes', 'unpack_codes', 'ProductQuantizer', 'summed', 'adc_scan', 'compiled', 'adc_scan_numpy', 'byte_tables', 'balanced_axes', 'learn_rotation', 'codeword_means']

def unit_of(x: np.ndarray) -> np.float32:
    """The power of two that scales the largest number to about 1."""
    ...
def codewords_of(
    x: np.ndarray,  # [n, d] float32
    codebooks: np.ndarray,  # [M, K, d / M] float32
    block: int = 2048,  # rows compared at a time
) -> np.ndarray:
    """The number of the nearest codeword for each piece of each row; the lowest if tied."""
    ...
def joined(
    codes: np.ndarray,  # [n, M] integers
    codebooks: np.ndarray,  # [M, K, dsub] float32
) -> np.ndarray:
    """The codewords of each row, side by side."""
    ...
def pack_codes(
    codes: np.ndarray,  # [n, M] uint8, below 2**n_bits
    n_bits: int,  # 1 to 8
) -> np.ndarray:
    """Codes packed bit after bit, starting with the lowest bit of the first number."""
    ...
def unpack_codes(
    packed: np.ndarray,  # [n, ceil(M * n_bits / 8)] uint8
    n_bits: int,
    M: int,
) -> np.ndarray:
    """The inverse of `pack_codes`."""
    ...
class ProductQuantizer(Codec):
    """Pieces as numbers of codewords (Jégou et al. 2011), optionally rotated (Ge et al. 2013)."""
    learned: tuple[Any, ...]
    faiss_letters: str
    farthest: float
    remakes: str
    n_subquantizers: Any
    n_bits: Any
    n_codewords: Any
    def __init__(
        self,
        dimension: int,  # d
        n_subquantizers: int,  # pieces M; divides d
        n_bits: int = 8,  # per piece, 4 to 8: there are K = 2**n_bits codewords
        residual: bool = False,  # encode differences to the centroids of the lists
        rotation: bool = False,  # learn a rotation first, as in OPQ
    ) -> None: ...
    @property
    def rotates(self) -> bool:
        """Whether there is a rotation to learn."""
        ...
    @property
    def code_width(self) -> int: ...
    def shapes(self) -> dict[str, tuple]: ...
    def rotate(
        self,
        x: np.ndarray,  # [n, d] float32
    ) -> np.ndarray:
        """Vectors as the codebooks expect them: rotated, if a rotation was learned."""
        ...
    def codebooks_from(
        self,
        origin: np.ndarray,  # [d] float32: what was subtracted from rows before encoding, or [0]
    ) -> np.ndarray:
        """The codebooks for rows from which nothing was subtracted."""
        ...
    def unpack(
        self,
        codes: np.ndarray,  # [n, code_width] uint8
    ) -> np.ndarray:
        """The numbers of the codewords."""
        ...
    def decode_rotated(
        self,
        codes: np.ndarray,  # [n, code_width] uint8
    ) -> np.ndarray:
        """Codes as *rotated* vectors, for inner products with rotated queries."""
        ...
    def dots(self, queries: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Inner products of queries with decoded vectors; queries are rotated instead of vectors."""
        ...
    def compute_distance_tables(
        self,
        queries: np.ndarray,  # [m, d] numbers; [1, d] for one
        metric: str = 'euclidean',  # or "dot", "cosine"
    ) -> np.ndarray:
        """Each codeword's share of the distance: squared euclidean, or -q·c (|q| = 1 for cosine)."""
        ...
    def asymmetric_distance(
        self,
        tables: np.ndarray,  # [m, M, K] float32, from `compute_distance_tables`
        codes: np.ndarray,  # [n, code_width] uint8
    ) -> np.ndarray:
        """Distances of whole queries to coded vectors, one look-up per piece."""
        ...
TRAINING_ROWS: int
ROTATION_ROWS: int
def summed(
    codes: np.ndarray,  # [n, M] integers
    words: np.ndarray,  # [M, K, d] float32
) -> np.ndarray:
    """The sum of one word per column of `codes`, added in the order of the columns."""
    ...
def adc_scan(
    table: np.ndarray,  # [M, K] float32
    codes: np.ndarray,  # [n, M] uint8
    out: np.ndarray,  # [n] float32, written
):
    """out[i] = sum over m of table[m, codes[i, m]]: asymmetric distances, see `compiled`."""
    ...
def compiled(kernel: Callable) -> Callable:
    """Compile with numba, which is imported at the first call."""
    ...
def adc_scan_numpy(table: np.ndarray, codes: np.ndarray, out: np.ndarray):
    """`adc_scan` column by column, with the same sums in the same order, without a compiler."""
    ...
def byte_tables(
    tables: np.ndarray,  # [m, M, K] float32
    n_bits: int,  # 4 or 8
) -> np.ndarray:
    """Tables for whole bytes of codes: for 4 bits, two tables of 16 entries become one of 256."""
    ...
def balanced_axes(
    x: np.ndarray,  # [n, d] float32
    M: int,  # pieces
) -> np.ndarray:
    """Principal axes, assigned so that pieces have about equal products of variances (section 3.2)."""
    ...
def learn_rotation(
    x: np.ndarray,  # [n, d] float32
    M: int,  # pieces
    K: int,  # codewords of each
    seed: int = 0,
    rounds: int = 20,
) -> np.ndarray:
    """OPQ (section 3.1): update codebooks and rotation in turn; `balanced_axes` if n < 30 K."""
    ...
def codeword_means(
    x: np.ndarray,  # [n, d]
    codes: np.ndarray,  # [n, M]
    codebooks: np.ndarray,  # [M, K, dsub]
) -> np.ndarray:
    """Every codeword moved to the mean of the pieces that are encoded by it."""
    ...
