# Made by tools/stubs.py from building.py.
import numpy as np
from collections.abc import Callable
from typing import Any

__all__ = ['BLOCK']

BLOCK: int
class _Sample:
    """Rows drawn from a stream whose length is not known.
    
    Each row has a number, and stays while it is below wanted(n) / n of the n rows so far."""
    wanted: Callable[[int], int]
    rng: Any
    parts: Any
    held: Any
    n: Any
    def __init__(self, wanted: Callable[[int], int], seed: int) -> None: ...
    def take(self, x: np.ndarray):
        """Rows of the stream."""
        ...
    @property
    def share(self) -> float: ...
    def rows(self) -> np.ndarray:
        """What was drawn; asked for once."""
        ...
