"""Many processes on one folder, each with a reader that stays open and a writer opened for the moment of each write.

SQLite's locks belong to a process as a whole. A reader that lost them because a writer was opened beside it
reads pages while others replace them, and calls a sound storage malformed."""
import json, os, shutil, time, traceback
from collections import Counter
from pathlib import Path
import numpy as np
from .power import D, Tally
from .recorder import scratch
from .story import vector_of

def live(folder: Path, me: int, writes: int, out: Path):
    "The life of one process: a write, a look, again and again."
    from minivecdb import VectorStorage
    said, rng = {"wrong": [], "done": [], "looks": 0}, np.random.default_rng(me)
    reader = VectorStorage.open(folder, mode="r", timeout=60)
    for i in range(writes):
        if len(said["wrong"]) >= 5: break
        tag = me * 100_000 + i
        try:
            with VectorStorage.open(folder, timeout=120) as writer:
                said["done"].append([tag, writer.add(vector_of(tag, D), {"tag": tag})])
                if i % 16 == 15: writer.compact() if rng.random() < .5 else writer.fold()
        except Exception as e: said["wrong"].append(f"process {me}, write {i}: {type(e).__name__}: {e}")
        try: look(reader, said["done"], rng); said["looks"] += 1
        except Exception as e: said["wrong"].append(f"process {me}, look {i}: {type(e).__name__}: {e}")
    reader.close()
    out.write_text(json.dumps(said))

def look(reader, done: list, rng):
    "What this process wrote is there, also for its reader."
    with reader._lock:
        n, ids = len(reader), list(reader)
        if n != len(ids) or len(set(ids)) != n: raise AssertionError(f"{n} rows and {len(ids)} ids")
        for tag, id in [done[i] for i in rng.integers(0, len(done), 3)] if done else []:
            row, metadata = reader.get(id)
            if metadata != {"tag": tag} or not np.array_equal(row, vector_of(tag, D)): raise AssertionError(f"id {id} is not row {tag}")

def ten(subject: str, writes: int = 2000, processes: int = 10, seed: int = 0) -> Tally:
    "So many writes by so many processes; at the end every acknowledged row is there once."
    from minivecdb import VectorStorage
    from minivecdb.durable import check_folder
    tally, home = Tally(), scratch()
    folder = home/"s.mvdb"
    VectorStorage.open(folder, D).close()
    started = {}
    for me in range(processes):
        if (pid := os.fork()) == 0:
            try: live(folder, seed * 1000 + me, -(-writes // processes), home/f"{me}.json")
            except BaseException: (home/f"{me}.json").write_text(json.dumps({"wrong": [traceback.format_exc()[-900:]], "done": [], "looks": 0}))
            finally: os._exit(0)
        started[pid] = me
    deadline = time.monotonic() + 60 + 2 * writes
    while started and time.monotonic() < deadline:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid: started.pop(pid)
        else: time.sleep(.05)
    for pid, me in started.items(): tally.fail(f"process {me} hangs"); os.kill(pid, 9); os.waitpid(pid, 0)
    said = [json.loads(p.read_text()) for p in sorted(home.glob("*.json"))]
    for s in said:
        for text in s["wrong"]: tally.fail(text)
        tally.counts["writes"] += len(s["done"]); tally.counts["looks"] += s["looks"]
    if not started: final(folder, [tuple(d) for s in said for d in s["done"]], tally, check_folder(folder))
    tally.states = tally.counts["writes"] + tally.counts["looks"]
    shutil.rmtree(home, ignore_errors=True)
    return tally

def final(folder: Path, done: list[tuple], tally: Tally, problems: list[str]):
    "Hold the storage against what was acknowledged."
    from minivecdb import VectorStorage
    if problems: tally.fail(f"check: {problems[:3]}")
    with VectorStorage.open(folder, mode="r") as storage: there = Counter((m["tag"], id) for id, _, m in storage.get_all())
    if lost := [d for d in done if d not in there]: tally.fail(f"acknowledged and not there: {lost[:3]} ({len(lost)})")
    if len({tag for tag, _ in there}) != len(there): tally.fail("a row is there twice")
    if extra := there.keys() - set(done): tally.counts["there, though its acknowledgement was an error"] += len(extra)
