# Made by tools/stubs.py from default_nprobe.py.
import numpy as np
from dataclasses import dataclass
from minivecdb.ivf.index import IVF
from typing import Any

__all__ = ['EXACT', 'TARGET', 'NEIGHBOURS', 'ASKED', 'EASIER', 'SURE', 'FEW_ROWS', 'ALL', 'AT_ONCE', 'exact_up_to', 'Enough', 'recall_by_lists', 'enough', 'enough_from_state']

EXACT: dict[Any, Any]
TARGET: float
NEIGHBOURS: int
ASKED: tuple[Any, ...]
EASIER: float
SURE: int
FEW_ROWS: int
ALL: float
AT_ONCE: int
def exact_up_to(dimension: int) -> int:
    """Up to how many vectors an index answers exactly."""
    ...
@dataclass(frozen=True)
class Enough:
    """How many lists a search reads by default, and how that was found."""
    mode: str  # "exact": all lists; "measured": as many as the recall takes
    nprobe: int  # lists to read
    recall: float  # mean recall@10 to expect, against all lists, the same codec and rescoring
    error: float  # its standard error
    asked: int  # rows that were asked
    rows: int  # vectors in the index then
    lists: int  # lists in the index then
    rescore: int | None  # candidates measured
    def now(
        self,
        lists: int,  # in the index by now
    ) -> int:
        """Lists to read: all, or as large a share of them as was measured."""
        ...
    @property
    def known_from(self) -> str:
        """How it was found, in words."""
        ...
def recall_by_lists(
    ivf: IVF,  # with vectors
    asked: int | None = None,  # rows to ask; None for `ASKED`
    k: int = ...,  # neighbours of each
    rescore: int | None = None,  # candidates measured, as in the searches to come
) -> np.ndarray:
    """Recall of the index's own rows, each left out of its centroid, by the number of lists read."""
    ...
def enough(
    ivf: IVF,  # with vectors
    rescore: int | None = None,  # candidates measured, as in the searches to come
) -> Enough:
    """How many lists to read: all in a small index, else as many as a recall@10 of `TARGET` takes."""
    ...
def enough_from_state(state: dict | None) -> Enough | None:
    """An `Enough` from a file; raises `FileFormatError` if its values are impossible."""
    ...
