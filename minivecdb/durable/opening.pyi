# Made by tools/stubs.py from opening.py.

__all__ = []

