# Made by tools/stubs.py from durable_readers.py.
import tempfile
from pathlib import Path

__all__ = ['private_copy']

def private_copy(folder: Path) -> tempfile.TemporaryDirectory:
    """A copy of SQLite's two files, which nobody else knows; it goes when the object goes."""
    ...
