# Made by tools/stubs.py from to_faiss.py.

__all__ = []

