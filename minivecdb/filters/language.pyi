# Made by tools/stubs.py from language.py.
from dataclasses import dataclass
from minivecdb.core.errors import MinivecdbError
from typing import Any

__all__ = ['MAX_NESTING', 'MAX_CONDITIONS', 'moment', 'instant', 'half_steps', 'FilterError', 'split_path', 'join_path', 'Filter', 'read_filter', 'filter_from_json', 'value_at', 'comparable', 'equal', 'holds', 'matches']

def moment(text: str) -> tuple[int, str] | None:
    """The instant of a date, to its last digit; None where the text is not a date."""
    ...
def instant(text: str) -> int | None:
    """The instant of a date, to the microsecond."""
    ...
def half_steps(at: tuple[int, str]) -> int:
    """A moment as one integer. Two moments with the same odd number may differ in later digits."""
    ...
class FilterError(MinivecdbError, ValueError):
    """A `where` that is not in the language."""
MAX_NESTING: int
MAX_CONDITIONS: int
def split_path(key: str) -> tuple[str, ...]:
    """Read a dotted key."""
    ...
def join_path(parts: tuple[str, ...] | list[str]) -> str:
    """Write a dotted key; the inverse of `split_path`."""
    ...
@dataclass(frozen=True)
class Filter:
    """A checked filter: a condition on one key, or a combination of filters."""
    op: str
    parts: tuple['Filter', ...] = ...  # what is combined
    path: tuple[str, ...] = ...  # keys, from outside to inside
    operand: Any = ...  # $in: a tuple of values; $exists: True; others: a value
    def paths(self) -> set[tuple[str, ...]]:
        """All keys that the filter names."""
        ...
    def __repr__(self) -> str: ...
    def where(self) -> dict:
        """The filter as a dictionary again; equal in meaning to the one it was read from."""
        ...
class _Reader:
    """Reads one filter and counts its conditions."""
    conditions: Any
    def __init__(self) -> None: ...
    def check_depth(self, at: str, depth: int):
        """Refuse too deep nesting."""
        ...
    def combination(self, op: str, x: Any, at: str, depth: int) -> Filter:
        """Read $and, $or or $not."""
        ...
    def conditions_on(self, path: tuple, x: Any, at: str, depth: int) -> list[Filter]:
        """Read all conditions on one key."""
        ...
    def condition(self, path: tuple, op: Any, x: Any, at: str, depth: int) -> Filter:
        """Read one operator and its value."""
        ...
    def filter(self, where: Any, at: str, depth: int, nested: bool = False) -> Filter:
        """Read a whole filter."""
        ...
def read_filter(where: dict | Filter | None) -> Filter:
    """Check a filter and read it; raises `FilterError`."""
    ...
def filter_from_json(text: str) -> Filter:
    """Read a filter from JSON; raises `FilterError`."""
    ...
def value_at(
    metadata: Any,  # of one row
    path: tuple[str, ...],  # keys, from outside to inside
) -> Any:
    """The value under a path."""
    ...
def comparable(
    value: Any,  # of a row
    operand: Any,  # of a filter
) -> tuple | None:
    """What to compare: two numbers, two strings, or the instants of two dates."""
    ...
def equal(value: Any, operand: Any) -> bool:
    """Whether a row's value equals a filter's."""
    ...
def holds(
    condition: Filter,  # on one key
    value: Any,  # of that key in one row
) -> bool:
    """Whether a value meets a condition."""
    ...
def matches(
    where: dict | Filter | None,
    metadata: dict,  # of one row
) -> bool:
    """Whether a row meets a filter: the definition of the language."""
    ...
