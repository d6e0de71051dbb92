"Exact search, and recall against it."
from .flat import *
from .coarse import *
from .evaluation import *
