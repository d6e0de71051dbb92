"The sentence model all-MiniLM-L6-v2, in numpy."
from .model import *
from .bulk import *
