# Made by tools/stubs.py from gen_embeddings.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from minivecdb.core.errors import MinivecdbError
from pathlib import Path
from typing import Any
from typing import Protocol
from typing import runtime_checkable

__all__ = ['DTYPES', 'Embedder', 'DefaultEmbedder', 'resolve_model', 'SentenceEmbedder', 'folder_sha256', 'FunctionEmbedder', 'as_embeddings', 'as_embedder', 'cache_folder', 'CacheWarning', 'EmbeddingCache', 'cache_key', 'as_cache', 'TextError', 'as_texts', 'batches', 'TextWarning', 'warn_of_unread', 'get_embeddings', 'get_embedding', 'check_model']

@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors.
    It may also have `batch_size: int` and `identity: str | None`. Its vectors are cached under
    `identity` (default: `name`); with None they are not cached."""
    name: str  # recorded in a storage, compared by `check_model`
    dimension: int | None  # None: not known before the first call
    def __call__(self, texts: list[str]) -> np.ndarray: ...
class DefaultEmbedder:
    """The default model as an `Embedder`: numpy, no torch."""
    name: str
    dimension: int
    dtype: str
    identity: str
    batch_size: int
    folder: Any
    def __init__(self) -> None: ...
    def __repr__(self) -> str: ...
    def __call__(
        self,
        texts: list[str],  # one batch, [n]
    ) -> np.ndarray:
        """Embed one batch. Tokens beyond the first 256 are not read."""
        ...
    def unread(
        self,
        texts: list[str],  # [n]
    ) -> list[int]:
        """The texts that are longer than the model reads."""
        ...
def resolve_model(
    model: str,  # a folder, or a name as on the Hugging Face hub
    offline: bool = True,  # only look on this machine
) -> Path:
    """Find the folder of a model; `ModelError` if there is none."""
    ...
DTYPES: tuple[Any, ...]
class SentenceEmbedder:
    """A sentence-transformers model as an `Embedder`, loaded at its first use."""
    dtype: str
    device: str | None
    model: Any
    folder: Any
    def __init__(
        self,
        model: str = ...,  # name, or path of its folder
        dtype: str = 'float32',
        offline: bool = True,  # never fetch a model from the network
        device: str | None = None,
    ) -> None: ...
    def __repr__(self) -> str: ...
    @property
    def weights(self) -> str:
        """A digest of the weights. The default model's is known without reading its files."""
        ...
    @property
    def name(self) -> str:
        """The model's name; for a model given by path, its folder's name and a part of its digest."""
        ...
    @property
    def identity(self) -> str:
        """What a cached vector depends on, besides the text."""
        ...
    def load(self) -> Any:
        """The model itself, checked and loaded at the first call."""
        ...
    def __call__(
        self,
        texts: list[str],  # one batch, [n]
    ) -> np.ndarray:
        """Embed one batch. Tokens beyond the model's limit (256 for the default model) are not read."""
        ...
    @property
    def dimension(self) -> int:
        """Length of the vectors; other models than the default are loaded to find out."""
        ...
    def unread(
        self,
        texts: list[str],  # [n]
    ) -> list[int]:
        """The texts that are longer than the model reads; their tokens are counted without the model."""
        ...
def folder_sha256(folder: Path) -> str:
    """SHA-256 over the names and contents of a model's weights, vocabulary and settings.
    Each folder is read once per process."""
    ...
class FunctionEmbedder:
    """Any callable as an `Embedder`: a client of a web service, another library, a test double."""
    function: Callable[[list[str]], Any]
    dimension: int | None
    name: Any
    identity: Any
    def __init__(
        self,
        function: Callable[[list[str]], Any],  # texts [n] -> anything numpy reads as [n, d]
        name: str | None = None,
        dimension: int | None = None,  # length of its vectors, if known
    ) -> None: ...
    def __call__(self, texts: list[str]) -> Any: ...
    def __repr__(self) -> str: ...
def as_embeddings(
    values: Any,  # what an embedder returned
    n_texts: int,  # how many texts it was given
    embedder: Embedder,  # for its name and dimension
) -> np.ndarray:
    """Check and cast what an embedder returned.
    `VectorError` or `DimensionError` says what is wrong with it."""
    ...
def as_embedder(
    model: str | Path | Embedder | Callable | None = None,
    dtype: str = 'float32',  # of a model given by name or path
) -> Embedder:
    """The embedder that `model` stands for."""
    ...
def cache_folder() -> Path:
    """`MINIVECDB_CACHE` if set, else `minivecdb` in `XDG_CACHE_HOME`, else `~/.cache/minivecdb`."""
    ...
class CacheWarning(UserWarning):
    """The embedding cache was damaged or out of reach; the work goes on, slower."""
class EmbeddingCache:
    """Vectors by key in one SQLite file, safe to share between threads and processes.
    It holds digests of texts, not texts."""
    path: Any
    timeout: float
    def __init__(
        self,
        path: str | Path | None = None,  # the file; None: `embeddings-1.sqlite` in `cache_folder()`
        timeout: float = 30,  # seconds to wait for another process that is writing
    ) -> None: ...
    def __repr__(self) -> str: ...
    def set_aside(self):
        """Rename the file to `….damaged`; the next use begins a new one."""
        ...
    def find(
        self,
        keys: list[bytes],  # from `cache_key`
    ) -> dict[bytes, np.ndarray]:
        """Look up vectors; a damaged row counts as unknown."""
        ...
    def store(
        self,
        keys: list[bytes],  # from `cache_key`, [n]
        vectors: np.ndarray,  # float32 [n, d]
    ):
        """Store one batch in one transaction."""
        ...
    def __len__(self) -> int: ...
def cache_key(
    identity: str,  # what the vector depends on besides the text
    text: str,  # unchanged
) -> bytes:
    """SHA-256 of an embedder's identity and a text."""
    ...
def as_cache(cache: bool | str | Path | EmbeddingCache | None = True) -> EmbeddingCache | None:
    """The cache that `cache` stands for."""
    ...
class TextError(MinivecdbError, TypeError):
    """Something that is not a text was given to be embedded."""
def as_texts(texts: Iterable[str]) -> list[str]:
    """The texts as a checked list; `TextError` names the first item that is no text."""
    ...
def batches(
    texts: list[str],
    size: int,  # texts in a batch
) -> list[list[str]]:
    """Batches of texts of similar length; the longest come first, so a lack of memory shows at once."""
    ...
class TextWarning(UserWarning):
    """Texts of which only the beginning is embedded."""
def warn_of_unread(
    texts: list[str],  # [n]
    embedder: Embedder,  # tells, if it has a method `unread`
):
    """Warn where only the beginnings of some texts are embedded."""
    ...
class _Memory:
    """The known vectors of an embedder."""
    identity: Any
    cache: Any
    def __init__(self, embedder: Embedder, cache: EmbeddingCache | None) -> None: ...
    def keys(self, texts: list[str]) -> list[bytes]: ...
    def keep(self, texts: list[str], vectors: np.ndarray): ...
    def recall(self, texts: list[str]) -> dict[str, np.ndarray]:
        """The vectors already known, by text."""
        ...
def get_embeddings(
    texts: Iterable[str],  # what to embed, [n]
    model: str | Path | Embedder | Callable | None = None,
    batch_size: int | None = None,  # texts per call of the model; None: the embedder's own, or 32
    progress: bool = False,  # show a progress bar
    dtype: str = 'float32',  # or "bfloat16", for models given by name or path
    cache: bool | str | Path | EmbeddingCache = True,
) -> np.ndarray:
    """Embed texts.
    Raises `TextError`, `ModelError`, `VectorError`, `DimensionError` and the embedder's errors."""
    ...
def get_embedding(
    text: str,  # what to embed
    model: str | Path | Embedder | Callable | None = None,  # as in `get_embeddings`
    dtype: str = 'float32',  # or "bfloat16", for models given by name or path
    cache: bool | str | Path | EmbeddingCache = True,  # as in `get_embeddings`
) -> np.ndarray:
    """Embed one text, as `get_embeddings` does."""
    ...
def check_model(
    stored_model: str | None,
    stored_dimension: int,  # length of the storage's vectors
    model: str | Path | Embedder | Callable | None = None,
) -> Embedder:
    """Raise `ModelError` or `DimensionError` if vectors of `model` do not belong in that storage."""
    ...
