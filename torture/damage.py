"""Flipped bits, truncations, zeroed and misplaced pages, in every kind of file of a storage.

Everything is asked: rows one by one and all together, the whole matrix, exact searches, an index that is built, an index that
was kept, filters, a backup. Each answer is right, or an error of the product's own that names the file, and the row where it can
be told. A wrong answer is a failure, also where check() would have told. A process that dies or hangs is counted by whoever
started it."""
import json, random, shutil
from pathlib import Path
import numpy as np
from .faults import own, say
from .power import Tally
from .recorder import limit, scratch
from .story import Model, Step, contents, expected, vectors_of
from .subjects import SUBJECTS

D = 96 # here vectors are most of the bytes, as in life

CLUSTERS = 8

QUERY = vectors_of(np.array([77]), D)[0]
OPTIONS = dict(n_clusters=CLUSTERS, nprobe=CLUSTERS, distance_fn="euclidean") # all lists are read, so every search is exact

def hits_of(index) -> list[tuple[int, float, dict]]: return [(int(h.id), float(h.distance), h.metadata) for h in index.search(QUERY, k=9)]

def kept(storage) -> list:
    "A search through the index that is kept beside the storage."
    import warnings
    from minivecdb import IVFIndex
    from minivecdb.durable.index import IndexFileWarning
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IndexFileWarning)
        return hits_of(IVFIndex.open(storage, **OPTIONS))

def flat(storage) -> list[tuple[int, float]]:
    "An exact search over the matrix."
    from minivecdb import FlatIndex
    distances, ids = FlatIndex.from_storage(storage).search(QUERY[None], 9)
    return list(zip(ids[0].tolist(), distances[0].tolist()))

def built(storage) -> list:
    "A search through an index that is built for it."
    from minivecdb import IVFIndex
    return hits_of(IVFIndex(storage, **OPTIONS).build())

def matrix(storage) -> dict[int, bytes]:
    ids, rows = storage.to_arrays()
    return {int(i): r.tobytes() for i, r in zip(ids, rows)}

def walked(storage) -> dict[int, bytes]: return {int(i): r.tobytes() for ids, rows in storage.blocks(100_000) for i, r in zip(ids, rows)}

def backed_up(storage) -> dict:
    "What a backup holds."
    from minivecdb import VectorStorage
    place = storage.path.parent/"backup.mvdb"
    storage.backup(place)
    with VectorStorage.open(place, mode="r") as copy: return contents(copy)

QUESTIONS = {"get_all": contents, "matrix": matrix, "blocks": walked, "flat search": flat, "built index": built, "kept index": kept, "backup": backed_up, "ids": list,
    "find": lambda s: [r.id for r in s.find({"year": {"$lt": 1910}}, limit=1000)], "count": lambda s: s.count({"year": {"$gte": 1950}}), "take": lambda s: {int(i): r.tobytes() for i, r in zip(*s.take(range(0, 3000, 13)))},
    "metadata": lambda s: s.metadata_of(range(5, 3000, 101)), "length": len, "next id": lambda s: s.next_id}

def answers(storage, index: bool) -> dict:
    "The right ones, from a sound storage."
    return {name: ask(storage) for name, ask in QUESTIONS.items() if index or name != "kept index"}

def base(home: Path, index: bool) -> list[tuple[str, Path, Model]]:
    "A storage with rows in segments and in SQLite, deletions and a compaction behind it: closed well, and as a kill leaves it."
    place, model = home/"base", Model()
    place.mkdir(parents=True)
    storage = SUBJECTS["durable"](place/"s.mvdb", D)
    def take(step):
        nonlocal model
        step.expect(model, step.take(storage, D)); model = step.apply(model)
    for i in range(3): take(Step("bulk", model.tags, n=700))
    for i in range(0, 300, 3): take(Step("delete", id=i))
    take(Step("compact"))
    take(Step("bulk", model.tags, n=600))
    for i in range(30): take(Step("add", model.tags))
    take(Step("fold"))
    if index: kept(storage)
    storage.count({"year": 1950})   # columns are kept
    take(Step("update", model.tags, id=1)); take(Step("delete", id=1000))
    for i in range(12): take(Step("add", model.tags))
    killed, closed = home/"killed", home/"closed"
    shutil.copytree(place, killed)
    storage.close()
    shutil.copytree(place, closed)
    return [("closed", closed, model), ("killed", killed, model)]

def kind(name: str) -> str: return "vectors" if name.startswith("vectors-") else "index" if name.startswith("index-") else "column" if name.startswith("column-") else name

def harm(data: bytes, rng: random.Random) -> tuple[bytes, str, int]: # (what is left, what was done, where)
    "One damage to one file."
    if not data: return b"\0" * rng.randint(1, 5000), "filled an empty file", 0
    at, how = rng.randrange(len(data)), rng.choice(("flip", "flip", "flip", "zero page", "zero sector", "truncate", "cut tail", "swap pages", "rubbish", "append"))
    out = bytearray(data)
    if how == "flip": out[at] ^= 1 << rng.randrange(8)
    if how == "zero page": at &= ~4095; out[at:at + 4096] = bytes(len(out[at:at + 4096]))
    if how == "zero sector": at &= ~511; out[at:at + 512] = bytes(len(out[at:at + 512]))
    if how == "truncate": del out[at:]
    if how == "cut tail": at = max(0, len(data) - rng.choice((1, 7, 100, 512, 4096))); del out[at:]
    if how == "swap pages":
        a, b = (rng.randrange(-(-len(out) // 4096)) * 4096 for _ in range(2))
        if a + 4096 <= len(out) and b + 4096 <= len(out): out[a:a + 4096], out[b:b + 4096] = out[b:b + 4096], out[a:a + 4096]
        at = a
    if how == "rubbish": n = rng.randint(1, 5000); out[at:at + n] = rng.randbytes(len(out[at:at + n]))
    if how == "append": out += rng.randbytes(rng.randint(1, 9000))
    return bytes(out), how, at

def differs(got, right) -> str:
    "Where two answers part."
    if isinstance(right, dict): return f"{len(got)} for {len(right)}, differing at {[i for i in right.keys() | got.keys() if right.get(i) != got.get(i)][:3]}"
    if isinstance(right, list): return f"{len(got)} for {len(right)}, {next((p for p in zip(got, right) if p[0] != p[1]), '')}"
    return f"{got} for {right}"

def look(path: Path, mode: str, right: dict) -> dict:
    "Everything that can be asked of the storage; what came back wrong, and the errors."
    from minivecdb import VectorStorage
    found = {"wrong": [], "errors": [], "check": None}
    def ask(name, question):
        try: return question()
        except Exception as e: found["errors"].append((name, own(e), say(e)))
    storage = ask("open", lambda: VectorStorage.open(path, mode=mode, timeout=.1))
    if storage is None: return found
    for name, answer in right.items():
        got = ask(name, lambda: QUESTIONS[name](storage))
        if got is not None and got != answer: found["wrong"].append(f"{name}: {differs(got, answer)}")
    def one_by_one():
        for id in [*right["get_all"]][::17]:
            v, m = storage.get(id)
            if (v.tobytes(), m) != right["get_all"][id]: found["wrong"].append(f"get({id})")
    ask("get", one_by_one)
    found["check"] = ask("check", storage.check)
    ask("close", storage.close)
    return found

def judge(found: dict, tally: Tally, note: str, name: str, mode: str):
    "A wrong answer needs an error or a line of check() beside it; errors are the product's own and name the file."
    for question, owned, text in found["errors"]:
        if not owned: tally.fail(f"{note}: {question} raised {text}")
        elif not any(part in text for part in (name, "meta.sqlite", "LOCK", "vectors-", ".mvdb")): tally.fail(f"{note}: {question}: the error names no file: {text}")
    loud = bool(found["errors"]) or bool(found["check"])
    if found["wrong"]: tally.fail(f"{note}: {'wrong' if loud else 'silent'}: {found['wrong'][:3]} beside {found['errors'][:1]} {str(found['check'])[:200]}")
    if kind(name) == "vectors" and found["wrong"] + found["errors"] and not any("row" in t or "truncated" in t for _, _, t in found["errors"]) and not any("row" in str(p) or "truncated" in str(p) for p in found["check"] or ()):
        tally.fail(f"{note}: nobody names the row: {found['errors'][:1]} {str(found['check'])[:200]}")
    tally.counts["told" if loud else "harmless"] += 1
    for question, _, _ in found["errors"]: tally.counts[f"refused: {question}"] += 1

def damage(subject: str, cases: int, start: int = 0, seed: int = 0, progress: str = "", index: bool = False, enough: int = 60) -> Tally:
    "Damages number `start` to `cases`; each is looked at through a handle for writing or for reading."
    tally, home = Tally(), scratch()
    try:
        bases, right = base(home, index), {}
        for name, folder, model in bases:
            shutil.copytree(folder, home/"sound")
            with SUBJECTS[subject](home/"sound"/"s.mvdb", D) as storage: right[name] = answers(storage, index)
            shutil.rmtree(home/"sound")
            if right[name]["get_all"] != expected(model, D): raise AssertionError("the sound storage is not what was written")
        for i in range(start, cases):
            rng = random.Random(seed * 1_000_003 + i)
            state, folder, model = rng.choice(bases)
            files = sorted(p.name for p in (folder/"s.mvdb").iterdir() if p.is_file())
            kinds = sorted({kind(f) for f in files})
            kinds += [k for k in kinds if k != "LOCK"] # one line long, and soon known by heart
            which = kinds[i % len(kinds)]
            name = rng.choice([f for f in files if kind(f) == which])
            live = home/"live"
            shutil.rmtree(live, ignore_errors=True); shutil.copytree(folder, live)
            target = live/"s.mvdb"/name
            old = target.read_bytes()
            new, how, at = harm(old, rng)
            if new == old: tally.counts["no change"] += 1; continue
            mode = rng.choice(("rw", "r"))
            note = f"case {i}: {how} at {at} of {len(old)} in {name} ({state}, {mode})"
            if progress: Path(progress).write_text(json.dumps([i, note]))
            target.write_bytes(new)
            limit(30)
            judge(look(live/"s.mvdb", mode, right[state]), tally, note, name, mode)
            limit(0)
            tally.states += 1
            tally.counts[f"in {which}"] += 1
            tally.counts["answers that were compared"] += len(right[state])
            if len(tally.failures) >= enough: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally
