# Made by tools/stubs.py from __init__.py.
from .errors import *
from .checks import *
from .files import *
from .kernels import *
