# Made by tools/stubs.py from files.py.
import numpy as np
from minivecdb.ivf.checked import RowCheck
from minivecdb.lists.lists import InvertedLists
from typing import Any
from typing import BinaryIO

__all__ = ['MAGIC', 'VERSION', 'MAX_HEADER']

MAGIC: bytes
VERSION: int
MAX_HEADER: int
class _Unseen:
    """The lists of a file that nobody has read yet, and their checksums. Reads the file itself, so
    that nothing of the map becomes resident; any number of threads may look."""
    path: Any
    rows: RowCheck
    entries: Any
    bytes: Any
    sums: Any
    stretches: Any
    columns: Any
    unseen: Any
    seen_whole: Any
    def __init__(self, file: BinaryIO, entries: list[dict], arrays: dict, rows: RowCheck, verify: bool) -> None: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple: ...
    def look(self, lists: np.ndarray, held: InvertedLists | None):
        """Compare those of these lists that nobody has read yet."""
        ...
    def whole(self, *names: str):
        """Compare arrays that are read from end to end, once."""
        ...
