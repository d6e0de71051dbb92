# Made by tools/stubs.py from __init__.py.
from .segments import *
from .lock import *
from .format import *
from .identity import *
from .column_files import *
from .storage import *
from .snapshots import *
from .readers import *
from .reads import *
from .rows import *
from .writes import *
from .columns import *
from .appends import *
from .bulk import *
from .care import *
from .exchange import *
from .index import *
