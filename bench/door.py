"""The bars at the front door, each against its peer in turns: `python -m bench.door [--only …]`.

Processor time of one thread counts, and of several rounds the minimum and the median, so that
other work on the machine does not."""
import argparse, tempfile, time
from pathlib import Path
import numpy as np
import minivecdb
from minivecdb import IVF, IVFIndex, VectorStorage
from minivecdb.datasets import docstring_embeddings
from minivecdb.ivf import ArrayRows, default_nprobe
from bench.batches import rows_and_queries, spec_of
from bench.folder import anonymous, metadata

LEAST = .004 # seconds that are measured at once, at least

def spent(work) -> float: # seconds
    "Processor time of one call."
    start = time.process_time(); work()
    return time.process_time() - start

def in_turns(calls: dict, rounds: int = 31) -> dict: # name -> [rounds] seconds of one call
    "Measure some calls in turns, every other round in the opposite order."
    for call in calls.values(): call(); call()
    each = {name: max(1, int(LEAST / max(spent(call), 1e-6))) for name, call in calls.items()}
    found = {name: [] for name in calls}
    for turn in range(rounds):
        for name in list(calls)[::-1 if turn % 2 else 1]:
            def many(): [calls[name]() for _ in range(each[name])]
            found[name].append(spent(many) / each[name])
    return {name: np.array(times) for name, times in found.items()}

def show(what: str, times: dict, peer: str, count: int = 1):
    "Print the microseconds of each call, and its ratio to its peer."
    ratios = {name: (t.min() / times[peer].min(), np.median(t / times[peer]))
              for name, t in times.items() if name != peer}
    told = ", ".join(f"{name} {t.min() / count * 1e6:.0f}" for name, t in times.items())
    against = ", ".join(f"{name} {a:.2f} (median of turns {b:.2f})"
                        for name, (a, b) in ratios.items())
    print(f"{what}: µs {told}; against {peer}: {against}", flush=True)

def enough_shares(rows: list, dimensions: list, codecs: list, rounds: int = 3):
    "Which part of a build measures the default `nprobe`."
    real, inside = default_nprobe.enough, []
    def timed(*given):
        start = time.process_time()
        try: return real(*given)
        finally: inside.append(time.process_time() - start)
    def one(x, codec):
        ivf = IVF(x.shape[1], codec=codec).train(x)
        ivf.add(x)
    default_nprobe.enough = timed
    for n in rows:
        for d in dimensions:
            x = rows_and_queries(n, d)[0]
            for codec in codecs:
                name, pairs = spec_of(codec, d), []
                one(x, name)
                for _ in range(rounds):
                    inside.clear()
                    whole = spent(lambda: one(x, name))
                    pairs.append((sum(inside), whole))
                (a, b), shares = np.min(pairs, 0), [i / w for i, w in pairs]
                print(f"{name} {n:,} × {d}: {a * 1e3:.1f} of {b * 1e3:.0f} ms, {a / b:.1%} "
                      f"(median {np.median(shares):.1%})", flush=True)
    default_nprobe.enough = real

def folder_searches(home: Path, k: int = 5):
    "A search through `IVFIndex`: of a storage in memory, and of one in a folder."
    x, _ = docstring_embeddings(20_200)
    q, x = x[:100], np.concatenate([x[200:], x[200:] * np.float32(1.01)])
    memory, durable = VectorStorage(384), VectorStorage.open(home/"s.mvdb", 384)
    for s in (memory, durable): s.add_bulk(x, [metadata(i) for i in range(len(x))])
    indexes = {"memory": IVFIndex(memory).build(), "folder": IVFIndex(durable).build()}
    def ask(index): return lambda: [index.search(v, k) for v in q]
    times = in_turns({name: ask(index) for name, index in indexes.items()})
    show(f"IVFIndex.search of {len(x):,} × 384, k = {k}", times, "memory", len(q))
    asked = []
    for reader in durable._idle: reader.con.set_trace_callback(asked.append)
    indexes["folder"].search(q[0], k)
    read = sum("FROM rows" in sql for sql in asked)
    print(f"  one search: {len(asked)} statements, of which {read} read metadata")
    durable.close()

def one_row(home: Path, codec: str, n: int = 300_000, d: int = 64, times: int = 5):
    "The first search after a row was added to an opened index: writing and reading process."
    x = rows_and_queries(n, d)[0]
    with VectorStorage.open(home/f"{codec}.mvdb", d) as s:
        s.add_bulk(x)
        IVFIndex(s, codec=codec, nprobe=8).build().save()
        for role in ("reader", "writer"):
            found = []
            for turn in range(times):
                with VectorStorage.open(s.path, mode="r") as reader:
                    index = IVFIndex.open(reader if role == "reader" else s, nprobe=8)
                    for v in x[:20]: index.search(v, 5)
                    s.add(x[turn] + 9)
                    before, ask = anonymous(), lambda: index.search(x[0], 5)
                    first = spent(ask)
                    found.append((first * 1e3, (anonymous() - before) / 1e6, spent(ask) * 1e3))
            first, memory, later = np.array(found).T
            print(f"{codec}, {role}: first search after one row was added to {n:,}: "
                  f"{first.min():.1f} ms (median {np.median(first):.1f}), "
                  f"{memory.max():.1f} MB at most; the next {later.min():.1f} ms", flush=True)

def single_queries(home: Path):
    "One query: mapped against in memory, rows by id against by number, one list against two."
    x, q = docstring_embeddings(20_200)[0][200:], docstring_embeddings(20_200)[0][:100]
    def ask(index, **how): return lambda: [index.search(v, 10, **how) for v in q]
    for codec in ("flat", "rabitq", "int8", "pq"):
        name = spec_of(codec, 384)
        index = IVF(384, codec=name).train(x)
        index.add(x)
        index.save(home/f"{codec}.ivf")
        mapped = IVF.load(home/f"{codec}.ivf", mmap=True)
        searches = {"memory": ask(index, nprobe=16), "mapped": ask(mapped, nprobe=16)}
        show(f"{name}, 16 lists", in_turns(searches), "memory", len(q))
        fresh = IVF.load(home/f"{codec}.ivf", mmap=True)
        narrow = {f"{n} lists": ask(fresh, nprobe=n) for n in (2, 1)}
        show(f"{name}, mapped and fresh", in_turns(narrow), "2 lists", len(q))
        if index.codec.lossless: continue
        searches = {}
        for how, rows in (("numbers", ArrayRows(x)), ("ids", ArrayRows(x, 3 * np.arange(len(x))))):
            other = IVF(384, codec=name).train(x)
            other.add(x, np.arange(len(x)) * (3 if how == "ids" else 1))
            other.rows = rows
            searches[how] = ask(other, nprobe=16, rescore=50)
        show(f"{name}, 16 lists, 50 rescored", in_turns(searches), "numbers", len(q))

def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="enough,folder,row,single")
    options.add_argument("--rows", type=int, nargs="+", default=[2000, 3000, 6000, 20_000])
    options.add_argument("--dimension", type=int, nargs="+", default=[32, 128, 384, 768])
    options.add_argument("--codec", nargs="+", default=["flat", "int8", "rabitq", "pq"])
    given = options.parse_args()
    minivecdb.set_num_threads(1)
    with tempfile.TemporaryDirectory() as home:
        home, only = Path(home), given.only.split(",")
        if "folder" in only: folder_searches(home)
        if "row" in only:
            for codec in ("flat", "rabitq4"): one_row(home, codec)
        if "single" in only: single_queries(home)
        if "enough" in only: enough_shares(given.rows, given.dimension, given.codec)

if __name__ == "__main__": main()
