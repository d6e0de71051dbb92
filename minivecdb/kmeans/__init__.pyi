# Made by tools/stubs.py from __init__.py.
from .assignment import *
from .standard import *
from .training import *
from .streams import *
from .subvectors import *
from .bisecting import *
from .family import *
from .rounding import *
from .pruning import *
