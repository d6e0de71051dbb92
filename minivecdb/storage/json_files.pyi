# Made by tools/stubs.py from json_files.py.
import numpy as np
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ['row_json']

def row_json(row: np.ndarray) -> bytes:
    """One float32 row as a JSON list that reads back bit for bit."""
    ...
class _Reader:
    """Walks over the bytes of a JSON file; `pos` is the next byte to read."""
    path: Path
    data: Any
    pos: Any
    def __init__(self, path: Path) -> None: ...
    def fail(self, why: str): ...
    def peek(self) -> bytes:
        """The next byte that is not white space."""
        ...
    def take(self, char: bytes):
        """Step over `char`."""
        ...
    def cut(self, end: int) -> bytes:
        """The bytes up to `end`, stepping over them."""
        ...
    def parse(self, raw: bytes) -> Any:
        """Parse a JSON value, refusing NaN and repeated keys."""
        ...
    def end_of_value(self, depth: int) -> int:
        """Where the value that starts here ends, counting brackets outside strings."""
        ...
    def value(self, depth: int) -> Any:
        """The value that starts here."""
        ...
    def members(self) -> Iterator[str]:
        """The keys of the object that starts here.
        The caller reads each value before it takes the next key."""
        ...
    def id(self, key: str) -> int:
        """An id from its only allowed spelling."""
        ...
    def vector(self, name: str) -> np.ndarray:
        """A flat list of numbers as float32."""
        ...
    def document(self) -> dict:
        """The whole file; vectors and metadata by id."""
        ...
