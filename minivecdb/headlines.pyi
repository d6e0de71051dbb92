# Made by tools/stubs.py from headlines.py.
from collections.abc import Callable
from collections.abc import Iterable
from fastcore.foundation import L  # type: ignore[import-untyped]
from minivecdb.filters.language import Filter
from minivecdb.gen_embeddings import Embedder
from minivecdb.ivf_index import IVFIndex
from minivecdb.vector_storage import VectorStorage
from pathlib import Path
from typing import Any

__all__ = ['QUESTIONS', 'texts_of', 'fill_storage', 'ask', 'open_any', 'exact_hits', 'aligned', 'visible', 'one_line', 'answer_table', 'load_or_fill', 'demo']

def texts_of(
    rows: list[dict],
    text: str,  # name of the column that holds the text
) -> list[str]:
    """The text of every row; raises `TableError` for a missing column or an empty text."""
    ...
def fill_storage(
    rows: list[dict],  # a table, see `read_rows`
    text: str,  # name of the column to embed
    model: str | Path | Embedder | Callable | None = None,
    progress: bool = False,  # show a progress bar
    **options: Any,  # further options of `get_embeddings`: dtype, cache, batch_size
) -> VectorStorage:
    """Embed a column and store it with its rows."""
    ...
def ask(
    index: IVFIndex,
    question: str,
    k: int = 5,  # answers wanted
    model: str | Path | Embedder | Callable | None = None,  # None: the one that the storage recorded
    nprobe: int | None = None,  # lists to read; None for the index's own setting
    where: dict | Filter | None = None,  # only among the rows that meet this filter
) -> L:
    """The rows nearest in meaning to a question.
    Raises `ModelError` or `DimensionError` if another model filled the storage."""
    ...
def open_any(
    path: str | Path,  # a JSON file, or the folder of a durable storage
    mode: str = 'r',  # of a folder
) -> VectorStorage:
    """Open a storage of either kind."""
    ...
def exact_hits(
    storage: VectorStorage,
    question: str,
    k: int = 5,  # answers wanted
    model: str | None = None,  # None: the one that the storage recorded
    metric: str = 'cosine',  # or "euclidean", "dot"
    where: dict | Filter | None = None,  # only among the rows that meet this filter
) -> L:
    """Answer one question by exact search; the model is compared before anything is embedded."""
    ...
def aligned(
    columns: Iterable[Iterable[str]],  # of cells, the header first
    width: int = 100,  # characters per line
) -> str:
    """A table as lines of text.
    The first column beyond the width is made, so that cut lines show a `…`; later ones are not."""
    ...
def visible(text: str) -> str:
    """Text that is safe to print: control characters except line ends are escaped as in JSON."""
    ...
def one_line(x: Any) -> str:
    """A value as text without line breaks and control characters."""
    ...
def answer_table(
    hits: Iterable,  # of `Hit`
    columns: list[str] | None = None,  # metadata to show; None for all
    width: int = 100,  # characters per line
) -> str:
    """Answers as lines of text: rank, distance, and metadata."""
    ...
def load_or_fill(
    path: str | Path,  # the storage's JSON file, made if it is missing or no longer fits
    rows: list[dict],
    text: str,  # name of the column to embed
    model: str | Path | Embedder | Callable | None = None,  # as in `get_embeddings`
    progress: bool = False,  # show a progress bar
) -> tuple[VectorStorage, bool]:
    """The storage of a table.
    It is read from its file if that file holds these rows, embedded by this model.
    Otherwise the rows are embedded and saved."""
    ...
QUESTIONS: tuple[Any, ...]
def demo(
    table: str | Path = 'data/headlines.csv',  # with a column `headline`
    folder: str | Path = 'demo',  # where the storage is kept
    progress: bool = True,  # show a progress bar
) -> Iterable[str]:
    """The main use of the library from start to end, as lines of text."""
    ...
