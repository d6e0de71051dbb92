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
    """A column with the rows that there are now; rows that changed have no values yet.
    
    None if the rows of the file do not lead to those that there are."""
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
        """Metadata as text, as `metadata_text` returns it; the values are kept for the columns."""
        ...
    def keep(
        self,
        ids: range,  # of the rows, which are committed
        before: ColumnState,  # of the storage
    ):
        """Write the column files, if these rows are the last ones that were added."""
        ...
