# Made by tools/stubs.py from stats.py.

__all__ = ['NEARLY_ALL']

NEARLY_ALL: float
