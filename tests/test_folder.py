"What a folder costs, counted: statements of SQL, reads of vectors, bytes and copies. Never times."
import gc, mmap, os, pickle, threading, warnings
from collections import Counter
from contextlib import contextmanager
from copy import copy
import numpy as np, pytest
from hypothesis import given, strategies as st
from minivecdb import IVF, IVFIndex, VectorStorage
from minivecdb.filters import columns as filter_columns
from minivecdb.lists import lists as inverted_lists
from minivecdb.durable.format import metadata_of, metadata_of_several, metadata_text, row_seals
from minivecdb.durable.reads import TEXT_ROWS
from minivecdb.durable.snapshots import Reader
from minivecdb.ivf.upkeep import Upkeep
from minivecdb.lists.changes import Growing
from minivecdb.lists.in_files import CAN_LAY
from minivecdb.durable.segments import DamageError

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
    assert sum(made) == 12 * 4 * D and asked["BEGIN"] == 1 and asked["rows"] == -(-N // TEXT_ROWS) + 1   # the column, and the page

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

# --- a mapped index that grows --------------------------------------------------------------------

def private(a) -> int:
    "Bytes of an array's memory that belong to this process alone, by its own pages."
    a = getattr(a, "data", a) if not isinstance(a, np.ndarray) else a
    if not a.size: return 0
    page, first = mmap.PAGESIZE, a.__array_interface__["data"][0]
    low, high = first // page, -(-(first + a.nbytes) // page)
    with open("/proc/self/pagemap", "rb") as file:
        file.seek(8 * low)
        entries = np.frombuffer(file.read(8 * (high - low)), np.uint64)
    def bit(n): return (entries >> np.uint64(n)) & np.uint64(1) == 1
    present, swapped, of_file = bit(63), bit(62), bit(61)
    return page * int(((present | swapped) & ~of_file).sum())

linux = pytest.mark.skipif(not CAN_LAY, reason="files cannot be laid over memory here")
BIG = RNG.standard_normal((30_000, 64)).astype(np.float32)

@linux
@pytest.mark.parametrize("upkeep", [False, True])
@pytest.mark.parametrize("codec", ["flat", "int8", "rabitq4", "pq16x8"])
def test_a_row_that_is_added_copies_its_list_and_no_more(codec, upkeep, tmp_path, monkeypatch):
    made = IVF(64, 100, codec=codec, metric="euclidean").train(BIG[:5000])
    if upkeep and made.codec.block_rows == 1: made.upkeep = Upkeep()
    made.add(BIG); made.save(tmp_path/"i.ivf")
    index, held = (IVF.load(tmp_path/"i.ivf", mmap=how) for how in (True, False))
    def copied(*args): raise AssertionError("everything was copied")
    with monkeypatch.context() as m:
        m.setattr(inverted_lists, "_afresh", copied); m.setattr(Growing, "across", copied)
        before = index.lists
        index.add(BIG[:1] + 9)
    largest = int(made.lists.sizes.max())
    for name in ("codes", "ids", "lengths", "rounded", "terms"):
        a, old = getattr(index.lists, name), getattr(before, name)
        if not old.nbytes: continue
        touched = 2 << 20 if upkeep else 0   # made ready for writes to come
        assert private(a) <= (2 * largest + 64) * old.nbytes // len(old) + 3 * 4096 + touched, name
    held.add(BIG[:1] + 9)
    for found, right in zip(index.search(BIG[:50], 10, nprobe=30), held.search(BIG[:50], 10, nprobe=30)): assert np.array_equal(found, right)
    assert index.search(BIG[:1] + 9, 1)[1][0, 0] == len(BIG)

@pytest.mark.parametrize("form", [("flat", None), ("int8", None), ("rabitq4", None), ("pq16x8", None), ("flat", 1.), ("rabitq", 1.)], ids=str)
@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_a_mapped_index_that_changes_answers_as_one_in_memory(form, metric, tmp_path):
    codec, spill = form
    made = IVF(64, 30, codec=codec, metric=metric, spill=spill).train(BIG[:3000])
    if codec == "flat" and spill is None: made.upkeep = Upkeep()
    made.add(BIG[:2000]); made.save(tmp_path/"i.ivf")
    kept = (tmp_path/"i.ivf").read_bytes()
    ways = [IVF.load(tmp_path/"i.ivf", mmap=how) for how in (True, False)]
    rng, n = np.random.default_rng(7), 2000
    for step in range(12):
        gone = rng.choice(n, rng.integers(0, 40), replace=False)
        more = BIG[n:n + (step % 3) * 300 + 1]
        state = ways[0].search(BIG[:20], 5, nprobe=9), copy(ways[0])
        for ivf in ways: ivf.remove(gone); ivf.add(more); ivf.replace(BIG[:3], gone[:3], gone[:3]) if len(gone) > 2 else None
        n += len(more)
        for a, b in zip(*(ivf.search(BIG[:40], 10, nprobe=7) for ivf in ways)): assert np.array_equal(a, b)
        for a, b in zip(state[0], state[1].search(BIG[:20], 5, nprobe=9)): assert np.array_equal(a, b)   # whoever holds the old state
    assert (tmp_path/"i.ivf").read_bytes() == kept
    again = pickle.loads(pickle.dumps(ways[0]))
    for a, b in zip(*(ivf.search(BIG[:40], 10, nprobe=7) for ivf in (again, ways[1]))): assert np.array_equal(a, b)
    for i, ivf in enumerate(ways): ivf.save(tmp_path/f"{i}.ivf")
    assert (tmp_path/"0.ivf").read_bytes() == (tmp_path/"1.ivf").read_bytes()

@linux
@pytest.mark.parametrize("codec", ["flat", "rabitq4"])
def test_a_reading_process_that_catches_up_copies_one_list(codec, path, monkeypatch):
    with VectorStorage.open(path, 64) as storage:
        storage.add_bulk(BIG)
        IVFIndex(storage, codec=codec, n_clusters=100).build().save()
    with VectorStorage.open(path) as storage, VectorStorage.open(path, mode="r") as reader:
        index = IVFIndex.open(reader)
        index.search(BIG[0], 1)
        new = storage.add(BIG[0] + 9)
        def copied(*args): raise AssertionError("everything was copied")
        monkeypatch.setattr(inverted_lists, "_afresh", copied); monkeypatch.setattr(Growing, "across", copied)
        assert index.search(BIG[0] + 9, 1)[0].id == new
        assert private(index._ivf.lists.codes) < 3 << 20

@pytest.mark.parametrize("how", [True, "pread"])
def test_files_of_a_mapped_index_are_closed_by_those_who_opened_them(how, tmp_path):
    IVF(64, 20).build([BIG[:2000]]).save(tmp_path/"i.ivf")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        before = set(os.listdir("/dev/fd"))
        index = IVF.load(tmp_path/"i.ivf", mmap=how)
        index.search(BIG[0]); index.add(BIG[:5]); index.remove([3]); index.search(BIG[0])
        del index; gc.collect()
        assert set(os.listdir("/dev/fd")) <= before
    assert not [w for w in told if issubclass(w.category, ResourceWarning)]

# --- metadata in blocks ---------------------------------------------------------------------------

texts_of = st.one_of(
    st.dictionaries(st.text(max_size=4), st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6), st.lists(st.integers(), max_size=3), st.just({"a": {"b": 1}})), max_size=4).map(metadata_text),
    st.sampled_from([b'{"a":1,"a":2}', b'{"a":1},{"b":2}', b"", b"[]", b"[{}]", b'{"a":"}', b'{"}', b'{"a":[}', b'{"":"\\u0041"}', b'{"x":"\\":"}', b"{} ", b'{"a":NaN}', b'{"a":1e999}', b"{" + 50 * b"[", b'{"a":' + 97 * b"[" + 97 * b"]" + b"}", b'{"a":"{"}', b"\xff"]))

def told(read):
    "What was read, in which 1, 1.0 and True differ; or the kind of error."
    try: return repr(read())
    except (ValueError, RecursionError) as e: return type(e)

@given(st.lists(texts_of, max_size=6))
def test_metadata_read_together_are_those_read_one_by_one(texts):
    assert told(lambda: metadata_of_several(texts)) == told(lambda: [metadata_of(t) for t in texts])

@pytest.mark.parametrize("odd", [[b'{"a":"}', b'{"}'], [b'{"a":1,"a":2}'], [b'{"a":1},{"b":2}', b"{}"], [b'{"a":"\\ud800"}'], [b'{"a":1} '], [b'{"a":' + 99 * b"[" + 99 * b"]" + b"}"]], ids=str)
def test_what_nobody_wrote_is_refused_among_others(odd):
    texts = [metadata_text({"i": i}) for i in range(50)]
    assert told(lambda: metadata_of_several([*texts, *odd, *texts])) == told(lambda: [*map(metadata_of, [*texts, *odd, *texts])]) and isinstance(told(lambda: metadata_of_several([*texts, *odd])), type)

def test_a_new_column_reads_each_row_once_and_holds_a_block(path, monkeypatch):
    with VectorStorage.open(path, 2) as storage:
        storage.add_bulk(np.zeros((5000, 2)), ({"year": 1900 + i % 90, "note": "{" if i == 77 else "x"} for i in range(5000)))
        for i in range(0, 5000, 3): storage.delete(i) if i < 30 else None
        storage.delete_bulk(range(600, 3000))
    monkeypatch.setattr(filter_columns, "BLOCK", 512)
    with statements(monkeypatch) as asked, VectorStorage.open(path, mode="r") as storage:
        there = [i for i in range(5000) if not (i < 30 and i % 3 == 0 or 600 <= i < 3000)]
        sizes, real = [], type(storage).metadata_of
        monkeypatch.setattr(type(storage), "metadata_of", lambda self, ids: (sizes.append(len(ids)), real(self, ids))[1])
        assert storage.columns.matching({"year": {"$lt": 1945}}).tolist() == [i for i in there if i % 90 < 45]
        assert sum(sizes) == len(there) and max(sizes) == 512
        assert asked["rows"] <= len(sizes) + 12   # one for each stretch, several across the gap
        assert storage.columns.matching({"note": "{"}).tolist() == [77]

def test_metadata_that_is_damaged_is_named_among_many(path):
    with VectorStorage.open(path, 2) as storage:
        storage.add_bulk(np.zeros((300, 2)), ({"i": i} for i in range(300)))
        storage._con.execute("UPDATE rows SET metadata = CAST(? AS TEXT), crc = ? WHERE id = 123", (b'{"i":1,"i":2}', row_seals([123], np.zeros((1, 2), np.float32), [b'{"i":1,"i":2}'])[0]))
        with pytest.raises(DamageError, match="metadata of row 123 .*same key twice"): storage.count({"i": 1})
