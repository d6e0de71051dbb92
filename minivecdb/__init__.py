__version__ = "0.1.0"

from .vector_storage import *
from . import json_files
from .gen_embeddings import get_embedding, get_embeddings
from .distances import vers, euclidean, neg_dot, func_map, distance_matrix, num_threads, set_num_threads
from .flat_index import FlatIndex, recall
from .filters import FilterError, matches, join_path
from .find import Row
from .kmeans import run_kmeans
from .codecs import make_codec
from .product_quantizer import ProductQuantizer
from . import tables   # lets a storage take streams, frames and files
from . import projections   # makes "pca…" and "ae…" known to make_codec
from .evaluate import evaluate, benchmark_nprobe, tune_nprobe
from .ivf import IVF, ArrayRows, FileRows
from . import ivf_choice, ivf_calibrated, index_files, faiss_files, scale
from .ivf_index import IVFIndex, Hit, build_index
