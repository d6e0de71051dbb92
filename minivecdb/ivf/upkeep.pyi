# Made by tools/stubs.py from upkeep.py.
import numpy as np
from dataclasses import dataclass
from minivecdb.ivf.index import IVF
from minivecdb.lists.changes import Growing
from minivecdb.lists.lists import InvertedLists
from typing import Any

__all__ = ['MOST', 'NEAR', 'UNEVEN', 'STARVED', 'FEWER', 'SWAP', 'FOLLOW', 'SEEN', 'SMALL', 'WORTH', 'FAR', 'STRAYS', 'HOME', 'EVERY', 'PER_LIST', 'Upkeep']

MOST: int
NEAR: int
UNEVEN: float
STARVED: float
FEWER: float
SWAP: float
FOLLOW: int
SEEN: int
SMALL: float
WORTH: float
FAR: float
STRAYS: int
HOME: int
EVERY: int
@dataclass(frozen=True)
class Upkeep:
    """What is known, between writes, of an index kept even. `IVF.upkeep = Upkeep()` begins it."""
    spread: np.ndarray = ...  # [n_lists] sum of squared distances to the centroid
    gain: np.ndarray = ...
    loss: np.ndarray = ...
    news: np.ndarray = ...
    unseen: np.ndarray = ...
    moved: np.ndarray = ...
    strays: np.ndarray = ...
    splits: int = ...
    merges: int = ...
    turn: int = ...  # the clock: rows that came or left so far
    growing: Growing | None = ...  # where the lists are about to move
    def extended(
        self,
        m: int,  # how many more
        lists: InvertedLists,  # of the index now
    ) -> 'Upkeep':
        """The same with some empty lists behind the others; `lists` may have readers."""
        ...
    def follows(
        self,
        lists: InvertedLists,  # of an index
    ) -> bool:
        """Whether `growing` made these lists: other writes may have changed them since."""
        ...
    def write(
        self,
        ivf: IVF,
        gone: np.ndarray,  # [m] ids that leave
        labels: np.ndarray,  # [n] list that each new row joins
        cost: np.ndarray,  # [n] its squared distance to the centroid
        codes: np.ndarray,  # [n, w], and the rest as `InvertedLists.append` wants it
        ids: np.ndarray,  # [n]
        lengths: np.ndarray,  # [n]
        in_bytes: tuple[np.ndarray, np.ndarray] | None,  # rows in bytes
    ) -> dict[str, Any]:
        """Rows leave, rows join, and some lists are looked at and mended."""
        ...
PER_LIST: dict[Any, Any]
class _Work:
    """One write: everything is changed here, and taken over at its end."""
    ivf: IVF
    state: Any
    metric: Any
    centroids: Any
    lengths: Any
    growing: Any
    before: Any
    splits: Any
    merges: Any
    turn: Any
    strays: Any
    used: Any
    loss: Any
    unseen: Any
    def __init__(self, ivf: IVF) -> None: ...
    @property
    def lists(self): ...
    def each(self, change):
        """Change every array that has an entry for each list."""
        ...
    def as_held(self, owner: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows of the lists, decoded where the codec is lossy.
        
        With them their `share`: what each is to be multiplied by, if it is not None."""
        ...
    def rows(self, owner: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The same, as clustering wants them."""
        ...
    def done(self, written: int) -> dict[str, Any]:
        """What takes the place of the old state."""
        ...
    def nearest(self, x: np.ndarray, c: np.ndarray, lengths: np.ndarray | None = None, share: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """As `assign`, without its precautions where lengths are those of ordinary rows."""
        ...
    def apart(self, x: np.ndarray, c: np.ndarray) -> np.ndarray:
        """Squared distances of rows to one centroid each, or 1 - similarity."""
        ...
    def near(self, j: int, points: np.ndarray, rows: int = ...) -> np.ndarray:
        """The lists other than j nearest to one of the points; fewer where they hold more than `rows`."""
        ...
    def give(self, owner: np.ndarray, place: np.ndarray, to: np.ndarray):
        """Move rows to other lists; their codes are made again where they depend on the centroid."""
        ...
    def recentre(self, j: np.ndarray, rows: np.ndarray):
        """New centroids."""
        ...
    def settle(self, names: np.ndarray, centres: np.ndarray, owner: np.ndarray, place: np.ndarray, cut: int = -1):
        """A round of k-means among some lists: their rows (list, place) move, and their centroids.
        
        Of list `cut`, which has lost its own centroid, all rows move."""
        ...
    def changed(self, owner: np.ndarray, to: np.ndarray, part: int = 1):
        """Rows came and left: count them, or one in so many."""
        ...
    def least(self) -> float:
        """Rows that a half has at least: fewer, and it would soon starve."""
        ...
    def split(self, j: int):
        """Make two lists of one, and put the rows around it right."""
        ...
    def refine(self) -> bool:
        """Put the neighbourhood right in which most is new."""
        ...
    def merge(self, j: int, most: float = ...):
        """Give a list up; its rows join the lists around it. Not where that would cost more than `most`."""
        ...
    def look(self) -> bool:
        """Estimate, for the list in which most is new, what splitting gains and giving up loses."""
        ...
    def remember(self, ids: np.ndarray, labels: np.ndarray, cost: np.ndarray):
        """New rows that are far from their centroids, and therefore from all, are strays.
        
        Where there are too many, the oldest are forgotten."""
        ...
    def find(self, ids: np.ndarray, lists: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where some rows are, if they are still in one of these lists."""
        ...
    def call_home(self, n: int):
        """Compare a few strays with every centroid that changed since, and move them to the nearest.
        
        They are those that have waited longest."""
        ...
    def mend(self) -> bool:
        """The most pressing split or merge."""
        ...
    def leave(self, gone: np.ndarray):
        """Take rows out by their ids."""
        ...
