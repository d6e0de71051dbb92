# Made by tools/stubs.py from columns.py.
import numpy as np
from minivecdb.durable.column_files import ColumnState
from minivecdb.durable.storage import DurableStorage
from minivecdb.filters.columns import Column
from typing import Any
from typing import NamedTuple

__all__ = ['COMPARED', 'BEHIND', 'COLUMN_ROWS', 'PASSING_ROWS', 'CARRIED', 'carried_over', 'Rows', 'Passing']

def carried_over(
    c: Column,  # as a file has it
    state: ColumnState,  # that it shows
    ids: np.ndarray,  # [n] that there are now
    changed: np.ndarray,  # that changed since, ascending
) -> Column | None:
    """A column with the rows that there are now. Those that changed have to be read."""
    ...
COMPARED: int
BEHIND: int
class Rows(NamedTuple):
    """Rows that were added just now, whose values are known."""
    ids: np.ndarray  # [n] ascending
    c: Column  # of these rows
    before: ColumnState  # of the storage, when they came
COLUMN_ROWS: int
PASSING_ROWS: int
CARRIED: int
class Passing:
    """The metadata of rows that are being added: as text, and as columns."""
    storage: DurableStorage
    held: Any
    gathered: Any
    def __init__(self, storage: DurableStorage) -> None: ...
    def text(
        self,
        metadata: Any,  # of one row
    ) -> bytes:
        """What `metadata_text` gives."""
        ...
    def keep(
        self,
        ids: range,  # of the rows, which are committed
        before: ColumnState,  # of the storage
    ):
        """Write the files."""
        ...
