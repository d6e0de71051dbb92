"""One small class per library, all with the same face: build, grid of search settings, search, save, load.

Rows and queries have length 1, so that cosine, inner product and euclidean distance rank alike; peers use inner product.
A library is imported when its class is made: what is missing is reported by run.py and left out.
"""
import importlib, shutil, tempfile
from collections.abc import Callable
from pathlib import Path
import numpy as np

STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048]
NEEDS = {"faiss": "faiss-cpu", "hnswlib": "hnswlib", "scann": "scann", "svs": "scalable-vs", "usearch": "usearch", "fast_ivf": "fast-ivf"}

def missing() -> list[str]:
    "The packages of the extra `bench` that cannot be imported here."
    return [package for module, package in NEEDS.items() if not _importable(module)]

def _importable(module: str) -> bool:
    try: importlib.import_module(module); return True
    except Exception: return False   # a broken installation counts as missing too

class Peer:
    "One index of one library."
    saves, exact_apart, mapped = True, False, True   # whether it can be saved; whether the index holds exact vectors beside codes; whether `load` maps files, where a library can
    def __init__(self, d: int, clusters: int, threads: int): self.d, self.clusters, self.threads = d, clusters, threads
    def build(self, x: np.ndarray): "Train and add."
    def grid(self) -> list[list[dict]]: "Series of search settings; within a series each costs and finds more than the one before."
    def search(self, q: np.ndarray, k: int, **setting) -> np.ndarray: "Ids [m, k], -1 for none."
    def save(self, folder: Path): "Store below `folder`."
    def load(self, folder: Path, x: np.ndarray): "Open what was stored; `x` are the exact rows, mapped, for those that rescore."
    def cost(self, q: np.ndarray, **setting) -> tuple[float, float] | None: "Vectors scored and bytes read per query, where the library counts them."
    def needed(self, q: np.ndarray, **setting) -> float | None: "Products per query that a search of these lists cannot do without, where that is known."
    def counted_bytes(self) -> int | None: "What the library itself says that its index holds, where it says so."
    def warm(self, x: np.ndarray): "Whatever it compiles when it is first used, so that memory holds the code before the index is loaded."
    def steps(self) -> list[int]: return [s for s in STEPS if (4 if self.clusters >= 100 else 1) <= s < self.clusters] + [self.clusters]

class Ours(Peer):
    "minivecdb's IVF with a codec; a lossy codec rescores with the exact rows. With `spill`, every vector has a second list."
    def __init__(self, d, clusters, threads, codec="flat", rescores=(None,), spill=None):
        super().__init__(d, clusters, threads)
        from minivecdb.ivf import index as ivf
        from minivecdb import set_num_threads
        set_num_threads(threads)
        self.module, self.codec, self.rescores, self.spill = ivf, codec.format(m=d // 4), rescores, spill
    def build(self, x):
        self.index = self.module.IVF(self.d, self.clusters, "cosine", self.codec, spill=self.spill)
        self.index.train(x); self.index.add(x)
        self._rows(x)
    def _rows(self, x):
        if self.rescores != (None,): self.index.rows = self.module.ArrayRows(x)
    def grid(self): return [[{"nprobe": n} | ({} if r is None else {"rescore": r}) for n in self.steps()] for r in self.rescores]
    def search(self, q, k, **setting): return self.index.search(q, k, **setting)[1]
    def save(self, folder): self.index.save(folder/"index.ivf")
    def load(self, folder, x): self.index = self.module.IVF.load(folder/"index.ivf", mmap=self.mapped); self._rows(x)
    def counted_bytes(self): return sum(self.index.memory_usage().values())
    def warm(self, x):
        small = type(self)(self.d, 64, self.threads, self.codec, self.rescores, self.spill)
        small.build(np.array(x[:8192]))
        from minivecdb.core import pays
        pays(1e11)   # as after some time of searching: kernels are worth loading
        for _ in range(3):
            for q in (np.array(x[:500]), np.array(x[:1])): small.search(q, 10, **small.grid()[0][0])
    def cost(self, q, **setting):
        from minivecdb.exact import mean_cost
        found = mean_cost(self.index, q, **setting)
        return None if found[0] is None else found
    def needed(self, q, nprobe, **others):
        "Centroids, and the different vectors of the lists: where a copy and its original are both read, one of them is not needed."
        lists = self.index.lists
        return len(lists.sizes) + float(np.mean([len(lists.reached(near)[0]) for near in self.index.probes(np.array(q), nprobe)]))

class Faiss(Peer):
    "Anything from faiss's index factory."
    def __init__(self, d, clusters, threads, factory, refine=(None,)):
        super().__init__(d, clusters, threads)
        import faiss
        self.faiss, self.factory, self.refine = faiss, factory.format(c=clusters, m=d // 4), refine
        self.exact_apart = "RFlat" in factory
        faiss.omp_set_num_threads(threads)
    def build(self, x):
        self.index = self.faiss.index_factory(self.d, self.factory, self.faiss.METRIC_INNER_PRODUCT)
        self.index.train(x); self.index.add(x)
    def _parts(self):
        "The index that refines, or None, and the one that searches."
        outer = self.faiss.downcast_index(self.index)
        return (outer, self.faiss.downcast_index(outer.base_index)) if isinstance(outer, self.faiss.IndexRefine) else (None, outer)
    def grid(self):
        if "HNSW" in self.factory: return [[{"ef": e} for e in STEPS[5:]]]
        return [[{"nprobe": n} | ({} if r is None else {"refine": r}) for n in self.steps()] for r in self.refine]
    def search(self, q, k, nprobe=None, ef=None, refine=None):
        outer, inner = self._parts()
        if ef is not None: inner.hnsw.efSearch = ef
        if nprobe is not None: inner.nprobe = nprobe
        if refine is not None: outer.k_factor = refine
        return self.index.search(q, k)[1]
    def save(self, folder): self.faiss.write_index(self.index, str(folder/"index.faiss"))
    def load(self, folder, x): self.index = self.faiss.read_index(str(folder/"index.faiss"))

class Scann(Peer):
    "Anisotropic quantization over a tree, with exact reordering; with or without spilled (SOAR) assignments."
    exact_apart = True
    def __init__(self, d, clusters, threads, soar=False):
        super().__init__(d, clusters, threads)
        import scann
        self.ops, self.soar = scann.scann_ops_pybind, soar
    def build(self, x):
        spill = {"soar_lambda": 1.5, "overretrieve_factor": 2.0} if self.soar else {}
        builder = self.ops.builder(np.asarray(x), 10, "dot_product").set_n_training_threads(self.threads)
        builder.tree(num_leaves=self.clusters, num_leaves_to_search=10, training_sample_size=len(x), **spill)
        self.index = builder.score_ah(2, anisotropic_quantization_threshold=.2).reorder(100).build()
        self.index.set_num_threads(self.threads)
    def grid(self): return [[{"leaves": n, "reorder": r} for n in self.steps()] for r in (30, 100, 300)]
    def search(self, q, k, leaves, reorder):
        if len(q) == 1: return np.atleast_2d(self.index.search(q[0], k, reorder, leaves)[0])
        batch = self.index.search_batched if self.threads == 1 else self.index.search_batched_parallel
        return batch(q, k, reorder, leaves)[0].astype(np.int64)
    def save(self, folder): self.index.serialize(str(folder))
    def load(self, folder, x): self.index = self.ops.load_searcher(str(folder)); self.index.set_num_threads(self.threads)

class Hnswlib(Peer):
    "A graph, M=16, ef_construction=200."
    def __init__(self, d, clusters, threads):
        super().__init__(d, clusters, threads)
        import hnswlib
        self.index = hnswlib.Index("ip", d)
    def build(self, x):
        self.index.init_index(len(x), ef_construction=200, M=16)
        self.index.set_num_threads(self.threads)
        self.index.add_items(x, np.arange(len(x)), num_threads=self.threads)
    def grid(self): return [[{"ef": e} for e in STEPS[6:]]]
    def search(self, q, k, ef):
        self.index.set_ef(ef)
        return self.index.knn_query(q, k, num_threads=self.threads)[0].astype(np.int64)
    def save(self, folder): self.index.save_index(str(folder/"index.hnsw"))
    def load(self, folder, x): self.index.load_index(str(folder/"index.hnsw")); self.index.set_num_threads(self.threads)

class Usearch(Peer):
    "A graph, connectivity 16, expansion 128 while building."
    def __init__(self, d, clusters, threads):
        super().__init__(d, clusters, threads)
        from usearch.index import Index
        self.index = Index(ndim=d, metric="ip", dtype="f32", connectivity=16, expansion_add=128)
    def build(self, x): self.index.add(np.arange(len(x)), np.asarray(x), threads=self.threads)
    def grid(self): return [[{"ef": e} for e in STEPS[6:]]]
    def search(self, q, k, ef):
        self.index.expansion_search = ef
        return np.atleast_2d(self.index.search(q, k, threads=self.threads).keys).astype(np.int64)
    def save(self, folder): self.index.save(str(folder/"index.usearch"))
    def load(self, folder, x): (self.index.view if self.mapped else self.index.load)(str(folder/"index.usearch"))

class Svs(Peer):
    "A Vamana graph, degree 32, window 200, over float32 or locally quantized vectors (LVQ)."
    def __init__(self, d, clusters, threads, lvq=None):
        super().__init__(d, clusters, threads)
        import svs
        self.svs, self.lvq, self.saves = svs, lvq, lvq is None
    def build(self, x):
        parameters = self.svs.VamanaBuildParameters(alpha=.95, graph_max_degree=32, window_size=200)
        with tempfile.TemporaryDirectory() as folder: self.index = self.svs.Vamana.build(parameters, self._rows(x, folder), self.svs.DistanceType.MIP, num_threads=self.threads)
    def _rows(self, x, folder):
        "The rows themselves, or a loader that quantizes them, which reads a file."
        if self.lvq is None: return np.asarray(x)
        self.svs.write_vecs(np.asarray(x), path := str(Path(folder)/"rows.fvecs"))
        return self.svs.LVQLoader(self.svs.VectorDataLoader(path, self.svs.DataType.float32), primary=self.lvq[0], residual=self.lvq[1])
    def grid(self): return [[{"window": e} for e in (10, *STEPS[6:])]]
    def search(self, q, k, window):
        self.index.search_window_size = window
        return self.index.search(q, k)[0].astype(np.int64)
    def save(self, folder): self.index.save(*(str(folder/part) for part in ("config", "graph", "data")))
    def load(self, folder, x):
        data = self.svs.VectorDataLoader(str(folder/"data"), self.svs.DataType.float32)
        self.index = self.svs.Vamana(str(folder/"config"), self.svs.GraphLoader(str(folder/"graph")), data, self.svs.DistanceType.MIP, num_threads=self.threads)

class FastIvf(Peer):
    "fast-ivf at its own settings: ratio_threshold .5, and for its product quantizer 32 subvectors of 128 centroids."
    saves = False
    def __init__(self, d, clusters, threads, pq=False, rescores=(None,)):
        super().__init__(d, clusters, threads)
        import fast_ivf, numba
        numba.set_num_threads(threads)
        self.kind, self.pq, self.rescores = fast_ivf.FastIVFPQ if pq else fast_ivf.FastIVF, pq, rescores
    def build(self, x):
        np.random.seed(0)   # it samples its batches from the global generator
        extra = {"pq_num_centroids": 128, "pq_num_subvectors": 32} if self.pq else {}
        self.index = self.kind(self.d, nlist=self.clusters, ratio_threshold=.5, **extra)
        self.index.train(np.array(x))
    def grid(self): return [[{"nprobe": n} | ({} if r is None else {"rescore": r}) for n in self.steps()] for r in self.rescores]
    def search(self, q, k, nprobe, rescore=None):
        self.index.nprobe = nprobe
        found = self.index.search(q, max(k, rescore), rescore=True)[1] if rescore else self.index.search(q, k)[1]
        return np.stack([_padded(np.asarray(row)[:k], k) for row in found])

def _padded(row: np.ndarray, k: int) -> np.ndarray: return np.concatenate([row, np.full(k - len(row), -1)]).astype(np.int64)

# name -> (class, its options); the first word is the library
CONFIGS: dict[str, tuple[Callable, dict]] = {
    "minivecdb flat": (Ours, {}),
    "minivecdb bf16 + rescore": (Ours, {"codec": "bf16", "rescores": (20,)}),
    "minivecdb int8 + rescore": (Ours, {"codec": "int8", "rescores": (20, 50)}),
    "minivecdb rabitq + rescore": (Ours, {"codec": "rabitq", "rescores": (30, 50, 100)}),
    "minivecdb spilled flat": (Ours, {"spill": 1.}),
    "minivecdb spilled rabitq + rescore": (Ours, {"codec": "rabitq", "rescores": (30, 50, 100), "spill": 1.}),
    "minivecdb rpq4 + rescore": (Ours, {"codec": "rpq{m}x4", "rescores": (50, 100, 200)}),
    "faiss IVF,Flat": (Faiss, {"factory": "IVF{c},Flat"}),
    "faiss IVF,PQ4fs,RFlat": (Faiss, {"factory": "IVF{c},PQ{m}x4fs,RFlat", "refine": (3, 10, 30)}),
    "faiss IVF,RaBitQfs,RFlat": (Faiss, {"factory": "IVF{c},RaBitQfs,RFlat", "refine": (5, 20, 50)}),
    "faiss IVF,FlatPanorama": (Faiss, {"factory": "IVF{c},FlatPanorama8"}),
    "faiss HNSW32": (Faiss, {"factory": "HNSW32"}),
    "scann": (Scann, {}),
    "scann SOAR": (Scann, {"soar": True}),
    "hnswlib": (Hnswlib, {}),
    "usearch": (Usearch, {}),
    "svs Vamana": (Svs, {}),
    "svs Vamana LVQ8": (Svs, {"lvq": (8, 0)}),
    "fast-ivf": (FastIvf, {}),
    "fast-ivf PQ + rescore": (FastIvf, {"pq": True, "rescores": (100,)})}

def make(name: str, d: int, clusters: int, threads: int) -> Peer:
    "A configuration by name; ImportError where its library is missing."
    kind, options = CONFIGS[name]
    return kind(d, clusters, threads, **options)

def emptied(folder: Path) -> Path:
    "A new folder of this name."
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
