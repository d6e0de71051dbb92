# Made by tools/stubs.py from to_faiss.py.
from minivecdb.core.errors import MinivecdbError

__all__ = ['FaissExportError']

class FaissExportError(MinivecdbError, ValueError):
    """An index that faiss could not answer for."""
