# Made by tools/stubs.py from json_rows.py.
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import TextIO

__all__ = ['MAX_LINE', 'JSON_ENDINGS', 'ending', 'opened', 'json_value', 'json_objects']

def ending(path: str | Path) -> str:
    """The ending of a file's name, in small letters and without `.gz`."""
    ...
@contextmanager
def opened(
    path: Path,
    encoding: str | None = None,  # None: what the file's mark says, else UTF-8
    newline: str = '',  # as in `open`
) -> Iterator[TextIO]:
    """The text of a file. What cannot be unpacked or decoded is a `TableError`."""
    ...
MAX_LINE: int
def json_value(text: str) -> Any:
    """A JSON text; raises `ValueError`, or `TableError` for a key that is there twice."""
    ...
JSON_ENDINGS: tuple[Any, ...]
def json_objects(
    path: str | Path,  # ends in .jsonl, .ndjson or .json, and .gz if it is packed
    encoding: str | None = None,  # None: what the file's mark says, else UTF-8
) -> Iterator[tuple[int, dict]]:
    """The objects of a file, one after the other; raises `TableError` with the line."""
    ...
