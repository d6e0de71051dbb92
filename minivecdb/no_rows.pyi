# Made by tools/stubs.py from no_rows.py.
from minivecdb.filters import Filter
from minivecdb.vector_storage import VectorStorage

__all__ = ['SHOWN', 'keys_of', 'unknown_keys', 'check_keys', 'told_key', 'why_none']

def keys_of(storage: VectorStorage) -> list[str]:
    """The keys of all rows, dotted where they lie inside objects. Reads all metadata."""
    ...
def unknown_keys(
    storage: VectorStorage,
    keys: list[str],  # dotted
) -> list[str]:
    """Which keys are a mistake; none, while the storage has no rows."""
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
    """What the rows hold under a key."""
    ...
def why_none(
    storage: VectorStorage,
    where: dict | Filter | None,  # a filter
) -> list[str]:
    """What there is to know when a search or `find` finds nothing."""
    ...
