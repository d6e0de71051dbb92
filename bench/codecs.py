"""Recall of every codec against faiss's at equal bytes per vector: same training vectors, same base, same queries.

    python bench/codecs.py [--seeds 3] [--rows 20200] [--queries 1000] [--save codecs.json] [codec ...]

Both sides rank by euclidean distance to the decoded vectors, exhaustively, so that nothing but the codecs differs.
The codecs on residuals use one set of coarse centroids for both, every list probed. Without faiss-cpu, only our side is shown.
"""
import argparse, json, sys, time
from pathlib import Path
import numpy as np
from minivecdb.datasets import docstring_embeddings, split_queries
from minivecdb.exact import FlatIndex, recall
from minivecdb.kmeans import assign, run_kmeans
from minivecdb.codecs import make_codec
from minivecdb.ivf import IVF
import minivecdb.codecs.product # lets make_codec know of it

try: import faiss
except ImportError: faiss = None

COARSE = 64 # coarse centroids for the codecs on residuals
PEERS = { # our codec -> faiss's factory string
    "int8-dimension": "SQ8", "int8": "SQ8", "bf16": "SQbf16",
    "pq8x8": "PQ8x8np", "pq16x8": "PQ16x8np", "pq32x4": "PQ32x4np", "pq48x8": "PQ48x8np",
    "rpq8x8": f"IVF{COARSE},PQ8x8np", "rpq16x8": f"IVF{COARSE},PQ16x8np", "rpq32x4": f"IVF{COARSE},PQ32x4np",
    "opq16x8": "OPQ16,PQ16x8np", "opq32x4": "OPQ32,PQ32x4np",
    "rabitq": f"IVF{COARSE},RaBitQfs", "rabitq2": f"IVF{COARSE},RaBitQ2", "rabitq4": f"IVF{COARSE},RaBitQ4", "rabitq8": f"IVF{COARSE},RaBitQ8"}
DEFAULT = ("int8-dimension", "int8", "pq8x8", "pq16x8", "pq32x4", "rpq8x8", "rpq16x8", "rpq32x4", "opq16x8", "rabitq", "rabitq2", "rabitq4")


def truth_and_search(base, queries, k):
    "The true neighbours, and a function that searches other vectors in place of the base."
    def search(rows):
        index = FlatIndex(rows.shape[1], "euclidean")
        index.add(rows)
        return index.search(queries, k)[1]
    return search(base), search


def squared_error(rows, base):
    "Mean squared distance between vectors and what came back: less noisy than recall."
    return float(((rows - base)**2).sum(1).mean())


def measure_in_codes(codec, base, centroids, queries, k, seed):
    "The same for a codec that estimates distances instead of decoding vectors."
    start = time.perf_counter()
    index = IVF(base.shape[1], len(centroids), "euclidean", codec, seed=seed).train(centroids)   # as many clusters as rows: these are the centroids
    trained = time.perf_counter()
    index.add(base)
    rows = index._with_copies(index.lists)[2](index.lists.positions())[0]
    return index.search(queries, k, nprobe=len(centroids))[1], codec.bytes_per_vector, trained - start, squared_error(rows, base[index.lists.ids[index.lists.positions()]])


def measure_ours(name, base, centroids, queries, search, k, seed):
    "Train, encode and decode; returns what is searched and the measurements."
    codec = make_codec(name, base.shape[1])
    if codec.scanner == "bits": return measure_in_codes(codec, base, centroids, queries, k, seed)
    start = time.perf_counter()
    centre = centroids[assign(base, centroids)[0]] if codec.residual else np.zeros_like(base[:1])
    codec.train(base - centre, seed=seed)
    trained = time.perf_counter()
    rows = codec.decode(codec.encode(base - centre)) + centre
    return search(rows), codec.bytes_per_vector, trained - start, squared_error(rows, base)


def measure_faiss(factory, base, centroids, queries, k, seed):
    "The same with faiss's codec of the same size."
    index = faiss.index_factory(base.shape[1], factory)
    inner = faiss.downcast_index(index.index) if isinstance(index, faiss.IndexPreTransform) else index
    if hasattr(inner, "pq"): inner.pq.cp.seed = 1234 + seed
    start = time.perf_counter()
    if "IVF" in factory: with_centroids(index, centroids)
    index.train(base)
    trained = time.perf_counter()
    index.add(base)
    if "IVF" in factory: index.nprobe = index.nlist
    code = inner.code_size
    if "IVF" in factory: index.make_direct_map()
    error = np.nan if "RaBitQ" in factory else squared_error(index.reconstruct_n(0, len(base)), base)   # RaBitQ's estimates need no vectors
    return index.search(queries, k)[1], code, trained - start, error


def with_centroids(index, centroids):
    "Give an IVF index of faiss its coarse centroids, so that it trains the codec only."
    index.quantizer.train(centroids)
    index.quantizer.add(centroids)
    index.quantizer_trains_alone = 0


def one_seed(names, vectors, n_queries, seed, k):
    "All codecs on one split: a list of dictionaries."
    base, asked = split_queries(len(vectors), n_queries, seed)
    base, queries, found = vectors[base], vectors[asked], []
    truth, search = truth_and_search(base, queries, k)
    centroids = run_kmeans(base, COARSE, seed)[0]
    for name in names:
        ids, size, seconds, error = measure_ours(name, base, centroids, queries, search, k, seed)
        row = {"codec": name, "seed": seed, "bytes": size, "ours": recall(ids, truth), "train_s": seconds, "error": error}
        if faiss and name in PEERS:
            ids, size, seconds, error = measure_faiss(PEERS[name], base, centroids, queries, k, seed)
            row |= {"faiss_bytes": size, "faiss": recall(ids, truth), "faiss_train_s": seconds, "faiss_error": error, "peer": PEERS[name]}
        found.append(row)
    return found


def spread(rows):
    "The standard error of the mean difference: one split alone says little."
    differences = [r["ours"] - r["faiss"] for r in rows]
    return np.std(differences, ddof=1) / len(differences)**.5 if len(differences) > 1 else np.nan


def line(name, rows):
    "One line of the table: means over the seeds."
    mean = lambda key: np.mean([r[key] for r in rows])
    head = f"{name:<16}{rows[0]['bytes']:>6}{mean('error'):>9.5f}{mean('train_s'):>9.2f}{mean('ours'):>9.4f}"
    if "faiss" not in rows[0]: return head + "   no peer"
    return head + f"   {rows[0]['peer']:<16}{rows[0]['faiss_bytes']:>6}{mean('faiss_error'):>9.5f}{mean('faiss_train_s'):>9.2f}{mean('faiss'):>9.4f}{mean('ours') - mean('faiss'):>+11.4f} ± {spread(rows):.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codecs", nargs="*", default=DEFAULT)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=20_200)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--save", type=Path)
    a = parser.parse_args()
    if not faiss: print("faiss is missing (pip install faiss-cpu): showing our side only")
    vectors, _ = docstring_embeddings(a.rows)
    found = [row for seed in range(a.seeds) for row in one_seed(a.codecs or DEFAULT, vectors, a.queries, seed, a.k)]
    print(f"{len(vectors) - a.queries:,} × {vectors.shape[1]} docstring sentences, {a.queries:,} queries, recall@{a.k}, mean of {a.seeds} splits")
    print(f"{'codec':<16}{'bytes':>6}{'error':>9}{'train s':>9}{'recall':>9}   {'faiss':<16}{'bytes':>6}{'error':>9}{'train s':>9}{'recall':>9}{'ours - its':>11}")
    for name in dict.fromkeys(row["codec"] for row in found): print(line(name, [r for r in found if r["codec"] == name]))
    if a.save: a.save.write_text(json.dumps(found, indent=1))


if __name__ == "__main__": sys.exit(main())
