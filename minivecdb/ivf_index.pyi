# Made by tools/stubs.py from ivf_index.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from fastcore.foundation import L  # type: ignore[import-untyped]
from minivecdb.filters.language import Filter
from minivecdb.ivf.index import IVF
from minivecdb.ivf.probing import RowMask
from minivecdb.vector_storage import VectorStorage
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['build_index', 'Hit', 'IVFIndex']

def build_index(
    storage: VectorStorage,
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,
) -> tuple[dict[int, list[int]], dict[int, int], np.ndarray]:
    """Cluster a storage into plain dictionaries and centroids."""
    ...
class Hit(NamedTuple):
    """One answer: `hit[0]` is the vector, `hit[1]` the metadata."""
    vector: np.ndarray  # [d] float32
    metadata: dict
    id: int
    distance: float  # by the index's metric, smaller is nearer
    def __repr__(self) -> str: ...
class IVFIndex:
    """An IVF index that follows a `VectorStorage`."""
    storage: Any
    metric: Any
    nprobe: Any
    rescore: Any
    n_clusters: int | None
    seed: int
    codec: str
    spill: Any
    upkeep: Any
    def __init__(
        self,
        storage: VectorStorage,
        nprobe: int | None = None,  # lists per search; None: see `minivecdb.ivf.default_nprobe`
        distance_fn: str | Callable = 'cosine',  # or "euclidean", "dot", or a function of `func_map`
        n_clusters: int | None = None,  # None for `default_clusters`
        seed: int = 0,  # of the clustering
        codec: str = 'flat',  # how the index stores vectors, see `make_codec`
        rescore: int | None = None,  # candidates measured with the storage's vectors; None for none
        spill: float | None = None,  # put vectors into a second list, see `IVF`; 1 is a good choice
        upkeep: bool | None = None,
        *,
        metric: str | None = None,  # another name of `distance_fn`, as `IVF` calls it
        **others: Any,  # none: see `refuse_names`
    ) -> None: ...
    def __getstate__(self) -> dict:
        """What a copy needs, also in another process, which opens a storage in a folder by its path."""
        ...
    def __setstate__(self, state: dict): ...
    @property
    def ivf(self) -> IVF | None:
        """The index over arrays, caught up with the storage; None before `build`."""
        ...
    def __repr__(self) -> str: ...
    def build(self) -> IVFIndex:
        """Cluster what the storage holds now, and index it."""
        ...
    def catch_up(self):
        """Take in the changes of the storage: new vectors join the nearest lists, deleted ones leave."""
        ...
    def add_vectors_bulk(
        self,
        vectors: Any,  # [n, d] numbers: an array, a list of vectors, an `L`
        metadata_list: Iterable[dict | None] | None = None,  # one dictionary per vector
    ) -> list[int]:
        """Add to the storage; the index takes the vectors in before its next search."""
        ...
    def search(
        self,
        query_vector: Any,  # [d] numbers, or [m, d] for m queries
        k: int = 5,  # answers wanted
        *,
        nprobe: int | None = None,  # lists to read; None for the index's own setting
        where: dict | Filter | list | None = None,
        **others: Any,  # none: see `refuse_names`
    ) -> L:
        """The nearest vectors with their metadata.
        Lists beyond `nprobe` are read while fewer than k vectors were found."""
        ...
    def mask(
        self,
        where: dict | Filter | list | None,  # a filter, or a list of one for each query
    ) -> RowMask:
        """A mask of the rows that meet a filter, for `index.ivf.search`, until the storage changes."""
        ...
    def get_stats(self) -> dict:
        """Figures of the index: how many vectors it holds, what a search reads (`nprobe`), the `recall`
        to expect and how it is known, bytes per vector, how even the lists are (`imbalance`), and how
        far the data has drifted (`quantization_error` now and at training). `built` tells whether the
        index is built. If something is to be done, `advice` is the last entry."""
        ...
    def save(self) -> Path:
        """Save the index beside its storage, which must be open for writing. It replaces an older one."""
        ...
    @classmethod
    def open(
        cls,
        storage: VectorStorage,  # a folder, from `VectorStorage.open`
        verify: bool = True,  # compare the file's checksums; a damaged file could give wrong neighbours
        **options: Any,
    ) -> IVFIndex:
        """The index that `save` put beside the storage, caught up with later writes.
        If it cannot be used: a new index, with an `IndexFileWarning`."""
        ...
