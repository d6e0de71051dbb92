"""The data of the benchmark: rows to index, queries to tune with, queries to report on, and the true neighbours of both.

Everything is normalised to length 1 and stored as .npy files in bench/.cache, where the measured processes map them.
The queries were held out: none of them is ever indexed. Tuning queries choose settings, reporting queries only report.
"""
import hashlib, json
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from minivecdb.datasets import docstring_sentences, split_queries
from minivecdb.exact import FlatIndex
from minivecdb.gen_embeddings import as_cache, as_embedder, cache_key, get_embeddings

CACHE = Path(__file__).parent/".cache"
K = 10

@dataclass(frozen=True)
class Data:
    "Maps of what was prepared."
    name: str
    folder: Path
    note: str

    def _map(self, part: str) -> np.ndarray: return np.load(self.folder/f"{part}.npy", mmap_mode="r")
    @property
    def base(self): return self._map("base")                 # [n, d] float32
    @property
    def tune(self): return self._map("tune")                 # [t, d]
    @property
    def report(self): return self._map("report")             # [r, d]
    @property
    def tune_truth(self): return self._map("tune_truth")     # [t, 10] row numbers, nearest first
    @property
    def report_truth(self): return self._map("report_truth") # [r, 10]

def normalised(x: np.ndarray) -> np.ndarray:
    "Rows of length 1, float32; rows of length 0 are dropped, since they have no direction."
    lengths = np.linalg.norm(x.astype(np.float64), axis=1)
    return np.ascontiguousarray((x[lengths > 0] / lengths[lengths > 0, None]).astype(np.float32))

def docstrings(n: int, embed: bool) -> np.ndarray: # [at most n, 384]
    "Docstring sentences in their random order: those embedded already, or, with `embed`, the first n of all."
    texts = docstring_sentences(progress=True).itemgot("text")
    if embed: return get_embeddings(texts[:n], progress=True)
    identity, cache = as_embedder(None).identity, as_cache(True)
    keys = [cache_key(identity, text) for text in texts]
    known = cache.find(keys)
    return np.array([known[key] for key in keys if key in known][:n], np.float32)

def mixture(n: int, d: int = 384, n_clusters: int = 2000, seed: int = 0) -> np.ndarray: # [n, d]
    """A synthetic mixture shaped like sentence embeddings: clusters of Zipf-like sizes, whose centres lie on a decaying
    spectrum, and which spread in 24 directions of their own (low intrinsic dimension) with a little noise in all;
    every row leans towards a second centre, as a sentence touches a second topic."""
    rng = np.random.default_rng(seed)
    spectrum = (1 + np.arange(d))**-.6
    centres = rng.standard_normal((n_clusters, d)) * spectrum
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    sizes = rng.permutation((1 + np.arange(n_clusters))**-.7)
    labels, x = rng.choice(n_clusters, n, p=sizes / sizes.sum()), np.empty((n, d), np.float32)
    for c in np.unique(labels):
        which = np.flatnonzero(labels == c)
        directions = rng.standard_normal((24, d)) * spectrum**.5
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        local = rng.standard_normal((len(which), 24)) * (1 + np.arange(24))**-.4
        leaning = .7 * rng.random((len(which), 1)) * centres[rng.integers(n_clusters, size=len(which))]
        x[which] = centres[c] + leaning + .35 * local @ directions + .3 * rng.standard_normal((len(which), d)) / d**.5
    return x

def exact_ids(base: np.ndarray, queries: np.ndarray) -> np.ndarray: # [m, 10]
    "The true neighbours by cosine distance."
    index = FlatIndex(base.shape[1], "cosine")
    index.add(base)
    return index.search(queries, K)[1]

def load(source: str, n: int, n_tune: int, n_report: int, embed: bool = False) -> tuple[np.ndarray, str]:
    "All vectors of a source, in random order, and what they are."
    total = n + n_tune + n_report
    if source == "docstrings": return docstrings(total, embed), "docstring sentences, all-MiniLM-L6-v2"
    if source == "mixture": return mixture(total), "synthetic mixture of 2,000 clusters with a decaying spectrum, 24 local directions"
    x = np.load(source, mmap_mode="r", allow_pickle=False)
    if x.ndim != 2: raise SystemExit(f"{source}: expected an array of shape (n, d), got {x.shape}")
    order = np.random.default_rng(0).permutation(len(x))[:total]
    return np.asarray(x[np.sort(order)], np.float32)[np.argsort(np.argsort(order))], f"vectors of {Path(source).name}"

def shares(total: int, n: int, n_tune: int, n_report: int) -> tuple[int, int]:
    "How many queries to hold out, fewer where there are few vectors: at most a tenth of them each, or what was asked for."
    if total >= n + n_tune + n_report: return n_tune, n_report
    return min(n_tune, total // 10), min(n_report, total // 5)

def prepare(source: str, n: int, n_tune: int, n_report: int, embed: bool = False, cache: Path = CACHE) -> Data:
    "Make the files unless they are there."
    raw, note = load(source, n, n_tune, n_report, embed)
    x = normalised(raw)
    if len(x) < 100: raise SystemExit(f"{source}: {len(x)} vectors of a length other than 0 are too few to measure anything")
    n_tune, n_report = shares(len(x), n, n_tune, n_report)
    digest = hashlib.sha256(json.dumps([n, n_tune, n_report, x.shape]).encode() + x[::max(1, len(x) // 1000)].tobytes()).hexdigest()[:12]
    name = Path(source).stem if source.endswith(".npy") else source
    folder = Path(cache).resolve()/f"{name}-{digest}"
    data = Data(name, folder, note)
    if (folder/"report_truth.npy").exists(): return data
    folder.mkdir(parents=True, exist_ok=True)
    rest, held = split_queries(len(x), n_tune + n_report)
    held, rest = np.random.default_rng(1).permutation(held), rest[:n]
    parts = {"base": x[rest], "tune": x[held[:n_tune]], "report": x[held[n_tune:]]}
    for part in ("tune", "report"): parts[f"{part}_truth"] = exact_ids(parts["base"], parts[part])
    for part, array in parts.items(): np.save(folder/f"{part}.npy", array)
    return data
