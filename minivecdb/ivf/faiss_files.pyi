# Made by tools/stubs.py from faiss_files.py.
import numpy as np
from dataclasses import dataclass
from minivecdb.core.errors import FileFormatError
from minivecdb.core.errors import MinivecdbError
from pathlib import Path
from typing import Any

__all__ = ['FaissFormatError', 'FaissExportError', 'faiss_fields']

class FaissFormatError(FileFormatError):
    """A file that is not a faiss index, or not of a kind that can be read here."""
class FaissExportError(MinivecdbError, ValueError):
    """An index that faiss could not answer for."""
class _Reader:
    """Reads a file from the front, never beyond its end, and notes what it read."""
    path: Any
    at: Any
    notes: Any
    data: Any
    def __init__(self, path: str | Path) -> None: ...
    def fail(self, why: str): ...
    def array(self, name: str, dtype: str, n: int) -> np.ndarray:
        """The next n numbers."""
        ...
    def number(self, name: str, dtype: str = '<i8') -> int:
        """The next number."""
        ...
    def vector(self, name: str, dtype: str) -> np.ndarray:
        """An array with its length in front of it."""
        ...
    def letters(self, what: str) -> str:
        """Four letters."""
        ...
@dataclass
class _Parts:
    """What a file holds."""
    dimension: int
    metric: str
    centroids: np.ndarray  # [n_lists, d] float32
    sizes: np.ndarray  # [n_lists] int64
    codes: np.ndarray  # [n, w] uint8, list by list
    ids: np.ndarray  # [n] int64
    codebooks: tuple[int, np.ndarray] | None  # (bits, [M, K, d / M])
    residual: bool = ...
    rotation: np.ndarray | None = ...  # [d, d]
    order: np.ndarray | None = ...  # [n] ids in the order of insertion, where that is known
def faiss_fields(path: str | Path) -> list[tuple[int, int, str, str]]:
    """What each byte of a faiss file means."""
    ...
