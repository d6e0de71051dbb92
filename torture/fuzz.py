"""Nonsense for the loaders: JSON files, segments, SQLite's meta data and whole folders that nobody's program would write.

Each input goes in process, under a limit of memory. A loader may accept it or raise an error of the product's own; anything
else, and more memory than the input can explain, is a failure. `random_bytes` drives the same targets from atheris."""
import json, os, pickle, random, resource, shutil, sqlite3
from pathlib import Path
import numpy as np
from .faults import own, say
from .power import Tally
from .recorder import limit, scratch
from .story import metadata_of, vectors_of
from .subjects import SUBJECTS

D = 4
EVIL_JSON = ["1e999", "-0", "NaN", "Infinity", "01", "1.0", "1e3", "-1", "9007199254740992", "123456789012345678901234567890", "9" * 5000, "0." + "1" * 3000,
    "null", "true", '""', '"0"', '"\\ud800"', '"\\u0000"', "[]", "{}", "[" * 99 + "]" * 99, "[" * 200 + "]" * 200, "[" * 50_000, '{"a":' * 101 + "1" + "}" * 101,
    '"' + "x" * 10_000 + '"', "3.5e38", "-3.5e38", "1e-50", "65536", "65537", "1048576", "4294967296", "\\", "\x00", "\ufeff", "//", ",", ":", '"', '"a":1,"a":2', "[[1,2,3,4]]", "[1,2,3]", "[1,2,3,4,5]", '[1,"2",3,4]', "[true,1,2,3]"]
EVIL_IDS = ["00", "+1", " 1", "1 ", "1.0", "1e1", "-0", "-1", "\\u0031", "１", "9007199254740992", "99999999999999999999", "", "0x1", "1_0"]
EVIL_SQL = [None, -1, 0, 1, 2**31, 2**53, 2**62, 2**63 - 1, -2**63, 0.5, 1e300, float("inf"), "", "0", "x", "1e3", "../../../etc/passwd", "/etc/passwd", "a\x00b", b"", b"\x00", b"\x80\x04K\x01.", b"x" * 3000,
    "NaN", "[" * 5000, '{"a":' * 150 + "1" + "}" * 150, "{", "[]", "null", '{"a":1,"a":2}', '{"a":NaN}', 65_536, 65_537, 10**9, pickle.dumps({"a": 1}), "\ud7ff", "'; DROP TABLE x; --", "é" * 500, b"\xff\xfe"]

# --- inputs ------------------------------------------------------------------------------------------------

def good_json(rng: random.Random) -> str:
    ids = sorted(rng.sample(range(20), rng.randint(0, 6)))
    return json.dumps({"dimension": D, "next_id": 25, "model": "m", "vectors": {str(i): [float(i), .5, -1, 2] for i in ids}, "metadatas": {str(i): metadata_of(i) for i in ids}})

def bad_json(rng: random.Random) -> bytes:
    "A good file with a few pieces replaced, doubled, removed or flipped."
    text = good_json(rng)
    for _ in range(rng.randint(1, 4)):
        how, marks = rng.randrange(8), [i for i, c in enumerate(text) if c in '{}[],:"0123456789.'] or [0]
        a = rng.choice(marks); b = min(len(text), a + rng.choice((0, 1, 1, 2, 5, 20)))
        if how <= 2: text = text[:a] + rng.choice(EVIL_JSON) + text[b:]
        if how == 3: text = text[:a] + text[a:b] * rng.choice((2, 3, 50)) + text[b:]
        if how == 4: text = text[:a] + text[b:]
        if how == 5: text = text.replace('"%d":' % rng.randrange(20), '"%s":' % rng.choice(EVIL_IDS), rng.choice((1, 2)))
        if how == 6: text = text.replace(rng.choice(('"dimension": 4', '"next_id": 25', '"model": "m"')), rng.choice(('"dimension": ', '"next_id": ', '"model": ')) + rng.choice(EVIL_JSON), 1)
        if how == 7: text = text[:a]
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    if raw and rng.random() < .2: raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return rng.choice((bytes(raw), bytes(raw), bytes(raw), pickle.dumps({"dimension": 4}), b"\x1f\x8b" + raw)) if rng.random() < .05 else bytes(raw)

def bad_meta(folder: Path, rng: random.Random):
    "Change a few fields of meta.sqlite to values nobody would write there."
    db = sqlite3.connect(folder/"meta.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL"); db.execute("PRAGMA ignore_check_constraints=1")
    tables = [t for t, in db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")]
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        table, how = rng.choice(tables), rng.randrange(10)
        try:
            columns, rows = [c[1] for c in db.execute(f"PRAGMA table_info({table})")], db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            if how < 7 and rows:
                column, value = rng.choice(columns), rng.choice(EVIL_SQL)
                key = [c[1] for c in db.execute(f"PRAGMA table_info({table})") if c[5]] or columns
                row = db.execute(f"SELECT {', '.join(key)} FROM {table} LIMIT 1 OFFSET ?", (rng.randrange(rows),)).fetchone()
                db.execute(f"UPDATE {table} SET {column}=? WHERE " + " AND ".join(f"{k} IS ?" for k in key), (value, *row)); done.append(f"{table}.{column}={value!r:.40}")
            elif how == 7: db.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} ORDER BY random() LIMIT 3)"); done.append(f"rows of {table} deleted")
            elif how == 8 and rng.random() < .3: db.execute(f"DROP TABLE {table}"); done.append(f"{table} dropped")
            elif rng.random() < .3:
                statement = rng.choice((f"ALTER TABLE {table} RENAME COLUMN {columns[-1]} TO other", f"CREATE TRIGGER evil{rng.randrange(9)} AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END", f"PRAGMA user_version={rng.choice((-1, 0, 2, 99, 2**31 - 1))}",
                    f"CREATE VIEW evil{rng.randrange(9)} AS SELECT * FROM {table}", f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1", f"PRAGMA application_id={rng.randrange(9)}"))
                db.execute(statement); done.append(statement)
        except sqlite3.Error: pass
    db.close()
    return "; ".join(done)

def bad_folder(folder: Path, rng: random.Random) -> str:
    "Links, pipes, folders and strangers where files should be."
    name = rng.choice(sorted(p.name for p in folder.iterdir()))
    target, how = folder/name, rng.choice(("link out", "link loop", "pipe", "folder", "gone", "empty", "stranger", "swap", "huge"))
    if how == "stranger": (folder/rng.choice(("vectors-9-9.f32", "vectors-0-99.f32", "vectors-00-1.f32", "..f32", "x" * 200, "index-1.ivf", "meta.sqlite-journal", "vectors--1-0.f32"))).write_bytes(rng.randbytes(rng.choice((0, 10, 5000))))
    elif how == "swap":
        other = folder/rng.choice(sorted(p.name for p in folder.iterdir())); a, b = target.read_bytes(), other.read_bytes(); target.write_bytes(b); other.write_bytes(a)
    elif how == "huge": os.truncate(target, 1 << 40) # sparse: a reader that trusts the size runs out of memory
    else:
        data = target.read_bytes(); target.unlink()
        if how == "link out": (folder.parent/"outside").write_bytes(data); target.symlink_to(folder.parent/"outside")
        if how == "link loop": target.symlink_to(target)
        if how == "pipe": os.mkfifo(target)
        if how == "folder": target.mkdir()
        if how == "empty": target.write_bytes(b"")
    return f"{how} {name}"

# --- targets ------------------------------------------------------------------------------------------------

def try_json(path: Path):
    from minivecdb import VectorStorage
    storage = VectorStorage.load(path)
    storage.save(path.with_suffix(".again"))   # what was accepted is a storage like any other
    if len(VectorStorage.load(path.with_suffix(".again"))) != len(storage): raise AssertionError("an accepted file does not survive a round trip")

def try_folder(path: Path, mode: str):
    from minivecdb import VectorStorage
    storage = VectorStorage.open(path, mode=mode, timeout=.2)
    try:
        for question in (storage.get_all, storage.to_arrays, storage.check, lambda: storage.take(range(30)), lambda: repr(storage), lambda: storage.changes_since(0),
                         *((lambda: storage.add([1, 2, 3, 4], {"a": 1}), lambda: storage.delete(3), storage.fold, storage.compact) if mode == "rw" else ())):
            try: question()
            except Exception as e:
                if not own(e): raise
    finally: storage.close()

def attempt(target, tally: Tally, note: str, size: int):
    "Own exceptions only, in bounded memory and time."
    before = memory()
    limit(20)
    try: target(); tally.counts["accepted"] += 1
    except Exception as e:
        if own(e) or isinstance(e, FileNotFoundError): tally.counts[type(e).__name__] += 1
        else: tally.fail(f"{note}: {say(e)}")
    limit(0)
    grown = memory() - before
    if grown > (96 << 20) + 60 * size: tally.fail(f"{note}: {grown >> 20} MB for an input of {size} bytes")
    tally.states += 1

def memory() -> int: return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 # bytes, the most so far

def good_folder(home: Path) -> Path:
    folder = home/"good"/"s.mvdb"
    folder.parent.mkdir(parents=True)
    storage = SUBJECTS["durable"](folder, D)
    storage.add_bulk(vectors_of(np.arange(40), D), [metadata_of(i) for i in range(40)])
    storage.fold(); storage.delete(3); storage.compact()
    for i in range(6): storage.add(vectors_of(np.array([50 + i]), D)[0], metadata_of(50 + i))
    storage.delete(5)
    storage.close()
    return folder

def fuzz(subject: str, kind: str, cases: int, start: int = 0, seed: int = 0, progress: str = "") -> Tally:
    "kind: json | meta | folder"
    tally, home = Tally(), scratch()
    resource.setrlimit(resource.RLIMIT_AS, (24 << 30, resource.RLIM_INFINITY)) # maps of files are address space too; what is used is measured
    try:
        good = None if kind == "json" else good_folder(home)
        for i in range(start, cases):
            rng, note = random.Random(f"{kind} {seed} {i}"), f"{kind} case {i}"
            live = home/"live"
            shutil.rmtree(live, ignore_errors=True); live.mkdir()
            if kind == "json":
                raw = bad_json(rng); (live/"x.json").write_bytes(raw)
                target, size = (lambda: try_json(live/"x.json")), len(raw)
            else:
                shutil.copytree(good, live/"s.mvdb")
                note += ", " + (bad_meta if kind == "meta" else bad_folder)(live/"s.mvdb", rng)
                mode = rng.choice(("rw", "r"))
                note += f" ({mode})"
                target, size = (lambda: try_folder(live/"s.mvdb", mode)), 1 << 20
            if progress: Path(progress).write_text(json.dumps([i, note]))
            attempt(target, tally, note, size)
            if "link out " in note and (live/"outside").read_bytes() != (good/note.split("link out ")[1].split(" (")[0]).read_bytes():
                tally.fail(f"{note}: a file outside the folder was changed through a link")
            if len(tally.failures) >= 60: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally
