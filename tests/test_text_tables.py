"Tables as files of text: types of columns, encodings, quotes, line numbers, and what is told when a filter finds nothing."
import csv, gzip, io, json, random, warnings
import pytest
from minivecdb import VectorStorage
from minivecdb.storage import json_rows
from minivecdb.storage.column_types import KINDS, TableError, column_type, did_you_mean, is_decimal
from minivecdb.storage.column_types import is_whole, read_types
from minivecdb.filters.columns import FilterWarning
from minivecdb.headlines import fill_storage, one_line, visible
from minivecdb.storage.no_rows import check_keys, keys_of, why_none
from minivecdb.storage.text_tables import Table, read_rows
from minivecdb.core.errors import FileFormatError, MetadataError

def write(path, data): path.write_bytes(data.encode() if isinstance(data, str) else data); return path

# --- types of columns -------------------------------------------------------------------------------------

TYPES = {"whole": [["1", "22", "-7"], ["0"], ["9223372036854775808", "1"], [" 5 ", ""]],
         "decimal": [["1.0", "1"], ["9.90", "10"], ["-.5"], ["1.5e3"], ["1e-05"], ["0.1", "5e-324"], ["123456789012345.5"]],
         "boolean": [["true", "FALSE", "True"]],
         "date": [["2024-01-31"], ["2024-01-31", "2024-01-31T10:00+02:00"], ["2024-01-31 10:00:00Z"]],
         "text": [["007"], ["02134", "10115"], ["+5"], ["1_000"], ["1,000"], ["1e5"], ["nan", "1.5"], ["inf"], ["yes", "no"], ["-0"], ["5."], ["1", "x"], ["true", "1"], ["10:30"], ["01/02/2024"], ["2024-02-30"],
                  ["+49 30 123"], ["0.123456789012345678"], ["12345678901234567890", "1.5"], ["1e-400"], ["1" * 2000], ["１２"], ["2024-01-31", "soon"]],
         "empty": [["", " "], []]}

@pytest.mark.parametrize("kind, cells", [(k, c) for k, columns in TYPES.items() for c in columns], ids=lambda x: repr(x)[:40])
def test_the_type_of_a_column(kind, cells): assert column_type(cells) == kind

def test_a_number_is_inferred_only_where_the_cell_comes_back():
    "Random cells: an integer is written as the cell was; a decimal has all of its digits."
    from decimal import Decimal
    rng = random.Random(0)
    for _ in range(20_000):
        cell = "".join(rng.choice("0123456789" * 3 + ".-+e_ ") for _ in range(rng.randint(1, 12)))
        if is_whole(cell): assert str(int(cell)) == cell
        elif is_decimal(cell): assert Decimal(repr(float(cell))) == Decimal(cell) or len(cell) > 15
    for _ in range(5000):
        x = rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300)
        assert is_decimal(repr(x)) and is_decimal(f"{x:.16e}") and float(repr(x)) == x

def test_types_that_are_set(tmp_path):
    path = write(tmp_path/"a.csv", "zip,year,ok,n\n02134,2019,true,1e5\n10115,,FALSE,\n")
    assert read_rows(path) == [{"zip": "02134", "year": 2019, "ok": True, "n": "1e5"}, {"zip": "10115", "ok": False}]
    assert read_rows(path, types=read_types(["zip=whole", "year=text", "n=decimal"])) == [{"zip": 2134, "year": "2019", "ok": True, "n": 1e5}, {"zip": 10115, "year": "", "ok": False}]
    assert read_rows(path, types="text") == [{"zip": "02134", "year": "2019", "ok": "true", "n": "1e5"}, {"zip": "10115", "year": "", "ok": "FALSE", "n": ""}]
    with pytest.raises(TableError, match="a.csv, line 2: '02134' in column 'zip' is not of type boolean"): read_rows(path, types={"zip": "boolean"})
    with pytest.raises(TableError, match="no column 'yaer': did you mean 'year'"): read_rows(path, types={"yaer": "whole"})

@pytest.mark.parametrize("given, words", [(["year=hole"], "did you mean 'whole'"), (["whole"], "COLUMN=whole"), (["text", "a=whole"], "got both"), (["=x"], "no type 'x'")], ids=str)
def test_types_given_wrongly(given, words):
    with pytest.raises(TableError, match=words): read_types(given)

def test_names_that_are_nearly_right():
    assert did_you_mean("TITLE", ["n", "title"]).startswith("did you mean 'title'?") and did_you_mean("zzz", ["n"]) == "expected one of n"
    assert did_you_mean("x", map(str, range(1000))).endswith("and 980 more")

# --- files --------------------------------------------------------------------------------------------------

ROWS = [{"title": 'The "It" girl; again', "n": 1}, {"title": "naïve café", "n": 2}, {"title": "a, b\tc", "n": 3}]

def as_csv(delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([["title", "n"], *(r.values() for r in ROWS)])
    return text.getvalue()

LINES = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in ROWS)
FILES = {"a.csv": (as_csv(), {}), "A.CSV": (as_csv(end="\r\n"), {}), "mac.csv": (as_csv(end="\r"), {}), "all.csv": (as_csv(quoting=csv.QUOTE_ALL), {}), "bom.csv": (as_csv().encode("utf-8-sig"), {}), "u16.csv": (as_csv().encode("utf-16"), {}), "u16be.csv": (("\ufeff" + as_csv()).encode("utf-16-be"), {}),
         "u32.csv": (as_csv().encode("utf-32"), {}), "latin.csv": (as_csv().encode("cp1252"), {"encoding": "cp1252"}), "u8.csv": (as_csv().encode("utf-8-sig"), {"encoding": "utf8"}), "semi.csv": (as_csv(";"), {"delimiter": ";"}), "tab.csv": (as_csv("\t"), {"delimiter": "tab"}),
         "excel.tsv": (as_csv("\t"), {"quoting": "csv"}), "a.csv.gz": (gzip.compress(as_csv().encode()), {}), "a.CSV.GZ": (gzip.compress(as_csv().encode()), {}), "a.jsonl": (LINES, {}), "b.ndjson": ("\ufeff" + LINES.replace("\n", "\r\n\r\n"), {}), "u16.jsonl": (LINES.encode("utf-16"), {}),
         "a.jsonl.gz": (gzip.compress(LINES.encode()), {}), "a.json": (json.dumps(ROWS), {}), "b.JSON": ("\ufeff " + json.dumps(ROWS, indent=1), {}), "a.json.gz": (gzip.compress(json.dumps(ROWS).encode()), {})}

@pytest.mark.parametrize("fast", [True, False], ids=["orjson", "json"])
@pytest.mark.parametrize("name", FILES)
def test_the_same_rows_from_every_kind_of_file(tmp_path, monkeypatch, name, fast):
    if not fast: monkeypatch.setattr(json_rows, "orjson", None)
    raw, options = FILES[name]
    table = read_rows(write(tmp_path/name, raw), **options)
    assert table == ROWS and table.types in ({}, {"title": "text", "n": "whole"}) and len(table.lines) == 3

WRONG = {"quote.csv": ('t,n\nSoup,1\n"Lamp,2\n\n', {}, "line 3: unexpected end of data"), "blank.csv": ("t,n\n\n\nSoup,1,7\n", {}, "line 4: expected 2 fields, found more"), "two.csv": ('t,n\n"a\nb",1\nc\n', {}, "line 4: .*fewer"), "mid.csv": ('t,n\nx,1\n"Soup" is served,1\n', {}, "line 3: .*quoting none"),
         "lines.tsv": ('t\tn\n"a\nb"\t1\n', {}, "line 2: .*fewer.*quoting csv"), "latin.csv": ("t\na\ncafé\n".encode("latin-1"), {}, r"line 3: byte 7 \(0xe9\) is not UTF-8.*encoding"), "u16.csv": ("t\n".encode("utf-16")[:-1], {}, "utf-16"), "enc.csv": ("t\na\n", {"encoding": "klingon"}, "no encoding 'klingon'"),
         "b64.csv": ("t\na\n", {"encoding": "base64"}, "no encoding"), "delim.csv": ("t\na\n", {"delimiter": ";;"}, "one character"), "how.csv": ("t\na\n", {"quoting": "cvs"}, "did you mean 'csv'"), "z.csv.gz": ("t\na\n", {}, "gzip"), "cut.csv.gz": (gzip.compress(b"t\n" * 999)[:-9], {}, "gzip"),
         "a.jsonl": ('{"t": 1}\n\n{"t": }\n', {}, "line 3: not valid JSON"), "twice.jsonl": ('{"t": 1, "t": 2}\n', {}, "line 1: the key 't' is there twice"), "inner.jsonl": ('{"t": {"a": 1, "a": 1}}\n', {}, "'a' is there twice"), "a.json": ('[\n{"t": 1},\n{"t" 2}]', {}, "line 3: not valid JSON"),
         "b.json": ('[{"t": 1},\n\n [1]]', {}, "line 3: expected an object"), "c.json": ('[{"t": 1}] x', {}, "behind"), "d.json": ('{"t": 1}\n{"t": 2}\n', {}, "jsonl"), "e.json": ("[" * 100_000, {}, "line 1"), "types.json": ("[]", {"types": {"t": "whole"}}, "JSON"), "head.csv": (",,\n", {}, "column names")}

@pytest.mark.parametrize("fast", [True, False], ids=["orjson", "json"])
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_file_and_on_which_line(tmp_path, monkeypatch, name, fast):
    if not fast: monkeypatch.setattr(json_rows, "orjson", None)
    raw, options, words = WRONG[name]
    with pytest.raises(TableError, match=words) as e: read_rows(write(tmp_path/name, raw), **options)
    assert isinstance(e.value, FileFormatError)

def test_quotes_between_tabs_are_kept_and_told(tmp_path):
    table = read_rows(write(tmp_path/"q.tsv", 'id\ttitle\n1\t"Soup\n2\tLamp"\n3\t"River" rises\n4\t"It"\n'))
    assert [r["title"] for r in table] == ['"Soup', 'Lamp"', '"River" rises', '"It"'] and "1 cells begin and end with a quote" in table.notes[0]
    assert read_rows(tmp_path/"q.tsv", quoting="none", types="text")[3] == {"id": "4", "title": '"It"'}

def test_columns_without_a_name(tmp_path):
    table = read_rows(write(tmp_path/"a.csv", ",title, n ,\n0,Soup, 1,\n1,Lamp,2,\n"))
    assert table == [{"column 1": 0, "title": "Soup", "n": 1}, {"column 1": 1, "title": "Lamp", "n": 2}] and "column 1" in table.notes[0]
    assert "--delimiter ';'" in read_rows(write(tmp_path/"s.csv", "title;n\nSoup;1\n")).notes[0]

def test_lines_stay_with_their_rows(tmp_path):
    table = read_rows(write(tmp_path/"a.csv", 't,n\n"a\n\nb",1\n\nc,\n\nd,3\n'))
    assert table.lines == [2, 6, 8] and table.only([2]).place(0).endswith("a.csv, line 8") and table.only([1]).columns == ["t", "n"]
    with pytest.raises(MetadataError, match="n.jsonl, line 3: metadata.'n'. is nan"): fill_storage(read_rows(write(tmp_path/"n.jsonl", '{"t": "a"}\n\n{"t": "b", "n": NaN}\n')), "t", lambda texts: [[1.]] * len(texts))

def test_orjson_changes_nothing(monkeypatch):
    "Random JSON with everything at the edges: long numbers, doubled keys, bad escapes."
    pytest.importorskip("orjson")
    rng, pieces = random.Random(1), ["1", "-0", "1.5", "12345678901234567890", "NaN", "1e999", "null", "true", '"a"', '"a:b"', '"\\ud800"', '"\\u00e9"', "[]", "[1, {}]", '{"a": 1}', '{"a": 1, "a": 2}', '[{"b": 1, "b": 1}]', "{", "]", '[1, {"x": 1, "x": 1}]']
    def outcome(text):
        try: return repr(json_rows.json_value(text))
        except ValueError as e: return f"{type(e).__name__} {e}"
    texts = ["{" + ", ".join(f'"{rng.choice("abc")}": {rng.choice(pieces)}' for _ in range(rng.randint(0, 4))) + "}" for _ in range(3000)]
    fast = [outcome(t) for t in texts]
    monkeypatch.setattr(json_rows, "orjson", None)
    assert [outcome(t) for t in texts] == fast and any("twice" in o for o in fast) and any(o.startswith("{") for o in fast)

# --- shown and told ------------------------------------------------------------------------------------------

def test_control_characters_are_shown_not_sent():
    raw = "".join(map(chr, range(0x20))) + "".join(map(chr, range(0x7f, 0xa0))) + "\u2028\u202e\u2066é火"
    shown = visible(raw)
    assert shown.endswith("é火") and not any(c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u202e\u2066") for c in shown)
    assert json.loads(visible(json.dumps(raw, ensure_ascii=False))) == raw and one_line("a\x1b[1m\nb") == "a\\u001b[1m b"

@pytest.fixture
def news():
    s = VectorStorage(2)
    s.add_bulk([[1, 0]] * 3, [{"genre": "Sports", "year": "2019"}, {"genre": "Sports", "year": "2021", "by": {"name": "Ada"}}, {"genre": "Food", "year": "2023", "n": 7}])
    return s

@pytest.mark.parametrize("where, words", [({"genre": "Sport"}, "leaves 0 of 3.*'genre': 'Sports' .2., 'Food' .1."), ({"gener": "Food"}, "no row has the key 'gener': did you mean 'genre'"), ({"by.name": "Eve"}, "1 of 3 rows have 'by.name': 'Ada'"), ({}, "leaves 3 of 3"), (None, "leaves 3 of 3")], ids=str)
def test_an_empty_answer_says_why(news, where, words):
    import re
    assert re.search(words, " ".join(why_none(news, where)))

def test_keys_that_no_row_has(news):
    assert keys_of(news) == ["genre", "year", "by", "by.name", "n"]
    check_keys(news, ["genre", "by.name"], "--show"); check_keys(VectorStorage(2), ["anything"], "--show")
    with pytest.raises(ValueError, match="--order-by: no row has the key 'yaer': did you mean 'year'"): check_keys(news, ["genre", "yaer"], "--order-by")

@pytest.mark.parametrize("where", [{"year": {"$gte": 2020}}, {"year": 2019}, {"year": {"$in": [1.5, 2]}}, {"$and": [{"genre": "Food"}, {"year": {"$lt": 1}}]}, {"$not": {"year": 3}}, {"n": "7"}, {"n": {"$gt": "1"}}], ids=str)
def test_numbers_against_texts_are_told(news, where):
    with pytest.warns(FilterWarning, match="holds only"): news.find(where)

@pytest.mark.parametrize("where", [{"year": {"$gte": "2020"}}, {"n": 7}, {"genre": {"$ne": "Food"}}, {"year": None}, {"year": True}, {"missing": 3}, {"year": {"$exists": True}}, {"year": {"$in": ["2019", 2020]}}, {"by": 3}], ids=str)
def test_what_can_be_met_is_not_told(news, where):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        news.find(where)

def test_every_type_has_a_name(): assert list(KINDS) == ["whole", "decimal", "boolean", "date", "dayfirst", "monthfirst", "text"] and isinstance(Table([], "x", []), list)
