"""What `codec="auto"` and `n_clusters=None` choose, against what else there was: `python -m bench.choice`, some minutes.

For each size the number of lists is varied around the default. nprobe is tuned to recall@10 of 0.95 on one set of queries;
everything reported comes from another. Costs are counted (vectors compared per query), which is the same on every machine,
and timed on one thread. The real sentences are those of the benchmark; beyond them, a synthetic mixture says so.
"""
import argparse, json, time
from pathlib import Path
import numpy as np
from minivecdb import IVF, ArrayRows, FlatIndex, recall, set_num_threads, tune_nprobe
from minivecdb.exact import TuningError
from minivecdb.ivf import default_clusters
from bench.data import CACHE, mixture, normalised

RESULT = Path(__file__).parent/"results"/"choice.json"

def parts(n: int, cache: Path) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]: # (what it is, [n, d], tuning, reporting queries)
    "Rows to index and two sets of queries that are not among them."
    folder = max((f for f in cache.glob("docstrings-*") if (f/"report_truth.npy").exists()), key=lambda f: (f/"base.npy").stat().st_size, default=None)
    if folder is not None and len(base := np.load(folder/"base.npy", mmap_mode="r")) >= n:
        return "sentences", np.array(base[:n]), np.load(folder/"tune.npy")[:500], np.load(folder/"report.npy")[:1000]
    x = normalised(mixture(n + 1500, 96))
    return "mixture of 96 dimensions", x[:n], x[n:n + 500], x[n + 500:n + 1500]

def measured(index: IVF, queries: np.ndarray, truth: np.ndarray, **options) -> dict:
    "Recall, counted and timed costs."
    index.search(queries[:100], 10, **options)
    start = time.perf_counter(); found = index.search(queries, 10, **options)[1]; batch = time.perf_counter() - start
    alone = []
    for q in queries[:200]: start = time.perf_counter(); index.search(q, 10, **options); alone.append(time.perf_counter() - start)
    return {"recall": recall(found, truth), "compared": float(index.search_cost(queries, k=10, **options)[0].mean()), "batch_ms": batch / len(queries) * 1e3, "single_ms": float(np.median(alone)) * 1e3} | options

def exact(x: np.ndarray, queries: np.ndarray) -> np.ndarray:
    flat = FlatIndex(x.shape[1])
    flat.add(x)
    return flat.search(queries, 10)[1]

def built(x: np.ndarray, k: int, codec: str, most: int) -> tuple[IVF, float]:
    "An index and the seconds it took."
    start = time.perf_counter()
    index = IVF(x.shape[1], k, codec=codec).train(x[:most])
    index.add(x)
    index.rows = ArrayRows(x)
    return index, time.perf_counter() - start

def sizes(ns: list[int], factors: list[float], cache: Path, most: int):
    "One line per size and number of lists."
    for n in ns:
        what, x, tune, report = parts(n, cache)
        truths = exact(x, tune), exact(x, report)
        for factor in factors:
            k = max(1, round(default_clusters(n) * factor))
            index, seconds = built(x, k, "flat", most)
            yield {"data": what, "n": n, "lists": k, "factor": factor, "codec": "flat", "build_s": seconds, "bytes": sum(index.memory_usage().values()) / n, **measured(index, report, truths[1], nprobe=tune_nprobe(index, tune, .95, truth=truths[0]))}

def codecs(n: int, names: list[str], cache: Path, most: int):
    "One line per codec and number of candidates that are rescored, at the default number of lists."
    what, x, tune, report = parts(n, cache)
    truths = exact(x, tune), exact(x, report)
    for name in names:
        index, seconds = built(x, default_clusters(n), name, most)
        for rescore in (None, 50, 100) if name != "flat" else (None,):
            try: nprobe = tune_nprobe(index, tune, .95, truth=truths[0], rescore=rescore)
            except TuningError: continue
            yield {"data": what, "n": n, "lists": len(index.coarse), "codec": name, "build_s": seconds, "bytes": sum(index.memory_usage().values()) / n, **measured(index, report, truths[1], nprobe=nprobe, rescore=rescore)}

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--factors", type=float, nargs="*", default=[.25, .5, 1, 2, 4])
    parser.add_argument("--codecs-at", type=int, default=100_000, help="vectors that the codecs are compared on; 0 for none")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--train", type=int, default=200_000, help="vectors that centroids are trained on at most")
    a = parser.parse_args()
    set_num_threads(1)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else []
    def note(line):
        keep = [l for l in known if any(l.get(f) != line.get(f) for f in ("n", "lists", "codec", "rescore", "factor"))]
        known[:] = sorted(keep + [line], key=lambda l: (l["n"], l["lists"], l["codec"], "factor" in l, l.get("rescore") or 0))
        RESULT.write_text(json.dumps(known, indent=1) + "\n")
        print(json.dumps(line), flush=True)
    for line in sizes(a.sizes, a.factors, a.cache, a.train): note(line)
    if a.codecs_at:
        for line in codecs(a.codecs_at, ["flat", "bf16", "int8", "rabitq8", "rabitq4", "rabitq2", "rabitq", "pq96x8", "pq48x8", "ae96-int8"], a.cache, a.train): note(line)

if __name__ == "__main__": main()
