# Made by tools/stubs.py from care.py.
import numpy as np
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['check_folder', 'appearing', 'Repair', 'repair_folder']

def check_folder(
    path: str | Path,  # the folder
    progress: bool = False,  # show a bar
) -> list[str]:
    """Check a storage without writing a byte, also one that cannot be opened."""
    ...
@contextmanager
def appearing(
    path: Path,  # a folder that does not exist yet
    like: Path | None = None,  # a folder whose permissions it gets
) -> Iterator[Path]:
    """Make a folder elsewhere; at the end it is synced and gets its name. After an error nothing is left."""
    ...
class Repair(NamedTuple):
    """What `repair` could save."""
    kept: int  # rows that matched their checksum, now in the new folder
    lost: dict[int, str]  # ids of rows that did not, and why
    unknown: int  # rows that were counted, but not found: their ids are not known
    notes: list[str]  # other damage
class _Wreck:
    """What can still be read of a damaged storage; looks at a private copy of SQLite's files, so that it changes nothing."""
    path: Path
    notes: Any
    copy: Any
    con: Any
    head: Any
    extents: Any
    segments: Any
    gone: Any
    def __init__(self, path: Path, dimension: int | None) -> None: ...
    def rows(self, lost: dict[int, str], block: int = 2048) -> Iterator[tuple[np.ndarray, np.ndarray, list[bytes]]]:
        """Rows that match their checksum, by ascending ids; the others go to `lost`."""
        ...
def repair_folder(
    path: str | Path,  # the damaged folder; not a byte of it is changed
    into: str | Path,  # a folder that does not exist yet
    dimension: int | None = None,  # where the storage no longer tells
) -> Repair:
    """Save every row that matches its checksum, with its id, to a new storage."""
    ...
