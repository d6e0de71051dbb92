"Inverted lists, and how they are scanned."
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
