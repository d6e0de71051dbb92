# Made by tools/stubs.py from rotation.py.
import numpy as np
from collections.abc import Callable
from minivecdb.core.kernels import Kernel
from typing import Any

__all__ = ['ROUNDS', 'hadamard', 'random_signs', 'Hadamard', 'rotate', 'rotate_back', 'rotated', 'rotation_error', 'useful_signs']

ROUNDS: int
def random_signs(
    dimension: int,  # d
    seed: int = 0,  # the same seed gives the same rotation
) -> np.ndarray:
    """A random rotation: signs, divided by the root of the transform's width where it applies."""
    ...
class Hadamard(Kernel):
    """The transform of 256 numbers in place, for use inside kernels: sixteen vectors of sixteen,
    which stay in registers."""
    compiled: Any
    def __init__(self) -> None: ...
    def dispatcher(self) -> Callable:
        """The function that numba compiles into its callers."""
        ...
    def write(self, context: Any, b: Any, numbers: Any) -> Any:
        """Butterflies between vectors; then, after a transposition, between what were lanes."""
        ...
hadamard: Hadamard
def rotate(x, signs, out):
    """Rotate every row."""
    ...
def rotate_back(x, signs, out):
    """Undo `rotate`: its rounds in reverse; a butterfly, and so the transform, is its own inverse
    up to the length."""
    ...
def rotated(
    x: np.ndarray,  # [n, d] float32
    signs: np.ndarray,  # [4, d] as `random_signs` returns them; [0, d] turns nothing
    compiled: bool = False,  # use the kernel however few there are
) -> np.ndarray:
    """Rotated rows: lengths, angles and products stay, within `rotation_error`."""
    ...
def rotation_error(dimension: int) -> float:
    """How far `rotated` may be from a true rotation: 4 (log2 d + 5) 2^-24, and a little for
    products of errors."""
    ...
def useful_signs(
    x: np.ndarray,  # [n, d] float32: rows, or a sample of them
    seed: int = 0,
) -> np.ndarray:
    """A rotation, if it makes rounding to bytes lose less."""
    ...
