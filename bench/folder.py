"""What a durable folder costs at the front door: `python -m bench.folder [--rows 200000] [--only filter]`. Counts, and processor time (best of several)."""
import argparse, os, tempfile, time
from contextlib import contextmanager
from pathlib import Path
import numpy as np
from minivecdb import FileRows, IVF, IVFIndex, VectorStorage
from minivecdb.datasets import docstring_embeddings

def metadata(i: int) -> dict:
    return {"headline": f"Goalkeeper Scores in Stoppage Time, Part {i}", "genre": ("Sports", "Food", "Politics")[i % 3], "year": 1990 + i % 35}

def spent(work) -> float:
    "Seconds of processor time."
    start = time.process_time(); work()
    return time.process_time() - start

def anonymous() -> int:
    "Bytes of memory that belong to this process alone."
    return 1024 * next(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Anonymous:"))

@contextmanager
def reads():
    "Bytes of every `pread` and `preadv`."
    made, real = [], (os.pread, os.preadv)
    os.pread = lambda fd, n, at: (made.append(n), real[0](fd, n, at))[1]
    os.preadv = lambda fd, room, at: (made.append(sum(map(len, room))), real[1](fd, room, at))[1]
    try: yield made
    finally: os.pread, os.preadv = real

def searches(folder: Path):
    "The same searches over a storage in memory and in a folder."
    x, _ = docstring_embeddings(20_200)
    q, x = x[:200], np.concatenate([x[200:], x[200:] * np.float32(1.01), x[200:10_200] * np.float32(.99)])
    memory, durable = VectorStorage(384), VectorStorage.open(folder/"s.mvdb", 384)
    for storage in (memory, durable): storage.add_bulk(x, [metadata(i) for i in range(len(x))])
    indexes, asked = [IVFIndex(s).build() for s in (memory, durable)], []
    def ask(index, k): return min(spent(lambda: [index.search(v, k) for v in q]) for _ in range(9)) / len(q) * 1e6
    for k in (5, 10):
        one, other = (min(ask(index, k) for _ in range(2)) for index in indexes)
        print(f"search of {len(x):,} × 384, k = {k}: in memory {one:.0f} µs, over a folder {other:.0f} µs: {other / one:.2f}×")
    for reader in durable._idle: reader.con.set_trace_callback(asked.append)
    with reads() as made: indexes[1].search(q[0], 10)
    print(f"one of them: {len(asked)} statements, {len(made)} reads of {sum(made):,} bytes")
    durable.close()

def lists(folder: Path):
    "The first reading of lists that are left in their file, and the second."
    x, _ = docstring_embeddings(20_200)
    IVF(384, codec="rabitq4").build([x[200:]]).save(folder/"i.ivf"); x[200:].tofile(folder/"rows")
    index = IVF.load(folder/"i.ivf", mmap="pread"); index.rows = FileRows(folder/"rows", 384)
    for what in ("first", "second"):
        with reads() as made: index.search(x[0], nprobe=40, rescore=50)
        print(f"40 of {len(index.coarse)} lists, {what} time: {len(made)} calls for {sum(made) / 1e3:,.0f} kB")

def one_row(folder: Path, codec: str, n: int = 300_000, d: int = 64):
    "The first search after a row was added to an opened index."
    rng = np.random.default_rng(0)
    x = rng.standard_normal((500, d)).astype(np.float32)[rng.integers(500, size=n)] + .5 * rng.standard_normal((n, d)).astype(np.float32)
    with VectorStorage.open(folder/f"{codec}.mvdb", d) as s:
        s.add_bulk(x)
        IVFIndex(s, codec=codec, nprobe=8).build().save()
        with VectorStorage.open(s.path, mode="r") as reader:
            index = IVFIndex.open(reader, nprobe=8)
            for v in x[:20]: index.search(v, 5)
            s.add(x[0] + 9)
            before = anonymous()
            took = spent(lambda: index.search(x[0], 5))
            print(f"{codec}: the first search after a row was added to {n:,}: {took * 1e3:.1f} ms, {(anonymous() - before) / 1e6:.1f} MB; the next {spent(lambda: index.search(x[1], 5)) * 1e3:.1f} ms")

def first_filter(folder: Path, n: int):
    "The first filter on a key in a new handle: columns written with the rows, an older folder, one that is opened again."
    x, path = np.zeros((n, 16), np.float32), folder/"f.mvdb"
    with VectorStorage.open(path, 16) as s: print(f"add_bulk of {n:,} rows: {spent(lambda: s.add_bulk(x, (metadata(i) for i in range(n)))):.2f} s")
    def ask(what: str, mode: str, *keys: str):
        with VectorStorage.open(path, mode=mode) as s:
            took = {key: spent(lambda: s.count({key: KEYS[key]})) for key in keys}
            print(f"{what} ({mode}): " + ", ".join(f"{key} {t * 1e3:,.0f} ms" for key, t in took.items()) + f"; {sum(s.columns.memory_usage().values()) / 1e6:,.1f} MB told")
    ask("written with the rows", "r", "genre", "year")
    for file in path.glob("column-*.col"): file.unlink()
    ask("an older folder", "r", "genre")
    ask("an older folder", "rw", "genre", "year", "headline")
    ask("opened again", "r", "genre", "year", "headline")
    with VectorStorage.open(path) as s:
        for i in range(1000): s.add(x[i], metadata(i))
    ask("after 1,000 adds", "r", "genre", "year")
    print("column files: " + ", ".join(f"{p.stat().st_size / 1e6:.1f} MB" for p in sorted(path.glob("column-*.col"))))

KEYS = {"genre": "Food", "year": 2000, "headline": "nothing"}

def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--only", default="searches,lists,row,filter")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder, only = Path(home), options.only.split(",")
        if "searches" in only: searches(folder)
        if "lists" in only: lists(folder)
        if "row" in only:
            for codec in ("flat", "rabitq4"): one_row(folder, codec)
        if "filter" in only: first_filter(folder, options.rows)

if __name__ == "__main__": main()
