"""The bars of the durable storage: `python -m bench.durable [--rows 1000000] [--folder DIR] [--json FILE]`. Prints what each bar asks and what was measured."""
import argparse, json, os, shutil, sqlite3, subprocess, sys, tempfile, time, zlib
from pathlib import Path
import numpy as np
from minivecdb import VectorStorage
from bench.machine import describe

D, BATCH = 384, 50_000

def metadata(i: int) -> dict: return {"headline": f"Goalkeeper Scores in Stoppage Time, Part {i}", "genre": ("Sports", "Food", "Politics")[i % 3], "year": 1990 + i % 35}

def bare(path: Path, columns: str) -> sqlite3.Connection:
    "SQLite as it comes, except for the two settings that durability needs."
    con = sqlite3.connect(path, isolation_level=None)
    con.execute("PRAGMA journal_mode=WAL"); con.execute("PRAGMA synchronous=FULL")
    con.execute(f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {columns})")
    return con

def timed(work) -> float:
    start = time.perf_counter(); work()
    return time.perf_counter() - start

def drop(path: Path): shutil.rmtree(path, ignore_errors=True)

# --- one row at a time ----------------------------------------------------------------------------------

def single(folder: Path, rounds: int = 20, each: int = 100) -> dict:
    "Durable adds and bare commits of the same bytes, in turns; seconds each."
    x = np.random.default_rng(0).standard_normal((rounds * each, D), np.float32)
    con, ours, theirs = bare(folder/"bare.sqlite", "metadata TEXT, vector BLOB"), [], []
    with VectorStorage.open(folder/"single.mvdb", D) as vs:
        for r in range(rounds):
            for i in range(r * each, (r + 1) * each): ours.append(timed(lambda: vs.add(x[i], metadata(i))))
            for i in range(r * each, (r + 1) * each): theirs.append(timed(lambda: con.execute("INSERT INTO rows VALUES (?, ?, ?)", (i, json.dumps(metadata(i)), x[i]))))
    con.close()
    drop(folder/"single.mvdb")
    ours, theirs = np.array(ours), np.array(theirs)
    return {"add_us": np.median(ours) * 1e6, "bare_us": np.median(theirs) * 1e6, "ratio": np.median(ours) / np.median(theirs), "ratio_of_means": ours.mean() / theirs.mean()}

def syncs(folder: Path) -> float | None: # None without strace
    "Sync calls per add, as the system sees them: the difference between 150 and 50 adds."
    if not shutil.which("strace"): return None
    def count(n: int) -> int:
        code = f"import numpy as np\nfrom minivecdb import VectorStorage\nvs = VectorStorage.open({str(folder/f'{n}.mvdb')!r}, {D})\nfor i in range({n}): vs.add(np.full({D}, i), {{'year': i}})"
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs", "-o", str(folder/"trace"), sys.executable, "-c", code], check=True)
        return sum("sync" in line for line in (folder/"trace").read_text().splitlines())
    return (count(150) - count(50)) / 100

def churn(folder: Path, n: int) -> dict:
    "`n` single adds and deletes: how many files there are at most, and at the end."
    most, x = 0, np.random.default_rng(0).standard_normal((1000, D), np.float32)
    with VectorStorage.open(folder/"churn.mvdb", D) as vs:
        for i in range(n):
            vs.add(x[i % 1000], {"year": i})
            if i % 10: vs.delete(i)
            if i % 500 == 0: most = max(most, len(os.listdir(vs.path)))
        rows = len(vs)
    files = len(os.listdir(folder/"churn.mvdb"))
    drop(folder/"churn.mvdb")
    return {"most_files": most, "files": files, "rows": rows}

# --- many rows ------------------------------------------------------------------------------------------

def parts(folder: Path, x: np.ndarray) -> dict:
    "What a bulk add cannot do without, each as simple as it can be; seconds."
    found = {}
    def save():
        with open(folder/"x.npy", "wb") as f: np.save(f, x); f.flush(); os.fsync(f.fileno())
    found["numpy.save + fsync"] = timed(save)
    texts: list[str] = []
    metas = [metadata(i) for i in range(len(x))]
    found["json.dumps"] = timed(lambda: texts.extend(json.dumps(m) for m in metas))
    crcs: list[int] = []
    found["CRC"] = timed(lambda: crcs.extend(zlib.crc32(t.encode(), zlib.crc32(row)) for row, t in zip(x, texts)))
    con = bare(folder/"parts.sqlite", "metadata TEXT, crc INTEGER")
    def insert():
        for a in range(0, len(x), BATCH):
            con.execute("BEGIN")
            con.executemany("INSERT INTO rows VALUES (?, ?, ?)", zip(range(a, a + BATCH), texts[a:a + BATCH], crcs[a:a + BATCH]))
            con.execute("COMMIT")
    found["SQLite batches"] = timed(insert)
    con.close()
    (folder/"x.npy").unlink(); (folder/"parts.sqlite").unlink()
    return found

def bulk(folder: Path, x: np.ndarray) -> float:
    "Seconds to add everything in durable batches."
    metas = [metadata(i) for i in range(len(x))]
    vs = VectorStorage.open(folder/"bulk.mvdb", D)
    def add():
        for a in range(0, len(x), BATCH): vs.add_bulk(x[a:a + BATCH], metas[a:a + BATCH])
    took = timed(add)
    vs.close()
    return took

def in_child(code: str, *args) -> dict:
    "What a fresh process prints as JSON."
    done = subprocess.run([sys.executable, "-c", "import json, sys, time\nimport numpy as np\nfrom minivecdb import VectorStorage\n" + code, *map(str, args)], capture_output=True, text=True)
    if done.returncode: raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])

OPEN = """
import minivecdb.durable.index
start = time.perf_counter(); vs = VectorStorage.open(sys.argv[1], mode=sys.argv[2]); n = len(vs); took = time.perf_counter() - start
print(json.dumps({"ms": took * 1e3, "rows": n}))
"""
LOAD = """
def peak(): return 1024 * int(next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")))
before = peak()
vs = VectorStorage.open(sys.argv[1], mode="r")
start = time.perf_counter(); ids, x = vs.to_arrays(); took = time.perf_counter() - start
start = time.perf_counter(); vs.to_arrays(); again = time.perf_counter() - start
start = time.perf_counter(); VectorStorage.open(sys.argv[1], mode="r").to_arrays(verify=False); unseen = time.perf_counter() - start
total = sum(float(x[a:a + 4096].sum()) for a in range(0, len(x), 4096))   # every row is looked at
print(json.dumps({"peak": peak(), "before": before, "vectors": x.nbytes, "to_arrays_ms": took * 1e3, "again_ms": again * 1e3, "unverified_ms": unseen * 1e3}))
"""

def space(folder: Path, x: np.ndarray) -> dict:
    "The folder after deleting a tenth and compacting, and a fresh one of the rows that are left; bytes."
    gone = np.random.default_rng(1).permutation(len(x))[:len(x) // 10]
    with VectorStorage.open(folder/"bulk.mvdb") as vs:
        vs.delete_bulk(gone)
        took = timed(lambda: vs.compact())
        sound = vs.check() == []
    keep = np.setdiff1d(np.arange(len(x)), gone)
    with VectorStorage.open(folder/"fresh.mvdb", D) as fresh:
        for a in range(0, len(keep), BATCH): fresh.add_bulk(x[keep[a:a + BATCH]], [metadata(i) for i in keep[a:a + BATCH].tolist()])
    size = lambda p: sum(f.stat().st_size for f in p.iterdir())
    found = {"bytes": size(folder/"bulk.mvdb"), "fresh": size(folder/"fresh.mvdb"), "compact_s": took, "sound": sound}
    drop(folder/"fresh.mvdb")
    return found | {"ratio": found["bytes"] / found["fresh"]}

# --- all of it ------------------------------------------------------------------------------------------

def measure(folder: Path, rows: int) -> dict:
    "Everything."
    found = {"machine": describe(), "rows": rows, "single": single(folder), "syncs": syncs(folder)}
    x = np.random.default_rng(0).standard_normal((rows, D), np.float32)
    found["parts"], found["bulk_s"] = parts(folder, x), bulk(folder, x)
    found["bulk_ratio"] = found["bulk_s"] / sum(found["parts"].values())
    found["open_ms"] = {mode: float(np.median([in_child(OPEN, folder/"bulk.mvdb", mode)["ms"] for _ in range(5)])) for mode in ("rw", "r")}
    found["load"] = in_child(LOAD, folder/"bulk.mvdb")
    with VectorStorage.open(folder/"bulk.mvdb", mode="r") as vs: found["check_per_s"] = rows / timed(lambda: vs.check())
    found["space"] = space(folder, x)
    drop(folder/"bulk.mvdb")
    found["churn"] = churn(folder, rows // 10)
    return found

def table(f: dict) -> list[tuple[str, str, str]]: # (what, bar, measured)
    "The bars and the figures."
    s, load, r = f["single"], f["load"], f"{f['rows']:,} × {D}"
    return [("single add against a bare SQLite commit of the same bytes", "≤ 2×", f"{s['ratio']:.2f}× ({s['add_us']:.0f} µs, {s['bare_us']:.0f} µs)"),
            ("syncs per add", "1", "strace is not installed" if f["syncs"] is None else f"{f['syncs']:.2f}"),
            (f"bulk add of {r} in batches of {BATCH:,} against the sum of its parts", "≤ 2×", f"{f['bulk_ratio']:.2f}× ({f['bulk_s']:.1f} s, {sum(f['parts'].values()):.1f} s)"),
            (f"opening {r}", "≤ 10 ms", f"{f['open_ms']['rw']:.1f} ms; read only {f['open_ms']['r']:.1f} ms"),
            ("peak memory of a process that loads it and looks at every row", "≤ 1.15 × the vectors", f"{load['peak'] / load['vectors']:.3f} × ({load['before'] / 1e6:.0f} MB of it before loading)"),
            ("mapping it: compared with its checksums the first time, again, not compared", "", f"{load['to_arrays_ms'] / 1e3:.2f} s, {load['again_ms'] / 1e3:.3f} s, {load['unverified_ms'] / 1e3:.3f} s"),
            ("check()", "≥ 200,000 rows/s", f"{f['check_per_s']:,.0f} rows/s"),
            ("folder after deleting 10% and compact() against a fresh one", "≤ 1.05×", f"{f['space']['ratio']:.4f}×"),
            (f"files after {f['rows'] // 10:,} single adds and deletes", "< 10", f"{f['churn']['files']} (at most {f['churn']['most_files']} on the way)")]

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", help="where to work (default: the system's folder for temporary files)")
    parser.add_argument("--json", help="also write all figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder: found = measure(Path(folder), args.rows)
    for what, bar, measured in table(found): print(f"{what:75} {bar:22} {measured}")
    if args.json: Path(args.json).write_text(json.dumps(found | {"table": table(found)}, indent=1, ensure_ascii=False) + "\n")

if __name__ == "__main__": main()
