# Made by tools/stubs.py from faiss_bytes.py.
import numpy as np
from dataclasses import dataclass
from minivecdb.core.errors import FileFormatError
from minivecdb.core.errors import MinivecdbError
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['FaissFormatError', 'FaissExportError', 'FaissField', 'FaissReader', 'FaissParts', 'read_parts', 'faiss_fields']

class FaissFormatError(FileFormatError):
    """A file that is not a faiss index, or not of a kind that can be read here."""
class FaissExportError(MinivecdbError, ValueError):
    """An index that faiss could not answer for."""
class FaissField(NamedTuple):
    """What some bytes of a file mean."""
    at: int  # the first byte
    size: int  # bytes
    name: str
    value: str  # as text
class FaissReader:
    """Reads a file from front to back, never beyond its end, and notes each field."""
    path: Any
    at: Any
    notes: Any
    data: Any
    def __init__(
        self,
        path: str | Path,  # of a file that faiss wrote
    ) -> None: ...
    @property
    def left(self) -> int:
        """Bytes that were not read yet."""
        ...
    def fail(
        self,
        why: str,  # and what to do
    ):
        """Raise an error that names the file and the byte."""
        ...
    def array(
        self,
        name: str,  # of the field
        dtype: str,  # of one number
        n: int,  # how many
    ) -> np.ndarray:
        """The next n numbers."""
        ...
    def number(
        self,
        name: str,  # of the field
        dtype: str = '<i8',
    ) -> int:
        """The next number."""
        ...
    def vector(
        self,
        name: str,  # of the field
        dtype: str,  # of one number
    ) -> np.ndarray:
        """The next array, whose length stands before it."""
        ...
    def letters(
        self,
        name: str,  # of the field
    ) -> str:
        """The next four letters."""
        ...
class _Common(NamedTuple):
    """What every index begins with."""
    dimension: int
    vectors: int
    metric: str
class _Codebooks(NamedTuple):
    """What a product quantizer has learned."""
    bits: int  # of one code
    words: np.ndarray  # [M, 2**bits, d / M] float32
    @property
    def width(self) -> int: ...
    @property
    def longest(self) -> float:
        """Every piece takes its longest codeword."""
        ...
class _Lists(NamedTuple):
    """Inverted lists, one after the other."""
    sizes: np.ndarray  # [n_lists] int64
    codes: np.ndarray  # [n, width] uint8
    ids: np.ndarray  # [n] int64
@dataclass
class FaissParts:
    """What a faiss file holds."""
    dimension: int
    metric: str
    centroids: np.ndarray  # [n_lists, d] float32
    lists: _Lists
    codebooks: _Codebooks | None = ...  # None for plain rows
    of_differences: bool = ...  # whether codes encode a row less its centroid
    rotation: np.ndarray | None = ...  # [d, d]
    order: np.ndarray | None = ...  # [n] ids in the order of insertion, where it is known
def read_parts(r: FaissReader) -> FaissParts:
    """Read the index that a file consists of; raises `FaissFormatError` where bytes follow it."""
    ...
def faiss_fields(path: str | Path) -> list[FaissField]:
    """What each byte of a faiss file means; raises `FaissFormatError` where it cannot be read."""
    ...
