# Made by tools/stubs.py from range_search.py.

__all__ = []

