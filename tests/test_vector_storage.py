"The storage, promise by promise: ids, refusals that change nothing, files bit for bit, damaged files, crashes, threads."
import enum, itertools, json, math, os, stat, sys, tempfile, threading
from pathlib import Path
import numpy as np
import pytest
from fastcore.foundation import L
from hypothesis import example, given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from minivecdb.storage import json_files as files
from minivecdb.durable.storage import DurableStorage
from minivecdb.core.errors import DimensionError, FileFormatError, MetadataError, MinivecdbError
from minivecdb.core.errors import ModelError, UnknownIdError, VectorError
from minivecdb.core.checks import MAX_DEPTH, MAX_DIMENSION, check_dimension
from minivecdb.vector_storage import VectorStorage as MemoryStorage

RNG = np.random.default_rng(0)
VectorStorage = MemoryStorage   # each test runs with this, and again with storages in folders: see `backend`

class InFolders:
    "Makes storages as the class does, each in a folder of its own; a file is loaded into a new one."
    def __init__(self, root): self.root, self.made, self.open = root, itertools.count(), []
    def __call__(self, dimension, model=None):
        self.open.append(DurableStorage(self.root/f"{next(self.made)}.mvdb", check_dimension(dimension), model=model))
        return self.open[-1]
    def load(self, path):
        loaded = MemoryStorage.load(path)
        s = self(loaded.dimension, loaded.model)
        s.restore(loaded)
        return s
    def close(self):
        for s in self.open: s.close()

only_in_memory = pytest.mark.only_in_memory

def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames: metafunc.parametrize("backend", ["memory"] if "only_in_memory" in {m.name for m in metafunc.definition.iter_markers()} else ["memory", "folder"], indirect=True)

@pytest.fixture(autouse=True)
def backend(request, monkeypatch):
    "The storages of a test: in memory, or in folders; in memory's own file system where there is one, because what a disk does is the business of other tests."
    if getattr(request, "param", "memory") == "memory": yield; return
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as root:
        folders = InFolders(Path(root))
        monkeypatch.setattr(sys.modules[__name__], "VectorStorage", folders)
        yield
        folders.close()
HEADLINES = [{"headline": "Bridge opens", "year": 1998}, {"headline": "Comet seen", "tags": ["sky", None, True, 1.5]}, {}]

def bits(x): return np.asarray(x, np.float32).view(np.uint32).tolist()

def state(s):
    "Everything a storage holds and remembers."
    return {"dimension": s.dimension, "model": s.model, "next_id": s.next_id, "changes": s.changes, "length": len(s),
            "rows": [(i, bits(x), m) for i, x, m in s.get_all()], "log": s.changes_since(0).tolist()}

def content(s):
    "What a file keeps of a storage."
    return {k: x for k, x in state(s).items() if k not in ("changes", "log")}

@pytest.fixture
def three():
    s = VectorStorage(3, model="model-m")
    s.add_bulk([[1, 2, 3], [0, -1, .5], [1e-3, 0, 7]], HEADLINES)
    return s

@pytest.fixture(params=["orjson", "json"])
def parser(request, monkeypatch):
    "With the fast JSON library, and without."
    if request.param == "orjson": pytest.importorskip("orjson")
    else: monkeypatch.setattr(files, "orjson", None)

@pytest.fixture
def path(tmp_path): return tmp_path/"s.json"

# --- ids ------------------------------------------------------------------------------------------------

def test_ids_count_up_from_zero_whichever_way_vectors_come():
    s = VectorStorage(2)
    assert (s.next_id, len(s)) == (0, 0)
    assert s.add([1, 2], {"a": 1}) == 0
    assert s.add_bulk([[1, 2], [3, 4]], [{}, None]) == [1, 2]
    assert s.add([1, 2]) == 3
    assert (s.next_id, len(s), list(s)) == (4, 4, [0, 1, 2, 3])

def test_ids_are_not_used_twice_after_delete_and_reload(three, path):
    assert three.delete(2) and three.delete(0)
    assert (three.next_id, list(three)) == (3, [1])
    three.save(path)
    again = VectorStorage.load(path)
    assert (again.next_id, list(again), again.add([1, 1, 1])) == (3, [1], 3)
    for id in list(again): again.delete(id)
    again.save(path)
    assert VectorStorage.load(path).add([1, 1, 1]) == 4

def test_a_vector_can_be_read_back(three):
    vector, metadata = three.get(1)
    assert vector.dtype == np.float32 and vector.tolist() == [0, -1, .5] and metadata == HEADLINES[1]

def test_get_all_is_an_L_of_id_vector_metadata_in_the_order_of_ids(three):
    three.update(0, vector=[9, 9, 9])
    rows = three.get_all()
    assert isinstance(rows, L) and rows.itemgot(0) == [0, 1, 2] and rows.itemgot(2) == HEADLINES
    assert rows[0][1].tolist() == [9, 9, 9]
    assert VectorStorage(3).get_all() == []

def test_membership_length_and_iteration_follow_deletes(three):
    three.delete(1)
    assert [i in three for i in range(4)] == [True, False, True, False]
    assert len(three) == 2 and list(iter(three)) == [0, 2]

def test_iteration_survives_changes_while_it_runs(three):
    for id in three: three.delete(id); three.add([0, 0, id])
    assert list(three) == [3, 4, 5]

def test_update_replaces_what_is_given_and_keeps_the_rest(three):
    three.update(0, metadata={"headline": "Bridge closes"})
    assert (three.get(0)[0].tolist(), three.get(0)[1]) == ([1, 2, 3], {"headline": "Bridge closes"})
    three.update(0, vector=[4, 5, 6])
    assert (three.get(0)[0].tolist(), three.get(0)[1]) == ([4, 5, 6], {"headline": "Bridge closes"})
    three.update(0, [7, 8, 9], {})
    assert (three.get(0)[0].tolist(), three.get(0)[1]) == ([7, 8, 9], {})
    assert (three.next_id, len(three), list(three)) == (3, 3, [0, 1, 2])

def test_delete_says_whether_it_was_there(three):
    assert three.delete(1) is True and three.delete(1) is False and three.delete(99) is False and three.delete(-1) is False

@pytest.mark.parametrize("id", [3, -1, 10**30, "0", None, 1.5, [0], True, False], ids=repr)
def test_an_unknown_id_is_named_and_changes_nothing(three, id):
    before = state(three)
    for call in (lambda: three.get(id), lambda: three.update(id, vector=[1, 1, 1]), lambda: three.update(id, metadata={"a": 1})):
        with pytest.raises(UnknownIdError) as e: call()
        assert repr(id) in str(e.value) and "0 to 2" in str(e.value) and isinstance(e.value, KeyError)
    if isinstance(id, (int, float)) and not isinstance(id, bool): assert three.delete(id) is False
    else:
        with pytest.raises(ValueError, match="delete_bulk"): three.delete(id)
    assert state(three) == before

def test_a_deleted_id_is_called_deleted(three):
    three.delete(1)
    with pytest.raises(UnknownIdError, match="1.*deleted"): three.get(1)
    with pytest.raises(UnknownIdError, match="empty"): VectorStorage(2).get(0)

@only_in_memory
def test_rows_are_one_contiguous_matrix_that_grows_by_doubling():
    s, heights = VectorStorage(4), []
    for i in range(5000):
        s.add([i, 0, 0, 0])
        if not heights or len(s._rows) != heights[-1]: heights.append(len(s._rows))
    assert s._rows.flags.c_contiguous and s._rows.dtype == np.float32
    assert all(b >= 2 * a for a, b in zip(heights, heights[1:])) and heights[-1] < 4 * 5000
    assert s.get(4999)[0][0] == 4999 and s.get(0)[0][0] == 0

@only_in_memory
def test_deletes_and_updates_give_memory_back():
    s = VectorStorage(2)
    s.add_bulk(np.zeros((4000, 2)))
    for id in range(3990): s.delete(id)
    for _ in range(5000): s.update(3995, vector=[1, 1])
    assert len(s) == 10 and len(s._rows) <= 4096 and s.get(3995)[0].tolist() == [1, 1] and s.get(3999)[0].tolist() == [0, 0]
    assert len(s._log) < 10_000

# --- what vectors may be --------------------------------------------------------------------------------

@pytest.mark.parametrize("vector", [[1, 2, 3], (1, 2, 3), L(1, 2, 3), np.array([1, 2, 3]), np.float16([1, 2, 3]), np.float64([1, 2, 3]), np.uint8([1, 2, 3]), np.arange(1, 7)[::2] // 2 + 1], ids=lambda x: f"{type(x).__name__}-{getattr(x, 'dtype', '')}")
def test_vectors_come_in_many_forms(vector):
    s = VectorStorage(3)
    assert s.get(s.add(vector))[0].tolist() == [1, 2, 3]

@pytest.mark.parametrize("vectors", [[[1, 2], [3, 4]], ([1, 2], (3, 4)), L([1, 2], [3, 4]), L(L(1, 2), L(3, 4)), [np.float32([1, 2]), np.arange(3, 5)], np.float64([[1, 2], [3, 4]]), np.asfortranarray([[1., 2], [3, 4]])], ids=lambda x: type(x).__name__)
def test_many_vectors_come_in_many_forms(vectors):
    s = VectorStorage(2)
    assert s.add_bulk(vectors, L({"a": 1}, {"a": 2})) == [0, 1]
    assert [x.tolist() for x in s.get_all().itemgot(1)] == [[1, 2], [3, 4]] and s.get_all().itemgot(2) == [{"a": 1}, {"a": 2}]

def test_metadatas_may_be_any_iterable_or_none():
    s = VectorStorage(1)
    s.add_bulk([[1], [2]], ({"i": i} for i in range(2)))
    s.add_bulk([[3]])
    assert s.get_all().itemgot(2) == [{"i": 0}, {"i": 1}, {}]

@pytest.mark.parametrize("nothing", [[], (), np.empty((0, 3)), L()], ids=lambda x: type(x).__name__)
def test_adding_no_vectors_is_no_change(three, nothing):
    before = state(three)
    assert three.add_bulk(nothing, []) == [] and state(three) == before

def cyclic():
    x = {}
    x["self"] = x
    return x

def nested(levels):
    "A dictionary with this many brackets around its innermost value."
    x = 1
    for _ in range(levels - 1): x = [x]
    return {"deep": x}

BAD_VECTORS = {
    "too short": ([1, 2], DimensionError, ("3", "2")), "too long": ([1, 2, 3, 4], DimensionError, ("3", "4")), "empty": ([], DimensionError, ("3", "0")),
    "a matrix": ([[1, 2, 3]], DimensionError, ("3", "(1, 3)")), "a number": (7, DimensionError, ("3", "()")),
    "nan": ([1, math.nan, 3], VectorError, ("nan", "1")), "inf": ([1, 2, math.inf], VectorError, ("inf", "2")), "-inf": ([-math.inf, 2, 3], VectorError, ("-inf", "0")),
    "too large for float32": ([1, 1e39, 3], VectorError, ("1e+39", "3.4e38")), "huge integer": ([1, 2, 10**40], VectorError, ("object",)),
    "text": ("abc", VectorError, ("<U3",)), "texts": (["1", "2", "3"], VectorError, ("<U1",)), "None": (None, VectorError, ("object",)), "a None": ([1, None, 3], VectorError, ("object",)),
    "complex": ([1j, 2, 3], VectorError, ("complex128",)), "boolean": ([True, False, True], VectorError, ("bool",)), "dates": (np.array(["2020-01-01"] * 3, "M8[D]"), VectorError, ("datetime64",)),
    "a set": ({1, 2, 3}, VectorError, ("object",)), "ragged": ([1, [2], 3], VectorError, ("numbers",)), "a dictionary": ({0: 1}, VectorError, ("object",))}

BAD_METADATA = {
    "a list": [1], "text": "headline", "a number": 5, "nan": {"x": math.nan}, "inf": {"x": [1, {"y": -math.inf}]}, "bytes": {"x": b"1"}, "a set": {"x": {1}},
    "numpy integer": {"x": np.int64(1)}, "numpy float32": {"x": np.float32(1)}, "array": {"x": np.zeros(2)}, "integer key": {1: "x"}, "None key": {"x": {None: 1}}, "tuple key": {(1, 2): 1},
    "object": {"x": object()}, "function": {"x": len}, "complex": {"x": 1j}, "half a surrogate pair": {"x": "\ud800"}, "surrogate in a key": {"\udfff": 1},
    "cyclic": cyclic(), "too deep": nested(MAX_DEPTH - 1), "far too deep": nested(500), "integer of 10,000 bits": {"x": 1 << 10_000}}

@pytest.mark.parametrize("name", BAD_VECTORS)
def test_a_bad_vector_is_refused_before_anything_changes(three, name):
    vector, error, words = BAD_VECTORS[name]
    before = state(three)
    calls = [lambda: three.add(vector, {"a": 1})] + [lambda: three.update(1, vector, {"a": 1})] * (vector is not None)   # None keeps the vector
    for call in calls:
        with pytest.raises(error) as e: call()
        assert all(w in str(e.value) for w in words) and isinstance(e.value, (MinivecdbError, ValueError))
    assert state(three) == before

@pytest.mark.parametrize("name", [n for n in BAD_VECTORS if n not in ("boolean", "a matrix")])
def test_one_bad_vector_among_good_ones_stores_none(three, name):
    vector, error, _ = BAD_VECTORS[name]
    before = state(three)
    with pytest.raises((DimensionError, VectorError)): three.add_bulk([[1, 2, 3], vector, [4, 5, 6]], [{}, {}, {}])
    assert state(three) == before

@pytest.mark.parametrize("vectors, words", [(np.zeros((2, 4)), ("3", "4")), (np.zeros(3), ("3", "(3,)")), (np.zeros((1, 1, 3)), ("3", "(1, 1, 3)")), ([[1, 2, 3], [1, 2]], ("3", "2", "vector 1")), (np.zeros((0, 5)), ("3", "5"))], ids=["wide", "flat", "cube", "ragged", "empty"])
def test_matrices_of_another_shape_are_refused_with_both_numbers(three, vectors, words):
    before = state(three)
    with pytest.raises(DimensionError) as e: three.add_bulk(vectors)
    assert all(w in str(e.value) for w in words) and state(three) == before

def test_the_first_value_that_is_not_finite_is_named(three):
    x = np.ones((5, 3)); x[3, 2] = np.nan
    with pytest.raises(VectorError, match="vector 3 has nan at position 2"): three.add_bulk(x)

@pytest.mark.parametrize("name", BAD_METADATA)
def test_bad_metadata_is_refused_before_anything_changes(three, name):
    bad, before = BAD_METADATA[name], state(three)
    for call in (lambda: three.add([1, 2, 3], bad), lambda: three.add_bulk([[1, 2, 3]] * 3, [{}, bad, {}]), lambda: three.update(0, [5, 5, 5], bad)):
        with pytest.raises(MetadataError): call()
    assert state(three) == before

@pytest.mark.parametrize("metadatas", [[], [{}], [{}] * 3], ids=len)
def test_as_many_metadata_as_vectors(three, metadatas):
    before = state(three)
    with pytest.raises(MetadataError, match=f"2 vectors.*{len(metadatas)}"): three.add_bulk([[1, 2, 3]] * 2, metadatas)
    assert state(three) == before

def test_metadata_from_an_iterable_that_fails_stores_nothing(three):
    def failing(): yield {}; raise OSError("disk")
    before = state(three)
    with pytest.raises(OSError): three.add_bulk([[1, 2, 3]] * 2, failing())
    assert state(three) == before

@pytest.mark.parametrize("dimension", [0, -1, MAX_DIMENSION + 1, 3.0, "3", None, True, math.nan], ids=repr)
def test_a_dimension_that_cannot_be_is_refused(dimension):
    with pytest.raises(DimensionError) as e: VectorStorage(dimension)
    assert str(dimension) in str(e.value) and "65536" in str(e.value)

@pytest.mark.parametrize("dimension", [1, MAX_DIMENSION, np.int64(5)])
def test_the_smallest_and_largest_dimension_work(dimension):
    s = VectorStorage(dimension)
    assert len(s.get(s.add(np.ones(dimension)))[0]) == dimension

@pytest.mark.parametrize("model", [5, ["m"], b"m"], ids=repr)
def test_a_model_name_that_a_file_could_not_hold_is_refused(model):
    with pytest.raises(MinivecdbError, match=type(model).__name__): VectorStorage(3, model=model)

# --- aliasing -------------------------------------------------------------------------------------------

def test_changing_what_was_given_changes_nothing_stored():
    s, x, m = VectorStorage(2), np.float32([[1, 2], [3, 4]]), [{"tags": ["a"]}, {"o": {"p": 1}}]
    s.add_bulk(x, m); s.add(x[0], m[0]); s.update(1, x[1], m[1])
    before = state(s)
    x[:] = 9; m[0]["tags"].append("b"); m[1]["o"]["p"] = 2; m[1]["new"] = 1
    assert state(s) == before

def test_changing_what_was_returned_changes_nothing_stored(three):
    before = state(three)
    vector, metadata = three.get(1)
    vector[:] = 9; metadata["tags"].clear()
    for _, vector, metadata in three.get_all(): vector[:] = 8; metadata["x"] = 1
    three.take([0, 1])[1][:] = 7
    three.changes_since(0)[:] = 5
    ids, rows = three.to_arrays()
    ids[:] = 6
    with pytest.raises(ValueError): rows[:] = 7
    assert state(three) == before

def test_a_loaded_storage_shares_nothing_with_its_writer(three, path):
    three.save(path)
    before, again = state(three), VectorStorage.load(path)
    again.update(0, [0, 0, 0], {}); again.delete(1)
    assert state(three) == before

def test_snapshots_do_not_change_afterwards():
    s = VectorStorage(2)
    s.add_bulk(RNG.normal(size=(3000, 2)))
    snapshots = []
    def snap(): ids, rows = s.to_arrays(); snapshots.append((ids, rows, ids.copy(), rows.copy()))
    snap()
    s.add_bulk(RNG.normal(size=(1500, 2))); snap()
    for id in range(0, 400): s.update(id, vector=[1, 1])
    snap()
    for id in range(0, 4000): s.delete(id)
    snap()
    s.add_bulk(RNG.normal(size=(5000, 2))); snap()
    for ids, rows, ids_then, rows_then in snapshots:
        np.testing.assert_array_equal(ids, ids_then); np.testing.assert_array_equal(rows, rows_then)

def test_arrays_are_the_rows_in_the_order_of_ids(three):
    three.add_bulk(RNG.normal(size=(2000, 3))); three.update(5, vector=[5, 5, 5])
    for id in range(10, 1900): three.delete(id)
    ids, rows = three.to_arrays()
    assert ids.tolist() == list(three) and rows.dtype == np.float32 and ids.dtype == np.int64
    np.testing.assert_array_equal(rows, np.stack(three.get_all().itemgot(1)))

def test_take_passes_over_unknown_ids(three):
    three.delete(1)
    ids, rows = three.take([5, 2, 1, 0])
    assert ids.tolist() == [2, 0] and [bits(r) for r in rows] == [bits(three.get(2)[0]), bits(three.get(0)[0])]
    assert [a.shape for a in three.take([])] == [(0,), (0, 3)]

# --- the change counter ---------------------------------------------------------------------------------

def test_the_counter_tells_what_changed_since():
    s = VectorStorage(1)
    assert s.changes == 0 and s.changes_since(0).tolist() == []
    s.add_bulk([[1], [2], [3]])
    then = s.changes
    assert s.changes_since(0).tolist() == [0, 1, 2] and s.changes_since(then).tolist() == []
    s.update(1, metadata={}); s.delete(0); s.add([4])
    assert s.changes > then and s.changes_since(then).tolist() == [0, 1, 3]
    quiet = s.changes
    s.get(1); s.get_all(); s.delete(0); s.to_arrays(); len(s)
    assert s.changes == quiet

def test_a_trimmed_log_says_so_and_keeps_counting():
    s, readings, n = VectorStorage(1), [], 20_000 if VectorStorage is MemoryStorage else 6_000
    s.add([0])
    for i in range(n):
        readings.append(s.changes)
        s.update(0, vector=[i])
    assert s.changes == n + 1 and readings == sorted(set(readings))
    assert s.changes_since(0) is None and s.changes_since(readings[100]) is None
    assert s.changes_since(readings[-1]).tolist() == [0]
    answers = [s.changes_since(r) is None for r in readings[::n // 200]]
    assert answers == sorted(answers, reverse=True) and not answers[-10]   # None up to some point, known after it

def test_a_loaded_storage_starts_its_own_count(three, path):
    three.save(path)
    again = VectorStorage.load(path)
    now = again.changes
    again.delete(2)
    assert again.changes_since(now).tolist() == [2]

# --- files ----------------------------------------------------------------------------------------------

NASTY = np.array([0., -0., 1e-45, -1e-45, 1.1754942e-38, 1.1754944e-38, 3.4028235e38, -3.4028235e38, .1, 1 / 3, 16777216, 16777217, -1e-3, 1 + 2**-23, 1 - 2**-24, 0], np.float32)
NASTY[-1] = np.uint32(0x15ae43fd).view(np.float32)   # read through float64, its shortest decimal becomes its neighbour

def test_float32_survives_bit_for_bit(parser, path):
    every = RNG.integers(0, 2**32, 40_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    rows = np.concatenate([NASTY, every[np.isfinite(every)][:32_000 - len(NASTY)]]).reshape(-1, 16)
    s = VectorStorage(16)
    s.add_bulk(rows)
    s.save(path)
    again = VectorStorage.load(path)
    np.testing.assert_array_equal(again.to_arrays()[1].view(np.uint32), rows.view(np.uint32))

@pytest.mark.parametrize("writer, reader", [("orjson", "json"), ("json", "orjson")])
def test_both_json_libraries_read_each_others_files(writer, reader, path, monkeypatch):
    fast = pytest.importorskip("orjson")
    s = VectorStorage(16)
    s.add(NASTY, {"headline": "naïve — 火"})
    for library, use in ((writer, s.save), (reader, VectorStorage.load)):
        monkeypatch.setattr(files, "orjson", fast if library == "orjson" else None)
        use(path)
    assert content(VectorStorage.load(path)) == content(s)

def test_the_file_has_exactly_these_keys(parser, three, path):
    three.save(path)
    doc = json.loads(path.read_text())
    assert doc == {"dimension": 3, "next_id": 3, "model": "model-m", "vectors": {"0": [1, 2, 3], "1": [0, -1, .5], "2": [pytest.approx(1e-3), 0, 7]},
                   "metadatas": {str(i): m for i, m in enumerate(HEADLINES)}}

@pytest.mark.parametrize("model", [None, ""])
def test_the_model_is_written_only_when_known(model, path):
    VectorStorage(2, model=model).save(path)
    assert json.loads(path.read_text()) == {"dimension": 2, "next_id": 0, "vectors": {}, "metadatas": {}}
    assert VectorStorage.load(path).model is None

def test_save_and_load_give_back_everything(parser, three, path):
    three.delete(1)
    three.save(path)
    first = path.read_bytes()
    again = VectorStorage.load(path)
    assert content(again) == content(three)
    again.save(str(path))
    assert path.read_bytes() == first

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
                    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), x, max_size=4), max_leaves=20)

@settings(max_examples=60)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=5))
@example({"": "", "\u0000": "\u2028\x7f\\\"/", "a\"b": [[], {}, [{}]], "😀": -0.0, "big": 2**70, "]}": "]}", "{[": "{["})
def test_metadata_survives(tmp_path, metadata):
    s = VectorStorage(1)
    s.add([1], metadata)
    s.save(tmp_path/"m.json")
    again = VectorStorage.load(tmp_path/"m.json").get(0)[1]
    assert again == metadata and json.dumps(again) == json.dumps(metadata) == json.dumps(s.get(0)[1])

def test_tuples_become_lists_and_subclasses_plain_values(path):
    class Colour(str, enum.Enum): RED = "red"
    class Size(enum.IntEnum): LARGE = 3
    s = VectorStorage(1)
    s.add([1], {"t": (1, (2,)), "c": Colour.RED, "s": Size.LARGE, "f": np.float64(.5), Colour.RED: True})
    plain = {"t": [1, [2]], "c": "red", "s": 3, "f": .5, "red": True}
    assert s.get(0)[1] == plain and [type(x) for x in s.get(0)[1].values()] == [list, str, int, float, bool]
    s.save(path)
    assert VectorStorage.load(path).get(0)[1] == plain

def test_metadata_as_deep_as_allowed_survives(path):
    s = VectorStorage(1)
    s.add([1], nested(MAX_DEPTH - 2))
    s.save(path)
    assert VectorStorage.load(path).get(0)[1] == nested(MAX_DEPTH - 2)

def test_other_programs_files_load_whatever_their_order_and_space(parser, path):
    path.write_bytes(b' \n{"metadatas" : {\t"10":{"a" :1}, "2": {}\r\n} ,"model":"m\\u00e9","vectors":{"2":[ 1 ,2e0],"10": [\n-0.0,1E-2 ]},"next_id":11,"dimension":2} \n ')
    s = VectorStorage.load(path)
    assert list(s) == [2, 10] and s.model == "mé" and s.next_id == 11
    assert bits(s.get(10)[0]) == bits([-0., .01]) and s.get(10)[1] == {"a": 1}
    assert s.to_arrays()[0].tolist() == [2, 10]

def test_the_other_implementations_file_loads(compat):
    s, doc = VectorStorage.load(compat), json.loads(compat.read_text())
    assert (len(s), s.dimension, s.next_id) == (383, 768, 383)
    for id, vector, metadata in s.get_all():
        assert bits(vector) == bits(np.array(doc["vectors"][str(id)], np.float64)) and metadata == doc["metadatas"][str(id)]

def test_there_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError): VectorStorage.load(tmp_path/"none.json")
    with pytest.raises(FileFormatError, match="not a regular file"): VectorStorage.load(tmp_path)
    with pytest.raises(OSError): VectorStorage(2).save(tmp_path/"no"/"folder.json")

# --- damaged files --------------------------------------------------------------------------------------

def small():
    s = VectorStorage(2, model="m")
    s.add_bulk([[1.5, -2], [0, 1e-7]], [{"headline": 'Comet "Ö" \\ seen', "n": [1, {"deep": None}]}, {"b": True}])
    s.add([3, 4]); s.delete(2)
    return s

def refused(path, raw):
    "The message that a file of these bytes is refused with."
    path.write_bytes(raw)
    with pytest.raises(FileFormatError) as e: VectorStorage.load(path)
    assert str(path) in str(e.value) and "backup" in str(e.value)
    return str(e.value)

@only_in_memory
def test_a_file_cut_anywhere_is_refused(parser, path):
    s = small()
    s.save(path)
    raw = path.read_bytes()
    assert raw.endswith(b"}\n")
    for end in range(len(raw) - 1): refused(path, raw[:end])
    path.write_bytes(raw[:-1])
    assert content(VectorStorage.load(path)) == content(s)

@only_in_memory
def test_a_long_string_cut_in_the_middle_is_refused_after_one_look(path):
    "Every escaped quote used to start another walk to the end of the file."
    s = VectorStorage(1)
    s.add([1], {"html": '<a href="x">' * 200_000})
    s.save(path)
    assert "truncated" in refused(path, path.read_bytes()[:-20])

def with_parts(dimension="2", next_id="2", vectors='{"0": [1, 2], "1": [3, 4]}', metadatas='{"0": {}, "1": {}}', more=""):
    "A file from pieces of JSON."
    return f'{{"dimension": {dimension}, "next_id": {next_id}, "vectors": {vectors}, "metadatas": {metadatas}{more}}}'.encode()

@only_in_memory
def test_the_pieces_below_make_a_file_that_loads(path):
    path.write_bytes(with_parts())
    assert len(VectorStorage.load(path)) == 2

LAST = 2**63 - 1
DAMAGED = {
    "empty": (b"", "ends"), "white space": (b" \n ", "ends"), "not JSON": (b"headline,genre\n", "expected"), "a list": (b"[]", "expected"), "null": (b"null", "expected"),
    "an empty object": (b"{}", "missing"), "zeros": (b"\0" * 100, "byte 0 at 0"), "a pickle": (b"\x80\x04\x95\x00", "byte 0 at 3"), "a gzip file": (b"\x1f\x8b\x08\x00", "byte 0 at 3"),
    "byte order mark": (b"\xef\xbb\xbf" + with_parts(), "expected"), "UTF-16": (with_parts().decode().encode("utf-16"), "byte 0 at 3"),
    "text after the end": (with_parts() + b"x", "after the end"), "two files in one": (with_parts() * 2, "after the end"), "NUL after the end": (with_parts() + b"\0", "byte 0"),
    "not UTF-8 in a text": (with_parts(metadatas='{"0": {"h": "X"}, "1": {}}').replace(b"X", b"\xff"), "utf-8"),
    "not UTF-8 in a key": (with_parts(metadatas='{"0": {"X": 1}, "1": {}}').replace(b"X", b"\xc3"), "utf-8"),
    "a control character in a text": (with_parts(metadatas='{"0": {"h": "\n"}, "1": {}}'), "control"),
    "comments": (with_parts(vectors='/* */ {"0": [1, 2], "1": [3, 4]}'), "expected"), "single quotes": (with_parts().replace(b'"', b"'"), "quotes"),
    "an unknown key": (with_parts(more=', "index": 1'), "unknown key 'index'"), "comma at the end": (with_parts(more=","), "quotes"), "a missing comma": (with_parts().replace(b'2, "vectors"', b'2 "vectors"'), "expected"),
    "dimension is text": (with_parts(dimension='"2"'), "dimension"), "dimension is a float": (with_parts(dimension="2.0"), "dimension"), "dimension is true": (with_parts(dimension="true"), "dimension"),
    "dimension is null": (with_parts(dimension="null"), "dimension"), "dimension is a list": (with_parts(dimension="[2]"), "dimension"), "dimension is NaN": (with_parts(dimension="NaN"), "NaN"),
    "dimension 0": (with_parts(dimension="0", vectors="{}", metadatas="{}"), "dimension is 0"), "dimension -1": (with_parts(dimension="-1", vectors="{}", metadatas="{}"), "-1"),
    "dimension 65,537": (with_parts(dimension="65537", vectors="{}", metadatas="{}"), "65536"), "dimension of 5,000 digits": (with_parts(dimension="1" * 5000), "dimension|digits"),
    "dimension with a leading zero": (with_parts(dimension="02"), "JSON"), "dimension of nothing": (with_parts(dimension=""), "value|JSON"),
    "next_id negative": (with_parts(next_id="-1"), "next_id is -1.*2"), "next_id too small": (with_parts(next_id="1"), "next_id is 1.*2"), "next_id below an empty storage": (with_parts(next_id="-1", vectors="{}", metadatas="{}"), "next_id"),
    "next_id is text": (with_parts(next_id='"2"'), "next_id"), "next_id is a float": (with_parts(next_id="2.0"), "next_id"), "next_id is true": (with_parts(next_id="true"), "next_id"), "next_id of 64 bits": (with_parts(next_id=str(2**63)), "next_id"),
    "next_id of which the next could not be counted": (with_parts(next_id=str(LAST)), "next_id"),
    "model is a number": (with_parts(more=', "model": 3'), "model"), "model is null": (with_parts(more=', "model": null'), "model"),
    "vectors is a list": (with_parts(vectors="[[1, 2], [3, 4]]"), "expected"), "vectors is null": (with_parts(vectors="null"), "expected"), "metadatas is a list": (with_parts(metadatas="[{}, {}]"), "expected"), "metadatas is text": (with_parts(metadatas='"{}"'), "expected"),
    "a vector without metadata": (with_parts(metadatas='{"0": {}}'), "id 1 has a vector but no metadata"), "metadata without a vector": (with_parts(vectors='{"1": [1, 2]}'), "id 0 has a metadata but no vector"),
    "a vector too short": (with_parts(vectors='{"0": [1, 2], "1": [3]}'), "vector 1 has 1 numbers, expected 2"), "a vector too long": (with_parts(vectors='{"0": [1, 2, 3], "1": [3, 4]}'), "vector 0 has 3 numbers, expected 2"), "a vector empty": (with_parts(vectors='{"0": [], "1": [3, 4]}'), "vector 0 has 0"),
    "a metadata is a list": (with_parts(metadatas='{"0": [], "1": {}}'), "not an object"), "a metadata is null": (with_parts(metadatas='{"0": null, "1": {}}'), "not an object"), "a metadata is text": (with_parts(metadatas='{"0": "", "1": {}}'), "not an object"),
    "metadata with NaN": (with_parts(metadatas='{"0": {"x": NaN}, "1": {}}'), "NaN"), "metadata with 1e999": (with_parts(metadatas='{"0": {"x": 1e999}, "1": {}}'), "inf"), "metadata with half a surrogate pair": (with_parts(metadatas='{"0": {"x": "\\ud800"}, "1": {}}'), "surrogate"),
    "metadata with an integer of 3,000 digits": (with_parts(metadatas='{"0": {"x": ' + "1" * 3000 + '}, "1": {}}'), "bits|digits"),
    "crossed brackets": (with_parts(metadatas='{"0": {"x": [}]}, "1": {}}'), "JSON|expected|ends"), "a dimension twice": (with_parts(more=', "dimension": 2'), "'dimension' appears twice"), "vectors twice": (with_parts(more=', "vectors": {}'), "'vectors' appears twice"),
    "a dimension twice, escaped": (with_parts(more=', "dimens\\u0069on": 2'), "'dimension' appears twice"),
    "an id twice": (with_parts(vectors='{"0": [1, 2], "0": [3, 4], "1": [3, 4]}'), "'0' appears twice"), "an id twice, escaped": (with_parts(vectors='{"0": [1, 2], "\\u0030": [3, 4], "1": [3, 4]}'), "'0' appears twice"),
    "a metadata twice": (with_parts(metadatas='{"0": {}, "1": {}, "1": {}}'), "'1' appears twice"), "a metadata twice, escaped": (with_parts(metadatas='{"0": {}, "1": {}, "\\u0031": {}}'), "'1' appears twice"),
    "a key twice in a metadata": (with_parts(metadatas='{"0": {"a": 1, "a": 1}, "1": {}}'), "twice"), "a key twice deep in a metadata": (with_parts(metadatas='{"0": {"x": [{"a": 1, "\\u0061": 2}]}, "1": {}}'), "twice")}
BAD_IDS = ["00", "01", "-0", "-1", "+1", " 1", "1 ", "1.0", "1e0", "0x1", "1_0", "", "a", "²", "١", "１", str(2**63), str(LAST), "9" * 40, "1\\n"]
BAD_NUMBERS = ["NaN", "Infinity", "-Infinity", "nan", "1e999", "-1e999", "1e39", "4e38", "1" + "0" * 400, "true", "null", '"3"', "[3]", "{}", "", "-", "+3", "03", "3.", ".3", "0x3", "3e", "1_0", "'3'", "3 4", "\\u0033"]

@only_in_memory
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_with_its_reason(parser, path, name):
    raw, reason = DAMAGED[name]
    import re
    assert re.search(reason, refused(path, raw))

@only_in_memory
@pytest.mark.parametrize("id", BAD_IDS, ids=ascii)
def test_ids_have_one_spelling(path, id):
    "In either place, and even where both agree."
    vectors, metadatas = f'{{"0": [1, 2], "{id}": [3, 4]}}', f'{{"0": {{}}, "{id}": {{}}}}'
    for parts in ({"vectors": vectors}, {"metadatas": metadatas}, {"vectors": vectors, "metadatas": metadatas}): refused(path, with_parts(next_id=str(LAST), **parts))

@only_in_memory
@pytest.mark.parametrize("number", BAD_NUMBERS, ids=lambda x: ascii(x)[:20])
def test_vectors_hold_finite_float32_numbers_only(parser, path, number):
    assert "vector" in refused(path, with_parts(vectors=f'{{"0": [1, 2], "1": [3, {number}]}}'))

@only_in_memory
@pytest.mark.parametrize("vector", ["null", "{}", '"[1, 2]"', "5", "true", '{"0": 1}', "[[1, 2]]", "[1, 2"], ids=str)
def test_a_vector_is_a_flat_list(parser, path, vector):
    refused(path, with_parts(vectors=f'{{"0": [1, 2], "1": {vector}}}'))

@only_in_memory
@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, 1000, 100_000], ids=str)
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_nesting_beyond_a_hundred_is_refused(path, depth, brackets):
    deep = lambda n: brackets[0] * n + "1" + brackets[1] * n
    metadata = lambda n: with_parts(metadatas=f'{{"0": {{"x": {deep(n)}}}, "1": {{}}}}')
    assert "100" in refused(path, metadata(depth - 1))
    path.write_bytes(metadata(MAX_DEPTH - 3))
    assert len(VectorStorage.load(path)) == 2
    for place in ({"dimension": deep(depth)}, {"next_id": deep(depth)}, {"vectors": f'{{"0": {deep(depth)}}}'}, {"more": f', "model": {deep(depth)}'}): refused(path, with_parts(**place))
    refused(path, deep(depth).encode())
    refused(path, brackets[0].encode() * depth)

@only_in_memory
def test_brackets_inside_texts_do_not_nest(path):
    s = VectorStorage(1)
    s.add([1], {"[" * 500: "{" * 500 + '"' + "]" * 7 + "\\"})
    s.save(path)
    assert VectorStorage.load(path).get(0)[1] == s.get(0)[1]

@only_in_memory
def test_ids_of_any_allowed_size_load_and_can_be_added_to(path):
    path.write_bytes(with_parts(next_id=str(2**53 - 1), vectors='{"0": [1, 2], "9007199254740990": [3, 4]}', metadatas='{"0": {}, "9007199254740990": {}}'))
    s = VectorStorage.load(path)
    assert s.add([5, 6]) == 2**53 - 1 and s.next_id == 2**53 and len(s) == 3
    with pytest.raises(MinivecdbError, match="at most 0 more vectors"): s.add([7, 8])
    s.save(path)
    assert list(VectorStorage.load(path)) == list(s) == [0, 2**53 - 2, 2**53 - 1]

@st.composite
def mutated(draw):
    "The bytes of a small file, with a few of them changed, removed, repeated or inserted."
    raw = bytearray(b"".join(small()._json_parts()))
    for _ in range(draw(st.integers(1, 4))):
        at, kind = draw(st.integers(0, len(raw) - 1)), draw(st.sampled_from(["set", "flip", "cut", "insert", "repeat", "swap"]))
        end = min(len(raw), at + draw(st.integers(1, 12)))
        if kind == "set": raw[at] = draw(st.sampled_from(b'"\\{}[],:0129-.eENI \n\0\xff'))
        elif kind == "flip": raw[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut" and end - at < len(raw): del raw[at:end]
        elif kind == "insert": raw[at:at] = draw(st.binary(min_size=1, max_size=3))
        elif kind == "repeat": raw[at:at] = raw[at:end]
        else: raw[at:at + 2] = raw[at:at + 2][::-1]
    return bytes(raw)

def check_sound(s, path):
    "A storage that came out of a damaged file is a storage in every way."
    ids, rows = s.to_arrays()
    assert rows.shape == (len(s), s.dimension) and np.isfinite(rows).all() and s.next_id > max(s, default=-1)
    assert all(isinstance(m, dict) for m in s.get_all().itemgot(2))
    s.save(path)
    assert content(VectorStorage.load(path)) == content(s)

@only_in_memory
@settings(max_examples=700)
@given(mutated())
def test_a_mutated_file_is_refused_or_sound(tmp_path, raw):
    (tmp_path/"f.json").write_bytes(raw)
    try: s = VectorStorage.load(tmp_path/"f.json")
    except FileFormatError: return
    check_sound(s, tmp_path/"g.json")

@only_in_memory
@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789dimensovctraxp_ \\', max_size=200).map(str.encode))
def test_arbitrary_bytes_are_refused(tmp_path, raw):
    refused(tmp_path/"f.json", raw)

@only_in_memory
def test_both_libraries_refuse_and_accept_the_same_mutations(tmp_path, monkeypatch):
    fast, rng = pytest.importorskip("orjson"), np.random.default_rng(1)
    raw, read = b"".join(small()._json_parts()), []
    for _ in range(400):
        b = bytearray(raw)
        b[rng.integers(len(b))] = rng.choice(list(b'"\\{}[],:0129-.eENI \n\0\xff'))
        (tmp_path/"f.json").write_bytes(b)
        answers = []
        for module in (fast, None):
            monkeypatch.setattr(files, "orjson", module)
            try: answers.append(content(VectorStorage.load(tmp_path/"f.json")))
            except FileFormatError: answers.append(None)
        assert answers[0] == answers[1], bytes(b)
        read.append(answers[0] is not None)
    assert 0 < sum(read) < len(read)

# --- crashes --------------------------------------------------------------------------------------------

@pytest.fixture
def saved(three, path):
    "A saved storage that has been changed since, its path, and the bytes of its file."
    three.save(path)
    old = path.read_bytes()
    three.add([7, 7, 7], {"headline": "new"})
    return three, path, old

def test_save_syncs_the_file_then_renames_then_syncs_the_folder(saved, monkeypatch):
    storage, path, _ = saved
    events, fsync, replace = [], os.fsync, os.replace
    def kind(fd): return "folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else f"file of {os.fstat(fd).st_size} bytes"
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append(f"sync {kind(fd)}"), fsync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append(f"rename to {os.path.basename(b)}"), replace(a, b))[1])
    storage.save(path)
    assert events == [f"sync file of {path.stat().st_size} bytes", "rename to s.json", "sync folder"]

@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space"), KeyboardInterrupt()], ids=lambda e: type(e).__name__)
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(saved, monkeypatch, name, error):
    storage, path, old = saved
    def fail(*args): raise error
    monkeypatch.setattr(os, name, fail)
    with pytest.raises(type(error)): storage.save(path)
    assert os.listdir(path.parent) == [path.name] and path.read_bytes() == old
    monkeypatch.undo()
    storage.save(path)
    assert len(VectorStorage.load(path)) == 4

def test_a_save_that_fails_while_writing_leaves_the_old_file(saved, monkeypatch):
    storage, path, old = saved
    def half(self): yield b'{"dimension": 3'; raise MemoryError
    monkeypatch.setattr(type(storage), "_json_parts", half)
    with pytest.raises(MemoryError): storage.save(path)
    assert os.listdir(path.parent) == [path.name] and path.read_bytes() == old

def test_a_process_that_dies_in_save_leaves_the_old_file(saved, run_python):
    _, path, old = saved
    run_python(f"""
import os, subprocess, sys
from minivecdb.vector_storage import VectorStorage
child = os.fork()
if child == 0:
    s = VectorStorage.load({str(path)!r})
    os.replace = lambda a, b: os._exit(9)
    s.add([1, 1, 1]); s.save({str(path)!r})
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9""")
    assert path.read_bytes() == old
    s = VectorStorage.load(path)
    s.save(path)
    assert content(VectorStorage.load(path)) == content(s)

def test_save_writes_through_a_link_and_keeps_the_files_rights(saved, tmp_path):
    storage, path, old = saved
    link = tmp_path/"link.json"
    link.symlink_to(path)
    path.chmod(0o640)
    storage.save(link)
    assert link.is_symlink() and path.read_bytes() != old and stat.S_IMODE(path.stat().st_mode) == 0o640

# --- against a dictionary -------------------------------------------------------------------------------

VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=2)
METADATA = st.dictionaries(st.sampled_from("abc"), st.integers(0, 5), max_size=2)

class StorageMachine(RuleBasedStateMachine):
    "Random operations on a storage and on a plain dictionary."
    @initialize()
    def start(self): self.storage, self.model, self.next_id = VectorStorage(2), {}, 0

    @rule(vector=VALUES, metadata=METADATA)
    def add(self, vector, metadata): self.expect([self.storage.add(vector, metadata)], [(vector, metadata)])
    @rule(rows=st.lists(st.tuples(VALUES, METADATA), max_size=5))
    def add_bulk(self, rows): self.expect(self.storage.add_bulk([r[0] for r in rows], [r[1] for r in rows]), rows)
    @rule(n=st.integers(1100, 1500))
    def add_many(self, n): self.expect(self.storage.add_bulk(np.ones((n, 2))), [([1., 1.], {})] * n)
    def expect(self, ids, rows):
        assert ids == list(range(self.next_id, self.next_id + len(rows)))
        self.model.update(zip(ids, rows)); self.next_id += len(rows)

    @rule(id=st.integers(0, 3000), vector=st.none() | VALUES, metadata=st.none() | METADATA)
    def update(self, id, vector, metadata):
        if id not in self.model:
            with pytest.raises(UnknownIdError): self.storage.update(id, vector, metadata)
        else:
            self.storage.update(id, vector, metadata)
            old = self.model[id]
            self.model[id] = (old[0] if vector is None else vector, old[1] if metadata is None else metadata)
    @rule(id=st.integers(0, 3000))
    def delete(self, id): assert self.storage.delete(id) == (self.model.pop(id, None) is not None)
    @precondition(lambda self: len(self.model) > 1000)
    @rule(keep=st.integers(0, 3))
    def delete_most(self, keep):
        for id in list(self.model)[:len(self.model) - keep]: self.delete(id)
    @rule(bad=st.sampled_from([[1], [1, math.nan], "ab"]))
    def refuse(self, bad):
        with pytest.raises(MinivecdbError): self.storage.add(bad)
    @rule()
    def reload(self):
        import tempfile
        with tempfile.TemporaryDirectory() as d:
            self.storage.save(f"{d}/s.json")
            self.storage = VectorStorage.load(f"{d}/s.json")

    @invariant()
    def agrees(self):
        assert (self.storage.next_id, list(self.storage)) == (self.next_id, list(self.model))
        ids, rows = self.storage.to_arrays()
        assert ids.tolist() == list(self.model)
        np.testing.assert_array_equal(rows, np.array([x for x, _ in self.model.values()], np.float32).reshape(-1, 2))
        for id in list(self.model)[:3] + list(self.model)[-3:]: assert self.storage.get(id)[1] == self.model[id][1]

TestStorageAgainstADictionary = StorageMachine.TestCase
TestStorageAgainstADictionary.settings = settings(max_examples=15, stateful_step_count=25)

# --- threads --------------------------------------------------------------------------------------------

@pytest.fixture
def eager_threads():
    "Let threads change places as often as they can."
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(old)

def run_threads(*works):
    "Run functions side by side and raise the first error of any."
    errors = []
    def guarded(work):
        try: work()
        except BaseException as e: errors.append(e)
    threads = [threading.Thread(target=guarded, args=(w,)) for w in works]
    for t in threads: t.start()
    for t in threads: t.join()
    if errors: raise errors[0]

def test_reading_while_another_thread_writes(eager_threads):
    "Vector and metadata of an id always belong together, in every way of reading."
    s, done = VectorStorage(3), threading.Event()
    s.add_bulk(np.zeros((20, 3)), [{"v": 0}] * 20)
    def write():
        for i in range(1, 3000):
            s.update(i % 20, [i % 1000] * 3, {"v": i % 1000})
            if i % 50 == 0: s.delete(s.add_bulk([[i % 1000] * 3] * 2, [{"v": i % 1000}] * 2)[0])
        done.set()
    def together(vector, metadata): assert vector.tolist() == [metadata["v"]] * 3
    def read():
        while not done.is_set():
            for i in range(20): together(*s.get(i))
            for _, vector, metadata in s.get_all()[:30]: together(vector, metadata)
            ids, rows = s.to_arrays()
            assert len(ids) == len(rows) and (rows == rows[:, :1]).all() and ids[:20].tolist() == list(range(20))
            assert s.changes_since(s.changes) is not None and s._repr_markdown_()
    run_threads(write, read, read)
    assert s.next_id == 20 + 2 * 59 and len(s) == 20 + 59

def test_saving_while_another_thread_writes(eager_threads, path):
    s, done = VectorStorage(2), threading.Event()
    def write():
        for i in range(600): s.add([i, i], {"v": i})
        done.set()
    def save():
        while not done.is_set():
            s.save(path)
            again = VectorStorage.load(path)
            assert list(again) == list(range(len(again))) and all(x.tolist() == [m["v"]] * 2 == [i] * 2 for i, x, m in again.get_all())
    run_threads(write, save)

def test_many_threads_may_add(eager_threads):
    "The lock is held where ids are given out: no id twice, no row lost."
    s, given_out = VectorStorage(1), [[] for _ in range(4)]
    run_threads(*(lambda t=t: given_out[t].extend((s.add([t * 1000 + i]), t * 1000 + i) for i in range(300)) for t in range(4)))
    pairs = sum(given_out, [])
    assert sorted(i for i, _ in pairs) == list(range(1200)) and all(s.get(i)[0][0] == x for i, x in pairs)

# --- shown ----------------------------------------------------------------------------------------------

def test_reprs_say_what_is_inside(three):
    name = repr(three).partition("(")[0]
    assert name == type(three).__name__ and repr(three).endswith("3 vectors of 3 dimensions, model model-m)")
    table = three._repr_markdown_()
    assert "Bridge opens" in table and "| 2 |" in table and "1998" in table
    three.add_bulk(np.ones((10, 3)), [{"headline": "a|b\nc"}] * 10)
    assert "8 more" in three._repr_markdown_() and "a\\|b c" in three._repr_markdown_()
    assert "0 vectors" in VectorStorage(2)._repr_markdown_()
