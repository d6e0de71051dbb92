"How near two vectors are, exactly and cheaply."
from .metric import *
from .int8 import *
from .masks import *
from .rotation import *
from .rerank import *
from .bounds import *
from .reading import *
from .shortlist import *
from .origin import *
