"""What a writer did, so that a storage found later can be held against it.

Every vector and its metadata follow from one number, a tag, so the whole of a storage is a dictionary id -> tag. A step is
small enough to be written to a log before it is taken, and again when the storage has acknowledged it."""
import json, random
from dataclasses import asdict, dataclass, field
from typing import Any
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

@dataclass
class Model:
    "A storage as plain Python: id -> tag, and the next id."
    rows: dict[int, int] = field(default_factory=dict)
    next_id: int = 0
    tags: int = 1 # the next unused tag
    def copy(self) -> "Model": return Model(dict(self.rows), self.next_id, self.tags)

@dataclass(frozen=True)
class Step:
    "One call of a storage. do: add | bulk | stream (a bulk in blocks) | update | delete | purge (many at once) | compact | fold | reopen"
    do: str
    tag: int = 0 # of the first row written
    n: int = 0   # rows written by a bulk, or deleted by a purge
    id: int = -1 # the row that is changed or deleted, the first of many

    def word(self, what: str, **more) -> bytes: return json.dumps({"what": what, **asdict(self), **more}).encode()

    def apply(self, m: Model) -> Model: # a changed copy
        "The storage after this step."
        m = m.copy()
        n = {"add": 1, "bulk": self.n, "stream": self.n}.get(self.do, 0)
        m.rows.update((m.next_id + i, self.tag + i) for i in range(n))
        m.next_id += n
        if self.do == "update": m.rows[self.id] = self.tag
        if self.do == "delete": m.rows.pop(self.id, None)
        if self.do == "purge": m.rows = {i: t for i, t in m.rows.items() if not self.id <= i < self.id + self.n}
        m.tags = max(m.tags, self.tag + max(self.n, 1))
        return m

    def take(self, storage: Any, d: int) -> Any: # what the storage answered
        "Take the step on a storage; an answer that is not the expected one is an AssertionError."
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
        wanted = {"add": m.next_id, "bulk": ids, "stream": ids, "delete": self.id in m.rows, "purge": len(m.rows.keys() & set(range(self.id, self.id + self.n)))}.get(self.do, answer)
        if answer != wanted: raise AssertionError(f"{self}: answered {answer!r}, expected {wanted!r}")

def step_from(word: bytes) -> tuple[str, Step]: # ("begin" | "done" | …, the step)
    "The inverse of `Step.word`."
    x = json.loads(word)
    return x["what"], Step(**{k: x[k] for k in ("do", "tag", "n", "id")})

MIX = {"add": 36, "bulk": 8, "stream": 5, "update": 8, "delete": 16, "purge": 4, "compact": 5, "fold": 6, "reopen": 4}

def next_step(rng: random.Random, m: Model, mix: dict[str, int] = MIX, bulks: tuple = (3, 40, 150, 700)) -> Step:
    "A random step that makes sense in state `m`."
    do = rng.choices(list(mix), list(mix.values()))[0]
    if do in ("update", "delete", "purge") and not m.rows: do = "add"
    id = rng.choice(list(m.rows)) if do in ("update", "delete", "purge") else -1
    if do == "delete" and rng.random() < .05: id = m.next_id + 5
    return Step(do, m.tags if do in ("add", "bulk", "stream", "update") else 0, rng.choice(bulks) if do in ("bulk", "stream", "purge") else 0, id)

def contents(storage: Any) -> dict[int, tuple[bytes, dict]]: # id -> (bytes of the vector, metadata)
    "All that a storage gives back."
    return {int(id): (np.asarray(v, np.float32).tobytes(), dict(m)) for id, v, m in storage.get_all()}

def expected(m: Model, d: int) -> dict[int, tuple[bytes, dict]]:
    "All that a storage in state `m` should give back."
    rows = vectors_of(np.fromiter(m.rows.values(), np.int64, len(m.rows)), d)
    return {id: (v.tobytes(), metadata_of(tag)) for (id, tag), v in zip(m.rows.items(), rows)}

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
    return [m] if open_step is None else [m, open_step.apply(m)]
