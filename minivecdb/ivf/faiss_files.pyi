# Made by tools/stubs.py from faiss_files.py.
from minivecdb.ivf.faiss_bytes import FaissParts
from minivecdb.ivf.faiss_bytes import FaissReader
from minivecdb.ivf.index import IVF

__all__ = ['index_of_parts']

def index_of_parts(
    r: FaissReader,  # of the file, which errors name
    parts: FaissParts,
) -> IVF:
    """An index that holds these parts; raises `FaissFormatError` for ids that vectors cannot have."""
    ...
