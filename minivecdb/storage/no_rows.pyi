# Made by tools/stubs.py from no_rows.py.
from minivecdb.filters.language import Filter
from minivecdb.vector_storage import VectorStorage

__all__ = ['SHOWN', 'keys_of', 'unknown_keys', 'check_keys', 'told_key', 'why_none']

def keys_of(storage: VectorStorage) -> list[str]:
    """The keys of all rows, dotted where they lie inside objects. Reads all metadata."""
    ...
def unknown_keys(
    storage: VectorStorage,
    keys: list[str],  # dotted
) -> list[str]:
    """The keys that no row has; none while the storage is empty."""
    ...
def check_keys(
    storage: VectorStorage,
    keys: list[str],  # dotted
    option: str,  # where they were given, for the error
):
    """Raise `FilterError` for the first key that no row has."""
    ...
SHOWN: int
def told_key(
    storage: VectorStorage,
    path: tuple[str, ...],  # keys, from outside to inside
) -> str:
    """How many rows have a key, and its most frequent values."""
    ...
def why_none(
    storage: VectorStorage,
    where: dict | Filter | None,  # a filter
) -> list[str]:
    """Why a search or `find` may have found nothing."""
    ...
