"Where exact search ends: through the front door, how much longer an answer from all lists takes than one from as many as were measured to be enough: `python -m bench.exact`."
import time
import numpy as np
from minivecdb import IVFIndex, VectorStorage, set_num_threads
from minivecdb.core import Kernel
from minivecdb.ivf import EXACT
import minivecdb.ivf.default_nprobe as ivf_enough

LADDER = (500, 1000, 1500, 2000, 3000, 4000, 5000, 7000, 10_000, 14_000, 20_000)
MOST = 1.5   # times as long is still as fast

def clustered(n: int, d: int, seed: int) -> np.ndarray:
    "Rows around a hundredth as many centres: the kind for which lists save most."
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(5, n // 100), d))
    return (centres[rng.integers(0, len(centres), n + 200)] + .5 * rng.standard_normal((n + 200, d))).astype(np.float32)

def seconds(index: IVFIndex, queries: np.ndarray, nprobe: int, rounds: int = 7) -> float:
    "Processor time of a query, its hits read: the fastest of some rounds."
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        for q in queries: index.search(q, 5, nprobe=nprobe)
        best = min(best, (time.process_time() - start) / len(queries))
    return best

def ratio(n: int, d: int) -> tuple[float, float, int]: # (times as long, seconds when exact, lists measured)
    "Exact search beside the measured one, for n vectors of d dimensions."
    x = clustered(n, d, n)
    queries, x = x[:200], x[200:]
    storage = VectorStorage(d)
    storage.add_bulk(x)
    index = IVFIndex(storage).build()
    lists = index.get_stats()["n_clusters"]
    nprobe = ivf_enough.enough(index.ivf).nprobe
    for some in (nprobe, lists): index.search(queries[0], 5, nprobe=some)
    exact = seconds(index, queries, lists)
    return exact / seconds(index, queries, nprobe), exact, nprobe

def main():
    set_num_threads(1)
    Kernel.spent = 1e12   # kernels from the first query
    ivf_enough.exact_up_to = lambda d: 0   # measure also where the index would be exact
    for d, n_now in EXACT.items():
        found = [(n, *ratio(n, d)) for n in LADDER]
        fast = max((n for n, times, *_ in found if times <= MOST), default=0)
        print(f"{d} dimensions: as fast up to {fast:,} (the table says {n_now:,}); " + ", ".join(f"{n:,}: {times:.2f} ({1e6 * s:.0f} µs, nprobe {p})" for n, times, s, p in found), flush=True)

if __name__ == "__main__": main()
