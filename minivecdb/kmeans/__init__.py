"Clustering: k-means and its family."
from .assignment import *
from .pruning import *
from .standard import *
from .bisecting import *
from .family import *
