"""A small honest store, one SQLite file and one file of vectors, on which the harness itself is tried: it keeps every
promise, and each of its switches breaks one of them."""
import json, os, sqlite3
from pathlib import Path
import numpy as np

class Toy:
    "Rows appended to a file, then published by SQLite; the same calls as a `VectorStorage`."
    def __init__(self, path: str | Path, dimension: int,
        sync_data: bool = True, sync_folder: bool = True, synchronous: str = "FULL", publish_last: bool = True):
        self.path, self.dimension = Path(path), dimension
        self.sync_data, self.sync_folder, self.publish_last = sync_data, sync_folder, publish_last
        if not self.path.exists():
            self.path.mkdir()
            self._sync_folder(self.path.parent)
        self.db = sqlite3.connect(self.path/"meta.sqlite", isolation_level=None)
        self.db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA wal_autocheckpoint=20; BEGIN IMMEDIATE;"
            "CREATE TABLE IF NOT EXISTS head(one INTEGER PRIMARY KEY, next_id, used, generation); INSERT OR IGNORE INTO head VALUES (1, 0, 0, -1);"
            "CREATE TABLE IF NOT EXISTS rows(id INTEGER PRIMARY KEY, place, metadata); COMMIT;")
        self.next_id, self.used, self.generation = self.db.execute("SELECT next_id, used, generation FROM head").fetchone()
        if self.generation < 0: self._replace(np.empty((0, dimension), np.float32), [])
        else: self.file = os.open(self._name(), os.O_RDWR)
        if os.fstat(self.file).st_size < self.used * 4 * dimension: raise ValueError(f"{self._name()} is shorter than {self.used} rows")
        os.ftruncate(self.file, self.used * 4 * dimension)
        for other in self.path.glob("vectors-*.f32"):
            if other != self._name(): other.unlink()

    def _name(self) -> Path: return self.path/f"vectors-0-{self.generation}.f32"
    def _sync_folder(self, folder: Path):
        if not self.sync_folder: return
        fd = os.open(folder, os.O_RDONLY)
        os.fsync(fd); os.close(fd)
    def _sync(self):
        if self.sync_data: os.fdatasync(self.file)

    def _commit(self, statements: list):
        self.db.execute("BEGIN IMMEDIATE")
        for s, rows in statements: self.db.executemany(s, rows)
        self.db.execute("UPDATE head SET next_id=?, used=?, generation=?", (self.next_id, self.used, self.generation))
        self.db.execute("COMMIT")

    def _replace(self, rows: np.ndarray, ids: list):
        "A new generation with these rows."
        old, self.generation, self.used = self.generation, self.generation + 1, len(rows)
        self.file = os.open(self._name(), os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.write(self.file, rows.tobytes())
        self._sync()
        self._sync_folder(self.path)
        self._commit([("UPDATE rows SET place=? WHERE id=?", list(enumerate(ids)))])
        if old >= 0: (self.path/f"vectors-0-{old}.f32").unlink()

    def add_bulk(self, vectors, metadatas=None) -> list[int]:
        if metadatas is None: vectors, metadatas = (sum(map(list, x), []) for x in zip(*vectors))
        rows = np.ascontiguousarray(vectors, np.float32)
        os.pwrite(self.file, rows.tobytes(), self.used * 4 * self.dimension)
        if self.publish_last: self._sync()
        ids, places = range(self.next_id, self.next_id + len(rows)), range(self.used, self.used + len(rows))
        self.next_id, self.used = ids.stop, places.stop
        self._commit([("INSERT INTO rows VALUES (?,?,?)", [(i, p, json.dumps(m)) for i, p, m in zip(ids, places, metadatas)])])
        if not self.publish_last: self._sync()
        return list(ids)
    def add(self, vector, metadata) -> int: return self.add_bulk(np.asarray(vector)[None], [metadata])[0]
    def delete(self, id: int) -> bool:
        there = self.db.execute("SELECT 1 FROM rows WHERE id=?", (id,)).fetchone() is not None
        if there: self._commit([("DELETE FROM rows WHERE id=?", [(id,)])])
        return there
    def delete_bulk(self, ids) -> int:
        there = [i for i, in self.db.execute("SELECT id FROM rows ORDER BY id") if i in ids]
        if there: self._commit([("DELETE FROM rows WHERE id=?", [(i,) for i in there])])
        return len(there)
    def update(self, id: int, vector, metadata):
        os.pwrite(self.file, np.asarray(vector, np.float32).tobytes(), self.used * 4 * self.dimension)
        if self.publish_last: self._sync()
        self.used += 1
        self._commit([("UPDATE rows SET place=?, metadata=? WHERE id=?", [(self.used - 1, json.dumps(metadata), id)])])
        if not self.publish_last: self._sync()
    def _vector(self, place: int) -> np.ndarray: return np.frombuffer(os.pread(self.file, 4 * self.dimension, place * 4 * self.dimension), np.float32)
    def get_all(self) -> list: return [(i, self._vector(p), json.loads(m)) for i, p, m in self.db.execute("SELECT id, place, metadata FROM rows ORDER BY id")]
    def compact(self):
        rows = self.get_all()
        file = self.file
        self._replace(np.array([v for _, v, _ in rows], np.float32).reshape(-1, self.dimension), [i for i, _, _ in rows])
        os.close(file)
    def fold(self): self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    def close(self): self.db.close(); os.close(self.file)
