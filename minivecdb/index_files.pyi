# Made by tools/stubs.py from index_files.py.
import numpy as np
from pathlib import Path
from typing import Any

__all__ = ['MAGIC', 'VERSION']

MAGIC: bytes
VERSION: int
class _Unseen:
    """The lists of a file that nobody has read yet, and their checksums. Reads the file itself, so that nothing of the map becomes resident; any number of threads may look."""
    path: Path
    file: Any
    entries: Any
    sums: Any
    stretches: Any
    unseen: Any
    seen_whole: Any
    def __init__(self, path: Path, entries: list[dict], arrays: dict[str, np.ndarray], in_blocks: bool) -> None: ...
    def __len__(self) -> int: ...
    def look(self, lists: np.ndarray):
        """Compare those of these lists that nobody has read yet."""
        ...
    def whole(self, *names: str):
        """Compare arrays that are read from end to end, once."""
        ...
