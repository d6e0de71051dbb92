# Made by tools/stubs.py from lists.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from minivecdb.codecs.blocks import Blocks
from minivecdb.distances.shortlist import Shortlist
from minivecdb.exact.flat import Candidates
from typing import Any

__all__ = ['NO_ROOMS', 'InvertedLists', 'empty_lists', 'ranges', 'by_list']

NO_ROOMS: Any
@dataclass(frozen=True, repr=False)
class InvertedLists:
    """Codes grouped into lists; see `empty_lists`. Methods return changed copies that share the arrays."""
    codes: np.ndarray | Blocks  # [capacity, w] of the codec's type: what stands for each vector
    ids: np.ndarray  # [capacity] int64
    lengths: np.ndarray
    rounded: np.ndarray  # [capacity, w] int8, and
    terms: np.ndarray
    starts: np.ndarray  # [n_lists] first row of each list
    sizes: np.ndarray  # [n_lists] rows in use
    rooms: np.ndarray  # [n_lists] rows reserved
    used: int  # rows that belong or once belonged to a list; the rest is free
    span: np.ndarray  # smallest and largest length so far, see `length_span`
    signs: np.ndarray  # [4 or 0, d] how rows are turned before rounding, see `useful_signs`
    origin: np.ndarray = ...  # [d or 0] see `origin_of`
    copies: 'InvertedLists | None' = ...  # second places of the vectors, where lists overlap
    spare: np.ndarray = ...
    given_up: np.ndarray = ...
    behind: Callable | None = ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def positions(
        self,
        lists: np.ndarray | slice = ...,  # which lists
    ) -> np.ndarray:
        """Where the vectors of some lists are."""
        ...
    def widened(self) -> InvertedLists:
        """Lists of a mapped file with unused memory behind them; other lists as they are."""
        ...
    def with_room(
        self,
        more: np.ndarray,  # [n_lists] rows to be added to each
    ) -> InvertedLists:
        """The same lists with room for `more`: those that lack it move, or all are laid out afresh."""
        ...
    def append(
        self,
        codes: np.ndarray,  # [n, w]
        ids: np.ndarray,  # [n] int64
        labels: np.ndarray,  # [n] int64: the list of each
        lengths: np.ndarray,  # [n] float64: |row| of what each code stands for
        in_bytes: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> InvertedLists:
        """Add vectors to the ends of their lists."""
        ...
    def remove(
        self,
        ids: np.ndarray,  # ids to take out; unknown ones are passed over
    ) -> InvertedLists:
        """Take vectors out of their lists."""
        ...
    def plain(
        self,
        j: int,  # list number
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows, minus the origin, and lengths of a list whose codes are float32 rows."""
        ...
    def moved(
        self,
        x: np.ndarray,  # [..., d] float32: rows or queries as given
    ) -> np.ndarray:
        """The same vectors minus the origin of these lists."""
        ...
    def runs(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows in use as stretches without gaps; adjacent lists form one."""
        ...
    def scan(
        self,
        probes: np.ndarray,  # [m, p] lists to read for each query, the nearest first; -1 for none
        kept: Candidates | Shortlist,  # of these m queries
        decode: Callable | None = None,
        floats: bool = False,  # see `Shortlist.offer`
        block: int = 2048,  # queries multiplied at a time
    ):
        """Offer every row of the probed lists."""
        ...
    @property
    def in_memory(self) -> bool:
        """Whether the lists are arrays, be they mapped, and not left in a file."""
        ...
    def probed(
        self,
        probes: np.ndarray,  # lists that will be read, -1 for none
    ) -> tuple[InvertedLists, np.ndarray | None]:
        """Lists that lie in a file, as far as they are needed; others as they are.
        
        There are no former positions where nothing has moved."""
        ...
    def at_a_time(
        self,
        per_query: float,  # rows that one query reads
    ) -> int:
        """How many queries to search together, so that what they read stays small."""
        ...
    def append_copies(
        self,
        codes: np.ndarray,  # [n, w]; w = 0 where copies hold bytes only
        ids: np.ndarray,  # [n] int64, of vectors in these lists
        second: np.ndarray,  # [n] int64: the second list of each
        lengths: np.ndarray,  # [n] float64
        in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # as in `append`
    ) -> InvertedLists:
        """Add copies of vectors to their second lists."""
        ...
    def without(
        self,
        ids: np.ndarray,  # ids to take out; unknown ones are passed over
    ) -> InvertedLists:
        """Take vectors out of all their lists."""
        ...
    def originals(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the original of each copy is; computed once."""
        ...
    def every_id(self) -> np.ndarray:
        """The ids by position, those of copies behind the others."""
        ...
    def scan_copies(
        self,
        probes: np.ndarray,  # and the other arguments as in `scan`
        kept: Candidates | Shortlist,
        decode: Callable | None = None,  # of the copies
        floats: bool = False,
        block: int = 2048,
    ):
        """Offer copies in the probed lists whose originals are in none, at the positions of `read_at`."""
        ...
    def reached(
        self,
        lists: np.ndarray,  # [p] which lists, -1 for none
    ) -> tuple[np.ndarray, np.ndarray]:
        """The vectors that have a place in some lists."""
        ...
def empty_lists(
    n_lists: int,
    width: int,  # numbers in a code
    dtype: Any = ...,  # of these numbers
    keep_lengths: bool = True,  # whether the lengths of the rows are kept beside the codes
    byte_width: int = 0,  # bytes of a row as `byte_rows` returns it; 0 to keep none
    signs: np.ndarray = ...,  # how rows are turned before they are rounded
    origin: np.ndarray = ...,  # [d] what is subtracted from rows, or [0]
) -> InvertedLists:
    """Lists with nothing in them."""
    ...
def ranges(
    starts: np.ndarray,  # [m]
    sizes: np.ndarray,  # [m]
) -> np.ndarray:
    """The numbers starts[0], starts[0] + 1, … for each range, joined."""
    ...
def by_list(
    probes: np.ndarray,  # [m, p] lists to read for each query, -1 for none
    n_lists: int,
    compiled: bool = False,  # use the kernel
) -> Iterator[tuple[int, np.ndarray]]:
    """The table of probes, inverted: each probed list with its queries."""
    ...
