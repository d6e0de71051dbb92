# Made by tools/stubs.py from exchange.py.
from collections.abc import Iterator
from minivecdb.storage.frames import Block
from typing import Any
from typing import NamedTuple

__all__ = ['FORMATS', 'source_head']

FORMATS: tuple[Any, ...]
def source_head(source: Any) -> dict:
    """What a source says of itself, before its rows are read."""
    ...
class _Source(NamedTuple):
    """What `restore` reads."""
    head: dict  # see `source_head`
    blocks: Iterator[Block]
