# Made by tools/stubs.py from bulk.py.
from typing import NamedTuple

__all__ = ['Compaction']

class Compaction(NamedTuple):
    """What `compact` did."""
    rows: int  # living rows
    bytes_before: int  # of all files
    bytes_after: int
    erased: bool
