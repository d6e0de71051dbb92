# Made by tools/stubs.py from bulk.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Sequence
from minivecdb.minilm.model import Layer
from minivecdb.minilm.model import MiniLM
from typing import NamedTuple

__all__ = ['PLAIN', 'COMPILED', 'WORK', 'FEW', 'TOKENS', 'FEW_TOKENS', 'Run', 'runs_of', 'gelu_kernel', 'add_norm_kernel', 'softmax_kernel', 'Steps', 'attend', 'block_vectors', 'blocks_of', 'embed']

class Run(NamedTuple):
    """Some texts of one length that stand side by side."""
    first: int  # its first token
    texts: int
    tokens: int  # of each text
    @property
    def rows(self) -> slice:
        """Its tokens."""
        ...
def runs_of(sizes: Sequence[int]) -> list[Run]:
    """The runs of texts of the same length."""
    ...
def gelu_kernel(x, bias):
    """x ← x + bias, then x Φ(x); the polynomials of `erf`."""
    ...
def add_norm_kernel(x, more, bias, scale, offset):
    """x ← norm(x + more + bias)."""
    ...
def softmax_kernel(x):
    """x ← softmax of each row."""
    ...
class Steps(NamedTuple):
    """The three steps, each in place."""
    gelu: Callable  # (x, bias)
    add_norm: Callable  # (x, more, bias, scale, offset)
    softmax: Callable  # (x)
PLAIN: Steps
COMPILED: Steps
WORK: float
FEW: int
def attend(
    x: np.ndarray,  # [n, 384] float32: the tokens of a block
    layer: Layer,
    runs: list[Run],
    steps: Steps,
) -> np.ndarray:
    """What each token gathers from the tokens of its own text."""
    ...
def block_vectors(
    model: MiniLM,
    block: list[list[int]],  # token numbers of some texts, ascending in length
    steps: Steps,
) -> np.ndarray:
    """The vectors of a block of texts."""
    ...
TOKENS: int
FEW_TOKENS: int
def blocks_of(
    sizes: np.ndarray,  # [m] tokens of each text
    most: int,  # tokens in a block
) -> list[np.ndarray]:
    """Cut texts into blocks of about even work."""
    ...
def embed(
    model: MiniLM,
    texts: Sequence[str],  # [m]
    compiled: bool | None = None,  # use kernels; None: where that pays
) -> np.ndarray:
    """The vectors of many texts."""
    ...
