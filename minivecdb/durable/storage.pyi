# Made by tools/stubs.py from storage.py.
import numpy as np
import threading
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fastcore.foundation import L  # type: ignore[import-untyped]
from minivecdb.core.errors import MinivecdbError
from minivecdb.durable.bulk import Compaction
from minivecdb.durable.repair import Repair
from minivecdb.durable.snapshots import Snapshot
from minivecdb.filters.columns import Column
from minivecdb.ivf_index import IVFIndex
from minivecdb.vector_storage import VectorStorage
from pathlib import Path
from typing import Any

__all__ = ['WriteError', 'ReadOnlyError', 'ClosedError', 'DurableStorage']

class WriteError(MinivecdbError, OSError):
    """A write or a sync failed. The handle refuses all further writes: open the storage again."""
class ReadOnlyError(MinivecdbError, PermissionError):
    """A write through a handle that was opened for reading."""
class ClosedError(MinivecdbError, ValueError):
    """A storage was used after it was closed."""
class _View:
    """For `with storage._lock:`: all reads of this thread inside see the same snapshot."""
    held: Any
    storage: 'DurableStorage'
    def __init__(self, storage: 'DurableStorage') -> None: ...
    def __enter__(self) -> 'Snapshot': ...
    def __exit__(self, *error): ...
    def __del__(self): ...
class _Held(threading.local):
    """The snapshot that a thread holds, and the views that are open on it."""
    snapshot: Any
    views: Any
    def __init__(self) -> None: ...
    def give_back(self, storage: 'DurableStorage'):
        """End the snapshot."""
        ...
    def refresh(self, storage: 'DurableStorage'):
        """Hold the new state, after a write by this thread."""
        ...
class DurableStorage(VectorStorage):
    """A `VectorStorage` in a folder, shared between processes. `VectorStorage.open` makes it.
    
    Raises FileNotFoundError without a storage and a dimension, `LockedError` while another handle
    writes, `DamageError` if files are not what was written, and `DimensionError` or `ModelError` if
    the storage has another dimension or model."""
    path: Any
    timeout: Any
    meta: Any
    mode: str
    writing: Any
    pid: Any
    folder: Any
    def __init__(
        self,
        path: str | Path,  # the folder, usually ending in .mvdb; files inside get its permissions
        dimension: int | None = None,  # for a new storage; an existing one is checked against it
        mode: str = 'rw',  # or "r": read only, and write no byte
        timeout: float = 5.0,  # seconds to wait for another writer
        model: str | None = None,  # name of the embedding model; used as `dimension` is
    ) -> None: ...
    def __enter__(self) -> 'DurableStorage': ...
    def __exit__(self, *error): ...
    def __del__(self): ...
    def __reduce__(self): ...
    def close(self):
        """Copy the log into the main file, and free the lock, so that others can write.
        
        A call that an interrupt cut short may be repeated."""
        ...
    def fold(self) -> int:
        """Move the vectors of small writes from SQLite to a segment, in one commit."""
        ...
    def add_bulk(
        self,
        vectors: Any,
        metadatas: Any = None,
        *,
        progress: bool = False,  # show a bar
        vector: str = 'vector',  # the column of vectors of a table; all others are metadata
    ) -> list[int]:
        """Add many vectors in one commit: all of them are stored, or none.
        
        The source is read block by block, so it may be larger than memory. Raises what `add` raises;
        the message names the row."""
        ...
    def bytes_used(self) -> int:
        """What the files of the folder take, in bytes; without SQLite's shared memory."""
        ...
    def compact(self) -> Compaction:
        """Rewrite the living rows without the deleted ones, segment by segment, in bounded memory.
        
        A kept index that holds deleted rows is built again, with its settings. Afterwards no file of
        the folder holds deleted data, unless `erased` of the report is False."""
        ...
    def check(
        self,
        progress: bool = False,  # show a bar
    ) -> list[str]:
        """Read everything and compare it with its checksums."""
        ...
    def backup(
        self,
        path: str | Path,  # a folder that does not exist yet
        progress: bool = False,  # show a bar
        verify: bool = True,  # compare every row of the copy with its checksum
    ) -> Path:
        """Copy the latest commit to a new folder, while others read and write.
        
        The folder appears under its name when it is complete and checked. Raises `DamageError` if a row
        is damaged, and `WriteError` if the disk fails; then there is no folder."""
        ...
    def ready_column(
        self,
        path: tuple[str, ...],  # of a key
        ids: np.ndarray,  # [n] int64, all that there are, ascending
    ) -> Column | None:
        """The column of a key, from its file or from the metadata.
        
        None if this storage keeps no columns, or if `ids` are not all its ids."""
        ...
    @classmethod
    def load(
        cls,
        path: str | Path,  # a JSON file
    ) -> VectorStorage:
        """Load a JSON file as a storage in memory. `restore` reads a file into a durable storage."""
        ...
    def export(
        self,
        path: str | Path,  # ending in one of `FORMATS`
    ):
        """Write the latest commit to one file, which is replaced in one step.
        
        Raises `FileFormatError` for another ending, and `WriteError` if the disk fails."""
        ...
    def save(
        self,
        path: str | Path,  # a file name, usually ending in .json
    ):
        """Write the latest commit to a JSON file, as a storage in memory does."""
        ...
    def restore(self, source: Any) -> int:
        """Fill an empty storage in one commit; the rows keep their ids.
        
        Raises `MinivecdbError` if this storage has given out ids, and `DimensionError`, `ModelError` or
        `FileFormatError` if the source does not fit; then the storage stays empty."""
        ...
    def kept_index(
        self,
        kind: type,  # of the index: `IVFIndex`, or a class made from it
        verify: bool,  # compare the file's checksums
        options: dict[str, Any],  # of `IVFIndex`
    ) -> IVFIndex:
        """The index that is kept beside this storage, brought up to date; `IVFIndex.open` calls it.
        
        If no file can be used, it warns with the reason, and builds the index."""
        ...
    def keep_index(
        self,
        index: IVFIndex,  # over this storage
    ) -> Path:
        """Write an index beside this storage, and remove older ones; `IVFIndex.save` calls it."""
        ...
    def one_state(self) -> AbstractContextManager:
        """For `with`: all reads of this thread inside see the same commit, which is looked up once."""
        ...
    def take(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> tuple[np.ndarray, np.ndarray]:
        """The vectors of those `ids` that are in the storage, compared with their checksums."""
        ...
    def metadata_of(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> list[dict | None]:
        """The metadata of several vectors, compared with checksums. Filters use it."""
        ...
    def get_bulk(
        self,
        ids: Iterable[int],  # as returned by `add`, in any order
    ) -> list[tuple[np.ndarray, dict]]:
        """Several vectors and their metadata in one read; raises `UnknownIdError` if one is not there."""
        ...
    def get_all(self) -> L:
        """All ids, vectors and metadata, in memory."""
        ...
    def __contains__(self, id: int) -> bool: ...
    def changes_since(
        self,
        counter: int,  # an earlier value of `changes`, read by any process
    ) -> np.ndarray | None:
        """The ids that changed since an earlier moment; None if the log no longer reaches back so far."""
        ...
    def repair(
        self,
        into: str | Path,  # a folder that does not exist yet
    ) -> Repair:
        """Save every row that matches its checksum to a new storage; this one is not changed."""
        ...
    def id_array(self) -> np.ndarray:
        """All ids, ascending."""
        ...
    def __iter__(self) -> Iterator[int]:
        """All ids, ascending, as of the moment when the walk begins."""
        ...
    def to_arrays(
        self,
        verify: bool = True,  # compare rows with their checksums; each is compared once by a handle
    ) -> tuple[np.ndarray, np.ndarray]:
        """All ids and vectors. The matrix is read-only; rows that lie in order in a file are mapped.
        
        Raises `DamageError` if a row does not match its checksum; with `verify=False` a damaged row is
        returned as it is. Raises `MinivecdbError` if more has to be copied than there is memory."""
        ...
    def blocks(
        self,
        size: int = ...,  # bytes of vectors per block
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All rows of one commit, compared with their checksums, block by block.
        
        It needs the memory of one block, so the storage may be larger than memory."""
        ...
    @property
    def next_id(self) -> int:
        """The id that the next vector will get."""
        ...
    @property
    def changes(self) -> int:
        """How many adds, updates and deletes there were, by all processes together."""
        ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def add(
        self,
        vector: Any,  # [d] numbers
        metadata: dict | None = None,  # what the vector stands for: anything JSON can hold
    ) -> int:
        """Add one vector in one commit. When this returns, it is on the disk.
        
        Raises `DimensionError` for another length, `MetadataError` for metadata that JSON cannot hold,
        and `WriteError` if the disk fails."""
        ...
    def delete_bulk(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> int:
        """Delete many vectors in one commit; ids that are not there are passed over."""
        ...
