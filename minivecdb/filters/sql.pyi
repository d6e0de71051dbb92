# Made by tools/stubs.py from sql.py.
import sqlite3
from minivecdb.filters.language import Filter
from typing import Any

__all__ = ['PARAMETERS', 'prepare', 'index_sql', 'filter_sql']

def prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Make a connection ready for the SQL of `filter_sql`."""
    ...
class _Place:
    """The expressions for one key: its JSON type, its value, and the metadata."""
    plain: Any
    column: str
    literal: Any
    type: Any
    value: Any
    def __init__(self, path: tuple[str, ...], column: str) -> None: ...
def index_sql(
    key: str,  # dotted, as in a filter
    table: str,
    column: str = 'metadata',  # holds JSON text
) -> str:
    """The statement that makes filters on a key fast."""
    ...
class _Compiler:
    """Compiles one filter; `params` grows with the SQL."""
    column: Any
    params: Any
    def __init__(self, column: str) -> None: ...
    def bind(self, *values: Any) -> str:
        """Add parameters; returns their question marks."""
        ...
    def between(self, value: str, low: Any, high: Any) -> str:
        """Within a closed interval."""
        ...
    def reference(self, f: Filter) -> str:
        """Let the reference decide."""
        ...
    def unless_cut(self, f: Filter, sql: str) -> str:
        """SQL that is right about strings without a zero character. Parameters of `sql` come first."""
        ...
PARAMETERS: int
def filter_sql(
    where: dict | Filter | None,
    column: str = 'metadata',  # of JSON text, without escapes for letters beyond ASCII
) -> tuple[str, list]:
    """Compile a filter for a connection that went through `prepare`."""
    ...
