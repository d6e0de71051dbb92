# Made by tools/stubs.py from errors.py.

__all__ = ['MinivecdbError', 'DimensionError', 'VectorError', 'MetadataError', 'UnknownIdError', 'ModelError', 'FileFormatError', 'NotBuiltError']

class MinivecdbError(Exception):
    """Base class of every error that minivecdb raises about what it was given."""
class DimensionError(MinivecdbError, ValueError):
    """A vector, or a dimension, of another length than this storage or index holds."""
class VectorError(MinivecdbError, ValueError):
    """A vector that is not made of finite float32 numbers."""
class MetadataError(MinivecdbError, ValueError):
    """Metadata that JSON cannot hold."""
class UnknownIdError(MinivecdbError, KeyError):
    """An id that is not in the storage: never given out, or deleted."""
    def __str__(self) -> str: ...
class ModelError(MinivecdbError, ValueError):
    """Text embedded with another model than the one that filled the storage."""
class FileFormatError(MinivecdbError, ValueError):
    """A file that is truncated, damaged, or not what its reader expects."""
class NotBuiltError(MinivecdbError, RuntimeError):
    """A search in an index that has not been built or trained."""
