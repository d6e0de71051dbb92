# Made by tools/stubs.py from mapped_rows.py.

__all__ = ['WALK_BYTES']

WALK_BYTES: int
