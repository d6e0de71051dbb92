# Made by tools/stubs.py from __init__.py.
from .model import *
from .bulk import *
