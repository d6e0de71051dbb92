"""Files made by hand: every checksum is right, and what it guards is not. And the wrong kind of file in every place.

A reader may refuse such a file, in words of its own, or accept it and answer rightly from what the file holds. Any other error,
an answer that is wrong, a process that dies or hangs, and more memory than the input explains are failures. Files are taken
apart and put together here, with nothing of the product's own readers and writers."""
import json, math, os, random, resource, shutil, signal, socket, sqlite3, struct, warnings, zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
import numpy as np
from .faults import own, say
from .power import Tally
from .recorder import scratch
from .story import FILTERS, metadata_of, vectors_of
from .subjects import SUBJECTS

D = 16
ROOM = 192 << 20 # bytes that looking at any of these files may take
QUERIES = vectors_of(np.arange(5000, 5040), D)

def limited(seconds: int):
    "Let the process die when it works longer than this, or waits four times as long; 0 ends that."
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(4 * seconds)

def memory() -> int: return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

# --- values that somebody might write ---------------------------------------------------------------------------

WHOLE = [-1, -2, 0, 1, 2, 63, 64, 65, 255, 1 << 16, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 53, 1 << 61, 1 << 62, (1 << 62) + 1, (1 << 63) - 2, (1 << 63) - 1, -(1 << 31), -(1 << 62), -(1 << 63)]
REAL = [float("nan"), float("inf"), -float("inf"), 0., -0., -1., 1e38, -3.4e38, 1e-45, 1e30, 1e300, 5e-324, .5]
JSON = [*WHOLE, 1 << 64, 10**40, .5, -1e300, float("nan"), float("inf"), None, True, False, "", "flat", "x" * 3000, [], {}, [[]], [0] * 9, [1, 2], [-1., float("nan")], {"a": 1}, "__class__", [None]]

def nested(rng: random.Random) -> str:
    "A value of JSON that nests too deep, or holds too much."
    n = rng.choice((50, 900, 5000, 100_000))
    return rng.choice(("[" * n + "]" * n, '{"a":' * n + "1" + "}" * n, "[" * n, "9" * n, '"' + "\\u0000" * (n // 9) + '"'))

def evil_number(rng: random.Random, dtype: np.dtype, a: np.ndarray):
    "A value of this type that an array should not hold, or one that it holds elsewhere."
    if a.size and rng.random() < .3: return a.reshape(-1)[rng.randrange(a.size)]
    with np.errstate(all="ignore"): return np.array([rng.choice(REAL)]).astype(dtype)[0] if dtype.kind == "f" else np.array([rng.choice(WHOLE)]).astype(dtype)[0]

# --- index files, taken apart and put together ------------------------------------------------------------------------

COLUMNS = "codes", "ids", "lengths", "rounded", "terms"

def taken_apart(raw: bytes) -> tuple[int, dict, dict[str, np.ndarray]]: # (version, header, arrays)
    version, n, _ = struct.unpack("<III", raw[8:20])
    head = json.loads(raw[20:20 + n])
    entries = head.pop("arrays")
    return version, head, {e["name"]: np.frombuffer(raw, e["dtype"], math.prod(e["shape"]), e["offset"]).reshape(e["shape"]).copy() for e in entries}

def list_sums(arrays: dict[str, np.ndarray], in_blocks: bool) -> np.ndarray:
    "The checksum of each list over its columns; sizes may be anything."
    sums = []
    ends = {"": 0, "copies.": 0}
    k = len(arrays["sums"])
    for j in range(k):
        crc, spans = 0, {}
        for owner in ends:
            if (sizes := arrays.get(f"{owner}sizes")) is None or j >= sizes.size: continue
            first, ends[owner] = ends[owner], ends[owner] + int(sizes.reshape(-1)[j])
            spans[owner] = first, ends[owner]
        for name, a in arrays.items():
            owner = "copies." if name.startswith("copies.") else ""
            if name.removeprefix("copies.") not in COLUMNS or owner not in spans: continue
            first, last = spans[owner]
            if in_blocks and name == "codes": first, last = (first // 64, -(-last // 64)) if last > first else (0, 0)
            data = np.ascontiguousarray(a)
            crc = zlib.crc32(data[max(0, first):max(0, last)].tobytes() if abs(first) < 1 << 62 and abs(last) < 1 << 62 and data.ndim else b"", crc)
        sums.append(crc)
    return np.array(sums, np.int64).astype(arrays["sums"].dtype).reshape(-1)[:k]

def put_together(version: int, head: dict, arrays: dict[str, np.ndarray], change: Callable = lambda entries: None, raw_head: Callable = lambda text: text) -> bytes:
    "A file whose checksums are right. change: of the entries; raw_head: of the header's text."
    if "sums" in arrays and arrays["sums"].ndim == 1:
        codec = head.get("codec") if isinstance(head.get("codec"), dict) else {}
        arrays["sums"] = list_sums(arrays, str(codec.get("codec", "")).startswith("rabitq"))
    room = len(json.dumps(head)) + 300 * len(arrays) + 8200
    at, entries, body = 20 + room, [], bytearray()
    for name, a in arrays.items():
        offset = -(-at // 64) * 64
        body += bytes(offset - at) + a.tobytes()
        entries.append({"name": name, "dtype": a.dtype.str, "shape": list(a.shape), "offset": offset, "crc32": zlib.crc32(a.tobytes())})
        at = offset + a.nbytes
    change(entries)
    header = raw_head(json.dumps({**head, "arrays": entries})).encode()
    header = header.ljust(room) if len(header) <= room else header
    return b"minivIVF" + struct.pack("<III", version, len(header), zlib.crc32(header)) + header + bytes(body)

def set_numbers(rng, head, arrays) -> str:
    "Some numbers of an array."
    name = rng.choice([n for n, a in arrays.items() if a.size and n != "sums"])
    flat = arrays[name].reshape(-1)
    for _ in range(rng.choice((1, 1, 2, 5))): flat[rng.randrange(flat.size)] = evil_number(rng, flat.dtype, flat)
    return f"numbers of {name}"

def set_sizes(rng, head, arrays) -> str:
    "Sizes that add up, if only modulo 2**64."
    name = rng.choice([n for n in ("sizes", "copies.sizes") if n in arrays])
    sizes = arrays[name]
    i, j, l = (rng.randrange(len(sizes)) for _ in range(3))
    how, n = rng.randrange(4), int(sizes.sum())
    with np.errstate(all="ignore"):
        if how == 0: sizes[:] = 0; sizes[:3] = np.array([2**63 - 1, 2**63 - 1, n + 2], np.int64)
        if how == 1: step = rng.choice((1, 1 << 40, 1 << 61)); sizes[i] -= step; sizes[j] += step
        if how == 2: sizes[:] = np.roll(sizes, 1)
        if how == 3: sizes[i], sizes[j], sizes[l] = sizes[i] + np.int64(-2**63), sizes[j] + np.int64(2**62), sizes[l] + np.int64(2**62)
    return f"{name}, way {how}"

def set_ids(rng, head, arrays) -> str:
    "Ids that come twice, are negative or huge, or are others."
    name = rng.choice([n for n in ("ids", "copies.ids", "order") if n in arrays and arrays[n].size])
    ids, how = arrays[name], rng.randrange(6)
    i, j = rng.randrange(len(ids)), rng.randrange(len(ids))
    if how == 0: ids[i] = ids[j]
    if how == 1: ids[i] = rng.choice(WHOLE)
    if how == 2: ids[:] = ids[::-1].copy()
    if how == 3: ids[:] = ids[0]
    if how == 4: ids -= rng.choice((1, 1 << 40))
    if how == 5: ids[i] = rng.choice((1 << 62, (1 << 63) - 2)); head["next_id"] = int(ids[i]) + 1
    return f"{name}, way {how}"

def set_field(rng, head, arrays) -> str:
    "A field of the header."
    name = rng.choice([*head, "nobody", "spill", "upkeep", "choice", "error_then"])
    head[name] = rng.choice(JSON)
    if name == "codec" and rng.random() < .9: head[name] = {"codec": rng.choice(["flat", "int8", "bf16", "rabitq", "rabitq8", "pq4x8", "pq4x4", "rpq16x8", "opq2x5", "pca8-int8", "pca8-" * 400 + "flat", "pq999999x8", "pq0x0", "x", 3, None, [], ""]), "dimension": rng.choice((D, D, *WHOLE))}
    if name in ("metric",): head[name] = rng.choice(("cosine", "dot", "euclidean", "", 1, None))
    if name == "dimension": head[name] = rng.choice((D - 1, D + 1, D * 2, *WHOLE, True, 1.5))
    return f"field {name} = {str(head[name])[:40]}"

def set_shape(rng, head, arrays) -> str:
    "An array of more or fewer rows, another type, another name, or none."
    name, how = rng.choice([*arrays]), rng.randrange(6)
    a = arrays[name]
    if how == 0: del arrays[name]
    if how == 1: arrays[rng.choice(("nobody", "copies.codes", "upkeep.moved", "order", "signs", "codec.x", name * 40))] = arrays.pop(name)
    if how == 2: arrays[name] = a[:rng.randrange(len(a) + 1)] if a.ndim else a
    if how == 3: arrays[name] = np.concatenate([a, a[:rng.randrange(len(a) + 1)]]) if a.ndim else a
    if how == 4: arrays[name] = a.reshape(rng.choice(((-1,), (a.size, 1), (1, -1), (1, 1, -1)))) if a.size else a
    if how == 5: arrays[name] = a.astype(rng.choice(("<f4", "<f8", "<i8", "|u1", "|i1", "<u2"))) if a.size else a
    return f"array {name}, way {how}"

def set_entry(rng, head, arrays) -> Callable:
    "What the header says of an array, but not the array."
    name, field = rng.choice([*arrays]), rng.choice(("shape", "shape", "shape", "offset", "dtype", "crc32", "name", "gone", "twice"))
    def change(entries):
        if (e := next((e for e in entries if e["name"] == name), None)) is None: return   # gone or renamed before
        if field == "gone": entries.remove(e)
        elif field == "twice": entries.append(dict(e))
        elif field == "shape" and e["shape"] and rng.random() < .8:
            i = rng.randrange(len(e["shape"]))
            e["shape"][i] = rng.choice((*WHOLE, 1.5, "3", None, True, 1 << 70))
            if rng.random() < .4: e["shape"].append(rng.choice(WHOLE))
            if rng.random() < .2 and len(e["shape"]) > 1: e["shape"][:2] = [1 << 33, 1 << 33]   # 2**66, which is 4 in 64 bits
        elif field == "dtype": e[field] = rng.choice(("<f2", "<f4", "<f8", "<i8", "|u1", "|O", "|V8", "<M8[s]", "U100000", "f4,f4", 7, None))
        elif field == "name": e[field] = rng.choice(("ids", "codes", "sums", "nobody", 3, None, []))
        else: e[field] = rng.choice(JSON)
    change.told = f"entry {name}.{field}"
    return change

def crafted_index(rng: random.Random, raw: bytes) -> tuple[bytes, str, bool]: # (file, what was done, whether only codes, ids, sizes or centroids differ)
    "One index file with a few structured changes."
    version, head, arrays = taken_apart(raw)
    before = {n: a.copy() for n, a in arrays.items()}
    fields = json.dumps(head)
    done, change, raw_head = [], lambda entries: None, lambda text: text
    for _ in range(rng.choice((1, 1, 1, 2))):
        how = rng.choice((set_numbers, set_numbers, set_sizes, set_ids, set_ids, set_field, set_field, set_shape, set_entry))
        if how in (set_sizes, set_ids) and not (arrays.get("ids", np.zeros(0)).size and arrays.get("sizes", np.zeros(0)).size): continue   # renamed or emptied before
        with np.errstate(all="ignore"): told = how(rng, head, arrays)
        if how is set_entry: change, told = told, told.told
        done.append(told)
    if rng.random() < .04: raw_head, told = (lambda text, more=nested(rng): text[:-1] + f', "note": {more}' + "}"), "nesting"; done.append(told)
    if rng.random() < .03: version = rng.choice((0, 1, 2, 3, 4, 5, 6, 255, 1 << 31)); done.append(f"version {version}")
    with np.errstate(all="ignore"): made = put_together(version, head, arrays, change, raw_head)
    derived = [n for n in before.keys() | arrays.keys() if n not in ("codes", "ids", "sizes", "centroids", "sums") and not (n in arrays and n in before and np.array_equal(arrays[n], before[n], equal_nan=arrays[n].dtype.kind == "f"))]
    return made, ", ".join(done), not derived and json.dumps(head) == fields and "codes" in arrays and np.array_equal(arrays["codes"].view("u1") if arrays["codes"].size else 0, before["codes"].view("u1") if before["codes"].size else 0)

def index_bases(home: Path) -> list[tuple[str, bytes]]:
    "Sound index files of every kind, and those of older versions that the tests keep."
    from minivecdb import IVF
    from minivecdb.ivf.upkeep import Upkeep
    x, found = vectors_of(np.arange(700), D), []
    for codec in ("flat", "bf16", "int8", "int8-dimension", "rabitq", "rabitq2", "rabitq4", "pq4x8", "rpq4x8", "pq4x4", "opq4x5", "pca8", "pca8-int8"):
        for metric, spill in (("cosine", None), ("euclidean", 1. if codec in ("flat", "rabitq2", "int8") else None)):
            index = IVF(D, 8, metric, codec, spill=spill)
            index.train(x)
            if spill is None and not codec.startswith("rabitq"): index.upkeep = Upkeep()
            index.add(x[:400], ids=np.random.default_rng(1).permutation(400))
            index.add(x[400:]); index.remove(np.arange(5))
            index.save(home/"base.ivf", {"change": 3})
            found.append((f"{codec} {metric}{' spill' if spill else ''}", (home/"base.ivf").read_bytes()))
    kept = Path(__file__).parent.parent/"tests"/"fixtures"
    return found + [(p.name, p.read_bytes()) for p in sorted(kept.glob("ivf-*.ivf"))]

def nearest_by_float64(head: dict, a: dict[str, np.ndarray], queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]: # distances [m, n] by ids [n]
    "What exact search over the rows of a flat file finds."
    x, q = a["codes"].astype(np.float64), queries.astype(np.float64)
    if head["metric"] == "dot": return -(q @ x.T), a["ids"]
    if head["metric"] == "euclidean": return np.sqrt(((q[:, None] - x[None]) ** 2).sum(2)), a["ids"]
    unit = lambda v: np.divide(v, n := np.linalg.norm(v, axis=1, keepdims=True), out=np.zeros_like(v), where=n > 0)
    return 1 - unit(q) @ unit(x).T, a["ids"]

def wrong_answer(found: tuple, ids: np.ndarray, exact: tuple | None) -> str | None:
    "What is wrong with the answer to several queries."
    distances, names = found
    for i, (d, n) in enumerate(zip(distances, names)):
        there = n[n >= 0]
        if len(set(there.tolist())) < len(there): return f"query {i}: an id comes twice: {there.tolist()}"
        if len(lost := np.setdiff1d(there, ids)): return f"query {i}: id {lost[0]} is not in the file"
        if (n < 0).any() and np.isfinite(d[n < 0]).any(): return f"query {i}: a distance without an id"
        if exact is None: continue
        wanted = np.sort(exact[0][i])[:len(n)]
        if len(there) != min(len(n), len(wanted)): return f"query {i}: {len(there)} answers of {len(wanted)}"
        if not np.allclose(d[:len(there)], wanted[:len(there)], rtol=2e-4, atol=2e-4): return f"query {i}: distances {d[:4]} for {wanted[:4]}"
    return None

def ask_index(path: Path, rng: random.Random, primary: bool) -> str | None:
    "Open an index file in one of the ways, and ask everything; what is wrong."
    from minivecdb import IVF
    index = IVF.load(path, mmap=rng.choice((True, False, "pread")), verify=rng.choice((None, None, True, False)))
    _, head, a = taken_apart(path.read_bytes())
    queries, every = QUERIES[:, :head["dimension"]] if head["dimension"] <= D else vectors_of(np.arange(40), head["dimension"]), np.unique(a["ids"])
    exact = nearest_by_float64(head, a, queries, 10) if primary and head["codec"]["codec"] == "flat" else None
    for nprobe in (2, len(a["sizes"])):
        for some in (queries, queries[:1]):
            found = index.search(some, 10, nprobe=nprobe)
            if wrong := wrong_answer(found, every, exact if exact is not None and nprobe == len(a["sizes"]) else None): return f"nprobe={nprobe}, {len(some)} queries: {wrong}"
    mask = np.arange(len(index)) % 2 == 0
    questions = (lambda: index.search(queries, 5, nprobe=4, mask=mask), lambda: index.search(queries[0], 700, nprobe=100), lambda: index.range_search(queries[:2], .5), index.get_stats, index.memory_usage, lambda: repr(index),
        lambda: index.remove(every[:3]), lambda: index.add(vectors_of(np.arange(60), head["dimension"])), lambda: index.search(queries, 3), lambda: index.add(vectors_of(np.arange(9), head["dimension"]), ids=np.arange(9) + 10**9), lambda: index.save(path.with_suffix(".again")), lambda: index.to_faiss(path.with_suffix(".index")))
    for ask in questions:
        try: ask()
        except Exception as e:
            if not own(e) and not (isinstance(e, ValueError) and "ids" in str(e)): raise   # ids that are used up
    if path.with_suffix(".again").exists(): IVF.load(path.with_suffix(".again"), verify=True).search(queries, 3)
    return None

# --- faiss's files: numbers set by hand -----------------------------------------------------------------------------------

def faiss_bases(home: Path) -> list[tuple[str, bytes]]:
    from minivecdb import IVF
    x, found = vectors_of(np.arange(600), D), []
    for codec in ("flat", "pq4x8", "rpq4x8", "opq4x8", "pq4x4"):
        index = IVF(D, 8, "euclidean", codec)
        index.train(x); index.add(x); index.to_faiss(home/"base.index")
        found.append((codec, (home/"base.index").read_bytes()))
    return found + [(p.name, p.read_bytes()) for p in sorted((Path(__file__).parent.parent/"tests"/"fixtures"/"faiss").glob("*.index"))]

def fields_of(path: Path, raw: bytes) -> list:
    "What each byte of a faiss file means; of one that is not read, its words of 8 bytes."
    from minivecdb.ivf import FaissFormatError, faiss_fields
    path.write_bytes(raw)
    try: return faiss_fields(path)
    except FaissFormatError: return [(at, 8, "word", "") for at in range(0, min(len(raw), 400) - 8, 8)]

def crafted_faiss(rng: random.Random, raw: bytes, path: Path) -> tuple[bytes, str]:
    "Some fields of a faiss file set to other numbers; bytes put in or taken out."
    fields, out, done = fields_of(path, raw), bytearray(raw), []
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, size, name, _ = rng.choice([f for f in fields if f[1] <= 16 or rng.random() < .3])
        if size in (1, 4, 8): out[at:at + size] = (rng.choice(WHOLE) % (1 << 8 * size)).to_bytes(size, "little")
        elif size >= 8: spot = at + rng.randrange(size // 8) * 8; out[spot:spot + 8] = struct.pack("<Q", rng.choice(WHOLE) % (1 << 64)) if rng.random() < .6 else struct.pack("<ff", *(float(np.float32(rng.choice((1e38, float("nan"), float("inf"), -1, 0)))) for _ in range(2)))
        done.append(name)
    if rng.random() < .1: at = rng.randrange(len(out)); n = rng.choice((1, 8, 64)); out[at:at] = out[at:at + n]; done.append("bytes put in")
    if rng.random() < .1: at = rng.randrange(len(out)); del out[at:at + rng.choice((1, 8, 64))]; done.append("bytes taken out")
    return bytes(out), ", ".join(done)

def ask_faiss(path: Path, rng: random.Random) -> str | None:
    from minivecdb import IVF
    index = IVF.from_faiss(path, rng.choice((None, None, "cosine")))
    lists = index.lists
    ids = np.unique(lists.ids[lists.positions()])
    queries = vectors_of(np.arange(20), index.dimension)
    for nprobe in (2, 1000):
        if wrong := wrong_answer(index.search(queries, 8, nprobe=nprobe), ids, None): return wrong
    index.save(path.with_suffix(".ivf")); IVF.load(path.with_suffix(".ivf"), verify=True).search(queries, 3)

# --- folders: tables whose seals are right ---------------------------------------------------------------------------------

def seal(*values) -> int: return zlib.crc32(repr(values).encode())

SEALED = {"gone": ("first", "n"), "segments": ("segment", "generation", "rows"), "extents": ("first", "n", "segment", "start"), "log": ("at", "first", "n")}

def seal_again(con: sqlite3.Connection):
    "Give the head and the small tables checksums of what they say."
    for table, columns in SEALED.items():
        for row, *values in con.execute(f"SELECT rowid, {', '.join(columns)} FROM {table}").fetchall():
            con.execute(f"UPDATE {table} SET crc = ? WHERE rowid = ?", (seal(*values), row))
    columns = [c[1] for c in con.execute("PRAGMA table_info(head)") if c[1] not in ("one", "crc")]
    for values in con.execute(f"SELECT {', '.join(columns)} FROM head").fetchall(): con.execute("UPDATE head SET crc = ?", (seal(*values),))

def set_tables(rng: random.Random, folder: Path) -> str:
    "A few numbers of the tables."
    con, done = sqlite3.connect(folder/"meta.sqlite", isolation_level=None), []
    for _ in range(rng.choice((1, 1, 2))):
        table = rng.choice(("head", "head", *SEALED, "rows", "recent"))
        columns = [c[1] for c in con.execute(f"PRAGMA table_info({table})") if c[1] not in ("one", "crc")]
        column, value = rng.choice(columns), rng.choice((*WHOLE, 3, 7, 20, 45, None, .5, "x", b"x"))
        with suppress(sqlite3.Error, OverflowError):
            con.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT rowid FROM {table} ORDER BY random() LIMIT 1)", (value,))
            done.append(f"{table}.{column} = {value!r}")
    with suppress(sqlite3.Error): seal_again(con)
    con.close()
    return ", ".join(done) or "nothing"

def set_lock(rng: random.Random, folder: Path) -> str:
    "A line of LOCK whose checksum is right."
    commits, pid = rng.choice((0, 1, 10**9, 10**15)), rng.choice((0, 1, os.getpid(), 4_000_000_000))
    text = b"pid=%010d session=%016x commits=%016d" % (pid, rng.randrange(1 << 64), commits)
    (folder/"LOCK").write_bytes(rng.choice((b"%s crc=%08x\n" % (text, zlib.crc32(text)), text, b"pid=" + b"9" * 5000 + b"\n")))
    return f"LOCK of process {pid} with {commits} commits"

def set_index(rng: random.Random, folder: Path) -> str:
    "The index beside the storage, by hand; mostly under its name."
    file = next(iter(sorted(folder.glob("index-*.ivf"))))
    made, done, _ = crafted_index(rng, file.read_bytes())
    if rng.random() < .2: file.unlink(); file = folder/f"index-{rng.choice((0, 1, 10**17))}.ivf"
    file.write_bytes(made)
    return f"{file.name}: {done}"

def set_column(rng: random.Random, folder: Path) -> str:
    "A column beside the storage: its header or its body, or under the name of another key."
    file = rng.choice(sorted(folder.glob("column-*.col")))
    raw = file.read_bytes()
    _, version, n, _ = struct.unpack_from("<8sIII", raw)
    head, body, done = json.loads(raw[20:20 + n]), bytearray(raw[20 + n:]), []
    width = {"|i1": 1, "<i2": 2, "<i4": 4}[head["codes"]]
    for _ in range(rng.choice((1, 1, 2))):
        do = rng.choice(("field", "field", "code", "values", "cut", "grow"))
        if do == "field":
            name, value = rng.choice([*head]), rng.choice((*WHOLE, 3, 200, 249, None, .5, "x", [], ["year"], ["headline"], "|i1", "<i2", "<i8", "<c8", True))
            head[name] = value
            do = f"{name} = {value!r:.40}"
        if do == "code": body[:width] = rng.choice((b"\x7f", b"\xff", b"\x80")) * width   # none of them has a value
        if do == "values":
            new = rng.choice((b"[]", b"{}", b"[1]", b"[NaN]", b'["a","a"]', b"[{}]", b"[" * 9000 + b"]" * 9000, b'["\xff"]', b'["' + b"x" * 100_000 + b'"]'))
            if type(head["values"]) is int and 0 < head["values"] <= len(body): del body[-head["values"]:]
            head["values"] = len(new); body += new
        if do == "cut": del body[rng.randrange(len(body) + 1):]
        if do == "grow": body += bytes(rng.choice((1, 8, 5000)))
        done.append(do)
    head["crc32"] = zlib.crc32(body)
    text = json.dumps(head).encode()
    made = struct.pack("<8sIII", b"minivCOL", rng.choice((version,) * 9 + (2,)), len(text), zlib.crc32(text)) + text + body
    if rng.random() < .1: file = folder/rng.choice(("column-0123456789abcdef.col", *(p.name for p in folder.glob("column-*.col"))))
    file.write_bytes(made)
    return f"{file.name}: {', '.join(filter(None, done))}"

def good_folders(home: Path) -> list[Path]:
    "Two storages of the same shape and other contents, and an older state of the first; each with its index."
    from minivecdb import IVFIndex
    made = []
    for name, shift in (("one", 0), ("other", 1000)):
        folder = home/name/"s.mvdb"
        folder.parent.mkdir(parents=True)
        storage = SUBJECTS["durable"](folder, D)
        storage.add_bulk(vectors_of(np.arange(200) + shift, D), [metadata_of(i + shift) for i in range(200)])
        storage.fold(); storage.delete(3)
        IVFIndex(storage, n_clusters=4).build().save()
        if not shift:
            storage.close(); shutil.copytree(folder.parent, home/"older"); made.append(home/"older"/"s.mvdb")
            storage = SUBJECTS["durable"](folder, D)
        for i in range(6): storage.add(vectors_of(np.array([250 + i + shift]), D)[0], metadata_of(250 + i + shift))
        storage.add_bulk(vectors_of(np.arange(300, 340) + shift, D), [metadata_of(i + shift) for i in range(300, 340)]); storage.fold()
        for i in range(3): storage.add(vectors_of(np.array([260 + i + shift]), D)[0], metadata_of(260 + i + shift))
        storage.close()
        made.append(folder)
    return made

def told_by(folder: Path) -> dict:
    "What a sound storage holds."
    with SUBJECTS["durable"](folder, D) as storage: return {i: (v.tobytes(), m) for i, v, m in storage.get_all()}

def ask_folder(folder: Path, rng: random.Random, right: list[dict], exact: bool = False, also: list[dict] = ()) -> str | None: # exact: the tables are sound; also: whose metadata they may have
    "Everything that may be asked of a folder; a row that is served, or that a filter finds, must be one of one sound storage."
    from minivecdb import IVFIndex, VectorStorage
    mode, served, found = rng.choice(("rw", "r")), {}, {}
    storage = VectorStorage.open(folder, mode=mode, timeout=.2)
    def searched():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            served.update({h.id: (h.vector.tobytes(), h.metadata) for h in IVFIndex.open(storage, n_clusters=4, nprobe=4).search(QUERIES[0], 20)})
    def filtered():
        for key, (where, _) in FILTERS.items(): found[key] = storage.columns.matching(where).tolist()
    try:
        for ask in (lambda: served.update({i: (v.tobytes(), m) for i, v, m in storage.get_all()}), storage.to_arrays, storage.check, lambda: storage.take(range(30)), lambda: repr(storage), lambda: storage.changes_since(0), searched, lambda: storage.find({"year": {"$lt": 1950}}), filtered,
            *((lambda: storage.add(QUERIES[0], {"a": 1}), lambda: storage.delete(5), storage.fold, storage.compact) if mode == "rw" else ())):
            try: ask()
            except Exception as e:
                if not own(e): raise
    finally: storage.close()
    if not any(all(r.get(i) == row for i, row in served.items()) for r in right): return f"{len(served)} rows are served, and they are of no one storage"
    for key, ids in found.items():
        wanted = [{i for i, (_, m) in r.items() if FILTERS[key][1](m)} for r in (*right, *also)]
        if not any(set(ids) == w if exact else w.issuperset(ids) for w in wanted): return f"a filter on {key!r} finds {len(ids)} rows, and they are of no one storage"

# --- the wrong kind of file ------------------------------------------------------------------------------------------------------

def wrong_kinds(place: Path, right: bytes, older: bytes, stranger: bytes) -> dict[str, Callable]:
    "What may lie where a file should, by name."
    def link(to): place.symlink_to(to)
    def sparse(begin):
        place.write_bytes(begin); os.truncate(place, 1 << 40)
    def listening():
        s = socket.socket(socket.AF_UNIX)
        with suppress(OSError): s.bind(str(place))
        s.close()
    return {"pipe": lambda: os.mkfifo(place), "folder": place.mkdir, "endless": lambda: link("/dev/zero"), "noise": lambda: link("/dev/urandom"), "nowhere": lambda: link(place.parent/"nobody"), "itself": lambda: link(place.name),
        "socket": listening, "sparse": lambda: sparse(b""), "sparse behind": lambda: sparse(right), "empty": lambda: place.write_bytes(b""), "older": lambda: place.write_bytes(older), "of another": lambda: place.write_bytes(stranger), "half": lambda: place.write_bytes(right[:len(right) // 2])}

def readers(home: Path, rng: random.Random) -> list[tuple[str, bytes, Callable]]: # (file name, a sound one, what reads it)
    "Everything that reads a file that somebody names."
    from minivecdb import IVF, VectorStorage
    from minivecdb.ivf import faiss_fields
    from minivecdb.gen_embeddings import EmbeddingCache
    from minivecdb.storage.text_tables import read_rows
    x = vectors_of(np.arange(30), 4)
    storage = VectorStorage(4); storage.add_bulk(x, [{"a": i} for i in range(30)])
    storage.save(home/"s.json"); np.save(home/"x.npy", x)
    index = IVF(4, 2); index.train(x); index.add(x); index.save(home/"i.ivf"); index.to_faiss(home/"f.index")
    (home/"t.jsonl").write_text("".join(json.dumps({"id": i, "vector": v.tolist(), "metadata": {"a": i}}) + "\n" for i, v in enumerate(x)))
    (home/"t.csv").write_text("text,n\n" + "".join(f"some words,{i}\n" for i in range(9)))
    cache = EmbeddingCache(home/"c.sqlite"); cache.store([b"k" * 32], x[:1])
    def cached(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            c = EmbeddingCache(path, timeout=.2)
            found = c.find([b"k" * 32]); c.store([b"j" * 32], x[:1])
            if any(v.tobytes() != x[0].tobytes() for v in found.values()): raise AssertionError("another vector than was stored")
    def restored(path):
        with SUBJECTS["durable"](path.parent/"new.mvdb", 4) as s: s.restore(path)
    made = [("s.json", VectorStorage.load), ("s.json", restored), ("i.ivf", IVF.load), ("i.ivf", lambda p: IVF.load(p, mmap=False)), ("i.ivf", lambda p: IVF.load(p, mmap="pread").search(x)), ("f.index", IVF.from_faiss), ("f.index", faiss_fields),
        ("x.npy", lambda p: VectorStorage(4).add_bulk(p)), ("t.jsonl", lambda p: VectorStorage(4).add_bulk(p)), ("t.jsonl", restored), ("t.csv", read_rows), ("t.jsonl", read_rows), ("c.sqlite", cached), ("s.json", VectorStorage.open)]
    with suppress(ImportError):
        import pyarrow as pa, pyarrow.parquet as parquet
        parquet.write_table(pa.table({"id": list(range(30)), "vector": pa.array(x.tolist(), pa.list_(pa.float32())), "metadata": ["{}"] * 30}), home/"p.parquet")
        made += [("p.parquet", lambda p: VectorStorage(4).add_bulk(p)), ("p.parquet", restored)]
    return [(name, (home/name).read_bytes(), read) for name, read in made]

def misplaced(rng: random.Random, live: Path, made: list, folders: list[Path], right: list[dict]) -> tuple[str, Callable]: # (what was done, what to ask)
    "The wrong kind of file where somebody names one, or in a folder."
    if rng.random() < .5:
        name, sound, read = rng.choice(made)
        place = live/name
        stranger = rng.choice([s for n, s, _ in made if n != name] + [(folders[1]/"meta.sqlite").read_bytes(), (folders[1]/"LOCK").read_bytes()])
        kinds = wrong_kinds(place, sound, sound[:-1], stranger)
        kind = rng.choice([*kinds]); kinds[kind]()
        return f"{kind} for {name}", lambda: read(place)
    folder = live/"s.mvdb"
    shutil.copytree(folders[1], folder)
    name = rng.choice(sorted(p.name for p in folder.iterdir()) + ["meta.sqlite-wal", "meta.sqlite-shm", "meta.sqlite-journal", "."])
    if name == ".": shutil.rmtree(folder); place = folder
    else: place = folder/name; place.unlink(missing_ok=True)
    def of(other): return next((p.read_bytes() for p in (other/name,) if p.is_file()), b"nothing") if name != "." else b"nothing"
    kinds = wrong_kinds(place, of(folders[1]), of(folders[0]), of(folders[2]))
    kind = rng.choice([*kinds]); kinds[kind]()
    return f"{kind} for {name} of a folder", lambda: ask_folder(folder, rng, right)

def mixed(rng: random.Random, live: Path, folders: list[Path], right: list[dict]) -> tuple[str, Callable]:
    "Files of one storage beside those of another, or of an older state of it."
    folder, source, every = live/"s.mvdb", rng.choice((0, 2)), right
    shutil.copytree(folders[1], folder)
    names = sorted(p.name for p in folders[source].iterdir())
    taken = rng.sample(names, rng.randint(1, max(1, len(names) - 1)))
    for name in taken: shutil.copyfile(folders[source]/name, folder/name)
    if source == 2 and all(n in taken or n.startswith(("index-", "column-")) for n in names): right = right[1:]   # all but what is derived: it is the other storage
    return f"{', '.join(taken)} of {('an older state', '', 'another storage')[source]}", lambda: ask_folder(folder, rng, right[:2] if source == 0 else right[1:2], also=every[1:])

# --- the whole ------------------------------------------------------------------------------------------------------------------

KINDS = "ivf", "faiss", "folder", "places", "mixed"

def looked(ask: Callable[[], str | None], tally: Tally, note: str):
    "Ask; own errors only, in bounded memory and time."
    before = memory()
    limited(10)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrong = ask()
        tally.counts["accepted"] += 1
        if isinstance(wrong, str): tally.fail(f"{note}: {wrong}")
    except Exception as e:
        if own(e) or isinstance(e, (FileNotFoundError, PermissionError)): tally.counts[type(e).__name__] += 1
        else: tally.fail(f"{note}: {say(e)[:400]}")
    limited(0)
    if memory() - before > ROOM: tally.fail(f"{note}: {(memory() - before) >> 20} MB")
    tally.states += 1

def warm(bases: list[tuple[str, bytes]], home: Path):
    "Let compilers work before time and memory are counted."
    from minivecdb.core.errors import MinivecdbError
    for name, raw in bases:
        (home/"x.ivf").write_bytes(raw)
        for seed in range(3):
            with suppress(MinivecdbError): ask_index(home/"x.ivf", random.Random(seed), False)   # one with second places is not left in its file

def crafted(kind: str, cases: int, start: int = 0, seed: int = 0, progress: str = "", subject: str = "", enough: int = 60) -> Tally:
    "Cases number `start` to `cases` of one of KINDS."
    tally, home = Tally(), scratch()
    resource.setrlimit(resource.RLIMIT_AS, (48 << 30, resource.RLIM_INFINITY))   # maps are address space; what is used is measured
    try:
        (home/"made").mkdir()
        bases = index_bases(home) if kind == "ivf" else faiss_bases(home) if kind == "faiss" else []
        folders = good_folders(home/"folders") if kind in ("folder", "places", "mixed") else []
        right = [told_by(f) for f in folders]
        for f in folders: ask_folder(shutil.copytree(f, home/f"warm-{f.parent.name}"), random.Random(0), right)
        made = readers(home/"made", random.Random(0)) if kind == "places" else []
        if kind == "ivf": warm(bases, home)
        for i in range(start, cases):
            rng, live = random.Random(f"{kind} {seed} {i}"), home/"live"
            shutil.rmtree(live, ignore_errors=True); live.mkdir()
            if kind == "ivf":
                name, raw = bases[i % len(bases)]
                data, done, primary = crafted_index(rng, raw)
                (live/"x.ivf").write_bytes(data)
                done, ask = f"{name}: {done}", lambda: ask_index(live/"x.ivf", rng, primary)
            elif kind == "faiss":
                name, raw = bases[i % len(bases)]
                data, done = crafted_faiss(rng, raw, live/"x.index")
                (live/"x.index").write_bytes(data)
                done, ask = f"{name}: {done}", lambda: ask_faiss(live/"x.index", rng)
            elif kind == "folder":
                shutil.copytree(folders[1], live/"s.mvdb")
                done = rng.choice((set_tables, set_tables, set_tables, set_lock, set_index, set_index, set_column, set_column, set_column))(rng, live/"s.mvdb")
                ask = lambda: ask_folder(live/"s.mvdb", rng, right[1:2] if done.startswith("column-") else right, done.startswith("column-"))
            else: done, ask = misplaced(rng, live, made, folders, right) if kind == "places" else mixed(rng, live, folders, right)
            note = f"{kind} case {i} (seed {seed}): {done}"
            if progress: Path(progress).write_text(json.dumps([i, note]))
            looked(ask, tally, note)
            if len(tally.failures) >= enough: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally
