# Made by tools/stubs.py from writes.py.

__all__ = ['UPDATE_ROWS']

UPDATE_ROWS: int
