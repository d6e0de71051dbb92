# Made by tools/stubs.py from readers.py.
import tempfile
from pathlib import Path

__all__ = ['private_copy', 'check_room']

def private_copy(folder: Path) -> tempfile.TemporaryDirectory:
    """A copy of SQLite's two files, which is removed together with the object."""
    ...
def check_room(
    path: Path,  # of a file that is to be copied
    size: int,  # its bytes
    folder: Path,  # where the copy goes
):
    """Raise `ReadError` unless there is room for a copy."""
    ...
