"The command line: the commands on tables of both kinds, exit codes, and a readable line for every mistake."
import json, os, re, subprocess, sys
from pathlib import Path
import numpy as np, pytest
from minivecdb import __version__
from minivecdb.cli import main
from minivecdb.minilm.model import DEFAULT_MODEL
from minivecdb.ivf_index import IVFIndex
from minivecdb.vector_storage import VectorStorage

ROWS = [{"headline": "Runner wins the city marathon", "genre": "Sports"}, {"headline": "Rockets — to Mars and back", "genre": "Science"}, {"headline": "Baker folds the perfect croissant", "genre": "Food"}]
SCRIPT = Path(sys.executable).with_name("minivecdb")

def write_csv(path, rows=ROWS): path.write_text("headline,genre\n" + "".join(f"{r['headline']},{r['genre']}\n" for r in rows), encoding="utf-8"); return path
def write_jsonl(path, rows=ROWS): path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8"); return path

@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path

@pytest.fixture(scope="session")
def indexed(tmp_path_factory):
    "A small storage, made by the command."
    where = tmp_path_factory.mktemp("indexed")
    assert main(["index", str(write_csv(where/"a.csv")), "--text", "headline", "--out", str(where/"a.json"), "--quiet"]) == 0
    return where/"a.json"

@pytest.fixture
def say(capsys):
    "Call the command in this process: exit code, output, errors."
    def call(*args):
        capsys.readouterr()
        code = main([str(a) for a in args])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return code, out.out, out.err
    return call

def script(*args, **options):
    "Run the console script itself."
    if not SCRIPT.exists(): pytest.skip(f"{SCRIPT.name} is not installed beside {sys.executable}")
    return subprocess.run([SCRIPT, *map(str, args)], capture_output=True, text=True, encoding="utf-8", **options)

# --- what it does ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("write, name", [(write_csv, "mine.csv"), (write_jsonl, "mine.jsonl")], ids=["csv", "jsonl"])
def test_index_search_stats_as_a_user_types_them(folder, write, name):
    write(folder/name)
    done = script("index", name, "--text", "headline", "--out", "my.json")
    assert done.returncode == 0 and done.stdout.startswith("my.json: VectorStorage(3 vectors of 384 dimensions, model all-MiniLM-L6-v2)\n3 vectors in 1 clusters") and "3/3" in done.stderr
    assert VectorStorage.load("my.json").get_all().itemgot(2) == ROWS and set(os.listdir()) == {"my.json", name}
    done = script("search", "my.json", "who was fastest on foot", "-k", "2")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (0, "minivecdb: read all vectors: exact\n", 3) and re.split("  +", lines[0]) == ["rank", "distance", "headline", "genre"]
    assert lines[1].startswith("1 ") and "Runner wins" in lines[1] and "Sports" in lines[1]
    done = script("stats", "my.json")
    assert done.returncode == 0 and done.stderr == "" and all(part in done.stdout for part in ("3 vectors of 384 dimensions", DEFAULT_MODEL, "next id 3", "headline (3), genre (3)", "1 clusters", "0 empty"))

def test_json_lines_come_out_nearest_first(say, indexed):
    code, out, err = say("search", indexed, "space travel", "--json")
    hits = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "") and [list(h) for h in hits] == [["id", "distance", "metadata"]] * 3
    assert hits[0]["metadata"] == ROWS[1] and sorted(h["id"] for h in hits) == [0, 1, 2] and [h["distance"] for h in hits] == sorted(h["distance"] for h in hits)

@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_exact_and_indexed_search_agree(say, indexed, metric):
    exact = say("search", indexed, "space travel", "--json", "--metric", metric)
    assert exact[0] == 0 and exact[1].count("\n") == 3 and say("search", indexed, "space travel", "--json", "--metric", metric, "--nprobe", 5) == exact

def test_search_and_stats_say_what_is_read(say, folder):
    s = VectorStorage(384, model=DEFAULT_MODEL)
    s.add_bulk(np.random.default_rng(0).standard_normal((500, 384)))
    s.save("s.json")
    k = IVFIndex(s).build().get_stats()["n_clusters"]
    for more, told in (([], "all vectors: exact"), (["--nprobe", 10**6], f"all {k} clusters: exact"),
                       (["--nprobe", 5], f"5 of {k} clusters: recall not known (the number of lists was given)")):
        assert say("search", "s.json", "x", *more)[2] == f"minivecdb: read {told}\n"
        assert say("search", "s.json", "x", "--json", *more)[2] == ""
    assert k > 5 and f"\na search reads all {k} clusters: exact\n" in say("stats", "s.json")[1]

def test_stats_tell_the_recall_of_a_kept_index(say, tmp_path):
    x = np.random.default_rng(0).standard_normal((3000, 16)).astype(np.float32)
    with VectorStorage.open(tmp_path/"s.mvdb", 16) as s:
        s.add_bulk(x)
        index = IVFIndex(s).build(); index.save()
        reads, asked = index.get_stats(), index.ivf.enough.asked
    assert reads["mode"] == "measured"
    out = say("stats", tmp_path/"s.mvdb")[1]
    assert f"\na search reads {reads['nprobe']} of 219 clusters: recall {reads['recall']:.2f} to expect ({asked} of its rows" in out
    assert "for questions like its rows: measure yours with tune_nprobe" in out
    assert out.endswith("; minivecdb search compares all vectors unless --nprobe is given\n")

def test_stats_tell_the_nprobe_of_a_kept_index(say, tmp_path):
    with VectorStorage.open(tmp_path/"s.mvdb", 16) as s:
        s.add_bulk(np.random.default_rng(0).standard_normal((3000, 16)))
        IVFIndex(s, nprobe=9).build().save()
    assert "\na search reads 9 of 219 clusters: recall not known (the number of lists was given)" in say("stats", tmp_path/"s.mvdb")[1]

def test_a_search_by_clusters_takes_the_index_that_is_kept(say, tmp_path):
    rng, path = np.random.default_rng(0), tmp_path/"s.mvdb"
    with VectorStorage.open(path, 384, model=DEFAULT_MODEL) as s:
        s.add_bulk(rng.standard_normal((600, 384)), [{"n": i} for i in range(600)])
        IVFIndex(s, n_clusters=30).build().save()
    kept = sorted(p.name for p in path.iterdir())
    code, out, err = say("search", path, "x", "--nprobe", 7)
    assert (code, "7 of 30 clusters" in err) == (0, True)
    assert "7 of 30 clusters" not in say("search", path, "x", "--nprobe", 7, "--metric", "dot")[2]
    file, = path.glob("index-*.ivf")
    file.write_bytes(file.read_bytes()[:100])
    code, out, err = say("search", path, "x", "--nprobe", 7)
    assert (code, "7 of 61 clusters" in err) == (0, True) and sorted(p.name for p in path.iterdir()) == kept

def test_k_and_shown_columns(say, indexed):
    for k in (1, 2): assert len(say("search", indexed, "x", "-k", k)[1].splitlines()) == 1 + k
    for k in ("4", "1" + "0" * 12): assert len(say("search", indexed, "x", "-k", k)[1].splitlines()) == 4 == len(say("search", indexed, "x", "-k", k, "--nprobe", 1)[1].splitlines())
    assert say("search", indexed, "x", "--show", "genre")[1].splitlines()[0].split() == ["rank", "distance", "genre"]

def test_an_existing_storage_is_replaced(say, folder):
    write_csv(folder/"a.csv")
    assert say("index", "a.csv", "--text", "headline", "--out", "a.json", "--quiet")[0] == 0
    write_csv(folder/"a.csv", ROWS[:1])
    assert say("index", "a.csv", "--text", "headline", "--out", "a.json", "--quiet")[0] == 0 and len(VectorStorage.load("a.json")) == 1

def test_rows_without_text_are_left_out_and_counted(say, folder):
    write_csv(folder/"a.csv", ROWS + [{"headline": "", "genre": "Sports"}])
    code, out, err = say("index", "a.csv", "--text", "headline", "--out", "a.json", "--quiet")
    assert code == 0 and "1 of 4 rows" in err and "'headline'" in err and VectorStorage.load("a.json").get_all().itemgot(2) == ROWS

def test_an_empty_storage_has_stats_and_no_answers(say, folder):
    VectorStorage(384).save("e.json")
    assert say("stats", "e.json")[0] == 0 and "0 vectors" in say("stats", "e.json")[1]
    for more in ([], ["--nprobe", "2"]):
        assert say("search", "e.json", "x", "--json", *more) == (0, "", "minivecdb: the storage is empty\n") and say("search", "e.json", "x", *more)[1].splitlines() == ["rank  distance"]

def test_help_and_version(say):
    assert say("--version") == (0, f"minivecdb {__version__}\n", "")
    code, out, err = say("--help")
    assert code == 0 and err == "" and all(c in out for c in ("index", "search", "stats"))
    for command, options in (("index", ("--text", "--out", "--model")), ("search", ("-k", "--nprobe", "--json", "--metric")), ("stats", ())): assert all(o in say(command, "--help")[1] for o in options)

# --- tables as people have them -------------------------------------------------------------------------

def test_numbers_of_a_csv_are_numbers(say, folder):
    (folder/"my.csv").write_text("title,year,price\nRed bicycle,2019,9\nBlue bicycle,2021,10\nGreen kettle,2023,100\n")
    code, out, err = say("index", "my.csv", "--text", "title", "--out", "my.json", "--quiet")
    assert code == 0 and "columns: title text, year whole, price whole" in out and err == ""
    find = lambda *more: [json.loads(line)["metadata"] for line in say("find", "my.json", "--json", *more)[1].splitlines()]
    assert [r["year"] for r in find("--where", '{"year": {"$gte": 2020}}', "--order-by=-year")] == [2023, 2021]
    assert [r["price"] for r in find("--order-by", "price")] == [9, 10, 100]
    assert len(say("search", "my.json", "bike", "--where", '{"price": {"$lt": 50}}')[1].splitlines()) == 3
    assert say("index", "my.csv", "--text", "title", "--out", "my.json", "--quiet", "--types", "text")[0] == 0
    code, out, err = say("find", "my.json", "--where", '{"year": {"$gte": 2020}}')
    assert code == 0 and "'year' with a number, but it holds only texts" in err and "leaves 0 of 3 rows" in err and "'2019'" in err

def test_options_say_how_a_table_is_written(say, folder):
    (folder/"s.csv").write_bytes("title;zip\nCafé;02134\nLamp;10115\n".encode("cp1252"))
    index = lambda *more: say("index", "s.csv", "--text", "title", "--out", "s.json", "--quiet", *more)
    assert index()[0] == 1 and "line 2" in index()[2] and "--encoding" in index()[2]
    assert "did you mean 'title;zip'" in index("--encoding", "cp1252")[2] and "--delimiter ';'" in index("--encoding", "cp1252")[2]
    assert index("--encoding", "cp1252", "--delimiter", ";", "--types", "zip=whole")[0] == 0
    assert VectorStorage.load("s.json").get_all().itemgot(2) == [{"title": "Café", "zip": 2134}, {"title": "Lamp", "zip": 10115}]

def test_texts_longer_than_the_model_reads_are_told(say, folder):
    (folder/"long.csv").write_text("title\n" + "tides and " * 200 + "\nshort\n")
    code, out, err = say("index", "long.csv", "--text", "title", "--out", "long.json", "--quiet")
    assert code == 0 and err.startswith("minivecdb: 1 of 2 texts are longer than the model") and err.count("\n") == 1

def test_own_ids_are_kept_and_shown_beside_the_rows_number(say, folder):
    (folder/"ids.csv").write_text("id,title\nA7,Soup\n")
    assert "'id' is kept as metadata" in say("index", "ids.csv", "--text", "title", "--out", "ids.json", "--quiet")[1]
    assert [line.split() for line in say("find", "ids.json")[1].splitlines()] == [["row", "id", "title"], ["0", "A7", "Soup"]]

@pytest.mark.parametrize("name, raw, words", [("a.jsonl", '{"title":"Soup"}\n{"title":""}\n{"title":2012}\n', "a.jsonl, line 3, which holds 2012"), ("z.jsonl", '{"title":"Soup"}\n{"title":0}\n{"title":false}\n', "2 of 3.*z.jsonl, line 2, which holds 0"), ("n.jsonl", '{"title":"Soup"}\n{"title":"Lamp","n":NaN}\n', "n.jsonl, line 2: metadata.'n'. is nan"),
                                              ("head.csv", "title,n\n", "no rows"), ("blank.csv", "title,n\n,1\n", "1 of 1 rows have no text")], ids=lambda x: x[:8])
def test_the_line_of_the_file_is_named(say, folder, name, raw, words):
    (folder/name).write_text(raw)
    code, out, err = say("index", name, "--text", "title", "--out", "x.json", "--quiet")
    assert (code, out) == (1, "") and re.search(words, err) and os.listdir() == [name]

def test_nothing_a_terminal_obeys_is_sent(say, folder):
    (folder/"esc.csv").write_text("title,\x1b[2Jn\n\x1b[31mRed\x1b[0m alert\x1b]0;owned\x07\u202e,\x9bm\n", encoding="utf-8")
    said = "".join(sum((list(say(*c)) [1:] for c in (["index", "esc.csv", "--text", "title", "--out", "esc.json", "--quiet"], ["find", "esc.json"], ["find", "esc.json", "--json"], ["search", "esc.json", "red", "--show", "\x1b[2Jn"], ["stats", "esc.json"],
        ["find", "esc.json", "--show", "\x1b[2J"], ["find", "esc.json", "--where", '{"title": "\\u001b"}'], ["\x1b[2J"], ["find", "\x1b[2J.json"], ["index", "esc.csv", "--text", "\x1b[1m", "--out", "b.json"])), []))
    assert "\\u001b[31mRed" in said and not [c for c in said if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e")]
    assert VectorStorage.load("esc.json").get(0)[1]["title"].startswith("\x1b[31mRed")

@pytest.mark.parametrize("args, words", [(["find", "--order-by", "gerne"], "--order-by: no row has the key 'gerne': did you mean 'genre'"), (["find", "--order-by=-x"], "no row has the key 'x': expected one of headline, genre"), (["find", "--show", "Genre"], "--show.*did you mean 'genre'"), (["search", "x", "--show", "genre", "title"], "--show.*'title'"), (["find", "--show", "genre", "nope", "--json"], "--show")], ids=" ".join)
def test_keys_that_no_row_has_are_refused(say, indexed, args, words):
    code, out, err = say(args[0], indexed, *args[1:])
    assert (code, out) == (1, "") and re.search(words, err)

def test_an_answer_without_rows_says_why(say, indexed):
    for args in (["search", indexed, "x"], ["search", indexed, "x", "--nprobe", "1"], ["find", indexed]):
        code, out, err = say(*args, "--where", '{"genre": "Sport"}')
        assert code == 0 and "leaves 0 of 3 rows" in err and "'genre': 'Sports' (1), 'Science' (1), 'Food' (1)" in err
    assert "did you mean 'genre'" in say("find", indexed, "--where", '{"gener": "Food"}')[2]

# --- mistakes -------------------------------------------------------------------------------------------

WRONG_COMMANDS = [[], ["bogus"], ["index"], ["index", "a.csv"], ["index", "a.csv", "--text", "headline"], ["index", "a.csv", "--out", "x.json"], ["search"], ["search", "a.json"], ["stats"], ["stats", "a.json", "b.json"], ["search", "a.json", "x", "-k", "0"], ["search", "a.json", "x", "-k", "-3"],
                  ["search", "a.json", "x", "-k", "two"], ["search", "a.json", "x", "-k", "1.5"], ["search", "a.json", "x", "--nprobe", "0"], ["search", "a.json", "x", "--metric", "l1"], ["search", "a.json", "x", "--show"], ["search", "a.json", "x", "--bogus"], ["index", "a.csv", "--text", "headline", "--out", "x.json", "--dtype", "int8"]]

@pytest.mark.parametrize("args", WRONG_COMMANDS, ids=" ".join)
def test_a_wrong_command_shows_the_usage_and_exits_2(say, folder, args):
    code, out, err = say(*args)
    assert (code, out) == (2, "") and err.startswith("usage: minivecdb") and "error:" in err and os.listdir() == []

TABLES = {"empty.csv": b"", "head.csv": b"headline\n", "short.csv": b"headline,genre\na\n", "quote.csv": b'headline,genre\n"a,b\n', "latin.csv": b"headline\ncaf\xe9\n", "blank.csv": b"headline,genre\n,a\n,b\n", "twice.csv": b"headline,headline\na,b\n",
          "a.txt": b"headline\na\n", "broken.jsonl": b'{"headline": \n', "list.jsonl": b"[1]\n", "nan.jsonl": b'{"headline": "a", "n": NaN}\n', "deep.jsonl": b'{"headline": "a", "n": ' + b"[" * 50_000 + b"]" * 50_000 + b"}\n", "rather_deep.jsonl": b'{"headline": "a", "n": ' + b"[" * 150 + b"]" * 150 + b"}\n",
          "surrogate.jsonl": b'{"headline": "a\\ud800"}\n', "number.jsonl": b'{"headline": 5}\n', "digits.jsonl": b'{"headline": "a", "n": ' + b"1" * 5000 + b"}\n", "nothing.jsonl": b""}

@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_is_one_line_and_exit_1(say, folder, name):
    (folder/name).write_bytes(TABLES[name])
    code, out, err = say("index", name, "--text", "headline", "--out", "x.json", "--quiet")
    assert (code, out) == (1, "") and all(line.startswith("minivecdb: ") for line in err.splitlines()) and err.strip() and os.listdir() == [name]

@pytest.mark.parametrize("args, words", [(["nope.csv"], "nope.csv: No such file"), (["."], "expected a table"), (["a.csv", "--text", "title"], "'title'.*headline, genre"), (["a.csv", "--out", "x.txt"], r"x.txt.*\.json"), (["a.csv", "--out", "no/x.json"], "no.*does not exist"), (["a.csv", "--out", "dir.json"], "dir.json"),
                                         (["a.csv", "--out", "other.json"], "other.json.*not a storage"), (["a.csv", "--model", "no-such-model"], "no-such-model"), (["a.csv", "--model", "."], "model"), (["dir.json"], "dir.json: not a regular file")], ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_a_mistake_in_index_is_named_and_nothing_is_written(say, folder, args, words):
    write_csv(folder/"a.csv"); (folder/"dir.json").mkdir(); (folder/"other.json").write_text('{"name": "settings of something else"}')
    before = {p: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    defaults = [] if "--text" in args else ["--text", "headline"]
    code, out, err = say("index", *args, *defaults, *([] if "--out" in args else ["--out", "x.json"]), "--quiet")
    assert (code, out) == (1, "") and re.search(words, err) and err.splitlines()[-1].startswith("minivecdb: ")
    assert {p: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before

def test_the_table_itself_is_not_written_over(say, folder):
    write_jsonl(folder/"a.jsonl"); (folder/"a.json").symlink_to("a.jsonl")
    assert say("index", "a.jsonl", "--text", "headline", "--out", "a.json")[0] == 1 and len((folder/"a.jsonl").read_text().splitlines()) == 3

DOCUMENT = {"dimension": 2, "next_id": 1, "vectors": {"0": [1, 2]}, "metadatas": {"0": {}}}
FILES = {"truncated.json": json.dumps(DOCUMENT)[:-9], "text.json": "headline,genre\n", "empty.json": "", "no_metadata.json": json.dumps(DOCUMENT | {"metadatas": {}}), "deep.json": "[" * 100_000, "nan.json": json.dumps(DOCUMENT | {"vectors": {"0": [1, float("nan")]}})}

@pytest.mark.parametrize("name", [*FILES, "nope.json", "."])
@pytest.mark.parametrize("command", [["stats"], ["search", "x"], ["search", "x", "--nprobe", "1", "--json"]], ids=" ".join)
def test_a_damaged_or_missing_storage_is_one_line_and_exit_1(say, folder, command, name):
    if name in FILES: (folder/name).write_text(FILES[name])
    code, out, err = say(command[0], name, *command[1:])
    assert (code, out, len(err.splitlines())) == (1, "", 1) and err.startswith("minivecdb: ") and name in err

@pytest.mark.parametrize("more, args, words", [({}, [], "2 dimensions.*384"), ({"model": "another-model"}, [], "another-model"), ({"model": "another-model"}, ["--model", DEFAULT_MODEL], f"another-model.*{DEFAULT_MODEL}"), ({}, ["--model", "no-such-model"], "no-such-model")], ids=["dimension", "model not here", "model differs", "unknown model"])
@pytest.mark.parametrize("nprobe", [[], ["--nprobe", "1"]], ids=["exact", "index"])
def test_a_question_to_another_models_storage_is_refused(say, folder, more, args, words, nprobe):
    (folder/"s.json").write_text(json.dumps(DOCUMENT | more))
    code, out, err = say("search", "s.json", "x", *args, *nprobe)
    assert (code, out, len(err.splitlines())) == (1, "", 1) and re.search(words, err)
    assert say("stats", "s.json")[0] == 0

def test_a_question_that_is_no_text_is_refused(say, indexed):
    code, out, err = say("search", indexed, "caf\udce9")
    assert (code, out) == (1, "") and "Unicode" in err

def test_the_demonstration_needs_the_repository(say, folder):
    code, out, err = say("demo")
    assert (code, out) == (1, "") and "headlines.csv" in err

def test_the_map_opens_in_a_browser(say, folder, monkeypatch):
    "Anywhere, without the repository; where no browser is, the page is named."
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda page: opened.append(page) or len(opened) == 1)
    assert say("demo", "--open") == (0, "", "") and opened[0].startswith("file:///") and opened[0].endswith("/minivecdb/map.html")
    code, out, _ = say("demo", "--open")
    assert code == 0 and opened[0] in out

# --- as a program ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("args, code", [(["bogus"], 2), (["stats", "nope.json"], 1), (["index", "nope.csv", "--text", "a", "--out", "b.json"], 1), (["--version"], 0)], ids=["wrong command", "no storage", "no table", "version"])
def test_the_scripts_exit_code_reaches_the_shell(folder, args, code):
    done = script(*args)
    assert done.returncode == code and "Traceback" not in done.stderr and bool(done.stderr) == bool(code) and bool(done.stdout) == (not code)

def test_a_reader_that_closes_the_pipe_is_no_error(folder):
    s = VectorStorage(384)
    s.add_bulk([[1.] * 384] * 3000, [{"text": "x" * 100}] * 3000)
    s.save("s.json")
    if not SCRIPT.exists(): pytest.skip("the console script is not installed")
    process = subprocess.Popen([SCRIPT, "search", "s.json", "x", "--json", "-k", "3000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert json.loads(process.stdout.readline())["id"] == 0
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 0

@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(indexed):
    with open("/dev/full", "w") as full: done = subprocess.run([SCRIPT, "stats", indexed], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr.startswith("minivecdb: ") and "Traceback" not in done.stderr

def test_a_terminal_that_knows_only_ascii_gets_an_answer(indexed):
    "Characters it lacks are replaced; the dash in a headline is no reason to fail."
    for more in ([], ["--json"]):
        done = script("search", indexed, "space travel", *more, env=os.environ | {"PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0 and "Rockets" in done.stdout and "Traceback" not in done.stderr

def test_a_search_on_a_loaded_storage_needs_no_torch(indexed, run_python):
    "The question was asked before, so its embedding is known."
    main(["search", str(indexed), "space travel"])
    code = f"import sys; from minivecdb.cli import main; main(['search', {str(indexed)!r}, 'space travel', '--json']); print([m for m in ('torch', 'sentence_transformers', 'transformers') if m in sys.modules])"
    assert run_python(code).splitlines()[-1] == "[]"
