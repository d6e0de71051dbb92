# Made by tools/stubs.py from index.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from minivecdb.codecs.codec import Codec
from minivecdb.distances.metric import Metric
from minivecdb.distances.origin import Frame
from minivecdb.exact.coarse import Coarse
from minivecdb.exact.flat import FlatIndex
from minivecdb.ivf.adding import Batch
from minivecdb.ivf.exact_rows import ExactRows
from minivecdb.ivf.prepared import SingleSearch
from minivecdb.ivf.probing import ReadLimits
from minivecdb.ivf.probing import RowMask
from minivecdb.ivf.search import Plan
from minivecdb.ivf.search import SearchOptions
from minivecdb.lists.dot import Reach
from minivecdb.lists.lists import InvertedLists
from minivecdb.lists.scanners import Guard
from minivecdb.lists.scanners import QueryBlock
from minivecdb.lists.scanners import Reading
from minivecdb.lists.scanners import Scanner
from pathlib import Path
from typing import Any

__all__ = ['default_clusters', 'number_within', 'Centroids', 'Prepared', 'State', 'Part', 'IVF']

def default_clusters(n: int) -> int:
    """How many lists an index of `n` vectors has: min(n // 10 + 1, 4 √n)."""
    ...
def number_within(
    name: str,
    value: Any,
    least: float,
    most: float,
    remedy: str,  # what to give instead
) -> float:
    """`value`, if it is a number within bounds; else a ValueError names value and bounds."""
    ...
class Centroids:
    """The centroids of the lists, and what searches derive from them, each when it is first needed."""
    index: FlatIndex
    signs: np.ndarray
    def __init__(
        self,
        index: FlatIndex,  # over the centroids
        signs: np.ndarray = ...,  # how rows are turned before they are rounded
    ) -> None: ...
    def __reduce__(self) -> tuple: ...
    @property
    def ready(self) -> Coarse:
        """The centroids as queries are compared with them."""
        ...
    @property
    def table(self) -> tuple[np.ndarray, np.ndarray] | None:
        """The centroids as `assign` compares rows with them."""
        ...
    @property
    def apart(self) -> tuple[np.ndarray, np.ndarray]:
        """The centroids less their shared part, to rank by inner products, and that part."""
        ...
    def of_codes(self, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
        """For each list the point that its codes of differences are relative to."""
        ...
class Prepared:
    """Where a state keeps the search of single queries, once that is prepared."""
    search: Any
    def __init__(self) -> None: ...
    def __reduce__(self) -> tuple: ...
@dataclass(frozen=True, repr=False, eq=False)
class State:
    """What an index is made of. A state never changes: a write replaces it by another."""
    dimension: int
    metric: Metric
    codec: Codec
    centroids: Centroids | None = ...  # None: not trained
    lists: InvertedLists | None = ...
    frame: Frame = ...  # how the codec gets to see rows
    reach: Reach | None = ...  # how far rows are from centroids, for inner products
    rows: Any = ...  # a `RowReader` of the exact vectors
    next_id: int = ...
    order: np.ndarray | None = ...  # ids in the order of insertion; None: they ascend
    upkeep: Any = ...  # `Upkeep()` keeps the lists even while data drifts
    news: int = ...  # rows that came or left since the origin was looked at
    strange: int = ...  # rows added far from every centroid
    error_then: tuple[float, int] = ...  # in training: summed squared distances to centroids, rows
    codes_find: float | None = ...  # share of neighbours that codes find, where known
    choice: Any = ...  # what "auto" chose, and why
    enough: Any = ...  # what is known of how many lists to read
    written: int = ...  # rows written since that was measured
    unseen: Any = ...  # the lists of a mapped file that nobody has read yet
    prepared: Prepared = ...  # for single queries
    @property
    def coarse(self) -> FlatIndex | None:
        """The centroids as an index."""
        ...
    @property
    def code_centres(self) -> tuple[np.ndarray, np.ndarray]:
        """For each list the point that its codes of differences are relative to."""
        ...
    @property
    def scanner(self) -> Scanner:
        """What finds candidates in the lists."""
        ...
    def __len__(self) -> int: ...
    def changed(
        self,
        **parts: Any,  # new values by name
    ) -> 'State':
        """Another state in which some parts are new."""
        ...
    def check_trained(self):
        """Raise unless there are centroids."""
        ...
    def encode(
        self,
        x: np.ndarray,  # [n, d] float32, as `Codec.source` gives them
        labels: np.ndarray,  # [n] the list of each
    ) -> np.ndarray:
        """The codes of vectors for their lists."""
        ...
    def appended(
        self,
        batch: Batch,
        ids: np.ndarray,  # [n]
        labels: np.ndarray,  # [n] the list of each
        codes: np.ndarray,  # [n, code_width]
        spill: float | None,  # λ of second lists
    ) -> InvertedLists:
        """The lists with these vectors appended, and with copies in their second lists."""
        ...
    def ids_for(
        self,
        ids: Any,  # [n] integers, or None
        n: int,  # vectors
        gone: np.ndarray,  # ids that leave
    ) -> np.ndarray:
        """Ids of new rows; compared with those in the index only if they may be there already."""
        ...
    def order_after(
        self,
        new: np.ndarray,  # ids that come
        gone: np.ndarray,  # ids that leave
    ) -> np.ndarray | None:
        """The order of insertion after a change."""
        ...
    def look(
        self,
        lists: np.ndarray | None = None,  # list numbers, -1 for none; None for all
        held: InvertedLists | None = None,  # these lists, where they were read from a file
    ):
        """Compare lists of a mapped file with their checksums before they are used for the first time.
        
        Compares the lists in `held` as they were read, all others in the file. Raises
        `FileFormatError`."""
        ...
    def reach_with(
        self,
        known: Reach,  # of the lists before
        old: np.ndarray,  # [k, d] their centroids
    ) -> Reach:
        """The reach of the lists; it is measured anew from rows where the centroid has changed."""
        ...
    def given_rows(
        self,
        at: np.ndarray,  # [n] positions
    ) -> np.ndarray | None:
        """Rows as they were given: from the reader if it has them all, else from codes."""
        ...
    def far(
        self,
        cost: np.ndarray,  # [n] as `assign` returns it
    ) -> np.ndarray:
        """Which of these rows are much farther from their centroids than training rows were."""
        ...
    def with_centroids(
        self,
        more: np.ndarray,  # [m, d] float32
    ) -> State:
        """The state with an empty list for each new centroid behind the others."""
        ...
    def calibrated(self, queries: np.ndarray, distances: np.ndarray, ids: np.ndarray, k: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
        """Measure some candidates of each query, correct the others, and put all in order."""
        ...
    def corrected_range(self, query: np.ndarray, radius: float, distances: np.ndarray, ids: np.ndarray, samples: int) -> tuple[np.ndarray, np.ndarray]:
        """Of all candidates of one query, those within the radius once corrected; -1 measures all."""
        ...
    @property
    def exact(self) -> ExactRows:
        """What measures candidates of this state."""
        ...
    def are_few(
        self,
        m: int,  # queries
        nprobe: int,  # lists to read
        rescore: int | None,  # candidates to measure
    ) -> bool:
        """Whether a batch is small enough to be searched query by query."""
        ...
    def prepare_single(self) -> SingleSearch:
        """The search of single queries, made once and kept with the state."""
        ...
    def search_singly(
        self,
        queries: np.ndarray,
        options: SearchOptions,
        plan: Plan,  # None: not by this search
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Prepare the search of single queries where that pays, and ask it."""
        ...
    def lists_to_read(self) -> int:
        """How many lists a search reads if `nprobe` is not given: the number measured to be enough.
        Before the measurement it is the choice of `codec="auto"`, or else a tenth of all lists."""
        ...
    def probe(
        self,
        queries: QueryBlock,
        limits: ReadLimits,
        admitted: np.ndarray | None = None,  # [1 or m, n_lists] rows that `fill` counts; None: all
    ) -> np.ndarray:
        """The lists to read for each query."""
        ...
    def ids_in_order(self) -> np.ndarray:
        """The ids in the order in which masks count rows."""
        ...
    def places(self) -> np.ndarray:
        """The place of each position's row in the order of insertion, which is the order of masks."""
        ...
    def guard(
        self,
        mask: Any,  # of a search, or None
        m: int,  # queries
    ) -> Guard | None:
        """Check a mask. An array does not record the state it was made for: only its length is checked."""
        ...
    def admitted(self, guard: Guard | None) -> np.ndarray | None:
        """How many vectors of each list a mask admits."""
        ...
    def range_search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        radius: float,  # largest distance
        options: SearchOptions,  # nprobe and rescore_num_samples
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The range search of one state."""
        ...
    def limits(self, options: SearchOptions) -> ReadLimits:
        """Check the options that say how many lists to read."""
        ...
    def measured(self, options: SearchOptions) -> tuple[int | None, int]:
        """Check `rescore_num_samples`, and say what it means for this index."""
        ...
    def plan(
        self,
        options: SearchOptions,
        m: int,  # queries
    ) -> Plan:
        """Check the options of a search, and settle how it is done."""
        ...
    def search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        options: SearchOptions,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The search of one state: what `IVF.search` returns."""
        ...
    def read(
        self,
        queries: QueryBlock,
        plan: Plan,
        numbers: np.ndarray,  # [m] which queries of the search these are
    ) -> Reading:
        """Choose the lists that some queries read; lists in a file are read, and checked once."""
        ...
    def ordered(
        self,
        queries: QueryBlock,
        found: tuple[np.ndarray, np.ndarray],  # candidates, as the plan's scanner returns them
        plan: Plan,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest candidates by exact vectors: all of them are measured, or some."""
        ...
    def search_adapted(
        self,
        queries: np.ndarray,  # [m, d] float32
        options: SearchOptions,
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """A search for more vectors than there are, or with products beyond the range of float32."""
        ...
    def search_kinds(
        self,
        queries: np.ndarray,  # [m, d] float32
        options: SearchOptions,
        plan: Plan,  # of all of them
    ) -> tuple[np.ndarray, np.ndarray]:
        """Search queries that need two scanners, in two groups: no answer depends on other queries."""
        ...
    def search_cost(
        self,
        queries: Any,  # [m, d] numbers
        options: SearchOptions,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The cost of a search of this state, counted."""
        ...
    def sampled(
        self,
        most: int,  # rows
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Evenly chosen rows as they are compared, and the centroids of their lists."""
        ...
    def error_now(
        self,
        most: int = 10000,  # rows that are looked at
    ) -> float:
        """The mean squared distance of rows to their centroid (for cosine, 1 - similarity)."""
        ...
    def off_centre(
        self,
        most: int = 1000,  # rows that are looked at
    ) -> float:
        """Length of what is encoded of rows, in distances of rows to centroids: 98% of rows have less."""
        ...
    @property
    def usual_distance(self) -> float:
        """The root mean square distance of training rows to their centroids."""
        ...
    def advice(
        self,
        off_centre: float,  # as measured
    ) -> dict[str, str]:
        """What to do if codes are too coarse for the rows, or if rows lie far from every list."""
        ...
    def bytes_of_copies(self) -> dict[str, int]:
        """Bytes of the second copies of vectors, and of what links these to their originals."""
        ...
    def evenness(self) -> dict[str, Any]:
        """Sizes of the lists, and how much more a search reads than if all were equal (`imbalance`)."""
        ...
    def drift(self) -> dict[str, Any]:
        """How far rows are from their centroids, now and in training, and last what to do (`advice`)."""
        ...
class Part:
    """An attribute of an index that belongs to its state; setting it puts another state in place."""
    name: str
    def __set_name__(self, owner: type, name: str): ...
    def __get__(self, index: 'IVF | None', owner: type) -> Any: ...
    def __set__(self, index: 'IVF', value: Any): ...
class IVF:
    """An inverted-file index over arrays: approximate neighbours from the nearest lists."""
    metric: Part
    codec: Part
    lists: Part
    frame: Part
    reach: Part
    upkeep: Part
    choice: Part
    enough: Part
    written: Part
    strange: Part
    codes_find: Part
    dimension: Any
    n_clusters: int | None
    seed: Any
    spill: float | None
    memory: int | None
    auto: Any
    keeps_codec: Any
    by_id: Any
    rescoring: int | None
    state: Any
    def __init__(
        self,
        dimension: int,  # d
        n_clusters: int | None = None,
        metric: str = 'cosine',  # or "euclidean", "dot"
        codec: str | Codec = 'flat',
        *,
        seed: int = 0,  # of the clustering and the codec
        memory: int | None = None,
        spill: float | None = None,
    ) -> None: ...
    @property
    def coarse(self) -> FlatIndex | None:
        """The centroids."""
        ...
    @coarse.setter
    def coarse(self, index: FlatIndex): ...
    @property
    def rows(self) -> Any:
        """A reader of exact vectors by id, for rescoring; `check_reader` checks it."""
        ...
    @rows.setter
    def rows(self, reader: Any): ...
    @property
    def is_trained(self) -> bool:
        """Whether there are centroids."""
        ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def at(self, state: State) -> IVF:
        """An index with the same settings in another state; the two share arrays."""
        ...
    def train(
        self,
        x: Any,  # [n, d] numbers, n at least 1: the vectors, or a sample of them
        sample: int = 256,  # vectors per cluster at most, 30 or more
        total: int | None = None,  # vectors that there will be; None for as many as here
    ) -> IVF:
        """Find the centroids and train the codec. The index is empty afterwards."""
        ...
    def add(
        self,
        x: Any,  # [n, d] numbers
        ids: Any = None,  # [n] integers; None counts up
    ) -> np.ndarray:
        """Add vectors to the lists of their nearest centroids; nothing is changed if any is refused."""
        ...
    def remove(
        self,
        ids: Any,  # integers
    ) -> int:
        """Remove vectors by id; unknown ids are passed over."""
        ...
    def replace(
        self,
        x: Any,  # [n, d] numbers
        ids: Any,  # [n] integers; None counts up
        gone: np.ndarray,  # ids to remove first, which may return in `ids`
        assigned: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Remove some vectors and add others in one step."""
        ...
    def build(
        self,
        blocks: Callable[[], Iterable] | Iterable,
        sample: int = 256,  # vectors per cluster to train with, at most
        *,
        progress: bool = False,  # show a progress bar
    ) -> IVF:
        """Train and fill the index from blocks, of which it holds two at a time.
        
        One reading draws the sample, one finds each vector's list, one fills lists that have their
        final size. What the index held before is gone."""
        ...
    def enough_after(
        self,
        state: State,  # after a write
        written: int,  # rows that came or left just now
    ) -> dict:
        """The fields `enough` and `written` after a write: measured again once half of the rows changed."""
        ...
    def stored(
        self,
        at: np.ndarray,  # [m] positions in the lists
    ) -> np.ndarray:
        """The vectors that are kept there, as far as the codec remembers them."""
        ...
    def compared(
        self,
        at: np.ndarray,  # [m] positions in the lists
    ) -> np.ndarray:
        """The rows there as a search compares them with queries: see `Codec.project`."""
        ...
    @classmethod
    def from_faiss(
        cls,
        path: str | Path,  # written by `faiss.write_index`, or by `to_faiss`
        metric: str | None = None,
    ) -> IVF:
        """Open an IVF-flat or IVF-PQ index of faiss. Its `nprobe` is not kept: give it to each search.
        
        Raises `FaissFormatError` for a file of another kind, a damaged one, or another metric."""
        ...
    def save(
        self,
        path: str | Path,  # usually ending in .ivf
        note: dict | None = None,  # what the file says of itself: `note` of the index loaded from it
    ):
        """Write the index to one file, replacing it in one step; exact rows are not part of it."""
        ...
    @classmethod
    def load(
        cls,
        path: str | Path,  # a file that `save` wrote
        mmap: bool | str = True,  # map the lists instead of reading them; "pread" leaves them in the file, and a search reads those that it probes
        verify: bool | None = None,  # compare all checksums now; None: those of a mapped list when it is first read; False: none of the lists, whose rows are still looked at
    ) -> IVF:
        """Open an index; raises `FileFormatError` for a file that does not add up, and so does the first search that reads a damaged list. A mapped index that is changed stays where it is; lists that change move into memory."""
        ...
    def lists_to_read(self) -> int:
        """How many lists a search reads if `nprobe` is not given; see `reads`."""
        ...
    def reads(
        self,
        nprobe: int | None = None,  # lists to read; None as a search that is not told
    ) -> dict:
        """What a search reads, which mean recall@10 to expect, and how that is known."""
        ...
    def probes(
        self,
        queries: np.ndarray,  # [m, d] float32
        nprobe: int,  # lists to read for each
        *,
        ratio_threshold: float | None = None,
        max_codes: int | None = None,  # stop once so many vectors were read
        fill: int = 0,  # read on until this many vectors were seen
        admitted: np.ndarray | None = None,
    ) -> np.ndarray:
        """The lists to read for each query."""
        ...
    def mask_of(
        self,
        *ids: Any,  # integers: the rows to admit, for all queries; or one such argument for each query
    ) -> RowMask:
        """What `search` takes as `mask`. Any change of the index makes it out of date."""
        ...
    def range_search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        radius: float,  # largest distance, as the metric defines it
        *,
        nprobe: int | None = None,  # lists to read; None for as many as are enough, see `reads`
        rescore_num_samples: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All vectors of the probed lists at a distance of at most `radius`, nearest first, ties by id."""
        ...
    def search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        k: int = 10,  # neighbours wanted
        *,
        nprobe: int | None = None,
        ratio_threshold: float | None = None,
        rescore: int | None = None,
        mask: 'np.ndarray | RowMask | None' = None,
        max_codes: int | None = None,  # stop once so many vectors were read
        ensure_topk_full: bool = False,
        rescore_num_samples: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of the vectors in the probed lists; ties by id."""
        ...
    def exact_search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        k: int = 10,  # neighbours wanted
    ) -> tuple[np.ndarray, np.ndarray]:
        """The true neighbours, to measure a search against: all lists, by `rows` if there are any."""
        ...
    def search_cost(
        self,
        queries: Any,  # [m, d] numbers
        *,
        nprobe: int | None = None,  # and the other options as in `search`
        ratio_threshold: float | None = None,
        rescore: int | None = None,
        max_codes: int | None = None,
        ensure_topk_full: bool = False,
        rescore_num_samples: int | None = None,
        k: int = 10,
        mask: 'np.ndarray | RowMask | None' = None,
        **others: Any,  # options that make no difference
    ) -> tuple[np.ndarray, np.ndarray]:
        """The cost of a search, counted: centroids, codes of the probed lists, and exact rows."""
        ...
    def memory_usage(self) -> dict[str, int]:
        """Bytes of what the index holds, reserved room included."""
        ...
    def get_stats(
        self,
        nprobe: int | None = None,  # the lists that a search is told to read; None if it is not told
    ) -> dict[str, Any]:
        """What the index holds, what a search reads and finds, bytes per vector, how even the lists
        are, and how far the data has drifted."""
        ...
    def to_faiss(
        self,
        path: str | Path,  # opened in faiss by `faiss.read_index`
    ):
        """Write a flat or product-quantized index as faiss would, replacing the file in one step.
        
        For cosine, faiss then takes inner products of vectors of length 1. Warns where second places
        are left out. Raises `FaissExportError` for other codecs."""
        ...
