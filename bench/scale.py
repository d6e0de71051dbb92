"""What a search costs from ten thousand vectors to ten million, and how such an index is built: `python -m bench.scale`, about an hour.

Rows of 96 dimensions come from a synthetic mixture, block by block, each block from its own seed, so that the iterator can be started anew; a smaller
collection is the beginning of a larger one. An index is built from an iterator in a process of its own, whose peak of memory counts, and saved.
nprobe is tuned to recall@10 of 0.955 on 4,000 queries; everything reported comes from 4,000 others, with 500 queries one by one. None of the queries is ever indexed.
The float32 rows lie in a file; the index holds codes. Both are searched mapped, and read with `preadv`, each in a process of its own. Needs 8 GB of disk.
`--confined 400` searches indexes that are there already once more, in processes that have so many megabytes of memory, what the operating system keeps of files included (Linux, as root).
"""
import argparse, json, mmap, os, subprocess, sys, time
from collections.abc import Iterator
from pathlib import Path
import numpy as np
from minivecdb import IVF, ArrayRows, FileRows, FlatIndex, recall, set_num_threads, tune_nprobe
from bench.data import CACHE, K
from bench.machine import describe
from bench.run import environment

RESULT = Path(__file__).parent/"results"/"scale.json"
SIZES, D, ROWS, LOCAL = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000], 96, 65_536, 24
CODEC, RESCORE, TARGET, ASKED = "rabitq4", 50, .955, 4000

class Mixture:
    "As `bench.data.mixture`, block by block: rows of length 1 around topics on a decaying spectrum, which spread in 24 directions of their own and lean towards a second topic."
    def __init__(self, topics: int, seed: int = 0, d: int = D):
        rng, self.seed = np.random.default_rng(seed), seed
        spectrum, steps = (1 + np.arange(d))**-.6, (1 + np.arange(LOCAL))**-.4
        centres, self.directions = rng.standard_normal((topics, d)) * spectrum, np.empty((topics, LOCAL, d), np.float32)
        self.centres = (centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32)
        share = rng.permutation((1 + np.arange(topics))**-.7)
        self.share = np.cumsum(share / share.sum())
        for i in range(0, topics, 1000):
            some = rng.standard_normal((min(1000, topics - i), LOCAL, d)) * spectrum**.5
            self.directions[i:i + 1000] = .35 * steps[:, None] * some / np.linalg.norm(some, axis=2, keepdims=True)

    def block(self, number: int, rows: int = ROWS) -> np.ndarray: # [rows, d] float32
        "The same numbers each time."
        rng, (topics, d) = np.random.default_rng((self.seed, number)), self.centres.shape
        labels = np.minimum(np.searchsorted(self.share, rng.random(rows)), topics - 1)
        x = rng.standard_normal((rows, d), dtype=np.float32) * np.float32(.3 / d**.5) + self.centres[labels]
        x += np.float32(.7) * rng.random((rows, 1), dtype=np.float32) * self.centres[rng.integers(topics, size=rows)]
        local, order = rng.standard_normal((rows, LOCAL), dtype=np.float32), np.argsort(labels, kind="stable")
        for i in range(0, rows, 2048):
            some = order[i:i + 2048]
            x[some] += np.matmul(local[some][:, None], self.directions[labels[some]])[:, 0]
        return x / np.linalg.norm(x, axis=1, keepdims=True)

def blocks(path: Path, n: int, d: int = D) -> Iterator[np.ndarray]: # [at most ROWS, d] float32
    "The first n rows of a file, of which one block is in memory at a time."
    with open(path, "rb", buffering=0) as f:
        for i in range(0, n, ROWS): yield np.frombuffer(f.read(4 * d * min(ROWS, n - i)), np.float32).reshape(-1, d)

def exact(path: Path, queries: np.ndarray, sizes: list[int]) -> dict[int, np.ndarray]: # by size: [m, 10] ids
    "True neighbours among the first rows of a file, for several sizes in one reading."
    best, found, seen, edges = (np.full((len(queries), K), np.inf, np.float32), np.full((len(queries), K), -1)), {}, 0, sorted(sizes)
    for x in blocks(path, max(sizes)):
        while len(x):
            now = x[:next(e for e in edges if e > seen) - seen]
            flat = FlatIndex(x.shape[1])
            flat.add(now, np.arange(seen, seen + len(now)))
            both = [np.concatenate(p, 1) for p in zip(best, flat.search(queries, K))]
            order = np.lexsort((both[1], both[0]), axis=1)[:, :K]
            best, seen, x = tuple(np.take_along_axis(b, order, 1) for b in both), seen + len(now), x[len(now):]
            if seen in edges: found[seen] = best[1].copy()
    return found

def prepare(folder: Path, sizes: list[int], topics: int):
    "Rows, queries and truths, unless they are there."
    folder.mkdir(parents=True, exist_ok=True)
    world, rows, n = Mixture(topics), folder/"rows.f32", max(sizes)
    if not rows.exists() or rows.stat().st_size < 4 * D * n:
        with open(rows, "wb") as f:
            for i in range(0, n, ROWS): f.write(world.block(i // ROWS)[:n - i].data)
            f.flush(); os.fsync(f.fileno())
    np.save(folder/"queries.npy", queries := world.block(1 << 30, 2 * ASKED))
    missing = [n for n in sizes if not (folder/f"truth-{n}-{2 * ASKED}.npy").exists()]
    for n, truth in (exact(rows, queries, missing) if missing else {}).items(): np.save(folder/f"truth-{n}-{2 * ASKED}.npy", truth)

def memory(what: str) -> int: # bytes
    "A line of /proc/self/status."
    return 1024 * next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith(what + ":"))

def counted() -> dict[str, int]:
    "Bytes this process has asked for with read calls, and those that came from the disk."
    told = dict(l.split(": ") for l in open("/proc/self/io").read().splitlines())
    return {"asked": int(told["rchar"]), "disk": int(told["read_bytes"])}

def forget(*paths: Path):
    "Let the operating system drop what it holds of some files."
    for path in paths:
        with open(path, "rb") as f:
            os.fsync(f.fileno())   # what is not written yet cannot be dropped
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

def build(folder: Path, n: int, codec: str) -> dict:
    "An index from an iterator, saved."
    index = IVF(D, codec=codec)
    IVF(D, 4, codec=codec).build(lambda: iter([np.eye(D)]))   # whatever is imported and compiled
    before, clock = memory("VmRSS"), (time.perf_counter(), time.process_time())
    index.build(lambda: blocks(folder/"rows.f32", n), sample=64)
    built = time.perf_counter(), time.process_time()
    index.save(folder/f"{n}.ivf")
    return {"lists": len(index.coarse), "build_s": built[0] - clock[0], "build_cpu_s": built[1] - clock[1], "save_s": time.perf_counter() - built[0], "before": before, "peak": memory("VmHWM"),
            "rows_bytes": 4 * D * n, "file_bytes": (folder/f"{n}.ivf").stat().st_size, "imbalance": index.get_stats()["imbalance"]}

def opened(folder: Path, n: int, how: str) -> IVF:
    "The saved index with its rows: all mapped, or all read."
    index = IVF.load(folder/f"{n}.ivf", mmap=True if how == "mapped" else "pread")
    index.rows = ArrayRows(np.memmap(folder/"rows.f32", np.float32, "r", shape=(n, D))) if how == "mapped" else FileRows(folder/"rows.f32", D)
    return index

def tune(folder: Path, n: int) -> dict:
    "nprobe, and what it gives and costs by count."
    index, queries, truth = opened(folder, n, "mapped"), np.load(folder/"queries.npy"), np.load(folder/f"truth-{n}-{2 * ASKED}.npy")
    nprobe = tune_nprobe(index, queries[:ASKED], TARGET, truth=truth[:ASKED], rescore=RESCORE)
    found = index.search(queries[ASKED:], K, nprobe=nprobe, rescore=RESCORE)[1]
    scored, size = index.search_cost(queries[ASKED:], nprobe=nprobe, rescore=RESCORE)
    return {"nprobe": nprobe, "recall": recall(found, truth[ASKED:]), "scored": float(scored.mean()), "scored_bytes": float(size.mean())}

def search(folder: Path, n: int, how: str, nprobe: int, first: int = 500) -> dict:
    "Single queries on files of which nothing is in memory, counting what is read; then warm ones, timed, and a batch."
    queries, ask = np.load(folder/"queries.npy")[ASKED:], dict(nprobe=nprobe, rescore=RESCORE)
    warm = opened(folder, n, how)
    for q in (*queries[first:first + 50], queries): warm.search(q, K, **ask)   # whatever is imported and compiled, before anything is counted
    del warm
    forget(folder/f"{n}.ivf", folder/"rows.f32")
    before, resident = counted(), memory("VmRSS")
    index = opened(folder, n, how)
    begin, start = counted(), time.perf_counter()
    for q in queries[:first]: index.search(q, K, **ask)
    cold, now, held = time.perf_counter() - start, counted(), memory("VmRSS")
    alone = []
    for q in queries[:first]: start = time.thread_time(); index.search(q, K, **ask); alone.append(time.thread_time() - start)
    clocks = []
    for q in queries[:first]: start = time.perf_counter(); index.search(q, K, **ask); clocks.append(time.perf_counter() - start)
    index.search(queries, K, **ask)
    start = time.process_time(); found = index.search(queries, K, **ask)[1]; batch = time.process_time() - start
    return {"open_disk": begin["disk"] - before["disk"], "open_asked": begin["asked"] - before["asked"], "disk_per_query": (now["disk"] - begin["disk"]) / first, "asked_per_query": (now["asked"] - begin["asked"]) / first,
            "cold_ms": cold / first * 1e3, "single_cpu_ms": float(np.median(alone)) * 1e3, "single_ms": float(np.median(clocks)) * 1e3, "batch_cpu_ms": batch / len(queries) * 1e3, "resident": held - resident, "ids": int(found.sum())}

def scattered(folder: Path, n: int, how: str, wanted: int = 200) -> dict:
    "Rows from all over a file of which nothing is in memory: bytes that came from the disk."
    forget(folder/"rows.f32")
    some, rows = np.sort(np.random.default_rng(0).permutation(n)[:wanted]), FileRows(folder/"rows.f32", D) if how == "read" else np.memmap(folder/"rows.f32", np.float32, "r", shape=(n, D))
    if how == "advised": rows._mmap.madvise(mmap.MADV_RANDOM)
    before, start = counted(), time.perf_counter()
    total = (rows.take(some)[1] if how == "read" else rows[some]).sum()
    return {"disk": counted()["disk"] - before["disk"], "seconds": time.perf_counter() - start, "sum": float(total)}

def confine(megabytes: int):
    "Limit this process's memory, what the system keeps of its files included. Needs Linux's control groups and the right to make one."
    old, new = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    group, limit = (old/"minivecdb", "memory.limit_in_bytes") if old.exists() else (new/"minivecdb", "memory.max")
    group.mkdir(exist_ok=True)
    (group/limit).write_text(str(megabytes << 20))
    (group/"cgroup.procs").write_text(str(os.getpid()))

def ask(folder: Path, part: str, n: int, *more: str, timeout: float | None = None) -> dict:
    "One part in a process of its own, with an end where it may take for ever."
    try: done = subprocess.run([sys.executable, "-m", "bench.scale", "--folder", str(folder), "--part", part, "--sizes", str(n), *more], env=environment(1), capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired: return {"unfinished_after_s": timeout}
    if done.returncode: raise SystemExit(f"{part} of {n:,} ended with code {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--topics", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=CACHE/"scale", help="for rows and indexes")
    parser.add_argument("--codec", default=CODEC)
    parser.add_argument("--nprobe", type=int, help="of one part")
    parser.add_argument("--reuse", action="store_true", help="search indexes that lie in the folder already, and keep what was noted of their building")
    parser.add_argument("--part", help="prepare, build, tune, search or scattered, for one size: in this process")
    parser.add_argument("--confined", type=int, metavar="MB", help="only search, in so many megabytes of memory")
    parser.add_argument("--how", help="of a part: mapped, read; for scattered also advised")
    parser.add_argument("--out", type=Path, default=RESULT)
    a = parser.parse_args()
    set_num_threads(1)
    if a.part == "prepare": return prepare(a.folder, a.sizes, a.topics)
    if a.part:
        n = a.sizes[0]
        if a.confined: confine(a.confined)
        done = build(a.folder, n, a.codec) if a.part == "build" else tune(a.folder, n) if a.part == "tune" else scattered(a.folder, n, a.how) if a.part == "scattered" else search(a.folder, n, a.how, a.nprobe)
        return print(json.dumps(done))
    prepare(a.folder, a.sizes, a.topics)
    told = json.loads(a.out.read_text()) if a.out.exists() else {"sizes": []}
    if a.confined:
        for n in a.sizes:
            found = next(s for s in told["sizes"] if s["n"] == n)
            both = {how: ask(a.folder, "search", n, "--how", how, "--nprobe", str(found["nprobe"]), "--confined", str(a.confined), timeout=300) for how in ("read", "mapped")}
            if len({part.pop("ids") for part in both.values() if "ids" in part}) > 1: raise SystemExit(f"{n:,}: mapped and read lists gave different answers")
            found["confined"] = both | {"megabytes": a.confined, "files_bytes": (a.folder/f"{n}.ivf").stat().st_size + 4 * D * n}
            a.out.write_text(json.dumps(told, indent=1) + "\n")
            print(json.dumps(found["confined"]), flush=True)
        return
    told |= {"machine": describe(), "dimension": D, "topics": a.topics, "codec": a.codec, "rescore": RESCORE, "target": TARGET, "threads": 1}
    for n in a.sizes:
        known = next((s for s in told["sizes"] if s["n"] == n), None) if a.reuse and (a.folder/f"{n}.ivf").exists() else None
        found = known or {"n": n} | ask(a.folder, "build", n, "--codec", a.codec)
        print(json.dumps(found), flush=True)
        found |= ask(a.folder, "tune", n)
        found |= {how: ask(a.folder, "search", n, "--how", how, "--nprobe", str(found["nprobe"])) for how in ("mapped", "read")}
        if found["mapped"].pop("ids") != found["read"].pop("ids"): raise SystemExit(f"{n:,}: mapped and read lists gave different answers")
        told["sizes"] = sorted([s for s in told["sizes"] if s["n"] != n] + [found], key=lambda s: s["n"])
        if len(told["sizes"]) > 1 and all("scored" in s for s in told["sizes"]):
            logs = [np.log([s[what] for s in told["sizes"]]) for what in ("n", "scored", "scored_bytes")]
            told["exponents"] = {what: float(np.polyfit(logs[0], log, 1)[0]) for what, log in zip(("scored", "bytes"), logs[1:])}
        found["scattered"] = {how: ask(a.folder, "scattered", n, "--how", how) for how in ("mapped", "advised", "read")}
        a.out.write_text(json.dumps(told, indent=1) + "\n")
        print(json.dumps(found), flush=True)

if __name__ == "__main__": main()
