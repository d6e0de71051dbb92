# Made by tools/stubs.py from care.py.
import numpy as np
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ['check_folder', 'making', 'appearing']

def check_folder(
    path: str | Path,  # the folder
    progress: bool = False,  # show a bar
) -> list[str]:
    """Check a storage without writing a byte; it need not be one that can be opened."""
    ...
class _CheckedBlock(NamedTuple):
    """Some rows of table `rows`, and what is wrong with them."""
    ids: np.ndarray  # [m] int64
    seals: list[int]  # as they are stored, if they are numbers
    problems: list[str]
@contextmanager
def making(
    path: Path,  # what is made, a file or a folder
    done: str,  # what was not done to it if that fails, as "made"
) -> Iterator[None]:
    """For `with`: a failure of the disk is raised as `WriteError`."""
    ...
@contextmanager
def appearing(
    path: Path,  # a folder that does not exist yet
    like: Path | None = None,  # a folder whose permissions it gets
) -> Iterator[Path]:
    """For `with`: make a folder under another name; at the end it is synced and renamed.
    
    After an error nothing is left of it."""
    ...
