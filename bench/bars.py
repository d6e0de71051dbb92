"""The bars of the issue, each measured against its peer in one process, in turns (A B, B A, A B …), as medians of the ratios."""
import os, subprocess, sys, time
import numpy as np
from minivecdb.exact import time_ratio, tune_nprobe
from minivecdb.exact import recall
from bench.data import K, Data
from bench.peers import FastIvf, Faiss, Ours, emptied

TARGET = .95
PAUSE = .005   # seconds: threads of a library may go on spinning for a while after its answers

def repeats(seconds: float, box: float, most: int = 7) -> int:
    "How many pairs fit into the box, 3 to `most`."
    return max(3, min(most, int(box / max(seconds, 1e-6))))

def in_turns(a, b, box: float) -> dict:
    "time of a / time of b."
    start = time.perf_counter(); a(); b(); once = time.perf_counter() - start
    ratio, first, second = time_ratio(a, b, repeats(once, box), warm=False, pause=PAUSE)
    return {"ratio": ratio, "a_seconds": float(np.median(first)), "b_seconds": float(np.median(second)), "pairs": len(first), "ratios": np.sort(first / second).tolist()}

def twin(ours: Ours, x: np.ndarray, threads: int):
    "faiss.IndexIVFFlat with the centroids of our index, so that both read the same lists."
    import faiss
    faiss.omp_set_num_threads(threads)
    centroids = np.array(ours.index.coarse.rows, np.float32)
    centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-30)
    quantizer = faiss.IndexFlatIP(x.shape[1])
    quantizer.add(centroids)
    index = faiss.IndexIVFFlat(quantizer, x.shape[1], len(centroids), faiss.METRIC_INNER_PRODUCT)
    index.train(centroids)   # centroids are there: this only marks it as trained
    index.add(np.asarray(x))
    return index

def against_ivfflat(data: Data, clusters: int, threads: int, box: float) -> dict:
    "Batch and single queries at recall .95, same clusters, same nprobe."
    x, ours = data.base, Ours(data.base.shape[1], clusters, threads)
    ours.build(x)
    faiss = twin(ours, x, threads)
    nprobe = tune_nprobe(ours.index, np.array(data.tune), TARGET + .002, K, data.tune_truth, most=clusters)
    faiss.nprobe, queries = nprobe, np.array(data.report)
    found = {"nprobe": nprobe, "queries": len(queries), "recall": recall(ours.search(queries, K, nprobe=nprobe), data.report_truth), "faiss_recall": recall(faiss.search(queries, K)[1], data.report_truth)}
    found["cost"] = ours.cost(queries[:1000], nprobe=nprobe)
    found["batch"] = in_turns(lambda: faiss.search(queries, K), lambda: ours.search(queries, K, nprobe=nprobe), box)
    found["single"] = single_ratio(ours, faiss, queries, nprobe, threads, box)
    return found

def single_ratio(ours: Ours, faiss, queries: np.ndarray, nprobe: int, threads: int, box: float, block: int = 16, pause: float = PAUSE) -> dict:
    """Per query, our time / faiss's, in turns of 16 queries each, whose first does not count; with more than one thread faiss may also
    share one query among them, whichever is faster. Between turns nobody works: the threads that faiss leaves spinning for a while
    after each of its answers help its next one, but would otherwise take time from ours."""
    modes = [0] if threads == 1 else [0, 1]
    calls = {"ours": lambda q: ours.search(q, K, nprobe=nprobe)} | {mode: lambda q, mode=mode: _with_mode(faiss, mode, q) for mode in modes}
    times, end = {name: [] for name in calls}, time.monotonic() + box
    for turn, at in enumerate(range(0, min(len(queries), 4000) - block + 1, block)):
        for name in list(calls)[::1 if turn % 2 else -1]:
            time.sleep(pause)
            for j in range(at, at + block):
                start = time.perf_counter(); calls[name](queries[j:j + 1])
                if j > at: times[name].append(time.perf_counter() - start)
        if time.monotonic() > end: break
    times = {name: np.array(t) for name, t in times.items()}
    mode = min(modes, key=lambda m: np.median(times[m]))
    ours_s, theirs = times["ours"], times[mode]
    faiss.parallel_mode = 0
    return {"ratio": float(np.median(ours_s / theirs)), "p50": float(np.median(ours_s)), "p99": float(np.percentile(ours_s, 99)), "faiss_p50": float(np.median(theirs)), "faiss_p99": float(np.percentile(theirs, 99)), "faiss_parallel_mode": mode, "queries": len(ours_s)}

def _with_mode(faiss, mode: int, q: np.ndarray):
    faiss.parallel_mode = mode
    faiss.search(q, K)

def building(data: Data, clusters: int, threads: int, box: float) -> dict:
    "train + add of both with their own centroids, and recall for the same number of lists read."
    x, d = data.base, data.base.shape[1]
    ours, faiss = Ours(d, clusters, threads), Faiss(d, clusters, threads, "IVF{c},Flat")
    found = in_turns(lambda: ours.build(x), lambda: faiss.build(x), box)
    tune, curve = np.array(data.tune), []
    for nprobe in (n for n in (1, 2, 4, 8, 16, 32, 64) if n <= clusters):
        curve.append({"nprobe": nprobe, "recall": recall(ours.search(tune, K, nprobe=nprobe), data.tune_truth), "faiss_recall": recall(faiss.search(tune, K, nprobe=nprobe), data.tune_truth)})
    differences = [row["recall"] - row["faiss_recall"] for row in curve]
    return found | {"curve": curve, "worst": min(differences), "mean": float(np.mean(differences))}

def against_fast_ivf(data: Data, clusters: int, threads: int, box: float) -> list[dict]:
    "fast-ivf at its own settings (nprobe 10, ratio_threshold .5), ours at the same; PQ also with exact rescoring of 100."
    x, queries, d, rows = data.base, np.array(data.report), data.base.shape[1], []
    for name, pq, codec, rescore in (("FastIVF", False, "flat", None), ("FastIVFPQ", True, "rpq32x7", None), ("FastIVFPQ + rescore", True, "rpq32x7", 100)):
        theirs = FastIvf(d, clusters, threads, pq) if rescore is None else theirs
        ours = Ours(d, clusters, threads, codec, (rescore,)) if rescore is None else ours
        if rescore is None: theirs.build(x); ours.build(x)
        else: ours.rescores = (rescore,); ours._rows(x)
        extra = {} if rescore is None else {"rescore": rescore}
        options = {"nprobe": 10, "ratio_threshold": .5} | extra
        mine, its = (lambda: ours.search(queries, K, **options)), (lambda: theirs.search(queries, K, nprobe=10, **extra))
        rows.append({"name": name, "codec": codec, "recall": recall(mine(), data.report_truth), "their_recall": recall(its(), data.report_truth)} | in_turns(its, mine, box / 3))
    return rows

FIRST = """
import time; start = time.perf_counter()
import sys, numpy as np
query = np.load(sys.argv[2], mmap_mode="r")[:1].copy()
numpy_there = time.perf_counter()
from minivecdb.ivf import IVF
imported = time.perf_counter()
index = IVF.load(sys.argv[1], mmap=True)
loaded = time.perf_counter()
index.search(query, 10)
searched = time.perf_counter()
index.search(query, 10)
print(numpy_there - start, imported - numpy_there, loaded - imported, searched - loaded, time.perf_counter() - searched)
"""

def first_search(data: Data, clusters: int, threads: int, times: int = 5) -> dict:
    "Import, load and first search of a saved index in a fresh process; the first of the processes fills the kernel cache and does not count."
    ours, folder = Ours(data.base.shape[1], clusters, threads), emptied(data.folder/f"first-{threads}")
    ours.build(data.base); ours.save(folder)
    command = [sys.executable, "-c", FIRST, str(folder/"index.ivf"), str(data.folder/"report.npy")]
    runs = [[float(w) for w in subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout.split()] for _ in range(times + 1)][1:]
    numpy_s, imported, loaded, first, second = np.median(runs, axis=0).tolist()
    return {"import_numpy": numpy_s, "import_minivecdb": imported, "load": loaded, "first": first, "second": second, "total": float(np.median(np.sum(np.array(runs)[:, :4], 1)))}

def codecs_at_equal_bytes(quick: bool) -> list[dict]:
    "What bench/codecs.py measures: ours and faiss's recall for each codec, averaged over splits."
    from bench import codecs
    from minivecdb.datasets import docstring_embeddings
    vectors, _ = docstring_embeddings(5_200 if quick else 20_200)
    names = [n for n in codecs.DEFAULT if n in codecs.PEERS and not (quick and "opq" in n)]   # faiss trains a rotation for half a minute
    found = [row for seed in range(1 if quick else 3) for row in codecs.one_seed(names, vectors, 500 if quick else 1000, seed, K)]
    mean = lambda name, key: float(np.mean([r[key] for r in found if r["codec"] == name]))
    return [{"codec": n, "peer": codecs.PEERS[n], "bytes": mean(n, "bytes"), "faiss_bytes": mean(n, "faiss_bytes"), "recall": mean(n, "ours"), "faiss_recall": mean(n, "faiss")} for n in names]
