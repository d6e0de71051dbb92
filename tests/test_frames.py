"Frames, Arrow and files of vectors: every cell becomes its natural value or an error with its row and column; ids, indexes and second vectors are not lost."
import datetime as dt, gzip, json, warnings
from decimal import Decimal
from uuid import UUID
import numpy as np
import pytest
from minivecdb import VectorStorage
from minivecdb.storage import json_rows
from minivecdb.storage.cells import clock_text, nanoseconds_text, natural
from minivecdb.storage.frames import merged
from minivecdb.storage.tables import TableWarning
from minivecdb.core.errors import DimensionError, FileFormatError, MetadataError, MinivecdbError
from minivecdb.core.errors import VectorError

V = [[1., 0.], [0., 1.]]

def stored(source, vector="vector", kind=None):
    "The metadata that a source leaves in a storage."
    s = VectorStorage(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        s.add_bulk(source, vector=vector)
    return s.get_all().itemgot(2)

def library(name): return pytest.importorskip(name)

MAKERS = {"pandas": lambda columns: library("pandas").DataFrame(columns), "polars": lambda columns: library("polars").DataFrame(columns, strict=False), "arrow": lambda columns: library("pyarrow").table(columns)}

# --- cells --------------------------------------------------------------------------------------------------

UTC2 = dt.timezone(dt.timedelta(hours=2))
NATURAL = [(dt.date(2024, 1, 31), "2024-01-31"), (dt.datetime(2024, 1, 31, 10, 0, 0, 5), "2024-01-31T10:00:00.000005"), (dt.datetime(2024, 1, 31, 10, tzinfo=UTC2), "2024-01-31T10:00:00+02:00"), (dt.time(10, 30), "10:30:00"), (np.datetime64("2024-01-31"), "2024-01-31"),
           (np.datetime64("2024-01-31T10:00:00.000000001"), "2024-01-31T10:00:00.000000001"), (np.datetime64("2024-01-31T10", "ns"), "2024-01-31T10:00:00"), (Decimal("9.90"), 9.9), (Decimal("12345678901234567890"), 12345678901234567890), (Decimal("1E+2"), 100), (Decimal("NaN"), None), (np.float64("nan"), None), (np.float32(.5), .5),
           (np.int8(-3), -3), (np.uint64(2**64 - 1), 2**64 - 1), (np.bool_(True), True), (np.str_("a"), "a"), (2**70, 2**70), (UUID(int=1), str(UUID(int=1))), ([1, [np.int8(2)]], [1, [2]]), ((1, None), [1, None]), (np.array([[1, 2]], np.int16), [[1, 2]]), (np.array([1.5, np.nan]), [1.5, None]),
           (np.array(["2024-01-31"], "datetime64[ns]"), ["2024-01-31T00:00:00"]), (np.ma.array([1, 2], mask=[1, 0]), [None, 2]), (np.ma.masked, None), (np.array(7), 7), ({"a": np.float16(1), "b": {"c": dt.date(1, 1, 1)}}, {"a": 1., "b": {"c": "0001-01-01"}}), (np.datetime64("NaT"), None)]

@pytest.mark.parametrize("cell, value", NATURAL, ids=lambda x: repr(x)[:30])
def test_a_cell_becomes_its_natural_value(cell, value):
    found = natural(cell)
    assert found == value and type(found) is type(value) and json.loads(json.dumps(found)) == found

@pytest.mark.parametrize("cell", [b"a", bytearray(b"a"), dt.timedelta(1), np.timedelta64(1, "s"), {1}, frozenset(), 1j, object(), Decimal("0.1234567890123456789"), Decimal("inf"), np.zeros(1, "i4,f4")[0], [1, {"a": b"x"}]], ids=lambda x: repr(x).partition(" at 0x")[0][:30])
def test_a_cell_that_json_cannot_hold_is_named(cell):
    with pytest.raises(MetadataError, match="^row 3 of column 'x'.* is "): natural(cell, "row 3 of column 'x'")

def test_nanoseconds_in_every_zone():
    rng = np.random.default_rng(0)
    for n in [0, -1, 1, 10**18, *rng.integers(-2**60, 2**62, 300).tolist()]:
        text = nanoseconds_text(n, "America/New_York")
        whole = dt.datetime.fromisoformat(text.split(".")[0] + text[-6:]) if "." in text else dt.datetime.fromisoformat(text)
        digits = int((text[:-6].partition(".")[2] or "0").ljust(9, "0"))
        assert int(whole.timestamp()) * 10**9 + digits == n and np.datetime64(nanoseconds_text(n)) == np.datetime64(n, "ns")
    assert clock_text(10**9 * 3600 + 5) == "01:00:00.000000005"
    with pytest.raises(ValueError, match="no time zone 'Mars'"): nanoseconds_text(0, "Mars")

# --- frames -------------------------------------------------------------------------------------------------

WHEN = dt.datetime(2024, 1, 31, 10)

@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("values, expected", [([WHEN, None], ["2024-01-31T10:00:00", None]), ([dt.date(2024, 1, 31), None], ["2024-01-31", None]), ([1., float("nan")], [1., None]), ([Decimal("1.50"), Decimal("2.25")], [1.5, 2.25]), ([[1, 2], []], [[1, 2], []]), ([{"a": dt.date(2024, 1, 31)}, {"a": None}], [{"a": "2024-01-31"}, {"a": None}]),
                                              ([True, None], [True, None]), ([2**62, 1], [2**62, 1]), (["a", None], ["a", None]), ([dt.time(10, 30), None], ["10:30:00", None]), ([[.5, .25], [1., 2.]], [[.5, .25], [1., 2.]])], ids=lambda x: repr(x)[:30])
def test_the_same_cells_from_every_library(name, values, expected): assert [m["x"] for m in stored(MAKERS[name]({"vector": V, "x": values}))] == expected

@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("values", [[b"a", b"b"], [dt.timedelta(1), dt.timedelta(2)]], ids=["bytes", "durations"])
def test_a_column_that_json_cannot_hold_is_named(name, values):
    with pytest.raises(MetadataError, match="row 0 of column 'x' is a (bytes|timedelta|Timedelta)"): stored(MAKERS[name]({"vector": V, "x": values}))

@pytest.mark.parametrize("name", MAKERS)
def test_infinity_is_named_by_row_and_column(name):
    with pytest.raises(MetadataError, match=r"vector 1: metadata\['x'\] is inf"): stored(MAKERS[name]({"vector": V, "x": [1., float("inf")]}))

def test_nanoseconds_of_every_library_are_kept():
    n = [1_706_695_200_000_000_001, None]
    pa, pl, pd = library("pyarrow"), library("polars"), library("pandas")
    text = "2024-01-31T10:00:00.000000001"
    assert [m["x"] for m in stored(pa.table({"vector": V, "x": pa.array(n, pa.timestamp("ns"))}))] == [text, None]
    assert stored(pa.table({"vector": V, "x": pa.array(n, pa.timestamp("ns", "+02:00"))}))[0]["x"] == "2024-01-31T12:00:00.000000001+02:00"
    assert [m["x"] for m in stored(pl.DataFrame({"vector": V, "x": pl.Series(n).cast(pl.Datetime("ns"))}))] == [text, None]
    assert [m["x"] for m in stored(pd.DataFrame({"vector": V, "x": pd.to_datetime(n)}))] == [text, None]
    assert stored(pl.DataFrame({"vector": V, "x": pl.Series([1, None]).cast(pl.Time)}))[0]["x"] == "00:00:00.000000001"
    with pytest.raises(MetadataError, match="column 'x' holds nanoseconds inside List"): stored(pl.DataFrame({"vector": V, "x": pl.Series([[1], [2]]).cast(pl.List(pl.Datetime("ns")))}))
    with pytest.raises(MetadataError, match="row 1 of column 'x'"): stored(pa.table({"vector": V, "x": pa.array([0, 2**60], pa.timestamp("s"))}))

def test_kinds_of_pandas():
    pd = library("pandas")
    frame = pd.DataFrame({"vector": V, "int": pd.array([1, None], dtype="Int64"), "cat": pd.Categorical(["a", None]), "str": pd.array(["a", None], dtype="string"), "f4": np.float32([.1, .5]), "zone": pd.to_datetime(["2024-01-31", None]).tz_localize("Europe/Berlin"), 7: ["x", "y"]})
    assert stored(frame) == [{"int": 1, "cat": "a", "str": "a", "f4": float(np.float32(.1)), "zone": "2024-01-31T00:00:00+01:00", "7": "x"}, {"int": None, "cat": None, "str": None, "f4": .5, "zone": None, "7": "y"}]
    with pytest.raises(MetadataError, match="row 0 of column 'p' is a Period"): stored(pd.DataFrame({"vector": V, "p": pd.period_range("2024-01", periods=2, freq="M")}))

def test_an_index_with_a_name_is_a_column():
    pd = library("pandas")
    frame = pd.DataFrame({"vector": V, "n": [1, 2]})
    assert stored(frame.set_index(pd.Index(["a", "b"]))) == [{"index": "a", "n": 1}, {"index": "b", "n": 2}] and stored(frame[frame.n > 1]) == [{"n": 2}]
    assert stored(frame.set_index(pd.Index([7, 8], name="id"))) == [{"n": 1, "id": 7}, {"n": 2, "id": 8}]
    with pytest.raises(VectorError, match="index of the table has the name of a column"): stored(frame.set_index(pd.Index([7, 8], name="n")))

@pytest.mark.parametrize("make", [lambda: library("pandas").Series(V), lambda: library("polars").Series(V), lambda: library("pyarrow").array(V), lambda: library("pyarrow").chunked_array([V[:1], V[1:]]), lambda: library("pyarrow").FixedSizeListArray.from_arrays(library("pyarrow").array([1., 0., 0., 1.]), 2)], ids=["pandas", "polars", "array", "chunked", "fixed"])
def test_one_column_of_vectors(make):
    s = VectorStorage(2)
    assert s.add_bulk(make(), [{"i": 0}, {"i": 1}]) == [0, 1] and s.to_arrays()[1].tolist() == V and s.get(1)[1] == {"i": 1}

@pytest.mark.parametrize("name", MAKERS)
def test_the_column_of_vectors_is_named(name, tmp_path):
    frame = MAKERS[name]({"text": V, "image": V[::-1], "id": ["a", "b"]})
    assert stored(frame, "image") == [{"text": V[0], "id": "a"}, {"text": V[1], "id": "b"}]
    with pytest.raises(VectorError, match="no column 'txt': did you mean 'text'.*vector="): stored(frame, "txt")
    with VectorStorage.open(tmp_path/"s.mvdb", 2) as s, pytest.warns(TableWarning, match="own 'id' is kept"):
        assert s.add_bulk(frame, vector="text") == [0, 1] and s.get(1)[1] == {"image": V[0], "id": "b"}

def test_columns_named_twice_in_arrow():
    pa = library("pyarrow")
    with pytest.raises(VectorError, match="a name of its own"): stored(pa.Table.from_arrays([pa.array(V), pa.array([1, 2]), pa.array([3, 4])], ["vector", "a", "a"]))

# --- ids, metadata, files ---------------------------------------------------------------------------------------

def write(path, *rows): path.write_text("".join(json.dumps(r) + "\n" for r in rows)); return path

def test_own_ids_and_other_columns_are_kept(tmp_path):
    rows = [{"id": 4711, "vector": [1, 0], "title": "a"}, {"id": "doc-2", "vector": [0, 1], "metadata": {"a": 1}, "title": "b"}, {"vector": [1, 1], "image": [.5, 1]}, {"id": None, "vector": [1, 1], "metadata": None}]
    assert stored(write(tmp_path/"a.jsonl", *rows)) == [{"title": "a", "id": 4711}, {"a": 1, "title": "b", "id": "doc-2"}, {"image": [.5, 1]}, {}]
    (tmp_path/"a.json").write_text("\ufeff" + json.dumps(rows)); (tmp_path/"A.JSONL.GZ").write_bytes(gzip.compress((tmp_path/"a.jsonl").read_bytes()))
    assert stored(tmp_path/"a.json") == stored(tmp_path/"A.JSONL.GZ") == stored(tmp_path/"a.jsonl")
    with pytest.raises(MetadataError, match="a.jsonl, line 1: 'a' is a column and, with another value, a key of 'metadata'"): stored(write(tmp_path/"a.jsonl", {"vector": [1, 0], "a": 2, "metadata": {"a": 1}}))
    assert merged({"a": 1}, {"a": None, "b": 2}, "") == {"a": 1, "b": 2}
    with pytest.raises(MetadataError): merged({"a": 1}, {"a": True}, "row")

def test_exported_rows_come_back_with_the_ids_they_had(tmp_path):
    for name in ("x.jsonl", "x.parquet"):
        if name.endswith("parquet"): library("pyarrow")
        with VectorStorage.open(tmp_path/f"{name}.mvdb", 2) as s:
            s.add_bulk(V, [{"id": "own"}, {"t": 1}]); s.export(tmp_path/name)
        assert stored(tmp_path/name) == [{"id": "own"}, {"t": 1, "id": 1}]
        with VectorStorage.open(tmp_path/f"{name}.b.mvdb", 2) as s: assert s.restore(tmp_path/name) == 2 and s.get(1)[1] == {"t": 1} and s.get(0)[1] == {"id": "own"}
    with VectorStorage.open(tmp_path/"c.mvdb", 2) as s:
        for id in ("seven", -1, 1.5, None): 
            with pytest.raises(FileFormatError, match="id"): s.restore(write(tmp_path/"c.jsonl", {"id": 0, "vector": [1, 0]}, {"id": id, "vector": [1, 0]}))
        with pytest.raises(FileFormatError, match="2\\*\\*53"): s.restore(write(tmp_path/"c.jsonl", {"id": 2**60, "vector": [1, 0]}))
        assert len(s) == 0

@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("raw, words", [('{"vector": [1, NaN]}', "line 2 has nan at position 1"), ('{"vector": [1, 1e39]}', "line 2 has 1e.39 at position 1"), ('{"vector": [1]}', "line 2: expected 2 dimensions, got 1"), ('{"vector": [1, "x"]}', "line 2: "), ('{"vectr": [1, 2]}', "line 2 has no 'vector': did you mean 'vectr'"),
                                        ('{"vector": [1, 2], "n": NaN}', r"line 2: metadata\['n'\] is nan"), ('{"vector": [1, 2], "n": 1e999}', r"line 2: metadata\['n'\] is inf"), ('{"vector": [1, 2], "n": 1, "n": 2}', "line 2: the key 'n' is there twice"), ('{"vector": [1, 2], "metadata": "{"}', "line 2: its cell of column 'metadata' is not JSON"),
                                        ('{"vector": [1, 2], "metadata": [1]}', "line 2: expected metadata as a dictionary"), ('{"vector": [1, 2], "t": "\\ud800"}', "line 2: metadata.*surrogate")], ids=lambda x: x[:36])
def test_an_error_names_the_line(tmp_path, monkeypatch, fast, raw, words):
    if not fast: monkeypatch.setattr(json_rows, "orjson", None)
    (tmp_path/"a.jsonl").write_text('{"vector": [1, 2]}\n' + raw + "\n")
    with pytest.raises(MinivecdbError, match="a.jsonl, " + words): stored(tmp_path/"a.jsonl")

def test_files_that_are_something_else(tmp_path):
    for name, words in (("a.csv", "minivecdb index"), ("a.npy.gz", "unpack"), ("a.parquet.gz", "unpack")):
        (tmp_path/name).write_bytes(b"x")
        with pytest.raises(FileFormatError, match=words): stored(tmp_path/name)
    VectorStorage(2).save(tmp_path/"s.json")
    with pytest.raises(FileFormatError, match="VectorStorage.load"): stored(tmp_path/"s.json")
    np.save(tmp_path/"X.NPY.npy", np.float32(V)); (tmp_path/"X.NPY.npy").rename(tmp_path/"X.NPY")
    assert stored(tmp_path/"X.NPY") == [{}, {}]

# --- numbers that float32 does not hold ---------------------------------------------------------------------------

def test_masked_numbers_are_refused():
    x = np.ma.array(V, mask=[[0, 0], [0, 1]])
    s = VectorStorage(2)
    for call in (lambda: s.add_bulk(x), lambda: s.add_bulk([np.array(V[0]), x[1]]), lambda: s.add(x[1]), lambda: s.add_bulk(iter([x])), lambda: s.add_bulk(library("pandas").DataFrame({"vector": [x[0], x[1]]}))):
        with pytest.raises(VectorError, match=r"masked: fill it"): call()
    assert len(s) == 0 and s.add_bulk(np.ma.array(V)) == [0, 1]
    with pytest.raises(VectorError, match=r"at \[1, 1\] is masked"): s.add_bulk(x)

@pytest.mark.parametrize("tiny", [1e-60, 1e-46, -1e-300, 5e-324])
def test_a_vector_of_which_float32_leaves_nothing_is_refused(tiny):
    s = VectorStorage(2)
    with pytest.raises(VectorError, match="vector 1 has .* at position 1.*scale"): s.add_bulk([[1, 0], [0, tiny]])
    with pytest.raises(VectorError, match="scale"): s.add([tiny, tiny])
    assert s.add_bulk([[1, tiny], [0, 0], [0, 1e-44]]) == [0, 1, 2]     # beside 1 it is less than the last digit

# --- metadata in a frame beside an array ---------------------------------------------------------------------

@pytest.fixture(params=["memory", "folder"])
def empty(request, tmp_path):
    if request.param == "memory": return VectorStorage(2)
    return VectorStorage.open(tmp_path/"s.mvdb", 2)

@pytest.mark.parametrize("name", MAKERS)
def test_metadata_may_be_a_frame(empty, name):
    frame = MAKERS[name]({"title": ["a", "b"], "n": [1, 2], "price": [1.5, None], "day": [dt.date(2024, 1, 31), None], "id": [7, 8]})
    with empty as s:
        for progress in (False, True): assert len(s.add_bulk(np.array(V), frame, progress=progress)) == 2
        rows = [{"title": "a", "n": 1, "price": 1.5, "day": "2024-01-31", "id": 7}, {"title": "b", "n": 2, "price": None, "day": None, "id": 8}]
        assert list(s.get_all().itemgot(2)) == rows * 2

def test_metadata_may_be_a_lazy_frame_a_batch_or_a_part_of_a_frame(empty):
    pl, pa, pd = map(library, ("polars", "pyarrow", "pandas"))
    with empty as s:
        s.add_bulk(V, pl.LazyFrame({"n": [1, 2]})); s.add_bulk(V, pa.record_batch({"n": [1, 2]}))
        s.add_bulk(V, pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), [pa.record_batch({"n": [1, 2]})]))
        frame = pd.DataFrame({"n": [0, 1, 2]}); s.add_bulk(V, frame[frame.n > 0])
        assert list(s.get_all().itemgot(2)) == [{"n": 1}, {"n": 2}] * 4

@pytest.mark.parametrize("columns, words", [({"n": [1]}, "2 vectors but 1 metadata"), ({"n": [1, 2, 3]}, "2 vectors but 3 metadata"), ({"n": [b"x", b"y"]}, "row 0 of column 'n' is a bytes")])
def test_metadata_in_a_frame_that_does_not_fit_is_refused(empty, columns, words):
    with empty as s:
        with pytest.raises(MetadataError, match=words): s.add_bulk(V, MAKERS["pandas"](columns))
        assert len(s) == 0

def test_two_columns_of_metadata_with_one_name_are_refused(empty):
    pd = library("pandas")
    with empty as s, pytest.raises(MinivecdbError, match="the name of another"): s.add_bulk(V, pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]))
