# Made by tools/stubs.py from gathering.py.
import numpy as np
from collections.abc import Container
from collections.abc import Iterable
from minivecdb.filters.columns import Column
from typing import Any

__all__ = ['FEW_VALUES', 'MOST_KEYS', 'GATHER_BYTES', 'narrow', 'Gathering']

def narrow(a: np.ndarray) -> np.ndarray:
    """The same integers in the smallest signed type that holds them."""
    ...
FEW_VALUES: int
MOST_KEYS: int
GATHER_BYTES: int
class Gathering:
    """The columns of rows whose metadata pass by, block by block."""
    asked: Any
    others: bool
    but: Container[tuple]
    rows: Any
    columns: Any
    parts: Any
    def __init__(
        self,
        asked: Iterable[tuple] = (),  # paths of keys that are gathered in any case
        others: bool = True,  # also the keys that the first block has
        but: Container[tuple] = (),  # paths of keys that are none of these others
    ) -> None: ...
    def __repr__(self) -> str: ...
    @property
    def nbytes(self) -> int:
        """Bytes of the codes and numbers."""
        ...
    def take(
        self,
        metadata: list[dict],  # of a block of rows
    ):
        """Take the values of some rows."""
        ...
    def drop(
        self,
        path: tuple[str, ...],  # of a key
    ):
        """Leave a key out."""
        ...
    def column(
        self,
        path: tuple[str, ...],  # of a key that was gathered
    ) -> Column:
        """One key, turned on its side; it can be asked for once."""
        ...
