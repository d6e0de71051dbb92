"""What a writer did, so that a storage found later can be held against it.

Every vector and its metadata follow from a few small numbers, so the whole of a storage is a dictionary id -> Row. A step is
small enough to be written to a log before it is taken, and again when the storage has acknowledged it. Some steps leave the
storage as it is and make something beside it: a backup, a repaired copy, an exported file, a storage that such a file filled."""
import hashlib, json, random, warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
import numpy as np

WORDS = "bridge opens comet seen flood warning budget passed strike ends court rules rain returns".split()

def vector_of(tag: int, d: int) -> np.ndarray: # [d] float32
    "The vector of a tag; no two tags share one, and half of a vector never passes for the whole."
    return vectors_of(np.array([tag]), d)[0]

def vectors_of(tags: np.ndarray, d: int) -> np.ndarray: # [n, d] float32
    "The vectors of many tags."
    mixed = (np.asarray(tags, np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15) + np.arange(1, d + 1, dtype=np.uint64) * np.uint64(0xBF58476D1CE4E5B9))
    return ((mixed >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24) + np.float32(.5))

def metadata_of(tag: int) -> dict:
    "The metadata of a tag."
    return {"tag": tag, "headline": " ".join(WORDS[(tag >> s) % len(WORDS)] for s in range(2 + tag % 5)), "year": 1900 + tag % 120}

class Row(NamedTuple):
    "What a row was made from."
    vector: int            # tag of its vector
    words: int             # tag of its metadata
    note: int | None = None # what an update by filter merged into it
    def metadata(self) -> dict: return metadata_of(self.words) | ({} if self.note is None else {"note": self.note})
    def year(self) -> int: return 1900 + self.words % 120

class Beside(NamedTuple):
    "What something beside the storage should hold."
    rows: dict[int, Row]
    next_id: int | None # None where the file does not say it

@dataclass
class Model:
    "A storage as plain Python: id -> Row, the next id, and what was made beside it."
    rows: dict[int, Row] = field(default_factory=dict)
    next_id: int | None = 0
    tags: int = 1 # the next unused tag
    beside: dict[str, Beside] = field(default_factory=dict) # name -> what it must hold
    maybe: dict[str, Beside] = field(default_factory=dict)  # name -> what it must hold if it is there: a step that was cut short
    def copy(self) -> "Model": return Model(dict(self.rows), self.next_id, self.tags, dict(self.beside), dict(self.maybe))

BESIDE = {"backup": ".mvdb", "repair": ".mvdb", "import": ".mvdb", "export": ".jsonl", "export json": ".json"}

@dataclass(frozen=True)
class Step:
    "One call of a storage. do: add | bulk | stream (a bulk in blocks) | update | delete | purge (many at once) | erase, merge, restate (by filter) | compact | fold | reopen, or one of BESIDE"
    do: str
    tag: int = 0 # of the first row written; of the name of something made beside
    n: int = 0   # rows written by a bulk, or deleted by a purge; a year for those by filter
    id: int = -1 # the row that is changed or deleted, the first of many
    source: str = "" # the file that an import reads

    @property
    def name(self) -> str | None: return f"{self.do.split()[0]}-{self.tag}{BESIDE[self.do]}" if self.do in BESIDE else None
    @property
    def where(self) -> dict: return {"year": {{"erase": "$lt", "merge": "$gte", "restate": "$eq"}[self.do]: self.n}}
    def meets(self, row: Row) -> bool: return row.year() < self.n if self.do == "erase" else row.year() >= self.n if self.do == "merge" else row.year() == self.n

    def word(self, what: str, **more) -> bytes: return json.dumps({"what": what, **asdict(self), **more}).encode()

    def apply(self, m: Model) -> Model: # a changed copy
        "The storage after this step."
        m = m.copy()
        n = {"add": 1, "bulk": self.n, "stream": self.n}.get(self.do, 0)
        m.rows.update((m.next_id + i, Row(self.tag + i, self.tag + i)) for i in range(n))
        m.next_id += n
        if self.do == "update": m.rows[self.id] = Row(self.tag, self.tag)
        if self.do == "erase": m.rows = {i: r for i, r in m.rows.items() if not self.meets(r)}
        if self.do == "merge": m.rows = {i: r._replace(note=self.tag) if self.meets(r) else r for i, r in m.rows.items()}
        if self.do == "restate": m.rows = {i: Row(r.vector, self.tag) if self.meets(r) else r for i, r in m.rows.items()}
        if self.name: m.beside[self.name] = self.made(m)
        if self.do == "delete": m.rows.pop(self.id, None)
        if self.do == "purge": m.rows = {i: t for i, t in m.rows.items() if not self.id <= i < self.id + self.n}
        m.tags = max(m.tags, self.tag + max(self.n, 1))
        return m

    def made(self, m: Model) -> Beside:
        "What this step makes beside the storage."
        if self.do == "import": return m.beside[self.source]
        return Beside(dict(m.rows), None if self.do == "export" else m.next_id)

    def cut_short(self, m: Model) -> Model:
        "The storage when this step came to no end, and it is not known whether it did something beside."
        m = m.copy()
        m.maybe[self.name] = self.made(m)
        m.tags = max(m.tags, self.tag + 1)
        return m

    def take_beside(self, storage: Any):
        "The steps that make something beside the storage."
        place = storage.path.parent/self.name
        if self.do == "backup": return str(storage.backup(place))
        if self.do == "repair": return storage.repair(place).kept
        if self.do == "import":
            from .subjects import open_durable
            with open_durable(place, storage.dimension) as new: return new.restore(storage.path.parent/self.source)
        return storage.export(place)

    def take(self, storage: Any, d: int) -> Any: # what the storage answered
        "Take the step on a storage; an answer that is not the expected one is an AssertionError."
        if self.name: return self.take_beside(storage)
        if self.do == "erase": return storage.delete(where=self.where)
        if self.do == "merge": return storage.update(where=self.where, merge={"note": self.tag})
        if self.do == "restate": return storage.update(where=self.where, metadata=metadata_of(self.tag))
        if self.do == "add": return storage.add(vector_of(self.tag, d), metadata_of(self.tag))
        if self.do == "bulk":
            tags = np.arange(self.tag, self.tag + self.n)
            return list(storage.add_bulk(vectors_of(tags, d), [metadata_of(int(t)) for t in tags]))
        if self.do == "stream":
            parts = np.array_split(np.arange(self.tag, self.tag + self.n), 3)
            return list(storage.add_bulk((vectors_of(p, d), [metadata_of(int(t)) for t in p]) for p in parts))
        if self.do == "purge": return storage.delete_bulk(range(self.id, self.id + self.n))
        if self.do == "update": return storage.update(self.id, vector_of(self.tag, d), metadata_of(self.tag))
        if self.do == "delete": return storage.delete(self.id)
        return getattr(storage, self.do)()

    def expect(self, m: Model, answer: Any):
        "Raise unless this is what a storage in state `m` should have answered."
        ids = list(range(m.next_id, m.next_id + self.n))
        wanted = {"add": m.next_id, "bulk": ids, "stream": ids, "delete": self.id in m.rows, "purge": len(m.rows.keys() & set(range(self.id, self.id + self.n))), "repair": len(m.rows)}.get(self.do, answer)
        if self.do in ("erase", "merge", "restate"): wanted = sum(map(self.meets, m.rows.values()))
        if self.do == "import": wanted = len(m.beside[self.source].rows)
        if answer != wanted: raise AssertionError(f"{self}: answered {answer!r}, expected {wanted!r}")

def step_from(word: bytes) -> tuple[str, Step]: # ("begin" | "done" | …, the step)
    "The inverse of `Step.word`."
    x = json.loads(word)
    return x["what"], Step(**{k: x[k] for k in ("do", "tag", "n", "id", "source")})

MIX = {"add": 36, "bulk": 8, "stream": 5, "update": 8, "delete": 16, "purge": 4, "compact": 5, "fold": 6, "reopen": 4}
WIDE_MIX = MIX | {"erase": 4, "merge": 4, "restate": 3, "backup": 3, "repair": 2, "export": 3, "export json": 2, "import": 3} # what only the durable storage has

def next_step(rng: random.Random, m: Model, mix: dict[str, int] = MIX, bulks: tuple = (3, 40, 150, 700)) -> Step:
    "A random step that makes sense in state `m`."
    do = rng.choices(list(mix), list(mix.values()))[0]
    if do in ("update", "delete", "purge") and not m.rows: do = "add"
    id = rng.choice(list(m.rows)) if do in ("update", "delete", "purge") else -1
    if do == "delete" and rng.random() < .05: id = m.next_id + 5
    if do in BESIDE or do in ("erase", "merge", "restate"): return wider_step(rng, m, do)
    return Step(do, m.tags if do in ("add", "bulk", "stream", "update") else 0, rng.choice(bulks) if do in ("bulk", "stream", "purge") else 0, id)

def wider_step(rng: random.Random, m: Model, do: str) -> Step:
    "A step by filter, or one that makes something beside the storage."
    files = [name for name in m.beside if name.startswith("export")]
    if do == "import" and not files: do = "export"
    return Step(do, m.tags, {"erase": rng.randint(1901, 1925), "merge": rng.randint(2000, 2019), "restate": rng.randint(1900, 2019)}.get(do, 0), source=rng.choice(files) if do == "import" else "")

def contents(storage: Any) -> dict[int, tuple[bytes, dict]]: # id -> (bytes of the vector, metadata)
    "All that a storage gives back; its filters must find the same rows."
    found = {int(id): (np.asarray(v, np.float32).tobytes(), dict(m)) for id, v, m in storage.get_all()}
    if hasattr(storage, "columns"): check_filters(storage, found)
    return found

FILTERS: dict[str, tuple[dict, Callable]] = { # key -> (a filter, which metadata meet it)
    "year": ({"year": {"$lt": 1950}}, lambda m: m.get("year", 9999) < 1950),
    "headline": ({"headline": {"$contains": WORDS[1]}}, lambda m: WORDS[1] in m.get("headline", "")),
    "note": ({"note": {"$exists": True}}, lambda m: "note" in m)}

def check_filters(storage: Any, found: dict[int, tuple[bytes, dict]]):
    "Raise unless filters find what they should among some rows, whatever columns were kept."
    for key, (where, meets) in FILTERS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = storage.columns.matching(where).tolist()
        right = sorted(id for id, (_, m) in found.items() if meets(m))
        if got != right: raise AssertionError(f"a filter on {key!r} finds {len(got)} rows, expected {len(right)}: {sorted(set(got) ^ set(right))[:5]}")

def expected(m: Model, d: int) -> dict[int, tuple[bytes, dict]]:
    "All that a storage in state `m` should give back."
    return expected_rows(m.rows, d)

def expected_rows(made: dict[int, Row], d: int) -> dict[int, tuple[bytes, dict]]:
    "The same for rows by id."
    rows = vectors_of(np.fromiter((r.vector for r in made.values()), np.int64, len(made)), d)
    return {id: (v.tobytes(), r.metadata()) for (id, r), v in zip(made.items(), rows)}

KNOWN: dict[tuple, str | None] = {} # what was found out about things beside a storage, by their bytes and what they should hold

def bytes_of(path: Path) -> bytes:
    "A fingerprint of a file or folder."
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    digest = hashlib.blake2b(path.name.encode())
    for p in files: digest.update(p.name.encode() + b"\0" + hashlib.blake2b(p.read_bytes()).digest())
    return digest.digest()

def beside_wrong(place: Path, m: Model, d: int) -> str | None:
    "What is wrong with the things beside a storage: every finished one is whole, no unfinished one has its name."
    there = {p.name for p in place.iterdir() if not p.name.startswith(".")} - {"s.mvdb"}
    if lost := m.beside.keys() - there: return f"acknowledged, and gone: {sorted(lost)}"
    if strange := there - m.beside.keys() - m.maybe.keys(): return f"nobody made {sorted(strange)}"
    for name in sorted(there):
        wanted, unfinished = (m.beside | m.maybe)[name], name in m.maybe and name.startswith("import")
        key = bytes_of(place/name), frozenset(wanted.rows.items()), wanted.next_id, unfinished
        if key not in KNOWN: KNOWN[key] = holds(place/name, wanted, unfinished, d)
        if KNOWN[key]: return f"{name}: {KNOWN[key]}"

def holds(path: Path, wanted: Beside, unfinished: bool, d: int) -> str | None: # unfinished: it may be there and empty
    "How something beside a storage differs from what it should hold."
    from minivecdb import VectorStorage
    from .subjects import open_durable
    try:
        if path.suffix == ".jsonl": found, next_id = {x["id"]: (np.array(x["vector"], np.float32).tobytes(), x["metadata"]) for x in map(json.loads, path.read_text().splitlines())}, None
        elif path.suffix == ".json": found, next_id = contents(s := VectorStorage.load(path)), s.next_id
        else:
            with open_durable(path, d) if unfinished else VectorStorage.open(path, mode="r") as s: found, next_id = contents(s), s.next_id
    except Exception as e: return f"{type(e).__name__}: {e}"
    if unfinished and not found: return None
    if found != expected_rows(wanted.rows, d): return f"{len(found)} rows for {len(wanted.rows)}"
    if None not in (next_id, wanted.next_id) and next_id != wanted.next_id: return f"next id {next_id} for {wanted.next_id}"

def difference(storage: Any, candidates: list[Model], d: int) -> str | None: # None when it is one of them
    "How a storage differs from every state that it may be in."
    found, reasons = contents(storage), []
    for m in candidates:
        wanted = expected(m, d)
        if found == wanted and storage.next_id == m.next_id: return None
        lost, extra = wanted.keys() - found.keys(), found.keys() - wanted.keys()
        torn = [i for i in wanted.keys() & found.keys() if wanted[i] != found[i]]
        reasons.append(f"lost {sorted(lost)[:5]} ({len(lost)}), resurrected or unknown {sorted(extra)[:5]} ({len(extra)}), wrong {sorted(torn)[:5]} ({len(torn)}), next id {storage.next_id} for {m.next_id}")
    return " | or ".join(reasons)

def after_words(words: list[bytes], start: Model | None = None) -> list[Model]: # one, or two when a step was under way
    "The states a storage may be in after these words of a log."
    m, open_step = start or Model(), None
    for w in words:
        what, step = step_from(w)
        if what == "begin": open_step = step
        if what == "done": m, open_step = step.apply(m), None
        if what == "failed": open_step = None # refused before anything happened
    return [m] if open_step is None else [open_step.cut_short(m)] if open_step.name else [m, open_step.apply(m)]
