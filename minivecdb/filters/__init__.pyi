# Made by tools/stubs.py from __init__.py.
from .language import *
from .columns import *
from .gathering import *
from .find import *
from .sql import *
