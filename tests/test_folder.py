"What a folder costs, counted: statements of SQL, reads of vectors, bytes and copies. Never times."
import os, threading
from collections import Counter
from contextlib import contextmanager
import numpy as np, pytest
from minivecdb import IVFIndex, VectorStorage
from minivecdb.durable_snapshots import Reader

N, D = 3000, 32
RNG = np.random.default_rng(5)
X = RNG.standard_normal((N, D)).astype(np.float32)
M = [{"i": i, "genre": ("Sports", "Food", "Politics")[i % 3]} for i in range(N)]

@pytest.fixture
def path(tmp_path): return tmp_path/"s.mvdb"

@pytest.fixture
def folder(path):
    with VectorStorage.open(path, D) as storage:
        storage.add_bulk(X, M)
        yield storage

@contextmanager
def statements(monkeypatch):
    "What SQLite is asked through connections that read, by first words."
    asked, begin = Counter(), Reader.__init__
    def listen(con): con.set_trace_callback(lambda sql: asked.update([" ".join(sql.split()[:2]) if "FROM rows" not in sql else "rows"]))
    def init(self, con, *more, **others): begin(self, con, *more, **others); listen(con)
    monkeypatch.setattr(Reader, "__init__", init)
    yield asked
    monkeypatch.undo()

@contextmanager
def reads_of_vectors(monkeypatch):
    "Bytes of every `preadv`."
    made, real = [], os.preadv
    monkeypatch.setattr(os, "preadv", lambda fd, room, at: made.append(sum(map(len, room))) or real(fd, room, at))
    yield made
    monkeypatch.undo()

# --- one state, one read --------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["rw", "r"])
def test_a_search_looks_once_at_the_folder(path, folder, monkeypatch, mode):
    index = IVFIndex(folder).build()
    if mode == "r": folder.close()
    with statements(monkeypatch) as asked, VectorStorage.open(path, mode=mode) if mode == "r" else folder as storage:
        index.storage = storage
        storage._idle.clear()   # connections that are not listened to
        index.search(X[0], 10)
        asked.clear()
        hits = index.search(X[0], 10)
        assert asked["rows"] == 1 and asked.total() == 4, asked   # BEGIN, head, rows, COMMIT
        assert [h.id for h in hits][0] == 0 and all(h.metadata == M[h.id] and (h.vector == X[h.id]).all() for h in hits)
        asked.clear()
        index.search(X[:20], 10)
        assert asked["rows"] == 1 and asked.total() == 4, asked

def test_hits_are_read_and_nothing_else(folder, monkeypatch):
    index = IVFIndex(folder).build()
    with reads_of_vectors(monkeypatch) as made: index.search(X[7], 10)
    assert made == [4 * D] * 10

def test_metadata_is_read_without_vectors(folder, monkeypatch):
    with reads_of_vectors(monkeypatch) as made:
        assert folder.metadata_of([5, 1, N]) == [M[5], M[1], None]
        assert folder.count({"genre": "Food"}) == N // 3
        assert folder.distinct("genre") == ["Food", "Politics", "Sports"]
    assert made == []

def test_find_reads_its_page_at_once(path, folder, monkeypatch):
    folder.close()
    with statements(monkeypatch) as asked, VectorStorage.open(path, mode="r") as storage:
        storage.find({"genre": "Food"}, limit=1)
        asked.clear()
        with reads_of_vectors(monkeypatch) as made: rows = storage.find({"i": {"$gte": 2000}}, limit=12, offset=3, order_by="-i")
    assert [r.id for r in rows] == [*range(N - 4, N - 16, -1)] and all(r.metadata == M[r.id] and (r.vector == X[r.id]).all() for r in rows)
    assert sum(made) == 12 * 4 * D and asked["BEGIN"] == 1

def test_a_thread_that_sees_an_older_state_does_not_take_an_index_back(folder):
    index = IVFIndex(folder).build()
    def write():
        folder.add(10 * X[3], {"new": True}); folder.update(5, vector=X[3])
        index.search(X[3], 1)
    with folder.one_state():
        before = folder.changes
        other = threading.Thread(target=write); other.start(); other.join()
        index.catch_up()
        assert folder.changes == before < index._seen
    assert {h.id for h in index.search(X[3], 3)} == {3, 5, N}
