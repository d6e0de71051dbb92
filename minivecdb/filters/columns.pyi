# Made by tools/stubs.py from columns.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from minivecdb.filters.language import Filter
from minivecdb.vector_storage import VectorStorage
from typing import Any

__all__ = ['INTEGER', 'FLOAT', 'FIRST_VALUE', 'MANY_VALUES', 'BLOCK', 'FEW', 'Test', 'BITS', 'SAMPLE', 'MANY', 'Column', 'key_of_list', 'key_of', 'orders_numbers', 'orders_dates', 'passing', 'every', 'some', 'one_of', 'allowed', 'integer_bounds', 'nearest_float', 'float_bounds', 'date_bounds', 'between', 'common', 'same_bits', 'FilterWarning', 'like_a_date', 'keys_in', 'Columns', 'column_values', 'column_of', 'in_blocks']

INTEGER: int
FLOAT: int
FIRST_VALUE: int
class _Dictionary(dict):
    """Codes of strings, integers beyond int64, and lists; an unseen value gets the next code."""
    only_strings: Any
    def __init__(self) -> None: ...
    def __missing__(self, key: Any) -> int: ...
    def enter(self, strings: Iterable[str]):
        """Give the unseen ones their codes, in order."""
        ...
MANY_VALUES: int
class Column:
    """The values of one key, by row."""
    path: tuple[str, ...]
    codes: Any
    numbers: Any
    whole: Any
    real: Any
    dictionary: Any
    def __init__(self, path: tuple[str, ...]) -> None: ...
    def memory_usage(
        self,
        texts: bool,  # count the distinct values, too
    ) -> int:
        """What the arrays and the dictionary take."""
        ...
    def __repr__(self) -> str: ...
    def encode(
        self,
        values: list,  # `MISSING` where there is none
    ) -> tuple[np.ndarray, np.ndarray]:
        """Codes and numbers of some values; unseen ones enter the dictionary."""
        ...
    def put(
        self,
        at: np.ndarray | slice,  # rows to write
        values: list,  # their values, `MISSING` where there is none
        capacity: int,  # rows that there is room for
    ):
        """Write the values of some rows."""
        ...
    def set_rows(
        self,
        at: np.ndarray | slice,  # rows to write
        codes: np.ndarray,  # [n] int32
        numbers: np.ndarray,  # [n] int64
        capacity: int,  # rows that there is room for
    ):
        """Write codes and numbers of some rows."""
        ...
    def instants(self) -> np.ndarray:
        """The half steps of each distinct value; the smallest int64 where it is no date."""
        ...
    def test(
        self,
        conditions: list[Filter],  # on this key
    ) -> Test:
        """Passed by rows that meet all of some conditions."""
        ...
    def warn_of_kinds(
        self,
        f: Filter,  # a condition on this key
    ):
        """Warn where numbers are compared with a key of texts, or texts with a key of numbers."""
        ...
    def warn_of_dates(
        self,
        f: Filter,  # a condition on this key
    ):
        """Warn where a date is compared with a text, because one of the two is not in ISO 8601."""
        ...
    def lay(
        self,
        at: np.ndarray | slice,  # rows to write
        codes: np.ndarray,  # [n] of another column
        numbers: np.ndarray,  # [n] of it, or [0] where it has none
        values: list,  # of its dictionary
        capacity: int,  # rows that there is room for
    ):
        """Write rows of another column."""
        ...
    def packed(
        self,
        at: np.ndarray | slice,  # rows
    ) -> Column:
        """Some rows as a column of their own, whose dictionary holds only their values."""
        ...
def key_of_list(x: list) -> tuple | bytes:
    """A list as a key: a tuple of strings, or else its JSON, in which 1, 1.0 and true differ."""
    ...
def key_of(value: Any) -> Any:
    """What the dictionary of a column has a value under."""
    ...
def orders_numbers(f: Filter) -> bool:
    """Whether a condition is an order of numbers."""
    ...
def orders_dates(f: Filter) -> bool:
    """Whether a condition is an order of dates."""
    ...
BLOCK: int
FEW: int
Test = Callable[[slice], np.ndarray]
def passing(
    test: Test,
    n: int,  # rows
) -> np.ndarray:
    """Which rows pass."""
    ...
def every(tests: list[Test]) -> Test:
    """Passed by rows that pass all tests; later tests are skipped where no row is left."""
    ...
def some(tests: list[Test]) -> Test:
    """Passed by rows that pass at least one test."""
    ...
def one_of(
    values: np.ndarray,  # [n]
    wanted: np.ndarray,  # few
) -> Test:
    """Passed by rows that have one of some values."""
    ...
def allowed(
    codes: np.ndarray,  # [n] int32
    table: np.ndarray,  # [number of codes] boolean
) -> Test:
    """Passed by rows with a code that the table allows."""
    ...
def integer_bounds(
    op: str,  # $gt $gte $lt $lte
    x: int | float,
) -> tuple[int, int]:
    """An order against `x` as a closed interval of integers."""
    ...
def nearest_float(x: int | float) -> float:
    """`x` as a float; infinity beyond their range."""
    ...
def float_bounds(
    op: str,  # $gt $gte $lt $lte
    x: int | float,
) -> tuple[float, float]:
    """An order against `x` as a closed interval of floats."""
    ...
def date_bounds(
    op: str,  # $gt $gte $lt $lte
    x: str,  # a date
) -> tuple[int, int]:
    """An order against a date as a closed interval of half steps; what is no date is in none."""
    ...
def between(
    numbers: np.ndarray,  # [n]
    low: int | float,
    high: int | float,
) -> np.ndarray:
    """Which numbers lie in a closed interval; an open end is not compared."""
    ...
def common(
    conditions: list[Filter],  # orders
    bounds: Callable,  # of one of them
) -> tuple:
    """The interval in which all of some orders are met."""
    ...
BITS: int
def same_bits(
    numbers: np.ndarray,  # [n] int64
    wanted: np.ndarray,  # [m] int64
) -> Test:
    """Passed by rows whose number is among the wanted ones."""
    ...
class FilterWarning(UserWarning):
    """A comparison of two kinds of values, which no row can meet."""
SAMPLE: int
MANY: int
def like_a_date(x: Any) -> bool:
    """Whether it is a date as people write it, but not of ISO 8601."""
    ...
def keys_in(metadata: Iterable[dict]) -> list[str]:
    """The keys of some rows."""
    ...
class Columns:
    """The metadata of a storage by key."""
    columns: Any
    ids: Any
    alive: Any
    used: Any
    checked: set[tuple]
    def __init__(self, storage: VectorStorage) -> None: ...
    @property
    def storage(self) -> VectorStorage:
        """The storage; a weak reference, because the storage refers to its columns."""
        ...
    def __repr__(self) -> str: ...
    def memory_usage(self) -> dict[str, int]:
        """Bytes of the columns' arrays and dictionaries, and of the ids.
        Texts count where nobody else holds them: a storage in memory has them in its metadata."""
        ...
    def catch_up(self) -> bool:
        """Take in what changed in the storage since the last call."""
        ...
    def column(self, path: tuple[str, ...]) -> Column:
        """The column of a key: one that the storage has ready, or one that is made of its metadata."""
        ...
    def test(self, f: Filter) -> Test:
        """Passed by rows that meet a filter, dead ones included."""
        ...
    def mask(self, where: dict | Filter | None) -> np.ndarray:
        """Which vectors meet a filter."""
        ...
    def matching(self, where: dict | Filter | None) -> np.ndarray:
        """The ids of the vectors that meet a filter."""
        ...
    def in_order(
        self,
        ids: np.ndarray,  # [m] int64, all in the storage
        order_by: str | list[str],  # a key, or "-key" for descending, or several
    ) -> np.ndarray:
        """Sort by some keys, the last one first, since sorting is stable."""
        ...
def column_values(
    metadata: list[dict],  # of some rows
    path: tuple[str, ...],
) -> list:
    """One key of many rows."""
    ...
def column_of(
    metadata: list[dict],  # of some rows
    path: tuple[str, ...],
) -> Column:
    """One key of some rows as a column."""
    ...
def in_blocks(
    storage: VectorStorage,
    ids: np.ndarray,  # [n] int64, all in the storage
) -> Iterator[tuple[slice, list[dict]]]:
    """The metadata of many rows; those of a block are in memory at a time."""
    ...
