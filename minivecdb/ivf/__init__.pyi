# Made by tools/stubs.py from __init__.py.
from .index import *
from .upkeep import *
from .calibrating import *
from .choosing import *
from .default_nprobe import *
from .filtered import *
from .checked import *
from .files import *
from .faiss_bytes import *
from .faiss_files import *
from .to_faiss import *
from .building import *
