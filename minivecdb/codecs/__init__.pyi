# Made by tools/stubs.py from __init__.py.
from .codec import *
from .in_lists import *
from .names import *
from .product import *
from .projections import *
from .blocks import *
from .bits import *
