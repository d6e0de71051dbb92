# Made by tools/stubs.py from repair.py.
import numpy as np
from collections.abc import Iterator
from minivecdb.durable.segments import Segment
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['MOST_FAILURES', 'Repair', 'repair_folder']

class _Damaged:
    """A damaged folder, and what can still be read of it.
    
    It reads a private copy of SQLite's files, so that the folder stays as it is."""
    path: Path
    copy: Any
    notes: list[str]
    lost: dict[int, str]
    con: Any
    head: Any
    extents: Any
    gone: Any
    segments: dict[int, Segment]
    def __init__(self, path: Path, dimension: int | None) -> None: ...
    def rows(
        self,
        block: int = 2048,  # ids that are read together
    ) -> Iterator[tuple[np.ndarray, np.ndarray, list[bytes]]]:
        """Rows that match their checksums, by ascending ids; the ids of the others go to `lost`."""
        ...
MOST_FAILURES: int
class Repair(NamedTuple):
    """What `repair` could save."""
    kept: int  # rows that matched their checksums, now in the new folder
    lost: dict[int, str]  # ids of rows that did not, and why
    unknown: int  # rows that were counted, but not found: their ids are not known
    notes: list[str]  # other damage
def repair_folder(
    path: str | Path,  # the damaged folder; not a byte of it is changed
    into: str | Path,  # a folder that does not exist yet
    dimension: int | None = None,  # of the vectors, where the storage no longer tells
) -> Repair:
    """Save every row that matches its checksum to a new storage, with its id.
    
    Raises FileNotFoundError if there is no storage, `DamageError` if nothing of it can be read, and
    `WriteError` if the new folder cannot be written."""
    ...
