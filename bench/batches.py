"""A batch of m queries against m single queries: the same bits, and never slower.

    python bench/batches.py [--codec flat ...] [--metric cosine ...] [--dimension 128 ...]

Prints a line for each index: how many times as long the single queries take as the batch, by the
size of the batch. Numbers above 1 are good. Processor time counts, and the best of several rounds
in turns, so that other work on the machine does not. One thread, unless told otherwise: threads
divide large batches, and do nothing for a query."""
import argparse, time
import numpy as np
import minivecdb
from minivecdb.ivf import IVF, ArrayRows

CODECS = "flat", "bf16", "int8", "int8-dimension", "rabitq", "rabitq4", "rpq", "pq", "pca"
METRICS, DIMENSIONS, ROWS = ("euclidean", "cosine", "dot"), (16, 50, 128, 384), (5_000, 50_000)
SIZES = 2, 4, 8, 16, 32, 64, 100, 128, 256, 1000
LEAST = .002 # seconds that are measured at once, at least

def rows_and_queries(n: int, d: int) -> tuple[np.ndarray, np.ndarray]: # [n, d], [1000, d]
    "Rows in clusters, and queries from the same clusters."
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((max(50, n // 100), d))
    some = centres[rng.integers(0, len(centres), n + 1000)]
    x = (some + .7 * rng.standard_normal(some.shape)).astype(np.float32)
    return x[:n], x[n:]

def spec_of(codec: str, d: int) -> str:
    "The whole name of a codec for this dimension."
    pieces = max(m for m in (2, 4, 8, 10, 16, 25, 32, 48, 96) if d % m == 0 and m <= d // 2)
    if codec in ("pq", "rpq"): return f"{codec}{pieces}x8"
    return f"pca{d // 2}" if codec == "pca" else codec

def seconds(f, rounds: int) -> float:
    "How long one call takes, when `rounds` of them are timed together."
    start = time.process_time()
    for _ in range(rounds): f()
    return (time.process_time() - start) / rounds

def ratios(index: IVF, queries: np.ndarray, sizes: tuple, options: dict,
           rounds: int) -> tuple[list, float]:
    "Single queries over batch, for each size, and the microseconds of one single query."
    def alone(m):
        for q in queries[:m]: index.search(q, 10, **options)
    def together(m): index.search(queries[:m], 10, **options)
    for _ in range(30): alone(8)
    found, single = [], []
    for m in sizes:
        one = [index.search(q, 10, **options) for q in queries[:m]]
        batch = index.search(queries[:m], 10, **options)
        for i in (0, 1):
            assert np.array_equal(batch[i], np.concatenate([o[i] for o in one])), (m, index)
        repeat = max(1, int(LEAST / (m * 30e-6)))
        def both(): return [seconds(lambda: f(m), repeat) for f in (alone, together)]
        pairs = [both() for _ in range(rounds)]
        a, b = np.min(pairs, axis=0)
        found.append(a / b)
        single.append(a / m * 1e6)
    return found, min(single)

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    choices = {"codec": CODECS, "metric": METRICS, "dimension": DIMENSIONS, "rows": ROWS,
               "sizes": SIZES}
    for name, usual in choices.items():
        parser.add_argument(f"--{name}", nargs="+", default=usual, type=type(usual[0]))
    parser.add_argument("--nprobe", type=int, default=8)
    parser.add_argument("--rescore", type=int, help="candidates measured with exact vectors")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    minivecdb.set_num_threads(given.threads)
    print(f"{'':42}µs alone  " + " ".join(f"{m:>5}" for m in given.sizes))
    for n in given.rows:
        for d in given.dimension:
            x, queries = rows_and_queries(n, d)
            for codec in given.codec:
                for metric in given.metric:
                    index = IVF(d, metric=metric, codec=spec_of(codec, d)).train(x)
                    index.add(x)
                    index.rows = ArrayRows(x)
                    options = {"nprobe": given.nprobe}
                    if not index.codec.lossless: options["rescore"] = given.rescore
                    times, single = ratios(index, queries, given.sizes, options, given.rounds)
                    name = f"{index.codec.name} {metric} {n:,} × {d}"
                    print(f"{name:42}{single:>8.1f}  " + " ".join(f"{t:>5.2f}" for t in times),
                          flush=True)

if __name__ == "__main__": main()
