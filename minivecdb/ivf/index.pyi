# Made by tools/stubs.py from index.py.
import dataclasses
import numpy as np
import weakref
from collections.abc import Callable
from collections.abc import Iterable
from minivecdb.codecs.codec import Codec
from minivecdb.exact.coarse import Coarse
from minivecdb.exact.flat import FlatIndex
from minivecdb.lists.dot import Reach
from minivecdb.lists.lists import InvertedLists
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import Protocol

__all__ = ['APART', 'MAJORITY', 'CROWD', 'FEW', 'WIDE', 'ESTIMATED', 'AT_ONCE', 'DECODED', 'MOST_SHARED', 'LARGE', 'TOGETHER', 'NEARLY_ALL', 'default_clusters', 'IVF', 'RowReader', 'ArrayRows', 'FileRows', 'check_reader', 'RowMask']

def default_clusters(n: int) -> int:
    """How many lists an index of `n` vectors has: 4 √n, but no fewer than ten vectors each: min(n // 10 + 1, 4 √n)."""
    ...
class IVF:
    """An inverted-file index over arrays: approximate nearest neighbours from the lists of the nearest centroids."""
    spill: Any
    dimension: Any
    n_clusters: Any
    metric: Any
    seed: Any
    auto: Any
    memory: int | None
    choice: Any
    codec: Any
    coarse: FlatIndex | None
    lists: InvertedLists | None
    frame: Any
    reach: Reach | None
    by_id: Any
    upkeep: Any
    enough: Any
    written: Any
    rescoring: int | None
    strange: Any
    codes_find: float | None
    def __init__(
        self,
        dimension: int,  # d
        n_clusters: int | None = None,  # lists; None for `default_clusters` of the training vectors
        metric: str = 'cosine',  # or "euclidean", "dot"
        codec: str | Codec = 'flat',  # how vectors are stored, see `make_codec`; "auto" chooses when it is trained
        *,
        seed: int = 0,  # of the clustering and the codec
        memory: int | None = None,  # bytes that the index may take, for "auto"; None for half of what the machine has left
        spill: float | None = None,  # λ of `second_lists`: put each vector into a second list too; None for one list each
    ) -> None: ...
    @property
    def rows(self) -> 'RowReader | None':
        """Where exact vectors are found by id, for rescoring; `check_reader` refuses others."""
        ...
    @rows.setter
    def rows(self, reader: 'RowReader | None'): ...
    @property
    def centroids(self) -> Coarse:
        """The centroids, ready to be compared with queries; made anew when they change."""
        ...
    @property
    def apart(self) -> tuple[np.ndarray, np.ndarray]:
        """Centroids as inner products rank them, and what was subtracted: see `shared_part`."""
        ...
    @property
    def code_centres(self) -> tuple[np.ndarray, np.ndarray]:
        """What codes of differences are taken to; made anew when centroids change."""
        ...
    @property
    def is_trained(self) -> bool:
        """Whether there are centroids."""
        ...
    def __copy__(self) -> 'IVF':
        """The same state, which shares its arrays."""
        ...
    def __getstate__(self) -> dict:
        """What a deep copy or another process needs: no prepared calls, and nothing of a file that is not checked."""
        ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def train(
        self,
        x: Any,  # [n, d] numbers, n at least 1: the vectors, or a sample of them
        sample: int = 256,  # vectors used per cluster at most, 30 or more; where there are fewer, all are used
        total: int | None = None,  # vectors that there will be; None for as many as here
    ) -> IVF:
        """Find the centroids, and what the codec learns. An index that was trained before starts anew, without vectors."""
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
    def frozen_copy(self, changed: dict | None = None) -> IVF:
        """The index as it is now, whoever writes meanwhile; or as it will be with some parts changed."""
        ...
    def encode_rows(self, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """What stands for vectors of some lists."""
        ...
    def probes(
        self,
        queries: np.ndarray,  # [m, d] float32
        nprobe: int,  # lists to read for each
        *,
        ratio_threshold: float | None = None,  # leave out lists below this share of the best similarity; cosine only
        max_codes: int | None = None,  # stop once so many vectors were read
        fill: int = 0,  # read on until this many vectors were seen
        admitted: np.ndarray | None = None,  # [1 or m, n_lists] of how many vectors in each list `fill` counts; None: all
        lists: InvertedLists | None = None,  # a state of the lists; None for the present one
        prepared: tuple[np.ndarray, np.ndarray] | None = None,  # of `prepare_queries`, where that was done already
        in_bytes: tuple[np.ndarray, np.ndarray] | None = None,  # of `query_bytes`, likewise
        compiled: bool = False,  # use kernels however few queries there are
    ) -> np.ndarray:
        """The lists to read for each query."""
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
    def mask_of(
        self,
        *ids: Any,  # integers: the rows to admit, for all queries; or one such argument for each query
    ) -> RowMask:
        """What `search` takes as `mask`. Any change of the index makes it out of date, and a search says so."""
        ...
    def reads(
        self,
        nprobe: int | None = None,  # lists to read; None as a search that is not told
    ) -> dict:
        """What a search reads, which mean recall@10 to expect, and how that is known."""
        ...
    def lists_to_read(self) -> int:
        """How many lists a search reads that is not told: see `reads`. Before anything was measured, a tenth of them."""
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
        """The k nearest of the vectors in the probed lists; ties by id. The same for any thread count and batch size."""
        ...
    def exact_search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        k: int = 10,  # neighbours wanted
    ) -> tuple[np.ndarray, np.ndarray]:
        """The truth to measure a search against: every list, and exact vectors where the codec is lossy and `rows` are there."""
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
        """What a search looks at, counted: centroids, codes of the probed lists, and exact rows for rescoring."""
        ...
    def range_search(
        self,
        queries: Any,  # [m, d] numbers, or [d] for one
        radius: float,  # largest distance, as the metric defines it
        *,
        nprobe: int | None = None,  # lists to read; None for as many as are enough, see `reads`
        rescore_num_samples: int | None = None,  # vectors to measure exactly, so that a line corrects the other distances; -1 all; None for none
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All vectors of the probed lists at a distance of at most `radius`, nearest first, ties by id."""
        ...
    def memory_usage(self) -> dict[str, int]:
        """Bytes of the centroids, codes, ids, lengths, the directory and what the codec learned; reserved room included."""
        ...
    def get_stats(self) -> dict:
        """The number and sizes of the lists, bytes per vector, and how far the data has drifted: see below."""
        ...
    def build(
        self,
        blocks: Callable[[], Iterable] | Iterable,  # of blocks [b, d] of numbers, or of (ids [b], rows [b, d]): a function that starts them anew, or something that can be gone through several times
        sample: int = 256,  # vectors per cluster to train with, at most
        *,
        progress: bool = False,  # show a progress bar
    ) -> IVF:
        """Train and fill the index from blocks, of which it holds two at a time: one reading draws the sample, one finds each vector's list, one fills lists that have their final size. What the index held before is gone."""
        ...
    def enough_after(
        self,
        written: int,  # rows that came or left just now
    ) -> dict:
        """The fields `enough` and `written` after a write: measured again once half of the rows changed."""
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
        note: dict | None = None,  # what the file should say about itself, `note` of the index that is loaded from it
    ):
        """Write the index to one file, replacing it in one step. Exact rows for rescoring are not part of it."""
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
    def to_faiss(
        self,
        path: str | Path,  # opened in faiss by `faiss.read_index`
    ):
        """Write a flat or product-quantized index as faiss would, replacing the file in one step.
        
        For cosine, faiss then takes inner products of vectors of length 1. Warns where second places
        are left out. Raises `FaissExportError` for other codecs."""
        ...
APART: float
MAJORITY: float
CROWD: int
class RowReader(Protocol):
    """Returns exact vectors by id."""
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
class ArrayRows:
    """Rows of an array, whose ids are 0, 1, 2, … unless given."""
    x: Any
    dimension: Any
    ids: Any
    in_place: Any
    def __init__(
        self,
        x: np.ndarray,  # [n, d] float32: in memory, or a memory map
        ids: np.ndarray | None = None,  # [n] ids of the rows, ascending
    ) -> None: ...
    def numbers(
        self,
        ids: np.ndarray,  # [p] int64
    ) -> np.ndarray:
        """The row number of each id."""
        ...
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows of `ids`."""
        ...
class FileRows:
    """Rows of a file of float32 numbers; those that are asked for are read. Their ids are 0, 1, 2, …"""
    dimension: Any
    n: Any
    rows: Any
    def __init__(
        self,
        path: str | Path,  # d numbers of 4 bytes per row, little endian
        dimension: int,  # d
        offset: int = 0,  # bytes before the first row
    ) -> None: ...
    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows of `ids`."""
        ...
def check_reader(
    reader: Any,  # given as the exact vectors of an index
    dimension: int,  # d
    next_id: int,  # above the ids of the index
):
    """Raise unless exact vectors can be read from it by id."""
    ...
@dataclasses.dataclass(frozen=True, repr=False)
class RowMask:
    """Which rows of an index a search may return. It fits the state of the index that it was made for, and no other."""
    rows: np.ndarray  # [n] boolean, or [m, n] for m queries
    made_for: weakref.ref  # to the lists of that state
    def __repr__(self) -> str: ...
class _Alone(NamedTuple):
    """A search of one query in one call, and what it was made of."""
    lists: InvertedLists
    held: NamedTuple  # of the centroids
    rows: RowReader | None
    codec: Codec
    call: Callable
    near: Callable | None
FEW: int
WIDE: int
ESTIMATED: int
AT_ONCE: int
DECODED: int
MOST_SHARED: int
LARGE: float
TOGETHER: int
NEARLY_ALL: float
