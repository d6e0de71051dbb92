# Made by tools/stubs.py from changes.py.
import numpy as np
from dataclasses import dataclass
from minivecdb.lists.lists import InvertedLists

__all__ = ['AHEAD', 'PAGE', 'PER_SHARE', 'picked', 'taken', 'without', 'placed', 'extended', 'last_in_place', 'retired', 'Growing']

def picked(
    a: np.ndarray,  # or another array of rows, for example in a file
    at: np.ndarray,  # [p] positions
) -> np.ndarray:
    """a[at], twice as fast, and without a check: a position behind the end gives the last row."""
    ...
def taken(
    lists: InvertedLists,
    at: np.ndarray,  # [p] positions
) -> tuple:
    """Copies of some rows, as `placed` wants them."""
    ...
class _NoRoom(IndexError):
    """The arrays end before, or cannot be written to."""
def without(
    lists: InvertedLists,
    owner: np.ndarray,  # [p] list of each row that leaves
    place: np.ndarray,  # [p] its place in that list, from 0
    more: np.ndarray | None = None,  # [n_lists] rows that are about to join each
) -> InvertedLists:
    """Take rows out. Raises an `IndexError` where the arrays have no room for what stays."""
    ...
def placed(
    lists: InvertedLists,
    columns: tuple,  # of [p, …] arrays, see `taken`
    labels: np.ndarray,  # [p] list that each row joins
    tight: bool = False,  # less to spare: for lists that are laid out, and not growing
) -> InvertedLists:
    """Add rows to the ends of lists; those without room move, with half or an eighth to spare.
    Raises an `IndexError` as `without`, a `ValueError` where labels are not as many as rows."""
    ...
def extended(
    lists: InvertedLists,
    n: int = 1,  # how many more
) -> InvertedLists:
    """The same lists and some empty ones behind them."""
    ...
def last_in_place(
    a: np.ndarray,  # [n_lists, …]
    j: int,  # the entry given up
) -> np.ndarray:
    """Entry `j` gives way to the last one."""
    ...
def retired(
    lists: InvertedLists,
    j: int,  # an empty list
) -> InvertedLists:
    """Give up a list; the last one takes its number."""
    ...
@dataclass(frozen=True)
class Growing:
    """Lists, and where they are about to move."""
    now: InvertedLists
    next: InvertedLists | None = ...  # larger arrays, into which lists are being copied
    copied: np.ndarray | None = ...  # [n_lists] which are there already
    warm: tuple[tuple, tuple] = ...  # for each array of both, rows whose memory was made ready
    waiting: tuple = ...  # (who may still read, the rooms given up), the oldest first
    @staticmethod
    def of(lists: InvertedLists) -> 'Growing':
        """Lists that are changed from here on. Readers of the lists before them are not known, so
        that a room that is given up counts as read until the arrays are replaced."""
        ...
    def __getstate__(self) -> dict: ...
    def take_out(
        self,
        owner: np.ndarray,  # [p] list of each row
        place: np.ndarray,  # [p] its place in that list
        more: np.ndarray | None = None,  # [n_lists] rows that are about to join each
    ) -> Growing:
        """As `without`."""
        ...
    def put(
        self,
        columns: tuple,  # of [p, …] arrays
        labels: np.ndarray,  # [p] list that each row joins
        tight: bool = False,  # as in `placed`
    ) -> Growing:
        """As `placed`."""
        ...
    def spanning(
        self,
        lengths: np.ndarray,  # [n] lengths of rows that came
    ) -> Growing:
        """The same with a span that holds these lengths, too."""
        ...
    def extend(
        self,
        n: int = 1,  # how many more
    ) -> Growing:
        """Some empty lists more."""
        ...
    def retire(
        self,
        j: int,  # an empty list
    ) -> Growing:
        """As `retired`."""
        ...
    def warmed(
        self,
        pages: int = 1,  # touched at most
    ) -> Growing:
        """The same, with some memory made ready that later writes will need: the next arrays first."""
        ...
    def across(
        self,
        more: int = 0,  # rows for which there must be room, too
    ) -> Growing:
        """All lists copied at once: the long pause, where one write is too large to be ready in time."""
        ...
    def step(
        self,
        before: int,  # `used` before the write that ends with this
        written: int = 0,  # rows that came or left with it
    ) -> Growing:
        """Copy as many lists as the write has earned, more for one of many rows (see `PER_SHARE`); begin when a quarter of the arrays is left, or when three quarters lie idle."""
        ...
    def reclaimed(self) -> Growing:
        """Before a write: rooms whose last reader is gone are spare again."""
        ...
    def handed_over(
        self,
        before: InvertedLists,  # that may have readers
    ) -> Growing:
        """After a write: its rooms wait for the readers of the lists before it, and of those before.
        Lists behind which nothing was given up are noted as well."""
        ...
AHEAD: int
PAGE: int
PER_SHARE: int
