"""Four writers and four readers, processes of their own, on one folder. Writers take turns; readers never wait.

A batch is written by one call and carries its size, so a reader that sees part of a batch has seen a state that was never
committed. Writers note the time of every acknowledgement, readers the time they began to read: what was acknowledged before
must be there."""
import json, os, random, shutil, subprocess, sys, time
from collections import Counter, defaultdict
from pathlib import Path
import numpy as np
from .power import Tally
from .recorder import ROOT, environment, scratch
from .story import vectors_of
from .subjects import small_files

D = 8

def rows_of(writer: int, batch: int, n: int) -> tuple[np.ndarray, list[dict]]:
    "The rows of a batch."
    tags = writer * 10_000_000 + batch * 1000 + np.arange(n)
    return vectors_of(tags, D), [{"writer": writer, "batch": batch, "row": i, "of": n} for i in range(n)]

def write(folder: str, writer: int, seconds: float, seed: int):
    "A writer's life: open, wait for one's turn, write some batches, delete an old one, sometimes compact, close. Its log goes to standard output."
    from minivecdb import VectorStorage
    from minivecdb.durable.lock import LockedError
    small_files()
    rng, end, batch, mine = random.Random(seed), time.monotonic() + seconds, 0, {}
    def say(**what): print(json.dumps({"at": time.monotonic(), **what}), flush=True)
    while time.monotonic() < end:
        try: storage = VectorStorage.open(folder, D, timeout=20)
        except LockedError as e:
            say(what="locked", text=str(e)); continue
        with storage:
            for _ in range(rng.randint(1, 6)):
                n = rng.choice((1, 1, 2, 10, 100, 400))
                x, m = rows_of(writer, batch, n)
                ids = [storage.add(x[0], m[0])] if n == 1 else storage.add_bulk(x, m)
                mine[batch] = ids
                say(what="added", batch=batch, n=n, ids=[min(ids), max(ids)]); batch += 1
            if len(mine) > 4 and rng.random() < .6:
                old = rng.choice(list(mine))
                say(what="deleting", batch=old)
                if storage.delete_bulk(mine[old]) != len(mine[old]): raise SystemExit(f"delete_bulk missed rows of batch {old}")
                say(what="deleted", batch=old); del mine[old]
            if rng.random() < .25: storage.compact(); say(what="compacted")
            if rng.random() < .25: storage.fold()
        time.sleep(rng.uniform(0, .01))
    say(what="end")

def read(folder: str, reader: int, seconds: float, seed: int):
    "A reader's life: look at everything again and again, sometimes through a new handle."
    from minivecdb import VectorStorage
    rng, end, storage = random.Random(seed), time.monotonic() + seconds, None
    def say(**what): print(json.dumps({"at": time.monotonic(), **what}), flush=True)
    while time.monotonic() < end:
        start = time.monotonic()
        if storage is None: storage = VectorStorage.open(folder, mode="r", timeout=20)
        seen = defaultdict(list)
        for id, v, m in storage.get_all():
            tag = m["writer"] * 10_000_000 + m["batch"] * 1000 + m["row"]
            if not np.array_equal(v, vectors_of(np.array([tag]), D)[0]): say(what="wrong", text=f"id {id} does not have the vector of {m}")
            seen[m["writer"], m["batch"]].append((m["row"], m["of"], id))
        for key, rows in seen.items():
            if sorted(r for r, _, _ in rows) != list(range(rows[0][1])): say(what="wrong", text=f"batch {key} has {len(rows)} rows of {rows[0][1]}")
        say(what="read", start=start, batches=[[w, b] for w, b in seen])
        if rng.random() < .2: storage.close(); storage = None
        time.sleep(rng.uniform(0, .02))
    if storage is not None: storage.close()
    say(what="end")

def judge(logs: dict[str, list[dict]], tally: Tally):
    "Hold every read against what was acknowledged before it began and what was not begun when it ended."
    added, deleting, deleted = {}, {}, {}
    for name, log in logs.items():
        for e in log:
            if name.startswith("write"):
                key = (int(name[5:]), e.get("batch"))
                if e["what"] == "added": added[key] = e["at"]
                if e["what"] == "deleting": deleting[key] = e["at"]
                if e["what"] == "deleted": deleted[key] = e["at"]
            if e["what"] == "wrong": tally.fail(f"{name}: {e['text']}")
            tally.counts[e["what"]] += 1
        if not log or log[-1]["what"] != "end": tally.fail(f"{name} did not come to its end")
    for name, log in logs.items():
        for e in log:
            if e["what"] != "read": continue
            seen = {(w, b) for w, b in e["batches"]}
            missing = [k for k, at in added.items() if at < e["start"] and not deleting.get(k, 1e300) < e["at"] and k not in seen]
            back = [k for k in seen if deleted.get(k, 1e300) < e["start"]]
            if missing: tally.fail(f"{name}: batches {missing[:3]} were acknowledged before the read and are not in it")
            if back: tally.fail(f"{name}: batches {back[:3]} were deleted before the read and are in it")
            tally.states += 1
    return added, deleting, deleted

def final(folder: Path, logs, added: dict, deleting: dict, deleted: dict, tally: Tally):
    "At the end every acknowledged row is there once, and every id was given out once."
    from minivecdb import VectorStorage
    spans = sorted(tuple(e["ids"]) for n, log in logs.items() for e in log if e["what"] == "added")
    if any(a[1] >= b[0] for a, b in zip(spans, spans[1:])): tally.fail("an id was given out twice")
    with VectorStorage.open(folder, mode="r") as storage: rows = Counter((m["writer"], m["batch"], m["row"]) for _, _, m in storage.get_all()); sizes = {(m["writer"], m["batch"]): m["of"] for _, _, m in storage.get_all()}
    twice, there = [k for k, n in rows.items() if n > 1], {k[:2] for k in rows}
    lost = [k for k in added if k not in there and k not in deleting]
    if twice: tally.fail(f"rows {twice[:3]} are there more than once")
    if lost: tally.fail(f"acknowledged batches {lost[:3]} are not there")
    if back := [k for k in deleted if k in there]: tally.fail(f"deleted batches {back[:3]} are there")
    if len(rows) != sum(sizes.values()): tally.fail(f"{len(rows)} rows of {sum(sizes.values())}")

def traffic(subject: str, seconds: float, seed: int = 0, writers: int = 4, readers: int = 4) -> Tally:
    "All of them at once."
    from minivecdb import VectorStorage
    tally, home = Tally(), scratch()
    folder = home/"s.mvdb"
    VectorStorage.open(folder, D).close()
    jobs = [f"write{i}" for i in range(writers)] + [f"read{i}" for i in range(readers)]
    code = "import sys; from torture import traffic; traffic.{0}(sys.argv[1], {1}, {2}, {3})"
    started = {j: subprocess.Popen([sys.executable, "-c", code.format(j[:-1], j[-1], seconds, seed * 100 + i), str(folder)], cwd=ROOT, text=True,
               env=os.environ | {"PYTHONPATH": environment()["PYTHONPATH"], "OMP_NUM_THREADS": "1"}, stdout=(home/f"{j}.log").open("w"), stderr=subprocess.PIPE) for i, j in enumerate(jobs)}
    deadline = time.monotonic() + seconds + 300
    for j, p in started.items():
        try: _, err = p.communicate(timeout=max(1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired: tally.fail(f"{j} hangs"); p.kill(); p.communicate(); continue
        if p.returncode: tally.fail(f"{j} ended with {p.returncode}: {err[-600:]}")
    logs = {j: [json.loads(l) for l in (home/f"{j}.log").read_text().splitlines() if l.endswith("}")] for j in jobs}
    final(folder, logs, *judge(logs, tally), tally)
    shutil.rmtree(home, ignore_errors=True)
    return tally
