# Made by tools/stubs.py from __init__.py.
from .flat import *
from .coarse import *
from .evaluation import *
