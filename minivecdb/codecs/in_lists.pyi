# Made by tools/stubs.py from in_lists.py.

__all__ = []

