# Made by tools/stubs.py from cells.py.
import datetime as dt
from typing import Any

__all__ = ['short_fraction', 'time_zone', 'nanoseconds_text', 'clock_text', 'is_missing', 'natural', 'natural_column', 'row_dictionaries']

def short_fraction(text: str) -> str:
    """An instant without its fraction if that is zero, else with six digits, or nine if needed."""
    ...
def time_zone(name: str) -> dt.tzinfo:
    """A time zone by its name; raises `ValueError` if there is none."""
    ...
def nanoseconds_text(
    n: int,  # nanoseconds since 1970 in UTC
    zone: str | None = None,  # name of a time zone; None for a moment without one
) -> str:
    """The time in ISO 8601."""
    ...
def clock_text(n: int) -> str:
    """The time of a day, in ISO 8601."""
    ...
def is_missing(x: Any) -> bool:
    """Whether a cell is empty: None, NaN, NaT, NA, or masked."""
    ...
def natural(
    x: Any,  # a cell
    where: str = 'the cell',  # how an error names it
) -> Any:
    """The value that JSON has for a cell, or a `MetadataError`."""
    ...
def natural_column(
    name: str,  # for errors
    values: list,  # of some rows
    first: int = 0,  # number of the first row in the whole table
) -> list:
    """The natural values of a column; an error names the row and the column."""
    ...
def row_dictionaries(
    columns: dict[str, list],  # by name, all of one length
    n: int,  # rows
) -> list[dict]:
    """Columns turned into rows."""
    ...
