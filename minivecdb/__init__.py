__version__ = "0.1.0"

from .vector_storage import *
from . import json_files
from .gen_embeddings import get_embedding, get_embeddings
from .distances import vers, euclidean, neg_dot, func_map, distance_matrix, set_num_threads
from .flat_index import FlatIndex, recall
from .kmeans import run_kmeans
from .ivf_index import IVF, IVFIndex, Hit, build_index
