# Made by tools/stubs.py from __init__.py.
from .lists import *
from .changes import *
from .spilling import *
from .in_files import *
from .dot import *
from .code_scan import *
from .single_query import *
from .bit_scan import *
from .single_code import *
from .scanners import *
from .bit_scanner import *
