"Ways in and out of a storage: JSON, tables, frames."
from .json_files import *
from .column_types import *
from .no_rows import *
from .json_rows import *
from .text_tables import *
from .cells import *
from .frames import *
from .tables import *
