# Made by tools/stubs.py from exchange.py.
from collections.abc import Iterator
from minivecdb.storage.frames import Block
from typing import Any
from typing import NamedTuple

__all__ = ['FORMATS']

FORMATS: tuple[Any, ...]
class _Source(NamedTuple):
    """What `restore` reads."""
    head: dict  # dimension, model and next_id, as far as the source tells them
    blocks: Iterator[Block]
