# Made by tools/stubs.py from __init__.py.
from .index import *
from .adding import *
from .exact_rows import *
from .probing import *
from .search import *
from .prepared import *
from .range_search import *
from .stats import *
from .upkeep import *
from .calibrating import *
from .choosing import *
from .default_nprobe import *
from .filtered import *
from .checked import *
from .files import *
from .faiss_files import *
from .building import *
