# Made by tools/stubs.py from scanners.py.
import numpy as np
from collections.abc import Callable
from minivecdb.distances.metric import Metric
from minivecdb.lists.lists import InvertedLists
from typing import Any
from typing import NamedTuple

__all__ = ['ALL_ROWS', 'DECODED', 'FEW', 'WIDE', 'MOST_SHARED', 'LARGE', 'SCANNERS', 'QueryBlock', 'Guard', 'Reading', 'ListRows', 'Scanner', 'FlatScanner', 'scanner_of']

class QueryBlock(NamedTuple):
    """Some queries, and what every step of a search needs of them: made once."""
    given: np.ndarray  # [m, d] float32
    moved: np.ndarray  # [m, d] float32: the same, counted from the origin of the lists
    prepared: np.ndarray  # [m, d] float32, as `prepare_queries` returns them
    lengths: np.ndarray  # [m] float64
    in_bytes: tuple[np.ndarray, np.ndarray] | None  # of `query_bytes`, for lists that keep bytes
    compiled: bool  # whether kernels read them
    @classmethod
    def of(
        cls,
        given: np.ndarray,  # [m, d] float32
        lists: InvertedLists,  # that they are compared with
        metric: Metric,
        compiled: bool = False,  # use kernels
    ) -> 'QueryBlock':
        """The block of some queries."""
        ...
class Guard(NamedTuple):
    """Which rows a search may return."""
    mask: np.ndarray  # [1, n] or [m, n] boolean, by the order of insertion
    place: np.ndarray  # [positions] int64: where in that order each position is
    def of(
        self,
        queries: np.ndarray,  # [b] query numbers
    ) -> 'Guard':
        """The guard of some queries."""
        ...
    def at(
        self,
        positions: np.ndarray | None,  # [r] of rows that were read from a file; None: all, in place
    ) -> 'Guard':
        """The guard of rows that are now side by side."""
        ...
ALL_ROWS: tuple[Any, ...]
class Reading(NamedTuple):
    """The lists that a block of queries reads."""
    probes: np.ndarray  # [m, p] list numbers, each query's nearest first; -1 for none
    lists: InvertedLists  # these lists, in memory
    guard: Guard | None  # None: all rows may be found
class ListRows(NamedTuple):
    """How rows of lists are read, and second copies, whose positions come after all first ones."""
    decode: Callable | None  # list -> ([L, d] rows, [L] lengths); None: lists hold rows
    decode_copy: Callable | None  # the same of copies
    fetch: Callable  # positions [p] -> (rows, where in them [p], lengths [p] or [0])
    ids: np.ndarray  # [positions] int64
class Scanner:
    """Compares queries with the rows that the codes of lists decode to."""
    exact: bool
    state: Any
    codec: Any
    metric: Any
    frame: Any
    lists: Any
    centroids: Any
    def __init__(
        self,
        state: Any,  # `State` of an index
    ) -> None: ...
    def decoders(
        self,
        lists: InvertedLists,
        whole: bool = False,  # all dimensions, also where fewer are compared
    ) -> tuple[Callable | None, Callable]:
        """How to turn a list, and any positions, into float32 rows."""
        ...
    def rows(self, lists: InvertedLists) -> ListRows:
        """How to read lists and their copies."""
        ...
    def asked(self, queries: QueryBlock) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """The queries as rows are compared with them: some codecs keep fewer dimensions."""
        ...
    def suited(
        self,
        queries: np.ndarray,  # [m, d] float32, as given
    ) -> 'Scanner | None':
        """The scanner for these queries."""
        ...
    def fits(
        self,
        queries: np.ndarray,  # [m, d] float32, as given
    ) -> np.ndarray:
        """Which queries are compared with codes that are not decoded."""
        ...
    def candidates(
        self,
        queries: QueryBlock,
        reading: Reading,
        keep: int,  # rows wanted for each query
        final: bool = True,  # False: they will be measured, so distances and order do not matter
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest rows of the lists that are read."""
        ...
    def promising(
        self,
        queries: QueryBlock,
        found: tuple[np.ndarray, np.ndarray],  # as `candidates` returns them
        k: int,  # neighbours wanted
        exact: Any,  # `ExactRows` of the index
    ) -> np.ndarray:
        """Which candidates may be among the k nearest."""
        ...
    def within(
        self,
        query: QueryBlock,  # of one query
        reading: Reading,
        radius: float,  # largest distance that counts
    ) -> tuple[np.ndarray, np.ndarray]:
        """All rows of the lists at a distance of at most `radius`."""
        ...
    def cost(
        self,
        m: int,  # queries
        nprobe: int,  # lists that each reads
    ) -> tuple[float, int]:
        """What decides whether kernels are used."""
        ...
    def blocks(
        self,
        per_query: float,  # rows that one query reads
    ) -> tuple[int, int | None]:
        """How a batch is divided."""
        ...
    def singly(
        self,
        m: int,  # queries
        nprobe: int,  # lists that each reads
        measured: bool,  # whether candidates are measured by vectors in memory
    ) -> bool:
        """Whether so small a batch is searched query by query."""
        ...
    def ready_soon(
        self,
        work: float,  # multiplications of the queries
    ) -> bool:
        """Whether the kernel that searches one query in one call is there, or would have paid by now."""
        ...
    def single_call(
        self,
        exact: Any,  # `ExactRows` of the index, for rescoring
        unread: np.ndarray = ...,
    ) -> Callable:
        """A search of one query with everything ready: made once for a state."""
        ...
DECODED: int
FEW: int
WIDE: int
MOST_SHARED: int
LARGE: float
class FlatScanner(Scanner):
    """Compares queries with rows that lists hold as they were given."""
    exact: bool
    def decoders(self, lists: InvertedLists, whole: bool = False) -> tuple[None, Callable]: ...
    def rows(self, lists: InvertedLists) -> ListRows: ...
    def asked(self, queries: QueryBlock) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]: ...
    def singly(self, m: int, nprobe: int, measured: bool) -> bool: ...
    def ready_soon(self, work: float) -> bool: ...
    def single_call(self, exact: Any, unread: np.ndarray = ...) -> Callable: ...
SCANNERS: dict[Any, Any]
def scanner_of(state: Any) -> Scanner:
    """The scanner of an index's lists, by its codec."""
    ...
