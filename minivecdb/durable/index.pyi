# Made by tools/stubs.py from index.py.

__all__ = ['OTHER', 'IndexFileWarning']

class IndexFileWarning(UserWarning):
    """The index beside a storage could not be used, and was built again. The message says why."""
OTHER: str
