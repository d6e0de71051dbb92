"The language of filters, and how rows are found by metadata."
from .language import *
from .columns import *
from .gathering import *
from .find import *
from .sql import *
