"Work that grows with the rows, the keys and the length of a text, and no faster. It is counted, not timed."
import json, sys
import numpy as np
import pytest
from minivecdb import FilterError, VectorStorage, cli
from minivecdb.durable import format as durable_format
from minivecdb.filters import language as filters
from minivecdb.headlines import aligned
from minivecdb.core.checks import json_copy

def events(f):
    "How many functions Python calls while `f` runs, those written in C and steps of generators among them."
    count = 0
    def note(frame, event, arg):
        nonlocal count
        count += 1
    sys.setprofile(note)
    try: f()
    finally: sys.setprofile(None)
    return count

def vectors(n): return np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)

def plain(n): return [{"genre": f"g{i % 7}", "year": i % 90, "title": f"title {i}", "score": i / 7} for i in range(n)]

def each_its_own(n): return [{f"k{i}": i} for i in range(n)]

def filled(n, metadata=plain, folder=None):
    "A storage of `n` rows, in memory or in a folder."
    storage = VectorStorage(4) if folder is None else VectorStorage.open(folder, 4)
    storage.add_bulk(vectors(n), metadata(n))
    return storage

# --- commands ---------------------------------------------------------------------------------------------

COMMANDS = {
    "stats": ["stats"], "find": ["find"], "find --json": ["find", "--json"], "find --order-by": ["find", "--order-by", "title"],
    "find --where": ["find", "--where", '{"year": {"$gte": 3}}'], "find nothing": ["find", "--where", '{"year": {"$gte": 99}}'],
}

@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["json", "mvdb"])
def test_commands_grow_with_the_rows(tmp_path, capsys, monkeypatch, command, kind):
    monkeypatch.setattr("minivecdb.commands.FEW_ROWS", 0)   # no index is built only to tell of it
    work = []
    for n in (200, 400, 1600):   # the first one warms up
        path = tmp_path/f"{n}.{kind}"
        if kind == "mvdb": filled(n, folder=path).close()
        else: filled(n).save(path)
        name, *options = COMMANDS[command]
        work.append(events(lambda: cli.main([name, str(path), *options])))
        assert "Traceback" not in capsys.readouterr().err
    assert work[2] < 4.4 * work[1]

def test_stats_counts_keys_in_the_order_in_which_they_come(tmp_path, capsys):
    s = VectorStorage(4)
    s.add_bulk(vectors(3), [{"b": 1}, {"a": 1, "b": None}, {}])
    s.save(tmp_path/"s.json")
    assert cli.main(["stats", str(tmp_path/"s.json")]) == 0
    assert "next id 3; metadata: b (2), a (1)\n" in capsys.readouterr().out

def test_stats_tells_of_the_index_that_is_kept_and_builds_none_of_many_rows(tmp_path, capsys, monkeypatch):
    from minivecdb import IVFIndex
    monkeypatch.setattr("minivecdb.commands.FEW_ROWS", 100)
    with filled(300, folder=tmp_path/"s.mvdb") as s:
        monkeypatch.setattr(IVFIndex, "build", lambda self: pytest.fail("an index was built"))
        assert cli.main(["stats", str(tmp_path/"s.mvdb")]) == 0
        assert "no index is kept; one of these vectors has 31 clusters" in capsys.readouterr().out
        monkeypatch.undo()
        IVFIndex(s, n_clusters=7).build().save()
    monkeypatch.setattr("minivecdb.commands.FEW_ROWS", 100)
    assert cli.main(["stats", str(tmp_path/"s.mvdb")]) == 0
    assert "index-300.ivf: 300 vectors in 7 clusters" in capsys.readouterr().out

def test_a_table_of_rows_with_a_key_each_stops_at_its_width(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("minivecdb.commands._width", lambda: 80)
    work = []
    for n in (200, 400, 1600):
        filled(n, each_its_own).save(tmp_path/f"{n}.json")
        work.append(events(lambda: cli.main(["find", str(tmp_path/f"{n}.json")])))
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == n + 1 and max(map(len, lines)) == 80 and lines[0].startswith("id") and lines[0].endswith("…")
    assert work[2] < 4.4 * work[1]

def test_a_long_cell_does_not_make_every_line_long():
    longest = 0
    class Cell(str):
        def ljust(self, n):
            nonlocal longest
            longest = max(longest, n)
            return str(self).ljust(n)
        def __getitem__(self, at): return Cell(str(self)[at])
    columns = [["a", *map(Cell, ["x" * 1_000_000, "y"])], ["b", "1", "2"]]
    assert aligned(columns, 20).splitlines() == ["a" + " " * 18 + "…", "x" * 19 + "…", "y" + " " * 18 + "…"]
    assert longest <= 21

# --- texts ------------------------------------------------------------------------------------------------

class Key(str):
    "A key that counts how often it is compared."
    compared = 0
    def __eq__(self, other):
        Key.compared += 1
        return str.__eq__(self, other)
    def __hash__(self): return str.__hash__(self)

def test_a_repeated_key_of_a_filter_is_found_in_one_walk():
    pairs = [(Key(f"k{i}"), 1) for i in range(2000)]
    Key.compared = 0
    with pytest.raises(FilterError, match="'k1999' is there twice"): filters._no_twice([*pairs, (Key("k1999"), 2)])
    assert Key.compared < 100
    text = "{" + ", ".join(f'"k{i}": 1' for i in range(100_000)) + ', "k99999": 1}'
    with pytest.raises(FilterError, match="'k99999' is there twice"): filters.filter_from_json(text)

def test_brackets_of_stored_metadata_are_counted_in_one_walk():
    "A string that does not end is one match; otherwise every quote in it would begin a walk to the end."
    broken = b'"' + b'\\"' * 1000
    assert [m.span() for m in durable_format._marks.finditer(broken)] == [(0, len(broken))]
    for tail in (b'\\"' * 500_000, b'"' * 500_000, b"\\" * 500_001):
        with pytest.raises(ValueError): durable_format.metadata_of(b'{"a":' + b"[" * 120 + b'"' + tail)
    with pytest.raises(ValueError, match="deeper"): durable_format.metadata_of(b'{"a":' + b"[" * 120 + b'"[[\\"]]"' + b"]" * 120 + b"}")
    nested = b'{"a":' + b"[" * 97 + b'"' + b'[\\"]' * 100 + b'"' + b"]" * 97 + b"}"
    assert durable_format.metadata_of(nested)["a"]

class Place(str):
    "A name that counts how often it is written into a text."
    written = 0
    def __format__(self, spec):
        Place.written += 1
        return str(self)

def test_places_are_told_only_in_errors():
    "A key of a million letters over a million values would be written a million times."
    Place.written = 0
    assert json_copy({"a": {f"k{i}": [i] for i in range(100)}}, Place("here"))["a"]["k7"] == [7]
    assert Place.written == 0
    with pytest.raises(ValueError, match=r"^vector 0: metadata\['a'\]\[1\]\['b'\] is a set, which JSON"): VectorStorage(1).add([1], {"a": [0, {"b": {1}}]})

def test_json_that_a_storage_reads_is_walked_once(tmp_path):
    work = []
    for n in (200, 400, 1600):
        filled(n, lambda n: [{"a": [{"b": i}] * 3, "c": '"[{'} for i in range(n)]).save(tmp_path/"s.json")
        work.append(events(lambda: VectorStorage.load(tmp_path/"s.json")))
    assert work[2] < 4.4 * work[1]

# --- a storage --------------------------------------------------------------------------------------------

CALLS = {
    "get_all": lambda s: s.get_all(), "to_arrays": lambda s: s.to_arrays(), "metadata_of": lambda s: s.metadata_of(s),
    "find": lambda s: s.find(order_by=["title", "-year"]), "count": lambda s: s.count({"year": {"$gte": 5}}),
    "distinct": lambda s: s.distinct("title"), "update_where": lambda s: s.update_where({"year": {"$gte": 0}}, merge={"seen": 1}),
    "delete_where": lambda s: s.delete_where({"year": {"$gte": 45}}), "changes_since": lambda s: s.changes_since(0),
    "one of many": lambda s: s.count({"title": {"$in": [f"title {i}" for i in range(len(s))]}}),
}

@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_calls_grow_with_the_rows(tmp_path, call, kind):
    work = []
    for n in (200, 400, 1600):
        storage = filled(n, folder=None if kind == "memory" else tmp_path/f"{n}.mvdb")
        work.append(events(lambda: CALLS[call](storage)))
    assert work[2] < 4.4 * work[1]

# --- metadata without vectors -----------------------------------------------------------------------------

@pytest.fixture
def vectors_read(monkeypatch):
    "A list of how many rows are read from segments, call by call."
    from minivecdb.durable import places as durable_places
    seen, real = [], durable_places.read_rows
    def read_rows(segments, number, row, dimension):
        seen.append(len(row))
        return real(segments, number, row, dimension)
    monkeypatch.setattr(durable_places, "read_rows", read_rows)
    return seen

@pytest.mark.parametrize("ask, needed", [
    (lambda s: s.metadata_of(s), 0), (lambda s: s.count({"year": {"$gte": 5}}), 0), (lambda s: s.distinct("title"), 0),
    (lambda s: s.columns.mask({"genre": "g1"}), 0), (lambda s: s.find({"year": {"$gte": 5}}, limit=3), 3),
    (lambda s: s.find({"genre": "g1"}, order_by="-score", limit=2), 2), (lambda s: s.get_bulk([1, 5]), 2),
], ids=["metadata_of", "count", "distinct", "mask", "find", "find in order", "get_bulk"])
def test_a_folder_reads_no_vector_that_nobody_asked_for(tmp_path, vectors_read, ask, needed):
    with filled(3000, folder=tmp_path/"s.mvdb") as s:
        s.fold()
        for i in range(5): s.add([1, 2, 3, i], {"year": 50 + i, "genre": "g9", "title": "new", "score": i})
        vectors_read.clear()
        ask(s)
        assert sum(vectors_read) <= needed
    with VectorStorage.open(tmp_path/"s.mvdb", mode="r") as s:
        vectors_read.clear()
        ask(s)
        assert sum(vectors_read) <= needed

@pytest.mark.parametrize("sql", [
    "UPDATE rows SET metadata = replace(metadata, 'title 7\"', 'title 8\"') WHERE id = 7",
    "UPDATE rows SET crc = crc + (1 << 40) WHERE id = 7", "UPDATE rows SET crc = -crc WHERE id = 7",
    "UPDATE rows SET crc = crc & 0x1ffffffff WHERE id = 7", "UPDATE rows SET metadata = (SELECT metadata FROM rows WHERE id = 8) WHERE id = 7",
    "UPDATE rows SET metadata = (SELECT metadata FROM rows WHERE id = 8), crc = (SELECT crc FROM rows WHERE id = 8) WHERE id = 7",
    "UPDATE rows SET metadata = replace(metadata, 'title 7\"', 'title 8\"'), crc = crc & 0xffffffff WHERE id = 7",
])
def test_damaged_metadata_is_found_without_its_vector(tmp_path, sql):
    import sqlite3
    from minivecdb.durable.segments import DamageError
    filled(100, folder=tmp_path/"s.mvdb").close()
    con = sqlite3.connect(tmp_path/"s.mvdb"/"meta.sqlite")
    con.execute(sql)
    con.commit()
    con.close()
    with VectorStorage.open(tmp_path/"s.mvdb", mode="r") as s:
        for ask in (lambda: s.metadata_of([7]), lambda: s.count({"year": 3}), lambda: s.get(7)):
            with pytest.raises(DamageError, match="row 7"): ask()
        assert s.metadata_of([6])[0]["year"] == 6

def test_rows_of_format_1_are_believed_with_their_vector(tmp_path, vectors_read):
    import sqlite3
    with filled(100, folder=tmp_path/"s.mvdb") as s: s.fold()
    con = sqlite3.connect(tmp_path/"s.mvdb"/"meta.sqlite")
    con.create_function("lower_half", 1, lambda crc: crc & 0xffffffff)
    con.execute("UPDATE rows SET crc = lower_half(crc) WHERE id < 10")
    con.commit()
    con.close()
    with VectorStorage.open(tmp_path/"s.mvdb", mode="r") as s:
        assert [m["year"] for m in s.metadata_of(s)] == [i % 90 for i in range(100)] and sum(vectors_read) == 10
        assert s.get(3)[1]["year"] == 3
