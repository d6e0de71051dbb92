"""The index beside a storage: killed while it splits, merges and is saved; its files deleted, damaged, renamed, and put back too old.

Whatever happens, a search with every list probed must find what exact search finds, and where a file could not be used a warning names it."""
import os, random, select, shutil, signal, time, warnings
from pathlib import Path
import numpy as np
from .damage import harm
from .power import Tally
from .recorder import limit, scratch
from .subjects import small_files

D = 16

def opened(path: Path, mode: str = "rw"):
    from minivecdb import VectorStorage
    small_files()
    return VectorStorage.open(path, D if mode == "rw" else None, mode=mode, timeout=5)

def index_of(storage, **options):
    "The index beside a storage, and what was warned of."
    from minivecdb import IVFIndex
    from minivecdb.durable.index import IndexFileWarning
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        index = IVFIndex.open(storage, distance_fn="euclidean", **options)
    return index, [str(w.message) for w in told if issubclass(w.category, IndexFileWarning)]

def some_rows(rng: random.Random, where: float, n: int) -> np.ndarray: # [n, D]
    "Rows around a point that moves as `where` grows: lists there are split, those far behind are given up."
    r = np.random.default_rng(rng.getrandbits(32))
    return (r.standard_normal((n, D)) * .5 + np.sin(where * (1 + np.arange(D)) / 5) * 3 + r.integers(0, 3, (n, 1))).astype(np.float32)

def wrong(storage, index, seed: int) -> str | None:
    "What a search finds that exact search does not; None where all is as it should be."
    from minivecdb import FlatIndex
    flat, rng = FlatIndex.from_storage(storage, "euclidean"), np.random.default_rng(seed)
    queries = np.concatenate([rng.standard_normal((3, D)) * 3, flat.rows[rng.integers(0, len(flat), 5)] if len(flat) else np.empty((0, D))]).astype(np.float32)
    for q in queries:
        hits, (distances, ids) = index.search(q, 10, nprobe=10**6), flat.search(q, 10)
        if hits.attrgot("id") != ids[0][ids[0] >= 0].tolist() or hits.attrgot("distance") != distances[0][ids[0] >= 0].tolist(): return f"{hits.attrgot('id')} for {ids[0].tolist()}"
    held = index.ivf.lists.ids[index.ivf.lists.positions()]
    if sorted(held.tolist()) != sorted(storage): return f"{len(held)} ids in the lists for {len(storage)} of the storage"

def live(path: Path, seed: int, pipe: int):
    "Change the storage, let the index follow, save it; for ever."
    rng, storage = random.Random(seed), opened(path)
    index, _ = index_of(storage)
    os.write(pipe, b"o")
    while True:
        for _ in range(rng.choice((1, 3, 10))):
            ids, where = list(storage), storage.changes / 1500
            do = rng.random()
            if do < .6 or len(ids) < 100: storage.add_bulk(some_rows(rng, where, rng.choice((1, 20, 150))))
            elif do < .8 or len(ids) > 6000:
                for i in ids[:rng.randint(1, 40)]: storage.delete(i)
            else: storage.update(rng.choice(ids), vector=some_rows(rng, where, 1)[0])
            os.write(pipe, b"m"); index.catch_up(); os.write(pipe, b".")
        if rng.random() < .7: os.write(pipe, b"s"); index.save(); os.write(pipe, b".")
        if rng.random() < .1: storage.close(); storage = opened(path); index, _ = index_of(storage)

def one_life(path: Path, seed: int, rng: random.Random) -> tuple[str, str]: # (what it was doing, what went wrong)
    "Fork somebody who changes things, and kill it."
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try: live(path, seed, writing)
        except BaseException as e: os.write(writing, f"ERROR {type(e).__name__}: {e}".encode())
        finally: os._exit(3)
    os.close(writing)
    said, deadline, after = b"", None, rng.choice((rng.uniform(0, .05), rng.uniform(0, .5)))
    while select.select([reading], [], [], 20 if deadline is None else max(0, deadline - time.monotonic()))[0]:
        piece = os.read(reading, 1 << 16)
        if not piece: break
        said += piece
        if deadline is None: deadline = time.monotonic() + after
    os.kill(pid, signal.SIGKILL)
    while piece := os.read(reading, 1 << 16): said += piece
    os.waitpid(pid, 0); os.close(reading)
    at = said.find(b"ERROR")
    if at >= 0: return "", said[at:].decode(errors="replace")
    return {b"m": "maintenance", b"s": "saving", b"o": "a change", b".": "a change", b"": "opening"}[said[-1:]], ""

def index_kill(kills: int, seed: int = 0, subject: str = "") -> Tally:
    "So many kills, mostly one after another on the same folder."
    tally, home, rng = Tally(), scratch(), random.Random(seed)
    try:
        for i in range(kills):
            path = home/"s.mvdb"
            if i % 40 == 0: shutil.rmtree(path, ignore_errors=True)
            doing, error = one_life(path, seed * 1000 + i, rng)
            tally.states += 1
            tally.counts[f"killed in {doing}"] += 1
            if error: tally.fail(f"seed {seed}, life {i}: {error}"); continue
            limit(60)
            with opened(path) as storage:
                kept = sorted(p.name for p in path.glob("index-*.ivf"))
                index, told = index_of(storage)
                tally.counts["built again, with a warning" if told else "caught up" if kept and kept[-1] != f"index-{storage.changes}.ivf" else "as it was"] += 1
                if kept and told: tally.fail(f"seed {seed}, life {i}, killed in {doing}: {told}")   # a kill must not cost an index
                if problem := wrong(storage, index, i): tally.fail(f"seed {seed}, life {i}, killed in {doing}: {problem}")
                if index.ivf.upkeep is not None: tally.counts["splits and merges so far"] = max(tally.counts["splits and merges so far"], index.ivf.upkeep.splits + index.ivf.upkeep.merges)
            limit(0)
            if len(tally.failures) >= 10: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def stories(home: Path) -> tuple[Path, bytes, str]: # (folder, an older index, its name)
    "A storage with an index that is a little behind; and the index as it was long before."
    rng, path = random.Random(5), home/"base"/"s.mvdb"
    path.parent.mkdir(parents=True)
    with opened(path) as storage:
        storage.add_bulk(some_rows(rng, 0, 600))
        index, _ = index_of(storage)
        old = index.save()
        older = old.read_bytes(), old.name
        for i in range(40): storage.add_bulk(some_rows(rng, i / 5, 20)); storage.delete(i); index.catch_up()
        index.save()
        for i in range(5): storage.add_bulk(some_rows(rng, 8 + i / 5, 10)); storage.delete(100 + i)
    return path, *older

def index_damage(cases: int, seed: int = 0, start: int = 0, subject: str = "") -> Tally:
    "Every kind of harm to the index file of a storage."
    tally, home = Tally(), scratch()
    try:
        base, old, old_name = stories(home)
        for i in range(start, cases):
            rng, live_path = random.Random(seed * 1_000_003 + i), home/"live"/"s.mvdb"
            shutil.rmtree(live_path.parent, ignore_errors=True); shutil.copytree(base.parent, live_path.parent)
            file, = live_path.glob("index-*.ivf")
            data, how = file.read_bytes(), rng.choice(("harm",) * 6 + ("delete", "rename", "older", "older and newer", "harm older"))
            if how == "harm": new, how, at = harm(data, rng); file.write_bytes(new); how += f" at {at} of {len(data)}"
            elif how == "delete": file.unlink()
            elif how == "rename": file.rename(live_path/f"index-{rng.randint(0, 2000)}.ivf")
            elif how == "older and newer": (live_path/old_name).write_bytes(old)
            else: file.unlink(); (live_path/old_name).write_bytes(harm(old, rng)[0] if how == "harm older" else old)
            touched, mode = sorted((p.name, p.read_bytes()) for p in live_path.glob("index-*.ivf")) != [(file.name, data)], rng.choice(("rw", "r"))
            note = f"seed {seed}, case {i}: {how} ({mode})"
            limit(60)
            try:
                with opened(live_path, mode) as storage:
                    index, told = index_of(storage)
                    problem = wrong(storage, index, i)
                    if problem: tally.fail(f"{note}: {problem}, warned: {told}")
                    if told and not any("index" in t and "s.mvdb" in t for t in told): tally.fail(f"{note}: the warning names no file: {told}")
                    if how.startswith(("delete", "rename", "truncate", "cut tail", "append")) and touched and not told: tally.fail(f"{note}: no warning")
                    tally.counts["built again, with a warning" if told else "caught up: an older file, or nothing that counts was harmed"] += 1
                    if mode == "rw" and told and index_of(storage)[1]: tally.fail(f"{note}: not mended")
            except Exception as e: tally.fail(f"{note}: {type(e).__name__}: {e}")
            limit(0)
            tally.states += 1
            if len(tally.failures) >= 20: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally
