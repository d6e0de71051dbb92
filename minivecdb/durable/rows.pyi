# Made by tools/stubs.py from rows.py.

__all__ = ['WALK_BYTES']

WALK_BYTES: int
