# Made by tools/stubs.py from codec.py.
import numpy as np
from minivecdb.core.errors import MinivecdbError
from minivecdb.distances.metric import Metric
from minivecdb.distances.origin import Frame
from typing import Any

__all__ = ['FAR_OUT', 'CodecError', 'Codec', 'FlatCodec', 'ScalarCodec', 'BFloat16Codec', 'Int8Codec', 'usual_range', 'Int8DimensionCodec']

class CodecError(MinivecdbError, ValueError):
    """A codec that cannot be made, trained or applied to what it was given."""
class Codec:
    """How one vector is stored in a list."""
    name: str
    lossless: bool
    residual: bool
    code_dtype: Any
    block_rows: int
    learned: tuple[str, ...] = ...  # names of the arrays that `train` finds
    fewest: int
    reading_cost: int
    farthest: float
    follows: bool
    finds: float
    remakes: str
    usual_frame: Any
    scanner: str
    keeps_lengths: bool
    byte_width: int
    learns_in_lists: bool
    faiss_letters: str
    dimension: Any
    arrays: dict[str, np.ndarray]
    def __init__(
        self,
        dimension: int,  # d
    ) -> None: ...
    @property
    def code_width(self) -> int:
        """How many numbers of `code_dtype` one code has."""
        ...
    @property
    def is_trained(self) -> bool:
        """Whether it can encode: a codec without training always can."""
        ...
    def __repr__(self) -> str: ...
    @property
    def n_compared(self) -> int:
        """How many numbers of a row are compared with a query: see `rows`."""
        ...
    @property
    def copied_width(self) -> int:
        """How many numbers of a code are repeated where a vector is in a second list."""
        ...
    def length_shapes(
        self,
        n: int,  # rows
    ) -> tuple:
        """Shapes of the arrays of lengths that lists of so many rows may have."""
        ...
    @property
    def bytes_per_vector(self) -> int:
        """Bytes of one code."""
        ...
    def train(
        self,
        x: Any,  # [n, d] numbers: a sample of the vectors; their residuals if `residual`
        seed: int = 0,  # the same sample and seed give the same codec
    ) -> Codec:
        """Learn from a sample; raises `CodecError` where it has too few rows."""
        ...
    def frame(self, metric: Any, x: np.ndarray, centroids: np.ndarray) -> Frame:
        """How an index of a `Metric`, trained with rows x, scales rows for this codec: see `Frame`."""
        ...
    def encode(
        self,
        x: Any,  # [n, d] numbers; residuals if `residual`
    ) -> np.ndarray:
        """Vectors as codes; those of `flat` may share memory with `x`."""
        ...
    def decode(
        self,
        codes: np.ndarray,  # [n, code_width] of `code_dtype`
    ) -> np.ndarray:
        """Codes as vectors."""
        ...
    def project(
        self,
        x: np.ndarray,  # [n, d] float32
    ) -> np.ndarray:
        """Queries as they are compared with `rows`; unchanged unless the codec keeps fewer dimensions."""
        ...
    def rows(
        self,
        codes: np.ndarray,  # [n, code_width]
    ) -> np.ndarray:
        """What projected queries are compared with: decoded vectors, or what is kept of them."""
        ...
    def dots(
        self,
        queries: np.ndarray,  # [m, d] float32, as the metric prepares them
        codes: np.ndarray,  # [n, code_width]
    ) -> np.ndarray:
        """Inner products of queries with decoded vectors, right to rounding."""
        ...
    def source(self, given: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """The rows that codes stand for: as given, or, since lossy codes are finest there, moved."""
        ...
    def moved(self, rows: np.ndarray, origin: np.ndarray) -> np.ndarray:
        """Decoded rows, counted from the origin of their lists."""
        ...
    def given(self, rows: np.ndarray, origin: np.ndarray) -> np.ndarray:
        """Decoded rows, counted from zero."""
        ...
    def written(self, x: np.ndarray, centroids: np.ndarray, metric: Any) -> np.ndarray:
        """What is encoded of vectors [n, d]: all, or the difference to the centroid of each."""
        ...
    def as_stored(
        self,
        x: np.ndarray,  # [n, d] float32
        labels: np.ndarray,  # [n] the list of each
        centroids: np.ndarray,  # [k, d] float32
        metric: Any,  # a `Metric`
    ) -> np.ndarray:
        """Rows of some lists as `train` and `encode` expect them."""
        ...
    def learn(self, x: np.ndarray, labels: np.ndarray | None, centroids: np.ndarray, metric: Any, seed: int) -> Codec:
        """`train` with rows of some lists: the arguments are those of `as_stored`."""
        ...
    def encode_in_lists(
        self,
        x: np.ndarray,
        labels: np.ndarray,
        centroids: np.ndarray,
        metric: Any,
        frame: Frame,  # [n, code_width]
    ) -> np.ndarray:
        """`encode` rows of some lists: the arguments are those of `as_stored`, and the index's frame."""
        ...
    def restored(
        self,
        rows: np.ndarray,
        labels: Any,
        centroids: np.ndarray,
        frame: Frame,  # [n, d] float32
    ) -> np.ndarray:
        """Decoded rows of some lists, or of one, with the centroids that encoding subtracted."""
        ...
    def added(
        self,
        centroids: np.ndarray,  # [k, d]
    ) -> np.ndarray:
        """What is to be added to the decoded rows of each list, if anything."""
        ...
    @property
    def codes_stay(self) -> bool:
        """Whether codes are still right after the centroid of their list has moved."""
        ...
    def same_rows(
        self,
        codes: np.ndarray,  # [n, code_width]
        again: np.ndarray,  # [n, code_width], of the same lists
    ) -> bool:
        """Whether two codes may stand for the same row, for each of n rows."""
        ...
    def prepared_codes(self, codes: np.ndarray, metric: Metric) -> np.ndarray:
        """Codes of the rows as `prepare_queries` returns them; lossy codecs encode these anyway."""
        ...
    def room(self, n: int = 0) -> Any:
        """Room for codes, in the form in which lists keep them."""
        ...
    def kept(self, codes: np.ndarray) -> Any:
        """Codes in the form in which lists keep them."""
        ...
    def for_file(self, codes: Any) -> np.ndarray:
        """Codes of lists as a file holds them."""
        ...
    def from_file(self, a: np.ndarray, n: int) -> Any:
        """The codes of n rows, in the form in which lists keep them, from what `for_file` returned."""
        ...
    def shapes(self) -> dict[str, tuple]:
        """Shapes of the arrays that are learned."""
        ...
    def optional_shapes(self) -> dict[str, tuple]:
        """Shapes of the learned arrays that may be absent."""
        ...
    def state(self) -> tuple[dict, dict[str, np.ndarray]]:
        """All that is needed to make this codec again."""
        ...
    def accept(self, arrays: dict[str, np.ndarray]) -> Codec:
        """Accept learned arrays, if they are what this codec learns."""
        ...
    @classmethod
    def from_state(cls, spec: dict, arrays: dict[str, np.ndarray]) -> Codec:
        """`codec_from_state`, as a method of the class."""
        ...
    def sound(
        self,
        codes: np.ndarray,  # [n, code_width], as lists hold them
    ) -> bool:
        """Whether codes from a file stand for finite numbers."""
        ...
class FlatCodec(Codec):
    """The float32 numbers themselves: 4 bytes per dimension."""
    name: str
    lossless: bool
    code_dtype: Any
    copied_width: int
    reading_cost: int
    remakes: str
    scanner: str
    keeps_lengths: bool
    faiss_letters: str
    @property
    def byte_width(self) -> int: ...  # type: ignore[override]
    def length_shapes(self, n: int) -> tuple: ...
    def as_stored(self, x: np.ndarray, *others: Any) -> np.ndarray: ...
    def prepared_codes(self, codes: np.ndarray, metric: Metric) -> np.ndarray: ...
    def sound(self, codes: np.ndarray) -> bool: ...
class ScalarCodec(Codec):
    """A code for each number by itself: of vectors, or of their differences to the centroid."""
    plain: str
    remakes: str
    finds: float
    def __init__(
        self,
        dimension: int,  # d
        residual: bool = False,  # of differences to centroids
    ) -> None: ...
    @property
    def name(self) -> str: ...  # type: ignore[override]
class BFloat16Codec(ScalarCodec):
    """The upper halves of the float32 numbers, rounded: 2 bytes per dimension."""
    plain: str
    code_dtype: Any
    farthest: float
    def frame(self, metric: Any, x: np.ndarray, centroids: np.ndarray) -> Frame:
        """The usual frame. Raises `CodecError` where most rows are too small for bf16."""
        ...
    def sound(self, codes: np.ndarray) -> bool: ...
class Int8Codec(ScalarCodec):
    """A byte per dimension, and a float32 scale for each vector: d + 4 bytes."""
    plain: str
    farthest: float
    @property
    def code_width(self) -> int: ...
    def sound(self, codes: np.ndarray) -> bool: ...
FAR_OUT: int
def usual_range(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range of each dimension; nearly without the outermost 1% where these widen it far."""
    ...
class Int8DimensionCodec(Codec):
    """A byte per dimension: one of 256 bins between the least and the greatest value in training."""
    name: str
    learned: tuple[Any, ...]
    fewest: int
    farthest: float
    follows: bool
    finds: float
    def shapes(self) -> dict[str, tuple]: ...
    def sound(self, codes: np.ndarray) -> bool: ...
