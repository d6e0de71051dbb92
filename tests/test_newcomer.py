"What a person who has read the README only may type, and what is said to it."
import re, warnings
import numpy as np, pytest
from minivecdb import IVF, ArrayRows, FileRows, FlatIndex, IVFIndex, VectorStorage, benchmark_nprobe, build_index, evaluate, tune_nprobe
from minivecdb.cli import main
from minivecdb.storage.column_types import TableError
from minivecdb.filters.columns import FilterWarning
from minivecdb.storage.text_tables import read_rows
from minivecdb.core.errors import DimensionError, FileFormatError, MinivecdbError, VectorError

X = np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32)


@pytest.fixture
def index():
    made = IVF(16, codec="int8").train(X)
    made.add(X)
    return made


@pytest.fixture
def rows_file(tmp_path):
    X.tofile(tmp_path/"rows.f32")
    return tmp_path/"rows.f32"


# --- readers of exact vectors

@pytest.mark.parametrize("dimension, offset", [(17, 0), (15, 0), (16, 1), (16, 6401), (6401, 0)])
def test_a_file_that_is_no_whole_number_of_rows(rows_file, dimension, offset):
    with pytest.raises(FileFormatError, match=f"{4 * dimension:,} bytes for each row of {dimension:,} .* got {6400 - offset:,} bytes"):
        FileRows(rows_file, dimension, offset)


@pytest.mark.parametrize("offset", [-1, 1.5, True, None])
def test_an_offset_is_a_whole_number(rows_file, offset):
    with pytest.raises(ValueError, match="offset"): FileRows(rows_file, 16, offset)


@pytest.mark.parametrize("reader", [X, X.tolist(), X[0], 5, "rows.f32", object(), ArrayRows], ids=lambda r: type(r).__name__)
def test_what_is_no_reader_is_refused_at_once(index, reader):
    with pytest.raises(VectorError, match=r"ArrayRows\(x\)|FileRows"): index.rows = reader
    assert index.rows is None


def test_a_file_of_too_few_rows_is_refused_at_once(index, rows_file):
    X[:60].tofile(rows_file.with_name("less"))
    with pytest.raises(VectorError, match="each id below 100, got 60 rows"): index.rows = FileRows(rows_file.with_name("less"), 16)
    with pytest.raises(DimensionError, match="16 dimensions, got 8"): index.rows = FileRows(rows_file, 8)
    index.rows = FileRows(rows_file, 16)
    assert index.search(X[7], 1, nprobe=99, rescore=20)[1][0, 0] == 7
    index.rows = None
    index.rows = ArrayRows(X[:60]) # a reader of a part is a reader: its ids may be the ones that are asked for


# --- an index over an array

@pytest.mark.parametrize("make", [IVFIndex, FlatIndex.from_storage, build_index])
@pytest.mark.parametrize("given", [X, None, "news.json", 16], ids=lambda x: type(x).__name__)
def test_an_index_wants_a_storage(make, given):
    with pytest.raises(MinivecdbError, match=f"expected a VectorStorage, got {type(given).__name__}.* add_bulk"): make(given)


def test_a_message_shows_no_matrix():
    for wrong in (lambda: IVF(X), lambda: VectorStorage(X), lambda: FlatIndex(X)):
        with pytest.raises(DimensionError) as e: wrong()
        assert len(str(e.value)) < 150


def test_the_metric_has_two_names_in_an_index_over_a_storage():
    storage = VectorStorage(16)
    assert IVFIndex(storage, metric="dot").metric is IVFIndex(storage, distance_fn="dot").metric
    with pytest.raises(ValueError, match="both"): IVFIndex(storage, 10, "euclidean", metric="dot")


# --- filters that find nothing

DATES = {"iso": ["2021-05-01", "2020-01-31T10:00"], "german": ["04.03.2021", "31.12.2020"], "american": ["3/4/2021"],
         "versions": ["1.2.10", "10.12.21"], "names": ["Ada", "Eve"], "mixed": ["2021-05-01", "soon"]}


@pytest.fixture(params=["memory", "folder"])
def dated(request, tmp_path):
    storage = VectorStorage(2) if request.param == "memory" else VectorStorage.open(tmp_path/"s.mvdb", 2)
    for i in range(2): storage.add([1, 0], {k: v[i % len(v)] for k, v in DATES.items()} | {"by": {"name": "Ada"}, "flag": True})
    return storage


@pytest.mark.parametrize("where, words", [
    ({"iso": {"$gte": "04.03.2021"}}, "'04.03.2021', which is a text and no date: write dates as 2021-03-04"),
    ({"iso": {"$lt": "2021/03/04"}}, "'2021/03/04', which is a text"), ({"iso": "4-3-2021"}, "'4-3-2021'"), ({"iso": {"$gt": "2021-3-4"}}, "'2021-3-4'"),
    ({"names": {"$gt": "4.3.2021, 10:00"}}, "a text and no date"), ({"$and": [{"names": "Ada"}, {"iso": {"$in": ["x", "31/12/2020"]}}]}, "'31/12/2020'"),
    ({"iso": {"$gte": "May 2021"}}, "'May 2021', but it holds dates"), ({"iso": {"$lt": "2021"}}, "but it holds dates"), ({"iso": {"$lt": "2024-02-30"}}, "'2024-02-30', which is a text"),
    ({"german": {"$gte": "2021-03-04"}}, "with a date, but it holds texts such as '04.03.2021'"), ({"german": "2021-03-04"}, "holds texts"), ({"american": {"$not": {"$lt": "2021-03-04T10:00Z"}}}, "holds texts"),
    ({"german": {"$gte": "05.01.2020"}}, "a text and no date"), ({"german": {"$gte": "04.03.2021"}}, "a text and no date")], ids=str)
def test_a_date_against_a_text_is_told(dated, where, words):
    for call in (dated.find, dated.count, lambda f: IVFIndex(dated).build().search([1, 0], where=f)):
        with pytest.warns(FilterWarning, match=re.escape(words)): call(where)


@pytest.mark.parametrize("where", [{"iso": {"$gte": "2021-03-04"}}, {"german": "04.03.2021"}, {"german": {"$contains": "2021"}}, {"iso": {"$contains": "04.03.2021"}}, {"versions": {"$gte": "1.2.3"}}, {"versions": {"$gte": "10.12.21"}},
                                   {"mixed": {"$gte": "2021-03-04"}}, {"mixed": {"$gt": "later"}}, {"names": {"$gt": "B"}}, {"names": {"$gte": "2021-03-04"}}, {"iso": {"$exists": True}}, {"iso": {"$ne": None}}, {"unknown": "x"}], ids=str)
def test_what_dates_can_meet_is_not_told(dated, where):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dated.find(where)


@pytest.mark.parametrize("key, meant", [("nmaes", "names"), ("Names", "names"), ("by.nam", "by.name"), ("flags", "flag")])
def test_a_misspelled_key_is_told_once(dated, key, meant):
    with pytest.warns(FilterWarning, match=f"no row has the key '{key}': did you mean '{meant}'"): assert not dated.find({key: "Ada"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dated.find({key: "Ada"}); dated.find({meant: "Ada"})
        dated.count({"falg": {"$exists": False}})   # it asks for rows without the key
        VectorStorage(2).find({key: 1})


# --- tables of other countries and of careless hands

def table(tmp_path, text, name="a.csv", **how):
    (tmp_path/name).write_text(text, encoding="utf-8")
    return read_rows(tmp_path/name, **how)


@pytest.mark.parametrize("word", ["n/a", "NA", "-", "null", "None", "?"])
def test_one_word_that_makes_a_column_text_is_told(tmp_path, word):
    text = "name,price\n" + "".join(f"x{i},{word if i == 15 else i / 4 + .125}\n" for i in range(300))
    rows = table(tmp_path, text)
    assert rows.types["price"] == "text" and rows[15]["price"] == word
    assert rows.notes == [f"column 'price' is text, because of 1 of 300 values, the first {word!r} in line 17; the others are decimal: correct them, or --missing {word!r} leaves such cells empty"]
    rows = table(tmp_path, text, missing=[word.upper()])
    assert rows.types["price"] == "decimal" and "price" not in rows[15] and rows[16]["price"] == 4.125 and not rows.notes


@pytest.mark.parametrize("cells, words", [
    (["1", "n/a", "2", "-"] * 2 + ["3"], ["4 of 9 values", "line 3", "whole", "'n/a' '-'"]), (["2024-01-31"] * 150 + ["soon"], ["1 of 151", "line 152", "date", "'soon'"]),
    (["12,50", "1.099,00", "3,5"], ["'12,50'", "--decimal ','"]), (["4.3.2021", "31.12.2020"], ["dates", "'4.3.2021'", "--types c=dayfirst"])], ids=str)
def test_a_column_that_looks_like_something_is_told(tmp_path, cells, words):
    (note,) = table(tmp_path, "\n".join(["c;d", *(f"{c};x" for c in cells)]), delimiter=";").notes
    assert all(w in note for w in words)


@pytest.mark.parametrize("cells", [["02134", "10115", "n/a"], ["Rye", "n/a", "Oats"], ["007"] + ["12"] * 300, ["1.2.10", "1.3.0"], ["12a"] * 2 + ["7"] * 8, ["n/a"] * 5 + ["1"] * 5, ["n/a"]], ids=str)
def test_a_column_of_text_is_not_told(tmp_path, cells): assert not table(tmp_path, "\n".join(["c,d", *(f"{c},x" for c in cells)])).notes


def test_a_table_as_it_is_written_in_germany(tmp_path):
    text = "titel;preis;menge;datum;plz;note\nBrot;1.099,50;2.000;4.3.2021;01067;n/a\nSenf;,5;1;31.12.2020;10115;-\nTee;7;30;;80331;gut\n"
    rows = table(tmp_path, text, delimiter=";", decimal=",", missing=["n/a", "-"], types={"datum": "dayfirst", "titel": "text"})
    assert rows == [{"titel": "Brot", "preis": "1.099,50", "menge": 2000, "datum": "2021-03-04", "plz": "01067"}, {"titel": "Senf", "preis": ",5", "menge": 1, "datum": "2020-12-31", "plz": "10115"},
                    {"titel": "Tee", "preis": "7", "menge": 30, "plz": "80331", "note": "gut"}]   # ",5" is no number that people write
    rows = table(tmp_path, text.replace(";,5", ";0,5"), delimiter=";", decimal=",")
    assert [r["preis"] for r in rows] == [1099.5, .5, 7.] and rows[0]["datum"] == "4.3.2021"
    with pytest.raises(TableError, match="line 3: '31.12.2020' in column 'datum' is not of type monthfirst"): table(tmp_path, text, delimiter=";", types={"datum": "monthfirst"})
    for bad in ({"decimal": ";"}, {"decimal": ""}):
        with pytest.raises(TableError, match="point or a comma"): table(tmp_path, text, **bad)
    for option in ({"decimal": ","}, {"missing": ["-"]}):
        with pytest.raises(TableError, match="is JSON"): table(tmp_path, "[]", "a.json", **option)


@pytest.mark.parametrize("delimiter, shown", [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
@pytest.mark.parametrize("price", ["250", "2,50"])
def test_another_delimiter_is_suggested(tmp_path, delimiter, shown, price):
    text = f"title{delimiter}price{delimiter}n\nSoup{delimiter}{price}{delimiter}1\n"
    try: notes = table(tmp_path, text).notes
    except TableError as e: notes = [str(e)]
    assert len(notes) == 1 and f"is it --delimiter {shown}?" in notes[0] and "quote" not in notes[0]
    with pytest.raises(TableError, match=re.escape(f"is it --delimiter {shown}?")): table(tmp_path, text, types={"title": "text"})
    assert not any("delimiter" in n for n in table(tmp_path, text, delimiter=delimiter).notes)


# --- the shell

@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    where = tmp_path_factory.mktemp("shop")
    storage = VectorStorage(384, model="all-MiniLM-L6-v2")
    storage.add_bulk(np.eye(3, 384), [{"title": t, "$price": p} for t, p in (("Soup", 3), ("Lamp", 20), ("Rope", 7))])
    storage.save(where/"shop.json")
    (where/"shop.csv").write_text("title,price\nSoup,3\n")
    (where/"rows.json").write_text('[{"title": "Soup"}]')
    (where/"rows.jsonl").write_text('{"title": "Soup"}\n')
    return where


@pytest.fixture
def shell(shop, monkeypatch, capsys):
    "A command, in the folder of the shop: exit code, output, errors."
    monkeypatch.chdir(shop)
    def call(*words):
        code = main(list(words))
        out = capsys.readouterr()
        return code, out.out, out.err
    return call


@pytest.mark.parametrize("name", ["shop.csv", "rows.json", "rows.jsonl"])
@pytest.mark.parametrize("command", [("search", "soup"), ("find",), ("stats",)], ids=lambda c: c[0])
def test_a_table_is_no_storage_yet(shell, name, command):
    code, out, told = shell(command[0], name, *command[1:])
    assert code == 1 and out == "" and told == f"minivecdb: {name} is a table and no storage yet: minivecdb index {name} --text COLUMN --out NAME.json makes one\n"


@pytest.mark.parametrize("command, more", [("check", ()), ("compact", ()), ("backup", ("b.mvdb",)), ("repair", ("b.mvdb",)), ("export", ("b.jsonl",))], ids=lambda c: str(c))
def test_a_file_is_no_folder(shell, shop, command, more):
    code, _, told = shell(command, "shop.json", *more)
    assert code == 1 and told.startswith(f"minivecdb: shop.json is a file, and {command} works on a folder: minivecdb import NAME.mvdb shop.json") and len(list(shop.iterdir())) == 4


def test_folder_and_file_in_the_wrong_order(shell):
    assert shell("import", "shop.json", "new.mvdb")[2] == "minivecdb: expected the new folder first and the file second: minivecdb import new.mvdb shop.json\n"


def test_keys_that_begin_with_a_dollar(shell):
    code, out, told = shell("find", "shop.json", "--order-by", "$price", "--show", "title")
    assert (code, told) == (0, "") and out.split() == ["id", "title", "0", "Soup", "2", "Rope", "1", "Lamp"]
    assert shell("find", "shop.json", "--order-by=-$price", "--limit", "1", "--show", "$price")[1].split() == ["id", "$price", "1", "20"]
    assert "--order-by: no row has the key '$prise'" in shell("find", "shop.json", "--order-by", "$prise")[2]


@pytest.mark.parametrize("option, least", [("--limit", 0), ("--offset", 0)])
@pytest.mark.parametrize("given", ["-1", "x", "1.5", "", "²"])
def test_a_number_below_the_least_names_the_least(shell, option, least, given):
    code, _, told = shell("find", "shop.json", f"{option}={given}")
    assert code == 2 and f"at least {least}, got {given!r}" in told
    assert shell("find", "shop.json", option, "0")[0] == 0


@pytest.mark.parametrize("command", [("search", "soup"), ("find",)], ids=lambda c: c[0])
def test_an_empty_answer_in_json_says_why_beside_it(shell, command):
    code, out, told = shell(command[0], "shop.json", *command[1:], "--json", "--where", '{"title": "Sope"}')
    assert (code, out) == (0, "") and "the filter leaves 0 of 3 rows" in told and "'Soup' (1)" in told


@pytest.mark.parametrize("question", ["", "  ", "\n"])
def test_an_empty_question_is_refused(shell, question): assert shell("search", "shop.json", question)[::2] == (1, "minivecdb: the question is empty: write it in plain words\n")


def test_the_options_for_cells_reach_the_storage(shell, shop):
    (shop/"de.csv").write_text("titel;preis;datum\nBrot;2,50;4.3.2021\nSenf;n/a;31.12.2020\n")
    try:
        code, out, _ = shell("index", "de.csv", "--text", "titel", "--out", "de.json", "--delimiter", ";", "--decimal", ",", "--missing", "n/a", "--types", "datum=dayfirst", "--quiet")
        assert code == 0 and "titel text, preis decimal, datum dayfirst" in out
        assert VectorStorage.load("de.json").metadata_of([0, 1]) == [{"titel": "Brot", "preis": 2.5, "datum": "2021-03-04"}, {"titel": "Senf", "datum": "2020-12-31"}]
    finally:
        for name in ("de.csv", "de.json"): (shop/name).unlink(missing_ok=True)


# --- what a cell shows, and the wrong kind of index

def test_an_answer_shows_what_it_found_and_not_384_numbers():
    storage = VectorStorage(16)
    storage.add_bulk(X, [{"title": f"row {i}"} for i in range(len(X))])
    hits = IVFIndex(storage).build().search(X[7], k=3)
    assert repr(hits[0]) == "Hit(id=7, distance=0, metadata={'title': 'row 7'}, vector of 16 numbers)"
    assert repr(hits).count("Hit(") == 3 and len(repr(hits)) < 400


@pytest.mark.parametrize("measure", [evaluate, tune_nprobe, benchmark_nprobe])
def test_what_measures_an_index_over_a_storage_names_its_arrays(measure):
    storage = VectorStorage(16)
    storage.add_bulk(X)
    made = IVFIndex(storage).build()
    with pytest.raises(ValueError, match=re.escape("of an IVFIndex measure its .ivf")): measure(made, X[:5])
    measure(made.ivf, X[:5])

# A file that export wrote says how long its vectors are, and of which model; a failed import leaves nothing.

@pytest.fixture
def exported(tmp_path):
    pytest.importorskip("pyarrow")
    with VectorStorage.open(tmp_path/"a.mvdb", 3, model="mine") as s:
        s.add_bulk(np.eye(3), [{"n": i} for i in range(3)]); s.delete(1); s.export(tmp_path/"a.parquet"); s.export(tmp_path/"a.jsonl")
    return tmp_path

def test_a_parquet_file_is_imported_as_it_was_exported(exported, capsys):
    assert main(["import", str(exported/"b.mvdb"), str(exported/"a.parquet")]) == 0
    with VectorStorage.open(exported/"b.mvdb", mode="r") as s: assert (list(s), s.dimension, s.model, s.next_id) == ([0, 2], 3, "mine", 3)

@pytest.mark.parametrize("file, more, words", [
    ("a.parquet", ["--dimension", "4"], "--dimension 4 was given, and .*a.parquet says 3"), ("a.parquet", ["--model", "yours"], "--model yours was given, and .* says mine"),
    ("a.jsonl", [], "give --dimension"), ("a.jsonl", ["--dimension", "4"], "expected 4 dimensions"), ("none.parquet", [], "No such file")])
def test_an_import_that_fails_leaves_nothing(exported, capsys, file, more, words):
    before = sorted(exported.iterdir())
    assert main(["import", str(exported/"b.mvdb"), str(exported/file), *more]) == 1
    told = capsys.readouterr().err
    assert re.search(words, told) and "model=" not in told and sorted(exported.iterdir()) == before
    assert main(["import", str(exported/"b.mvdb"), str(exported/"a.parquet")]) == 0

@pytest.mark.parametrize("types", [{"b": "int"}, "int", {"b": None}, {"b": ["whole"]}, ["whole"]])
def test_a_type_that_does_not_exist_is_refused_with_those_that_do(tmp_path, types):
    with pytest.raises(TableError, match="there is no type .*expected one of whole, decimal"): table(tmp_path, "a,b\nx,1", types=types)

@pytest.mark.parametrize("condition, meant", [({"gte": 1}, "$gte"), ({">=": 1}, "$gte"), ({"<": 1}, "$lt"), ({"!=": 1}, "$ne"), ({"==": 1}, "$eq"), ({"IN": [1]}, "$in"), ({"$lt": 5, ">": 1}, "$gt")])
def test_an_operator_without_its_dollar_is_recognized(condition, meant):
    with pytest.raises(MinivecdbError, match=re.escape(f"did you mean {meant}?")): VectorStorage(2).count({"year": condition})

def test_an_object_that_is_no_condition_suggests_no_operator():
    with pytest.raises(MinivecdbError, match="'year.of'") as told: VectorStorage(2).count({"year": {"of": 1}})
    assert "did you mean" not in str(told.value)

@pytest.mark.parametrize("words", [["--order-by", "-price"], ["--order-by=-price"], ["--order-by", "-price", "--limit", "9"], ["--order-by", "-price", "--order-by", "title"]])
def test_descending_order_is_a_minus_before_the_key(tmp_path, capsys, words):
    s = VectorStorage(1); s.add_bulk([[1], [2], [3]], [{"price": p, "title": "x"} for p in (2, 3, 1)]); s.save(tmp_path/"s.json")
    assert main(["find", str(tmp_path/"s.json"), *words, "--json"]) == 0
    assert re.findall('"price": (.)', capsys.readouterr().out) == list("321")

def test_an_order_without_a_key_is_still_refused(tmp_path): assert main(["find", "s.json", "--order-by", "--json"]) == 2
