__version__ = "0.1.0"

from .core import *
from .vector_storage import *
from .storage import json_files
from .gen_embeddings import get_embedding, get_embeddings
from .distances import vers, euclidean, neg_dot, func_map, distance_matrix
from .core import num_threads, openers, set_num_threads
from .exact import FlatIndex, recall
from .filters import FilterError, matches, join_path
from .filters import Row
from .kmeans import run_kmeans
from .codecs import make_codec
from .codecs import ProductQuantizer
from .storage import tables   # lets a storage take streams, frames and files
from .codecs import projections   # makes "pca…" and "ae…" known to make_codec
from .exact import evaluate, benchmark_nprobe, tune_nprobe
from .ivf import IVF, ArrayRows, FileRows
from .ivf import choosing as ivf_choice, calibrating as ivf_calibrated, files as index_files, faiss_files, building as scale
from .ivf_index import IVFIndex, Hit, build_index

# the chapter of storages that last is imported when a folder is opened
openers["folder"] = "minivecdb.durable:DurableStorage"
