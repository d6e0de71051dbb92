"""Filters: one meaning in three executions, refusals that change nothing, columns that follow, searches that never come up short.

A long run of the random comparisons: `make filters`, or MINIVECDB_FILTERS=10000 for the number of filters."""
import copy, itertools, json, math, operator, os, random, sqlite3, sys, threading
import datetime as dt
from fractions import Fraction
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from minivecdb.cli import main
from minivecdb.filters import columns as filter_columns
from minivecdb.filters.columns import Column, float_bounds, passing, integer_bounds, same_bits
from minivecdb.filters.sql import filter_sql, index_sql, prepare
from minivecdb.filters.language import MAX_CONDITIONS, FilterError, filter_from_json, instant
from minivecdb.filters.language import join_path, matches, read_filter, split_path
from minivecdb.exact.flat import FlatIndex
from minivecdb.ivf.index import IVF
from minivecdb.ivf.filtered import search_among
from minivecdb.ivf_index import IVFIndex
from minivecdb.core.errors import MetadataError, UnknownIdError
from minivecdb.vector_storage import VectorStorage

EXAMPLES = int(os.environ.get("MINIVECDB_FILTERS", 300))
STEPS = int(os.environ.get("MINIVECDB_STEPS", 400))

def storage(rows, dimension=1):
    s = VectorStorage(dimension)
    s.add_bulk(np.zeros((len(rows), dimension)), rows)
    return s

def database(rows):
    "ids -> metadata as JSON text in SQLite."
    db = prepare(sqlite3.connect(":memory:"))
    db.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, metadata TEXT)")
    db.executemany("INSERT INTO rows VALUES (?, ?)", [(i, json.dumps(m, ensure_ascii=False)) for i, m in rows.items()])
    return db

def by_sql(db, where):
    sql, params = filter_sql(where)
    return [i for i, in db.execute(f"SELECT id FROM rows WHERE {sql} ORDER BY id", params)]

def every_way(rows, where):
    "The matching rows, found in three ways that must agree."
    plain = [i for i, m in enumerate(rows) if matches(where, m)]
    assert storage(rows).columns.matching(where).tolist() == plain, "columns"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filter_columns, "BLOCK", 3), patch.setattr(filter_columns, "FEW", 1)
        assert storage(rows).columns.matching(where).tolist() == plain, "columns in small blocks"
    assert by_sql(database(dict(enumerate(rows))), where) == plain, "SQL"
    return plain

# --- the meaning, written out by hand -------------------------------------------------------------------

BIG = 2**53
MEANING = [ # value of the row ("-" for none), condition, whether it holds
    ("-", None, 0), ("-", {"$ne": None}, 1), ("-", {"$ne": 3}, 1), ("-", {"$nin": [3]}, 1), ("-", {"$not_contains": "a"}, 1), ("-", {"$exists": False}, 1), ("-", {"$exists": True}, 0), ("-", {"$lt": 3}, 0), ("-", {"$not": {"$lt": 3}}, 1),
    (None, None, 1), (None, {"$exists": True}, 1), (None, 0, 0), (None, False, 0), (None, "", 0), (None, {"$lte": 0}, 0), (None, {"$in": [1, None]}, 1),
    (True, True, 1), (True, 1, 0), (1, True, 0), (0, False, 0), (True, {"$gte": 0}, 0), (False, {"$ne": 0}, 1), (True, {"$in": [1, 1.0]}, 0), (True, "true", 0),
    (1, 1.0, 1), (1.0, 1, 1), (1, "1", 0), ("1", 1, 0), (1, {"$in": [1.0]}, 1), (-0.0, 0, 1), (0, -0.0, 1), (0.1 + 0.2, 0.3, 0), (0.3, 0.3, 1),
    (BIG + 1, BIG, 0), (BIG + 1, float(BIG), 0), (BIG, float(BIG), 1), (float(BIG), BIG, 1), (float(BIG), BIG + 1, 0), (BIG + 1, {"$gt": BIG}, 1), (BIG + 1, {"$gt": float(BIG)}, 1), (float(BIG + 2), {"$gt": BIG + 1}, 1), (float(BIG), {"$gte": BIG + 1}, 0),
    (2**63, {"$gt": 2**63 - 1}, 1), (2**63, float(2**63), 1), (2**63 + 1, float(2**63), 0), (10**30, 10**30, 1), (10**30 + 1, 10**30, 0), (10**30, 1e30, 0), (int(1e30), 1e30, 1), (-10**400, {"$lt": -1e308}, 1), (10**400, {"$lt": math.inf}, 1), (1e308, {"$lt": 10**400}, 1), (5, {"$lt": -math.inf}, 0),
    ("a", {"$lt": "b"}, 1), ("B", {"$lt": "a"}, 1), ("é", "e\u0301", 0), ("é", {"$gt": "z"}, 1), ("😀", {"$gt": "\uffff"}, 1), ("10", {"$lt": "9"}, 1), ("a", {"$lt": 3}, 0), (3, {"$lt": "a"}, 0), ("Sports", "sports", 0), ("", "", 1), ("x\0y", "x\0y", 1), ("x\0y", "x", 0), ("x\0y", {"$gt": "x"}, 1),
    ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z", 1), ("2024-05-01", "2024-05-01T00:00", 1), ("2024-05-01T23:30-02:00", {"$gte": "2024-05-02"}, 1), ("2024-05-01T00:30+02:00", {"$lt": "2024-05-01"}, 1), ("2024-02-30", {"$lt": "2025-01-01"}, 0), ("20240501", {"$lt": "2025-01-01"}, 0),
    ("2024-05-01", {"$lt": "A"}, 1), ("soon", {"$gt": "2024-01-01"}, 0), ("2024-05-01", dt.date(2024, 5, 1), 1), ("2024-05-01T10:00Z", {"$lt": dt.datetime(2024, 5, 1, 10, 0, 0, 1)}, 1), (["2024-05-01"], {"$contains": "2024-05-01T00:00Z"}, 1), ("2024-05-01T10:00:00.1234567Z", "2024-05-01T10:00:00.123456Z", 0),
    (["rain", "wind"], {"$contains": "rain"}, 1), (["rain"], {"$contains": "rai"}, 0), (["rain"], "rain", 0), (["rain"], {"$ne": "rain"}, 1), ([1, None, True], {"$contains": 1.0}, 1), ([True], {"$contains": 1}, 0), ([None], {"$contains": None}, 1), ([], {"$contains": None}, 0), ([["a"]], {"$contains": "a"}, 0), ([10**30], {"$contains": 10**30}, 1),
    ("rain and wind", {"$contains": "and"}, 1), ("rain", {"$contains": ""}, 1), ("rain", {"$contains": "Rain"}, 0), ("rain", {"$not_contains": "sun"}, 1), (5, {"$contains": "5"}, 0), ("5", {"$contains": 5}, 0), ("a%b", {"$contains": "%"}, 1), ("ab", {"$contains": "a%"}, 0),
    ({"a": 1}, {"$exists": True}, 1), ({"a": 1}, '{"a": 1}', 0), ({"a": 1}, '{"a":1}', 0), ([1], "[1]", 0), ({"a": "S"}, {"$contains": "S"}, 0), ({}, None, 0),
    (5, {"$gt": 3, "$lt": 7}, 1), (5, {"$gt": 3, "$lt": 5}, 0), (5, {"$in": []}, 0), (5, {"$nin": []}, 1), (5, {"$not": {"$gt": 3, "$lt": 7}}, 0), (5, {"$not": {"$not": {"$eq": 5}}}, 1),
]

@pytest.mark.parametrize("value, condition, expected", MEANING, ids=[f"{str(v)[:20]!r} {str(c)[:40]}" for v, c, _ in MEANING])
def test_what_a_condition_means(value, condition, expected):
    row = {} if value == "-" else {"x": value}
    assert every_way([row, {"y": 1}], {"x": condition}).count(0) == expected

def test_a_missing_key_is_not_equal_as_in_chroma_since_0_5_12():
    rows = [{"version": 1}, {"version": 2}, {}]
    assert every_way(rows, {"version": {"$ne": 1}}) == [1, 2] == every_way(rows, {"version": {"$nin": [1, 3]}})
    assert every_way(rows, {"version": {"$exists": True, "$ne": 1}}) == [1]

def test_paths_lead_into_objects_and_a_backslash_keeps_a_dot():
    rows = [{"a": {"b": 1}}, {"a.b": 1}, {"a": [{"b": 1}]}, {"a": {"b": {"c": 1}}}, {"a": "b"}, {"": 1}, {"a": {"": 1}}]
    assert every_way(rows, {"a.b": 1}) == [0]
    assert every_way(rows, {r"a\.b": 1}) == [1]
    assert every_way(rows, {"a.b": {"$exists": True}}) == [0, 3]
    assert every_way(rows, {"a.b.c": {"$gt": 0}}) == [3]
    assert every_way(rows, {"": 1}) == [5] and every_way(rows, {"a.": 1}) == [6]
    assert every_way([{"$gt": 3}, {"-x": 3}], {r"\$gt": 3}) == [0]

def test_and_or_not_and_several_keys():
    rows = [{"a": i % 2, "b": i} for i in range(6)]
    assert every_way(rows, {"a": 1, "b": {"$gt": 1}}) == [3, 5]
    assert every_way(rows, {"$or": [{"b": 0}, {"$and": [{"a": 1}, {"b": {"$lt": 4}}]}]}) == [0, 1, 3]
    assert every_way(rows, {"$not": {"$or": [{"a": 1}, {"b": 4}]}, "b": {"$ne": 0}}) == [2]
    assert every_way(rows, {"a": {"$not": 1}}) == [0, 2, 4]
    assert every_way(rows, {}) == every_way(rows, None) == list(range(6))

@pytest.mark.parametrize("text, expected", [("1970-01-01", 0), ("1970-01-01T00:00:01Z", 10**6), ("1970-01-01 01:00+01", 0), ("1970-01-01T01:00+0100", 0), ("1969-12-31T23:59:59.5", -500_000), ("1970-01-01T00:00:00.0000019", 1), ("9999-12-31T23:59:59-23:59", 253402387139000000),
    *((t, None) for t in ("1970-1-1", "1970-01-01T", "1970-01-01T1:00", "1970-01-01T00:00:60", "1970-01-01T24:00", "1970-13-01", "0000-01-01", "1970-01-01Z", "1970-01-01T00:00z", "1970-01-01T00:00:00.", "1970-01-01T00:00+24:00", "1970-01-01T00:00+01:60", " 1970-01-01", "1970-01-01\n", "１970-01-01", "1970-W01-1", "+1970-01-01"))])
def test_what_is_a_date(text, expected): assert instant(text) == expected

NANOSECONDS = ["2024-05-01T09:59:59.999999999999999999999", "2024-05-01T10:00:00", "2024-05-01T10:00:00.000000001", "2024-05-01T12:00:00.0000000010+02:00",
               "2024-05-01T10:00:00.000000002Z", "2024-05-01T10:00:00.00000000200000000000000000001", "2024-05-01T10:00:00.000000999", "2024-05-01T10:00:00.000001",
               "1677-01-01T00:00:00.1234567891", "9999-12-31T23:59:59.9999999999", "0001-01-01T00:00:00.0000000001", "soon", 3]

def as_fraction(text):
    "A date as a fraction, by other means: Python's calendar and exact arithmetic."
    head, zone = (text[:-6], 2) if text.endswith("+02:00") else (text.rstrip("Z"), 0)
    whole, _, digits = head.partition(".")
    seconds = (dt.datetime.fromisoformat(whole) - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1) - zone * 3600
    return seconds + Fraction(int(digits or 0), 10**len(digits))

def test_every_digit_of_a_second_counts_in_every_way():
    rows, dates = [{"t": t} for t in NANOSECONDS], NANOSECONDS[:-2]
    orders = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le, "$eq": operator.eq}
    for x in dates:
        for op, holds in orders.items():
            expected = [i for i, t in enumerate(dates) if holds(as_fraction(t), as_fraction(x))]
            assert every_way(rows, {"t": {op: x}}) == expected, (op, x)
    for x, y in itertools.combinations(dates, 2):
        between = [i for i, t in enumerate(dates) if as_fraction(x) < as_fraction(t) <= as_fraction(y)]
        assert every_way(rows, {"t": {"$gt": x, "$lte": y}}) == between, (x, y)
        assert every_way(rows, {"t": {"$in": [x, y, 3]}}) == [i for i, t in enumerate(dates) if as_fraction(t) in (as_fraction(x), as_fraction(y))] + [12]

def test_nanoseconds_of_numpy_and_pandas_keep_their_digits():
    rows = [{"t": t} for t in NANOSECONDS]
    assert every_way(rows, {"t": np.datetime64("2024-05-01T10:00:00.000000001")}) == [2, 3]
    assert every_way(rows, {"t": {"$gt": np.datetime64("2024-05-01T10:00:00.000000999", "ns"), "$lt": np.datetime64("2025", "Y")}}) == [7]
    assert read_filter({"t": np.datetime64("2024-05-01T10:00:00.000001000", "ns")}).operand == ("2024-05-01T10:00:00.000001",)
    pandas = pytest.importorskip("pandas")
    assert every_way(rows, {"t": {"$gte": pandas.Timestamp("2024-05-01T10:00:00.000000002")}}) == [4, 5, 6, 7, 9]

@pytest.mark.parametrize("folder", [False, True])
def test_nanoseconds_in_find_and_distinct(tmp_path, folder):
    s = VectorStorage.open(tmp_path/"s.mvdb", 1) if folder else VectorStorage(1)
    s.add_bulk(np.ones((len(NANOSECONDS), 1)), [{"t": t} for t in NANOSECONDS[::-1]])
    dates = [None, None, *NANOSECONDS[-3::-1]]
    by_time = sorted(range(2, len(dates)), key=lambda i: as_fraction(dates[i]))
    assert s.find({"t": {"$gte": "0001-01-01"}}, order_by="t").attrgot("id") == by_time
    assert s.count({"t": {"$gt": dates[-3]}}) == sum(as_fraction(t) > as_fraction(dates[-3]) for t in dates[2:])
    assert len(s.distinct("t")) == len(NANOSECONDS)

@given(st.datetimes(timezones=st.one_of(st.none(), st.timezones())))
@settings(max_examples=100)
def test_dates_that_python_writes(when):
    aware = when if when.tzinfo else when.replace(tzinfo=dt.timezone.utc)
    if aware.utcoffset().total_seconds() % 60: return   # offsets with seconds, of the nineteenth century, are no ISO 8601
    assert instant(when.isoformat()) == (aware - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)) // dt.timedelta(microseconds=1)

@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1, max_size=4))
def test_paths_are_written_and_read(parts): assert list(split_path(join_path(parts))) == parts

# --- refusals ------------------------------------------------------------------------------------------

def nested(n):
    w = {"a": 1}
    for _ in range(n): w = {"$not": w}
    return w

REFUSED = [({"a": {"$eg": 1}}, "did you mean"), ({"a": {"$regex": "x"}}, "unknown operator '$regex'"), ({"$nor": [{"a": 1}]}, "unknown operator '$nor'"), ({"a": {"b": 1}}, "dotted key, such as 'a.b'"), ({"a": {"$eq": 1, "b": 2}}, "unknown operator 'b'"), ({"a": {}}, "empty"),
    ({"a": [1, 2]}, "$in for one of several"), ({"a": {"$in": "abc"}}, "a list of values"), ({"a": {"$in": [[1]]}}, "is a list"), ({"a": {"$in": [{"x": 1}]}}, "is a dict"), ({"a": {"$gt": None}}, "have no order"), ({"a": {"$lte": True}}, "have no order"), ({"a": {"$gt": [1]}}, "is a list"),
    ({"a": float("nan")}, "is NaN"), ({"a": {"$in": [1, float("nan")]}}, "[1] is NaN"), ({"a": {"$exists": 1}}, "True or False"), ({"a": {"$exists": None}}, "True or False"), ({"$and": []}, "at least one filter"), ({"$or": {"a": 1}}, "at least one filter"), ({"$or": [{}]}, "holds for every row"),
    ({"$not": [{"a": 1}]}, "expected a filter"), ({"$and": ["a"]}, "expected a filter"), ({1: 2}, "key as a string"), (("a", 1), "expected a filter"), ("a = 1", "expected a filter"), (3, "expected a filter"), ({"a": b"x"}, "bytes"), ({"a": object()}, "object"), ({"a": 1j}, "complex"), ({"a": "\ud800"}, "surrogate"),
    ({"\ud800": 1}, "surrogate"), ({"a\\b": 1}, "backslash"), ({"a\\": 1}, "backslash"), ({"a": 1 << 9000}, "bits"), (nested(33), "deeper than 32"), (nested(50_000), "deeper than 32"), ({"$and": [{"a": i} for i in range(MAX_CONDITIONS + 1)]}, "more than 1,000"), ({"x." * 150: 1}, "levels down"), ({"a": {"$contains": ["x"]}}, "is a list")]

@pytest.mark.parametrize("where, message", REFUSED, ids=[str(m) + str(i) for i, (_, m) in enumerate(REFUSED)])
def test_what_is_refused_changes_nothing(where, message):
    s = storage([{"a": 1}, {"a": 2}], 2)
    ix = IVFIndex(s).build()
    before = (s.changes, [(i, m) for i, _, m in s.get_all()])
    for call in (read_filter, s.find, s.count, filter_sql, lambda w: s.delete(where=w), lambda w: s.update(where=w, merge={"b": 1}), lambda w: ix.search([1, 0], where=w), lambda w: s.distinct("a", w), s.columns.mask):
        with pytest.raises(FilterError) as e: call(where)
        assert message in str(e.value) and isinstance(e.value, ValueError) and len(str(e.value)) < 600
    assert (s.changes, [(i, m) for i, _, m in s.get_all()]) == before

def test_the_largest_allowed_filters_run_everywhere():
    rows = [{"a": i} for i in range(5)]
    assert every_way(rows, {"$or": [{"a": i} for i in range(3, 3 + MAX_CONDITIONS)]}) == [3, 4]
    deep = {"$or": [{"a": i} for i in range(900)]}
    for i in range(30): deep = {"$and": [deep, {"a": {"$ne": i % 2}}]}
    assert every_way(rows, deep) == [2, 3, 4]
    assert every_way(rows, nested(31)) == [0, 2, 3, 4]
    assert every_way(rows, {"a": {"$in": list(range(2, 200_000))}}) == [2, 3, 4]
    assert every_way(rows, {"a": {"$in": [i + .5 for i in range(3000)] + [4, "x"] + [f"2024-01-01T00:00:00.{i:06d}" for i in range(500)]}}) == [4]

def test_json_filters_refuse_what_python_would_swallow():
    assert filter_from_json(' {"a": {"$gt": 1}} ') == read_filter({"a": {"$gt": 1}})
    for text in ("", "a=1", "{'a': 1}", '{"a": 1', '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": {"$gt": 1, "$gt": 2}}', '[1]', '"x"', "[" * 100_000):
        with pytest.raises(FilterError): filter_from_json(text)

def test_sql_takes_nothing_but_a_columns_name():
    for name in ("metadata; DROP TABLE x", "a b", "", "1x", "a.b.c", 'x"'):
        with pytest.raises(FilterError): filter_sql({"a": 1}, name)
    assert "r.meta" in filter_sql({"a": 1}, "r.meta")[0]
    with pytest.raises(FilterError): index_sql('a"b', "rows")
    rows = [{"o'k": 1}, {'q"x': 1}, {"a\\b": 1}, {"a[0]": 1}, {"$": 1}, {"日本": "é"}]
    for i, m in enumerate(rows): assert every_way(rows, {join_path([next(iter(m))]): next(iter(m.values()))}) == [i]

# --- random rows, random filters -----------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "c", "d.e", "$k", "", 'q"x', "é", "a\\", "o'k", "n\nl", "x\0y"])
STRINGS = st.one_of(st.sampled_from(["a", "b", "ab", "", "é", "e\u0301", "日本", "1", "True", "null", "2024-05-01", "2024-05-01T00:00Z", "2024-05-01T02:00:00+02:00", "2024-05-02 01:00", "2024-05-01T00:00:00.000000001", "2024-05-01 02:00:00.000000999999+02", "2024-05-01T00:00:00.0000010", "2024-04-30T23:59:59.9999999999Z", "2024-02-30", "0001-01-01T00:00+01:00", "9999-12-31T23:59:59.999999-23:59", "a\\b", "a\nb", "x\0y", '{"a":1}', "[1]", "😀"]), st.text(st.characters(codec="utf-8"), max_size=4))
NUMBERS = st.one_of(st.sampled_from([0, 1, -1, 2, 1.0, 0.0, -0.0, 1.5, BIG, BIG + 1, float(BIG), 2**63 - 1, -2**63, 2**63, -2**63 - 1, 2.0**63, 10**30, 1e30, 10**400, -10**400, 1.7976931348623157e308, 5e-324, .1, .30000000000000004, 1 / 3]), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False), st.integers(-2**70, 2**70))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, STRINGS)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=6)
ROWS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=6)
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(join_path)
CONDITIONS = st.one_of(SCALARS,
    st.dictionaries(st.sampled_from(["$eq", "$ne", "$contains", "$not_contains"]), SCALARS, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), st.one_of(NUMBERS, STRINGS, st.sampled_from([math.inf, -math.inf])), min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["$in", "$nin"]), st.lists(SCALARS, max_size=20), min_size=1, max_size=2), st.fixed_dictionaries({"$exists": st.booleans()}))
ONE = st.dictionaries(PATHS, st.one_of(CONDITIONS, CONDITIONS.map(lambda c: {"$not": c})), min_size=1, max_size=2)
FILTERS = st.recursive(ONE, lambda inner: st.one_of(st.lists(inner, min_size=1, max_size=3).map(lambda fs: {"$and": fs}), st.lists(inner, min_size=1, max_size=3).map(lambda fs: {"$or": fs}), inner.map(lambda f: {"$not": f})), max_leaves=4)

@given(ROWS, FILTERS)
@settings(max_examples=EXAMPLES)
def test_columns_and_sql_and_plain_python_agree(rows, where):
    every_way(rows, where)
    assert read_filter(read_filter(where).where()).where() == read_filter(where).where()

def random_filter(rng, rows):
    "A filter made of values that occur, so that it matches something."
    def scalar():
        values = [v for m in rows for v in m.values() if not isinstance(v, dict)] or [0]
        v = rng.choice(values)
        return rng.choice(v) if isinstance(v, list) and v else 0 if isinstance(v, list) else v
    def condition():
        x, op = scalar(), rng.choice(["$eq", "$ne", "$gt", "$lte", "$in", "$nin", "$exists", "$contains", "$not_contains"])
        if op == "$exists": return {op: rng.random() < .5}
        if op in ("$in", "$nin"): return {op: [scalar() for _ in range(rng.randrange(40))]}
        return {op: 1 if op in ("$gt", "$lte") and (x is None or isinstance(x, bool)) else x}
    def one():
        key = rng.choice("abc")
        return {key: condition()} if rng.random() < .7 else {"$and": [{key: condition()} for _ in range(rng.randrange(2, 4))]}
    r = rng.random()
    return one() if r < .5 else {rng.choice(["$and", "$or"]): [one() for _ in range(rng.randrange(1, 4))]} if r < .8 else {"$not": one()}

def random_row(rng):
    scalars = [None, True, False, 1, 1.0, 0, 1.5, BIG + 1, float(BIG), 10**30, "a", "b", "ab", "", "é", "2024-05-01", "2024-05-01T02:00+02:00", "x\0y"]
    return {k: rng.choice([rng.choice(scalars), rng.randrange(50), rng.random(), f"s{rng.randrange(50)}", [rng.choice(scalars)], {"d": 1}]) for k in "abc" if rng.random() < .8}

@pytest.mark.parametrize("seed", range(3))
def test_columns_follow_every_change(seed):
    rng, s, rows = random.Random(seed), VectorStorage(1), {}
    for step in range(STEPS):
        r = rng.random()
        if r < .4 or not rows:
            new = [random_row(rng) for _ in range(rng.randrange(1, 20))]
            rows.update(zip(s.add_bulk(np.zeros((len(new), 1)), new), copy.deepcopy(new)))
        elif r < .6: i = rng.choice(list(rows)); s.delete(i); del rows[i]
        elif r < .8: i = rng.choice(list(rows)); rows[i] = random_row(rng); s.update(i, metadata=rows[i])
        elif r < .85: i = rng.choice(list(rows)); s.update(i, vector=[1.])
        elif r < .9:
            where, new = random_filter(rng, list(rows.values())), random_row(rng)
            hit = [i for i in rows if matches(where, rows[i])]
            assert s.update(where=where, merge=new) == len(hit)
            for i in hit: rows[i] = {**rows[i], **new}
        elif r < .93:
            where = random_filter(rng, list(rows.values()))
            hit = [i for i in rows if matches(where, rows[i])]
            assert s.delete(where=where) == len(hit)
            for i in hit: del rows[i]
        elif r < .94: s.columns.columns.clear()
        if step % 3: continue
        where = random_filter(rng, list(rows.values()) or [{}])
        expected = [i for i in sorted(rows) if matches(where, rows[i])]
        assert s.columns.matching(where).tolist() == expected and s.count(where) == len(expected)
        assert s.columns.mask(where).tolist() == [i in set(expected) for i in sorted(rows)]
        assert [(r.id, r.metadata) for r in s.find(where, limit=5, offset=2)] == [(i, rows[i]) for i in expected[2:7]]

def test_a_change_costs_only_itself(monkeypatch):
    s, read = storage([{"a": i, "b": str(i)} for i in range(5000)]), []
    peek = VectorStorage.metadata_of
    monkeypatch.setattr(VectorStorage, "metadata_of", lambda self, ids: read.append(len(list(ids))) or peek(self, ids))
    assert s.count({"a": {"$lt": 10}, "b": "3"}) == 1 and read == [5000, 5000]
    s.add([0.], {"a": -1}); s.update(7, metadata={"a": 70}); s.delete(2)
    assert s.count({"a": {"$lt": 10}}) == 9 and read[2:] == [3]
    assert s.count({"a": {"$lt": 20}}) == 19 and len(read) == 3

def test_a_follower_that_was_left_behind_starts_afresh():
    s = storage([{"a": i} for i in range(10)])
    assert s.count({"a": 3}) == 1
    for i in range(20_000): s.update(0, metadata={"a": i})
    assert s.changes_since(0) is None and s.find({"a": {"$gte": 19_999}}).attrgot("id") == [0]

def test_a_thread_that_sees_an_older_state_is_answered_row_by_row():
    s = storage([{"a": (i * 7) % 10} for i in range(10)])
    s.delete(3)
    expected = s.find({"a": {"$lt": 5}}, order_by="-a").attrgot("id")
    s.columns._seen = s.changes + 5
    s.columns.columns.clear()
    assert s.find({"a": {"$lt": 5}}, order_by="-a").attrgot("id") == expected and s.count({"a": 4}) == 1 and not s.columns.columns

def test_dead_rows_and_forgotten_strings_do_not_pile_up():
    s = storage([{"a": f"s{i}"} for i in range(4000)])
    s.count({"a": "s1"})
    for i in range(3500): s.delete(i)
    assert s.count({"a": {"$in": ["s1", "s3999"]}}) == 1 and s.columns.used == 500
    for i in range(8000):
        s.update(3900, metadata={"a": f"new {i}"})
        if i % 1000 == 0: s.count({"a": "x"})
    assert s.find({"a": "new 7999"}).attrgot("id") == [3900] and len(s.columns.columns[("a",)].dictionary) < 4000

def test_memory_is_counted():
    s = storage([{"genre": f"g{i % 5}", "year": i} for i in range(10_000)])
    s.count({"genre": "g1", "year": 3})
    use = s.columns.memory_usage()
    assert set(use) == {"ids", "genre", "year"} and 40_000 <= use["genre"] < 60_000 and 120_000 <= use["year"] < 140_000 and use["ids"] >= 90_000

@given(st.one_of(NUMBERS, st.sampled_from([math.inf, -math.inf])), st.lists(NUMBERS, max_size=8))
@settings(max_examples=150)
def test_bounds_are_exact(x, rows):
    for op, order in (("$gt", lambda a: a > x), ("$gte", lambda a: a >= x), ("$lt", lambda a: a < x), ("$lte", lambda a: a <= x)):
        (a, b), (low, high) = integer_bounds(op, x), float_bounds(op, x)
        for r in rows:
            if isinstance(r, float): assert (low <= r <= high) == order(r)
            elif -2**63 <= r < 2**63: assert (a <= r <= b) == order(r)

@given(st.lists(st.integers(-2**63, 2**63 - 1), max_size=30), st.lists(st.integers(-2**63, 2**63 - 1), max_size=40))
@settings(max_examples=100)
def test_many_wanted_numbers(numbers, wanted):
    numbers = np.array(numbers + wanted[::2], np.int64)
    assert passing(same_bits(numbers, np.array(wanted, np.int64)), len(numbers)).tolist() == [n in set(wanted) for n in numbers.tolist()]

# --- find, distinct, delete, update --------------------------------------------------------------------

def test_find_pages_through_everything_like_get_all():
    s = storage([{"a": i} for i in range(7)], 3)
    assert [(r.id, r.vector.tolist(), r.metadata) for r in s.find()] == [(i, v.tolist(), m) for i, v, m in s.get_all()]
    assert sum([s.find(limit=3, offset=o).attrgot("id") for o in range(0, 9, 3)], type(s.find())()) == list(range(7)) and s.find(limit=0) == [] and s.find(offset=99) == []
    for bad in ({"limit": -1}, {"limit": 1.5}, {"offset": -1}, {"offset": None}, {"limit": True}):
        with pytest.raises((ValueError, TypeError)): s.find(**bad)
    s.find(limit=1)[0].metadata["a"] = 99
    assert s.get(0)[1] == {"a": 0}

def test_order_by_numbers_dates_strings_booleans_and_the_rest_last():
    values = ["b", 2, None, 1.5, "2024-05-01", True, [1], "é", "2024-05-01T00:00-02:00", 10**30, BIG + 1, float(BIG), False, {"x": 1}, -1, "a", "2024-05-01T00:00Z"]
    s = storage([{"x": v} for v in values] + [{}])
    ordered = [-1, 1.5, 2, float(BIG), BIG + 1, 10**30, "2024-05-01", "2024-05-01T00:00Z", "2024-05-01T00:00-02:00", "a", "b", "é", False, True]
    up, down = ([r.metadata.get("x", "none") for r in s.find(order_by=o)] for o in ("x", "-x"))
    assert up[:14] == ordered and up[14:] == [None, [1], {"x": 1}, "none"] == down[14:]
    assert down[:14] == [True, False, "é", "b", "a", "2024-05-01T00:00-02:00", "2024-05-01", "2024-05-01T00:00Z", 10**30, BIG + 1, float(BIG), 2, 1.5, -1]

def test_order_by_several_keys_and_keys_with_a_minus():
    rows = [{"a": i % 3, "b": -i, "-c": i} for i in range(9)]
    s = storage(rows)
    assert s.find(order_by=["-a", "b"]).attrgot("id") == sorted(range(9), key=lambda i: (-rows[i]["a"], rows[i]["b"]))
    assert s.find(order_by=r"-\-c", limit=2).attrgot("id") == [8, 7] and s.find(order_by="nothing").attrgot("id") == list(range(9))
    assert s.find({"a": 1}, limit=2, offset=1, order_by="b").attrgot("id") == [4, 1]
    for bad in (3, [3], {"a": 1}):
        if not isinstance(bad, dict):
            with pytest.raises((FilterError, TypeError)): s.find(order_by=bad)

def test_distinct():
    s = storage([{"a": v} for v in ("b", 1, 1.0, True, None, [1], [1], "a", {"x": 1}, {"x": 1}, None)] + [{}, {"c": {"d": 5}}])
    assert s.distinct("a") == [1, "a", "b", True, None, [1], {"x": 1}] and type(s.distinct("a")[3]) is bool
    assert s.distinct("c.d") == [5] and s.distinct("zzz") == [] and s.distinct("a", {"a": {"$gte": "b"}}) == ["b"]

@pytest.mark.parametrize("folder", [False, True])
def test_distinct_takes_numbers_for_one_value_that_a_filter_finds_equal(tmp_path, folder):
    "1 and 1.0 are one value, told as it came first; true is another, and so is a whole number that its float does not equal."
    s = VectorStorage.open(tmp_path/"s.mvdb", 1) if folder else VectorStorage(1)
    values = [1.0, 1, True, 0, -0.0, BIG + 1, float(BIG), BIG, "1", 2, 2.0]
    s.add_bulk(np.ones((len(values), 1)), [{"a": v} for v in values])
    found = s.distinct("a")
    assert list(map(repr, found)) == ["0", "1.0", "2", "9007199254740992.0", "9007199254740993", "'1'", "True"]
    for v in found: assert s.count({"a": v}) == sum(type(x) is type(v) and x == v if isinstance(v, (bool, str)) or isinstance(x, (bool, str)) else x == v for x in values)
    assert list(map(type, s.distinct("a", {"a": {"$lt": 2}}))) == [int, float]

def test_delete_and_update_by_filter():
    s = storage([{"g": i % 3, "n": {"x": i}} for i in range(9)], 2)
    assert s.delete(where={"g": 0}) == 3 and s.delete(where={"g": 0}) == 0 and len(s) == 6 and s.next_id == 9
    assert s.update(where={"g": 1}, merge={"g": 7, "new": [1]}) == 3 and s.get(4)[1] == {"g": 7, "n": {"x": 4}, "new": [1]}
    assert s.update(where={"g": 2}, metadata={"only": True}) == 3 and s.get(5)[1] == {"only": True}
    s.get(4)[1]["new"].append(2)
    assert s.get(1)[1]["new"] == [1]
    s.update(4, merge={"g": 8}); s.update(4, vector=[1, 2])
    assert s.get(4)[1]["g"] == 8 and s.get(4)[0].tolist() == [1, 2] and s.delete(4) is True and s.delete(4) is False

def test_delete_and_update_refuse_before_they_change():
    s = storage([{"g": i} for i in range(4)])
    before = s.changes
    for wrong, error in ((lambda: s.delete(where={}), FilterError), (lambda: s.update(where={}, merge={"a": 1}), FilterError), (lambda: s.delete(), TypeError), (lambda: s.delete(1, where={"g": 1}), TypeError), (lambda: s.update(metadata={}), TypeError),
                         (lambda: s.update(1, where={"g": 1}, merge={}), TypeError), (lambda: s.update(where={"g": 1}, vector=[1.]), TypeError), (lambda: s.update(1, metadata={}, merge={}), TypeError), (lambda: s.update(where={"g": 1}), TypeError), (lambda: s.update(where={"g": 1}, merge={"x": {1}}), MetadataError),
                         (lambda: s.update(where={"g": 1}, merge=[1]), MetadataError), (lambda: s.update(99, merge={"a": 1}), UnknownIdError), (lambda: s.update([1], merge={"a": 1}), UnknownIdError)):
        with pytest.raises(error): wrong()
    assert s.changes == before and s.find().attrgot("metadata") == [{"g": i} for i in range(4)]

# --- searching among the matching rows -----------------------------------------------------------------

@pytest.fixture(scope="module")
def crowd():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(30, 16))[rng.integers(0, 30, 3000)] + .3 * rng.normal(size=(3000, 16))).astype(np.float32)
    s = VectorStorage(16)
    s.add_bulk(x, [{"i": i, "part": i % 7, "rare": i % 500 == 0} for i in range(3000)])
    return s

def exact(s, q, k, where, metric="cosine"):
    flat = FlatIndex.from_storage(s, metric)
    d, i = flat.search(q, k, mask=s.columns.mask(where))
    return d[0][i[0] >= 0].tolist(), i[0][i[0] >= 0].tolist()

WHERES = [{"part": 3}, {"rare": True}, {"i": {"$lt": 4}}, {"i": {"$lt": 2999}}, {"i": 17}, {"i": -1}, {"part": {"$ne": 3}}, {}]

@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
@pytest.mark.parametrize("where", WHERES, ids=str)
def test_k_hits_whenever_k_rows_match(crowd, metric, where):
    ix, n = IVFIndex(crowd, nprobe=1, distance_fn=metric, n_clusters=60).build(), crowd.count(where)
    for q in np.random.default_rng(1).normal(size=(5, 16)):
        for k in (1, 10, 50):
            hits = ix.search(q, k, where=where)
            assert len(hits) == min(k, n) and all(matches(where, h.metadata) for h in hits) and [h.distance for h in hits] == sorted(h.distance for h in hits)
            hits = ix.search(q, k, nprobe=60, where=where)
            assert ([h.distance for h in hits], hits.attrgot("id")) == exact(crowd, q, k, where, metric)

@pytest.mark.parametrize("codec", ["flat", "bf16", "int8", "pq4"])
def test_every_codec_measures_exact_vectors(crowd, codec):
    try: ix = IVFIndex(crowd, codec=codec, n_clusters=20).build()
    except ValueError: pytest.skip(f"no codec {codec}")
    q = crowd.get(5)[0] + .1
    for where in WHERES:
        hits = ix.search(q, 10, nprobe=20, where=where)
        assert ([h.distance for h in hits], hits.attrgot("id")) == exact(crowd, q, 10, where)

def test_no_more_is_scored_than_without_a_filter(crowd):
    index = IVF(16, 60)
    ids, x = crowd.to_arrays()
    index.train(x); index.add(x, ids)
    index.rows = crowd
    sizes = index.lists.sizes
    for q in np.random.default_rng(2).normal(size=(20, 16)).astype(np.float32):
        for nprobe in (1, 5, 60):
            budget = max(10, int(sizes[index.probes(q[None], nprobe)].sum()))
            for where in WHERES:
                match = crowd.columns.matching(where)
                *_, scored = search_among(index, q, 10, match, nprobe=nprobe)
                assert scored <= len(match) if len(match) <= budget else scored <= budget + sizes.max(), (where, nprobe)
                if where == {}: assert scored == budget

def test_vectors_of_no_length_and_beyond_all_measure_are_found_too():
    x = np.concatenate([np.zeros((40, 4)), np.full((40, 4), 3e38) * np.sign(np.random.default_rng(0).normal(size=(40, 4))), np.random.default_rng(1).normal(size=(40, 4)) * 1e-40]).astype(np.float32)
    s = VectorStorage(4)
    s.add_bulk(x, [{"even": i % 2 == 0, "i": i} for i in range(120)])
    for metric in ("cosine", "euclidean", "dot"):
        ix = IVFIndex(s, nprobe=1, distance_fn=metric, n_clusters=12).build()
        for q in (np.zeros(4), np.ones(4), np.full(4, 3e38)):
            assert sorted(ix.search(q, 60, where={"even": True}).attrgot("id")) == list(range(0, 120, 2))
            assert ix.search(q, 7, nprobe=12, where={"i": {"$gt": 30}}).attrgot("id") == exact(s, q, 7, {"i": {"$gt": 30}}, metric)[1]

def test_wrong_arguments_of_a_filtered_search(crowd):
    ix = IVFIndex(crowd, n_clusters=20).build()
    for bad in ({"k": 0}, {"k": -1}, {"k": True}, {"k": 1.5}, {"nprobe": 0}, {"nprobe": 1.5}, {"nprobe": True}):
        with pytest.raises(ValueError): ix.search(np.ones(16), **{"k": 3, "where": {"part": 1}, **bad})
    lossy = IVF(16, 5, codec="int8").train(crowd.to_arrays()[1])
    with pytest.raises(ValueError, match="set index.rows"): search_among(lossy, np.ones(16), 3, [1])

def test_an_index_over_a_storage_without_vectors():
    s = VectorStorage(2)
    ix = IVFIndex(s).build()
    assert ix.search([1, 0], where={"a": 1}) == []
    s.add([1, 0], {"a": 1}); s.add([0, 1], {"a": 2})
    assert ix.search([1, 0], where={"a": 2}).attrgot("id") == [1]

def test_filtered_searches_while_another_thread_writes():
    rng = np.random.default_rng(0)
    s = VectorStorage(8)
    s.add_bulk(rng.normal(size=(2000, 8)), [{"keep": True, "i": i} for i in range(1000)] + [{"keep": False, "i": i} for i in range(1000)])
    ix, stop, errors = IVFIndex(s, nprobe=3).build(), threading.Event(), []
    def write():
        r = random.Random(1)
        while not stop.is_set():
            i = r.randrange(1000, s.next_id)
            try:
                if i in s: s.update(i, vector=[r.random() for _ in range(8)]) if r.random() < .7 else s.delete(i)
                else: s.add([r.random() for _ in range(8)], {"keep": False, "i": i})
            except Exception as e: errors.append(e); return
    def read():
        r = np.random.default_rng(2)
        try:
            for _ in range(60):
                hits = ix.search(r.normal(size=8), 10, where={"keep": True})
                assert len(hits) == 10 and all(h.metadata["keep"] for h in hits)
                assert len(s.find({"keep": True}, limit=5)) == 5 and s.count({"keep": True}) == 1000
        except Exception as e: errors.append(e)
    writer, readers = threading.Thread(target=write), [threading.Thread(target=read) for _ in range(2)]
    for t in (writer, *readers): t.start()
    for t in readers: t.join()
    stop.set(); writer.join()
    assert errors == []

# --- the command line ----------------------------------------------------------------------------------

@pytest.fixture
def saved(tmp_path, repository):
    s = VectorStorage.load(repository/"data"/"headline_embeddings.json")
    s.save(tmp_path/"h.json")
    return s, str(tmp_path/"h.json")

def test_find_and_where_from_a_shell(saved, capsys):
    s, path = saved
    lines = lambda *args: (main([*args]), [json.loads(line) for line in capsys.readouterr().out.splitlines()])
    where = {"genre": {"$in": ["Sports", "Food"]}}
    code, found = lines("find", path, "--where", json.dumps(where), "--json", "--limit", "4", "--offset", "1", "--order-by=-genre", "--order-by", "headline")
    assert code == 0 and found == [{"id": r.id, "metadata": r.metadata} for r in s.find(where, 4, 1, ["-genre", "headline"])]
    assert lines("find", path, "--count")[1] == [len(s)] and lines("find", path, "--count", "--where", json.dumps(where))[1] == [s.count(where)]
    for extra in ([], ["--nprobe", "500"]):
        code, hits = lines("search", path, "running a marathon", "-k", "3", "--json", "--where", '{"genre": "Food"}', *extra)
        assert code == 0 and len(hits) == 3 and {h["metadata"]["genre"] for h in hits} == {"Food"}
        answers = hits if not extra else answers == hits
    assert answers

def test_a_wrong_where_is_one_readable_line(saved, capsys):
    for where in ("genre=Sports", '{"genre": {"$like": "S"}}', '{"a": 1, "a": 2}'):
        for command in (["find", saved[1]], ["search", saved[1], "x"]):
            assert main([*command, "--where", where]) == 1
            out = capsys.readouterr()
            assert out.out == "" and out.err.startswith("minivecdb: ") and out.err.count("\n") == 1

# --- another database ----------------------------------------------------------------------------------

def to_qdrant(where, models):
    "The part of the language that Qdrant has too, on keys whose values have one kind."
    F, M = models.FieldCondition, models
    def one(key, condition):
        (op, x), = condition.items()
        if op == "$in": return F(key=key, match=M.MatchAny(any=x))
        if op == "$eq" and isinstance(x, float): return F(key=key, range=M.Range(gte=x, lte=x))
        if op in ("$eq", "$contains"): return F(key=key, match=M.MatchValue(value=x))
        if op == "$ne": return M.Filter(must_not=[one(key, {"$eq": x})])
        if op == "$nin": return M.Filter(must_not=[one(key, {"$in": x})])
        if op == "$exists": return M.Filter(must_not=[M.IsEmptyCondition(is_empty=M.PayloadField(key=key))]) if x else M.IsEmptyCondition(is_empty=M.PayloadField(key=key))
        return F(key=key, range=M.Range(**{op[1:]: x}))
    (key, x), = where.items()
    if key == "$and": return M.Filter(must=[to_qdrant(f, models) for f in x])
    if key == "$or": return M.Filter(should=[to_qdrant(f, models) for f in x])
    if key == "$not": return M.Filter(must_not=[to_qdrant(x, models)])
    return M.Filter(must=[one(key, x)])

def test_random_steps_against_qdrant_and_a_dictionary():
    "Adds, updates, deletes, filters and searches, with every list probed; needs `pip install qdrant-client`."
    qdrant = pytest.importorskip("qdrant_client")
    models, rng, dims = qdrant.models, random.Random(0), 6
    step, drift = 0, np.array([3, -2, 1, 0, 0, 1], np.float32)
    vector = lambda: np.array([rng.gauss(0, 1) for _ in range(dims)], np.float32) + drift * np.float32(np.sin(step / 400) * 2)   # data that moves, so that lists are split and given up
    def row():
        m = {"genre": rng.choice(["Sports", "Food", "Law", "日本"]), "year": rng.randrange(2000, 2010), "price": rng.randrange(40) / 8, "read": rng.random() < .5, "tags": [rng.choice("abcd") for _ in range(rng.randrange(1, 4))], "author": {"name": rng.choice(["Ada", "Grace"])}}
        return {k: v for k, v in m.items() if rng.random() < .85}
    def condition():
        key = rng.choice(["genre", "year", "price", "read", "tags", "author.name"])
        if rng.random() < .1: return {key: {"$exists": rng.random() < .5}}
        if key == "tags": return {key: {"$contains": rng.choice("abcd")}}
        if key == "read": return {key: {rng.choice(["$eq", "$ne"]): rng.random() < .5}}
        if key == "price": return {key: {rng.choice(["$eq", "$gt", "$gte", "$lt", "$lte"]): rng.randrange(40) / 8}}
        if key == "year" and rng.random() < .5: return {key: {rng.choice(["$gt", "$gte", "$lt", "$lte"]): rng.randrange(2000, 2010)}}
        values = {"genre": ["Sports", "Food", "Law", "日本"], "year": list(range(2000, 2010)), "author.name": ["Ada", "Grace"]}[key]
        return {key: {rng.choice(["$eq", "$ne"]): rng.choice(values)}} if rng.random() < .5 else {key: {rng.choice(["$in", "$nin"]): rng.sample(values, rng.randrange(1, len(values)))}}
    def where():
        r = rng.random()
        return condition() if r < .5 else {rng.choice(["$and", "$or"]): [where() for _ in range(rng.randrange(1, 4))]} if r < .8 else {"$not": where()}
    client, ours, truth = qdrant.QdrantClient(":memory:"), VectorStorage(dims), {}
    client.create_collection("c", vectors_config=models.VectorParams(size=dims, distance=models.Distance.EUCLID))
    put = lambda ids: client.upsert("c", [models.PointStruct(id=i, vector=truth[i][0].tolist(), payload=truth[i][1]) for i in ids])
    for v, m in ((vector(), row()) for _ in range(100)): truth[ours.add(v, m)] = (v, m)
    put(truth)
    ix = IVFIndex(ours, nprobe=10**6, distance_fn="euclidean", n_clusters=12).build()
    for step in range(STEPS):
        r = rng.random()
        if r < .15 or len(truth) < 60: v, m = vector(), row(); i = ours.add(v, m); truth[i] = (v, m); put([i])
        elif r < .25: i = rng.choice(list(truth)); truth[i] = (vector(), row()); ours.update(i, *truth[i]); put([i])
        elif r < .35: i = rng.choice(list(truth)); ours.delete(i); del truth[i]; client.delete("c", models.PointIdsList(points=[i]))
        elif r < .65:
            w = where()
            expected = [i for i in sorted(truth) if matches(w, truth[i][1])]
            points = client.scroll("c", scroll_filter=to_qdrant(w, models), limit=10_000)[0]
            assert ours.find(w).attrgot("id") == expected == sorted(p.id for p in points), (step, w)
        else:
            q, k, w = vector(), rng.choice([1, 5, 20]), where() if rng.random() < .8 else None
            near = sorted((float(np.sqrt(((v.astype(float) - q) ** 2).sum())), i) for i, (v, m) in truth.items() if matches(w, m))[:k]
            hits, points = ix.search(q, k, where=w), client.query_points("c", query=q.tolist(), query_filter=None if w is None else to_qdrant(w, models), limit=k, search_params=models.SearchParams(exact=True)).points
            assert hits.attrgot("id") == [i for _, i in near] == [p.id for p in points], (step, w)
            assert np.allclose(hits.attrgot("distance"), [d for d, _ in near], atol=1e-5) and np.allclose([p.score for p in points], [d for d, _ in near], atol=1e-4)
            assert all(h.metadata == truth[h.id][1] and (h.vector == truth[h.id][0]).all() for h in hits)
    stats = ix.get_stats()
    assert STEPS < 1000 or stats["splits"] > 0 and stats["merges"] > 0, stats

@pytest.mark.parametrize("low", [-2**63, -2**63 - 1, -1e19, math.nextafter(-2.**63, -math.inf), -2.**63])
def test_the_smallest_integer_is_no_end_for_floats(low):
    rows = [{"x": x} for x in (-1e19, -2.**63, -2**63, math.nextafter(-2.**63, -math.inf), 0, -1.7e308)]
    s, db = storage(rows), database(dict(enumerate(rows)))
    for op in ("$gt", "$gte", "$lt", "$lte"):
        f = read_filter({"x": {op: low}})
        wanted = [i for i, m in enumerate(rows) if matches(f, m)]
        sql, params = filter_sql(f)
        assert [r.id for r in s.find(f)] == wanted == [i for i, in db.execute(f"SELECT id FROM rows WHERE {sql} ORDER BY id", params)]

def test_limits_of_any_integer_type():
    s = storage([{}] * 300)
    assert [r.id for r in s.find(limit=np.uint8(200), offset=np.uint8(100))] == list(range(100, 300))
    assert len(s.find(limit=np.int64(2**63 - 1), offset=1)) == 299

def test_a_filter_with_more_parameters_than_sqlite_takes():
    rows = [{"a": f"s{i}_7"} for i in range(0, 500, 3)]
    where = {"$or": [{"a": {"$in": [f"s{i}_{j}" for j in range(100)]}} for i in range(400)]}
    sql, params = filter_sql(where)
    found = [i for i, in database(dict(enumerate(rows))).execute(f"SELECT id FROM rows WHERE {sql} ORDER BY id", params)]
    assert found == [r.id for r in storage(rows).find(where)] == [i for i, m in enumerate(rows) if int(m["a"][1:-2]) < 400]

def test_indexes_of_similar_keys_have_names_of_their_own():
    db = database({0: {"a": {"b": 1}, "a_b": 2}})
    for key in ("a.b", "a_b"): db.execute(index_sql(key, "rows"))
    assert len(db.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()) == 2

@pytest.mark.parametrize("unit", ["D", "s", "us", "ns"])
def test_dates_of_numpy_in_any_unit(unit):
    s = storage([{"d": "2023-12-31"}, {"d": "2024-01-01"}, {"d": "2024-01-01T10:00Z"}])
    assert [r.id for r in s.find({"d": {"$gte": np.datetime64("2024-01-01", unit)}})] == [1, 2]
    with pytest.raises(FilterError, match="NaT"): read_filter({"d": np.datetime64("NaT", unit)})

def test_dates_that_python_does_not_know_are_refused():
    with pytest.raises(FilterError, match="outside the years"): read_filter({"d": np.datetime64("20000-01-01", "us")})

@pytest.mark.parametrize("text", ['{"a": ' + "1" * 5000 + "}", "[" * 5000])
def test_what_json_cannot_read_is_a_filter_error(text):
    with pytest.raises(FilterError): filter_from_json(text)

@pytest.mark.parametrize("where", ["x" * 10**6, {"a": {"$in": "x" * 10**6}}, {"a": {"$" + "x" * 10**5: 1}}, {"$and": "x" * 10**6}, {"a": {"$exists": "x" * 10**6}}])
def test_errors_do_not_repeat_everything(where):
    with pytest.raises(FilterError) as e: read_filter(where)
    assert len(str(e.value)) < 1000
