# Made by tools/stubs.py from datasets.py.
import ast
import numpy as np
from collections.abc import Iterable
from collections.abc import Iterator
from fastcore.foundation import L  # type: ignore[import-untyped]
from minivecdb.core.errors import MinivecdbError
from minivecdb.gen_embeddings import EmbeddingCache
from pathlib import Path

__all__ = ['paragraphs', 'plain', 'is_sentence', 'sentences', 'docstrings', 'source_files', 'file_sentences', 'unique_sentences', 'read_environment', 'environment_fingerprint', 'DatasetError', 'docstring_sentences', 'docstring_embeddings', 'split_queries', 'main']

def paragraphs(docstring: str) -> Iterator[str]:
    """The paragraphs of prose in a docstring, each on one line."""
    ...
def plain(text: str) -> str:
    """The text without reStructuredText and Markdown markup."""
    ...
def is_sentence(text: str) -> bool:
    """Whether a text reads like a sentence of 25 to 200 characters."""
    ...
def sentences(docstring: str) -> list[str]:
    """The sentences of a docstring, in order."""
    ...
def docstrings(
    node: ast.AST,  # a module, class or function
    kind: str = 'module',  # what `node` is
    name: str = '',  # its qualified name
) -> Iterator[tuple[str, str, str]]:
    """The docstrings of a node and of all definitions inside it."""
    ...
def source_files() -> list[tuple[str, str, Path]]:
    """The Python sources of the standard library and of the installed packages."""
    ...
def file_sentences(
    package: str,  # recorded with each sentence
    module: str,  # dotted name, recorded too
    path: Path,  # the source file
) -> Iterator[dict[str, str]]:
    """The sentences of one source file; none if Python cannot read it."""
    ...
def unique_sentences(records: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Each text once, in a random order that depends on nothing but the texts."""
    ...
def read_environment(progress: bool = False) -> list[dict[str, str]]:
    """Read every source file of this environment.
    Takes a minute or so for 14,000 files, nearly all of it in `ast.parse`."""
    ...
def environment_fingerprint() -> str:
    """Changes with the version of Python, of any installed package, and of the rules above."""
    ...
class DatasetError(MinivecdbError, ValueError):
    """More was asked of a data set than it holds."""
def docstring_sentences(
    n: int | None = None,  # how many; None: all
    progress: bool = False,  # show a progress bar while the sources are read
) -> L:
    """The first `n` docstring sentences of this environment: a random sample.
    `DatasetError` if there are fewer."""
    ...
def docstring_embeddings(
    n: int | None = 20000,  # how many sentences; None: all
    progress: bool = False,  # show progress bars
    dtype: str = 'float32',  # or "bfloat16"
    cache: bool | str | Path | EmbeddingCache = True,  # as in `get_embeddings`
) -> tuple[np.ndarray, L]:
    """The first `n` docstring sentences, embedded once and then read from the cache."""
    ...
def split_queries(
    n_rows: int,  # rows of the data set
    n_queries: int,  # how many of them become queries
    seed: int = 0,  # same seed, same split
) -> tuple[np.ndarray, np.ndarray]:
    """Split row numbers at random into those to index and those to query with.
    `DatasetError` if nothing would be left."""
    ...
def main(arguments: list[str]) -> str:
    """`python -m minivecdb.datasets [n]`: read and embed sentences, so that they are in the cache."""
    ...
