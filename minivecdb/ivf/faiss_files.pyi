# Made by tools/stubs.py from faiss_files.py.

__all__ = []

