# Made by tools/stubs.py from vector_storage.py.
import numpy as np
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fastcore.foundation import L  # type: ignore[import-untyped]
from minivecdb.durable.storage import DurableStorage
from minivecdb.filters.columns import Column
from minivecdb.filters.columns import Columns
from minivecdb.filters.language import Filter
from pathlib import Path
from typing import Any

__all__ = ['MISSING', 'VectorStorage', 'check_storage', 'grown', 'why_unknown']

class VectorStorage:
    """Vectors of one dimension and their metadata, by id."""
    dimension: Any
    model: str | None
    def __init__(
        self,
        dimension: int,  # length of every vector, 1 to 65,536
        model: str | None = None,  # the embedding model that made the vectors, where known
        **others: Any,  # none: see `refuse_names`
    ) -> None: ...
    @property
    def next_id(self) -> int:
        """The id that the next vector will get."""
        ...
    @property
    def changes(self) -> int:
        """The number of adds, updates and deletes so far; equal readings mean that nothing changed."""
        ...
    def __getstate__(self) -> dict:
        """The state for copying and pickling: without the lock and the cached columns of filters."""
        ...
    def __setstate__(self, state: dict): ...
    def __len__(self) -> int: ...
    def __contains__(self, id: int) -> bool: ...
    def __iter__(self) -> Iterator[int]: ...
    def __repr__(self) -> str: ...
    def one_state(self) -> AbstractContextManager:
        """A context manager that does nothing here: each read sees the latest state. In a durable
        storage, all reads inside it see the same state."""
        ...
    def changes_since(
        self,
        counter: int,  # an earlier reading of `changes`
    ) -> np.ndarray | None:
        """Which ids changed after the reading `counter`."""
        ...
    def add_bulk(
        self,
        vectors: Any,
        metadatas: Any = None,
        *,
        progress: bool = False,  # show a bar
        vector: str = 'vector',  # the column of vectors of a table; all others are metadata
    ) -> list[int]:
        """Add many vectors at once. All are checked before the first is stored."""
        ...
    def add(
        self,
        vector: Any,  # [d] numbers
        metadata: dict | None = None,  # what the vector stands for: anything JSON can hold
    ) -> int:
        """Add one vector."""
        ...
    def get(
        self,
        id: int,  # as returned by `add`
    ) -> tuple[np.ndarray, dict]:
        """The vector and metadata of `id`; raises `UnknownIdError`."""
        ...
    def get_bulk(
        self,
        ids: Iterable[int],  # as returned by `add`, in any order
    ) -> list[tuple[np.ndarray, dict]]:
        """Several vectors and their metadata; raises `UnknownIdError` if one is not there."""
        ...
    def get_all(self) -> L:
        """All ids, vectors and metadata, as copies."""
        ...
    def update(
        self,
        id: int = ...,  # as returned by `add`
        vector: Any = None,  # [d] numbers; None keeps the vector
        metadata: dict | None = None,  # replaces the whole dictionary; None keeps it
        *,
        merge: dict | None = None,  # keys to set; the others stay
        where: 'dict | Filter | None' = None,  # which rows, instead of an id
    ) -> int:
        """Change one vector, or the metadata of all that meet a filter.
        Everything is checked before anything changes."""
        ...
    def delete(
        self,
        id: int = ...,  # as returned by `add`
        *,
        where: 'dict | Filter | None' = None,  # which rows, instead of an id
    ) -> bool | int:
        """Remove one vector, or all that meet a filter. Their ids are never given out again."""
        ...
    def delete_bulk(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> int:
        """Remove many vectors."""
        ...
    def to_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The ids and the matrix, read-only. Without dead rows the matrix is a view, not a copy.
        It does not follow later changes."""
        ...
    def take(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> tuple[np.ndarray, np.ndarray]:
        """The vectors of those `ids` that are in the storage. An index reads changed rows with it."""
        ...
    def metadata_of(
        self,
        ids: Iterable[int],  # ids that may or may not be there
    ) -> list[dict | None]:
        """The metadata of several vectors.
        A storage that keeps metadata elsewhere is read id by id, or has its own `metadata_of`."""
        ...
    def id_array(self) -> np.ndarray:
        """All ids, ascending."""
        ...
    def ready_column(
        self,
        path: tuple[str, ...],  # of a key
        ids: np.ndarray,  # [n] int64, all that there are, ascending
    ) -> Column | None:
        """A column that the storage keeps or makes in its own way. In memory there is none."""
        ...
    @property
    def columns(self) -> Columns:
        """The columns of this storage's metadata, which filters use."""
        ...
    def matching_ids(
        self,
        f: Filter,  # as `read_filter` gives it
        order_by: str | list[str] | None = None,  # as in `find`
    ) -> np.ndarray:
        """The ids that meet a filter, ascending or in the order of some keys."""
        ...
    def find(
        self,
        where: dict | Filter | None = None,  # which rows; None for all
        limit: int | None = None,  # rows to return at most
        offset: int = 0,  # rows to pass over first
        order_by: str | list[str] | None = None,
        **others: Any,  # none: see `refuse_names`
    ) -> L:
        """The rows that meet a filter, as copies."""
        ...
    def count(
        self,
        where: dict | Filter | None = None,  # which rows; None for all
    ) -> int:
        """How many rows meet a filter."""
        ...
    def distinct(
        self,
        key: str,  # dotted, as in a filter
        where: dict | Filter | None = None,  # among which rows; None for all
    ) -> L:
        """The different values of a key, in the order of `find`'s `order_by`.
        Numbers that a filter finds equal count once."""
        ...
    def delete_where(
        self,
        where: dict | Filter,  # which rows
    ) -> int:
        """Remove all vectors that meet a filter."""
        ...
    def update_where(
        self,
        where: dict | Filter,  # which rows
        metadata: dict | None = None,  # replaces the whole dictionary
        merge: dict | None = None,  # keys to set; the others stay
    ) -> int:
        """Change the metadata of all vectors that meet a filter."""
        ...
    def save(
        self,
        path: str | Path,  # a file name, usually ending in .json
    ):
        """Write everything to a JSON file, replacing it in one step."""
        ...
    @classmethod
    def load(
        cls,
        path: str | Path,  # a file that `save` wrote, or another program in the same format
    ) -> VectorStorage:
        """Read a JSON file.
        Raises `FileFormatError` for a damaged file and FileNotFoundError for a missing one."""
        ...
    @classmethod
    def open(
        cls,
        path: str | Path,  # the folder, usually ending in .mvdb; its files get its permissions
        dimension: int | None = None,  # of a new storage; an existing one must agree with it
        mode: str = 'rw',  # or "r": read only, and write no byte
        timeout: float = 5.0,  # seconds to wait for another writer
        model: str | None = None,  # of a new storage; an existing one must agree with it
    ) -> 'DurableStorage':
        """Open a storage that lasts."""
        ...
    def keep_index(
        self,
        index: Any,  # an `IVFIndex` over this storage
    ) -> Path:
        """Keep an index beside the storage. One in memory has no such place: raises TypeError."""
        ...
    def kept_index(
        self,
        kind: type,  # of the index
        verify: bool,  # compare checksums
        options: dict[str, Any],  # of a new one
    ) -> Any:
        """The index that is kept beside the storage. One in memory has none: raises TypeError."""
        ...
    def __enter__(self) -> VectorStorage: ...
    def __exit__(self, *error): ...
    def close(self):
        """Nothing in memory; a storage in a folder lets others write."""
        ...
    def check(
        self,
        progress: bool = False,  # show a bar
    ) -> list[str]:
        """What is wrong with the files: a storage in memory has none."""
        ...
def check_storage(storage: Any) -> VectorStorage:
    """Raise `VectorError` unless it is a storage, so that an index can be built over it."""
    ...
def grown(
    rows: np.ndarray,  # [capacity, …]
    used: int,  # how many of them are written
    need: int,  # how many there must be room for
) -> np.ndarray:
    """Room for `need` rows."""
    ...
def why_unknown(
    id: Any,  # that is not there
    next_id: int,  # of the storage
) -> str:
    """Why a storage has no vector of this id."""
    ...
class _Missing:
    """The type of `MISSING`, which stands for an argument or a value that was not given."""
    def __repr__(self) -> str: ...
MISSING: Any
