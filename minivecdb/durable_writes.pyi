# Made by tools/stubs.py from durable_writes.py.

__all__ = ['UPDATE_ROWS']

UPDATE_ROWS: int
