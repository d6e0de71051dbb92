# Made by tools/stubs.py from checked.py.
import numpy as np
from minivecdb.codecs.codec import Codec
from minivecdb.lists.in_files import FileArray
from pathlib import Path
from typing import Any
from typing import NoReturn

__all__ = ['refuse', 'check_sizes', 'is_whole', 'is_number', 'check_fields', 'array_bytes', 'check_entries', 'expected_arrays', 'check_shapes', 'check_small', 'upkeep_numbers', 'RowCheck']

def refuse(path: Path, why: str) -> NoReturn:
    """Raise the error of an index file that cannot be used."""
    ...
def check_sizes(
    path: Path,
    sizes: np.ndarray,  # [n_lists] int64
    n: int,  # rows that there are
    what: str = 'rows',
):
    """Raise unless lists of these sizes hold `n` rows together."""
    ...
def is_whole(
    value: Any,  # of JSON
    least: int = 0,
    most: int = ...,
) -> bool:
    """Whether a value is a whole number in a range."""
    ...
def is_number(value: Any) -> bool:
    """Whether a value is a finite number from 0 up."""
    ...
def check_fields(
    path: Path,
    head: Any,  # what the header's JSON says
):
    """Raise unless a header has the fields of an index, each with a possible value."""
    ...
def array_bytes(entry: dict) -> int:
    """Bytes of an array."""
    ...
def check_entries(
    path: Path,
    entries: list,  # of the header
    at: int,  # the byte behind the header
    size: int,  # of the file
):
    """Raise unless the arrays follow on each other and end with the file."""
    ...
def expected_arrays(
    d: int,  # dimension
    codec: Codec,
    given: dict[str, tuple],  # shapes by name
) -> dict[str, tuple]:
    """The arrays that an index can have, with as many lists, rows and copies as are given."""
    ...
def check_shapes(
    path: Path,
    head: dict,  # with checked fields and entries
) -> Codec:
    """Raise unless types and shapes are those of such an index; none of the arrays was read yet."""
    ...
def check_small(
    path: Path,
    head: dict,
    a: dict[str, np.ndarray],  # by name
):
    """Raise unless the sizes of lists, the rotation and the origin are possible."""
    ...
def upkeep_numbers(
    arrays: dict[str, np.ndarray],  # of the file
    n_lists: int,
) -> tuple:
    """What an upkeep knew, and its strays: nothing in versions 3 and 4, where it is found out again."""
    ...
class RowCheck:
    """The checks of the rows of a file: each has an id of its own and finite numbers."""
    path: Path
    codec: Codec
    next_id: int
    columns: dict[str, np.ndarray | FileArray]
    list_of: Any
    def __init__(
        self,
        path: Path,
        codec: Codec,
        next_id: int,  # all ids are below
        columns: dict[str, np.ndarray | FileArray],  # codes, ids and lengths
    ) -> None: ...
    def part(
        self,
        first: int,  # row
        last: int,  # the row behind the last one
    ) -> dict[str, np.ndarray]:
        """Some rows of each column."""
        ...
    def check(
        self,
        j: int,  # list number
        part: dict[str, np.ndarray],  # codes, ids and lengths of some of its rows
    ):
        """Raise unless these rows can be searched."""
        ...
    def check_range(self, ids: np.ndarray):
        """Raise unless ids are from 0 up and below the next one."""
        ...
    def check_twice(self, j: int, ids: np.ndarray):
        """Raise if an id comes twice, here or in a list that was looked at before."""
        ...
    def check_all_ids(self):
        """Raise if an id comes twice, after the last list. Dense ids were compared list by list."""
        ...
    def check_order(
        self,
        order: np.ndarray,  # [n] ids in the order of insertion
    ):
        """Raise unless the order of insertion holds the ids."""
        ...
    def check_copies(
        self,
        ids: np.ndarray,  # of the copies
    ):
        """Raise unless copies belong to rows, and each row has one at most."""
        ...
    def check_every(
        self,
        sizes: np.ndarray,  # [n_lists]
        most: int = ...,  # rows at a time
    ):
        """Raise unless all rows can be searched."""
        ...
