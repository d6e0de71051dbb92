# Made by tools/stubs.py from __init__.py.
from .assignment import *
from .pruning import *
from .standard import *
from .bisecting import *
from .family import *
