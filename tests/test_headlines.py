"The main job: the committed data, tables of all kinds, and questions answered from them."
import csv, json, re
from collections import Counter
from datetime import date
import numpy as np
import pytest
from fastcore.foundation import L
from minivecdb import headlines as h
from minivecdb.minilm.model import DEFAULT_MODEL
from minivecdb.gen_embeddings import FunctionEmbedder, get_embeddings
from minivecdb.headlines import QUESTIONS, answer_table, ask, demo, fill_storage, load_or_fill
from minivecdb.headlines import texts_of
from minivecdb.storage.column_types import TableError
from minivecdb.storage.text_tables import read_rows
from minivecdb.ivf_index import Hit, IVFIndex
from minivecdb.core.errors import DimensionError, FileFormatError, MetadataError, ModelError
from minivecdb.vector_storage import VectorStorage

ROWS = [{"text": "cats sleep", "kind": "pets"}, {"text": "rockets fly", "kind": "space"}, {"text": "bread bakes", "kind": "food"}]

class Counting:
    "An embedder that counts vowels, and remembers what it was asked."
    def __init__(self, name="vowels", dimension=5): self.name, self.dimension, self.asked, self.identity = name, dimension, [], None
    def __call__(self, texts): self.asked += texts; return np.float32([[t.count(v) + 1 for v in "aeiou"[:self.dimension]] for t in texts])

@pytest.fixture(scope="session")
def table(repository): return read_rows(repository/"data"/"headlines.csv")

@pytest.fixture(scope="session")
def stored(repository): return VectorStorage.load(repository/"data"/"headline_embeddings.json")

@pytest.fixture(scope="session")
def index(stored): return IVFIndex(stored).build()

# --- the data -------------------------------------------------------------------------------------------

def test_at_least_400_headlines_in_10_genres_of_30(table):
    genres = Counter(row["genre"] for row in table)
    assert len(table) >= 400 and sum(n >= 30 for n in genres.values()) >= 10

def test_columns_useful_for_filtering(table):
    assert all(list(row) == ["headline", "genre", "date", "place"] and all(v.strip() == v and v for v in row.values()) for row in table)
    dates = [date.fromisoformat(row["date"]) for row in table]
    assert len({d.year for d in dates}) > 1 and len(set(dates)) > 50 and len({row["place"] for row in table}) > 50

def test_no_headline_comes_twice(table):
    assert Counter(row["headline"].casefold() for row in table).most_common(1)[0][1] == 1

def test_the_embeddings_beside_it_are_those_of_the_table(table, stored):
    assert stored.get_all().itemgot(2) == table and list(stored) == list(range(len(table))) and stored.next_id == len(table)
    assert (stored.dimension, stored.model) == (384, DEFAULT_MODEL)
    np.testing.assert_allclose(np.linalg.norm(stored.to_arrays()[1], axis=1), 1, atol=1e-5)
    chosen = list(range(0, len(table), 60))
    np.testing.assert_allclose(get_embeddings([table[i]["headline"] for i in chosen]), stored.to_arrays()[1][chosen], atol=2e-3)

# --- questions ------------------------------------------------------------------------------------------

def test_the_marathon_question_finds_sports_and_running(index):
    assert QUESTIONS[0] == "John Korir Claims Victory in Boston Marathon as Evans Lokedi Breaks Women's Course Record"
    hits = ask(index, QUESTIONS[0])
    assert len(hits) == 5 and [m["genre"] for m in hits.itemgot(1)] == ["Sports"] * 5
    for metadata in hits.itemgot(1): assert re.search("marathon|runner|race|sprint|metres|relay|steeplechase", metadata["headline"], re.I), metadata["headline"]
    assert sum("marathon" in m["headline"].lower() for m in hits.itemgot(1)) >= 3

@pytest.mark.parametrize("question, genre", [(QUESTIONS[1], "Weather"), (QUESTIONS[2], "Health"), ("new album tops the charts", "Music"), ("what astronomers saw through the telescope", "Science")])
def test_other_questions_find_their_genre(index, question, genre):
    assert [m["genre"] for m in ask(index, question).itemgot(1)].count(genre) >= 3

def test_a_headline_finds_itself(index, table):
    for row in table[::97]: assert ask(index, row["headline"], k=1)[0].metadata == row

def test_nprobe_and_k_are_passed_on(index):
    assert len(ask(index, QUESTIONS[0], k=7, nprobe=1)) == 7 and len(ask(index, QUESTIONS[0], k=1)) == 1

def test_another_model_is_refused_before_it_embeds(index):
    other = Counting("vowels", 384)
    with pytest.raises(ModelError) as e: ask(index, "anything", model=other)
    assert DEFAULT_MODEL in str(e.value) and "vowels" in str(e.value) and other.asked == []

@pytest.mark.parametrize("model", [None, "vowels"])
def test_another_dimension_is_refused_before_it_embeds(model):
    storage, other = VectorStorage(3, model=model), Counting("vowels", 5)
    storage.add([1, 2, 3])
    with pytest.raises(DimensionError) as e: ask(IVFIndex(storage).build(), "anything", model=other)
    assert "3" in str(e.value) and "5" in str(e.value) and "vowels" in str(e.value) and other.asked == []

def test_a_dimension_known_only_afterwards_is_refused_too():
    storage = VectorStorage(3)
    storage.add([1, 2, 3])
    with pytest.raises(DimensionError, match="3.*5"): ask(IVFIndex(storage).build(), "anything", model=FunctionEmbedder(Counting("vowels", 5)))

def test_the_model_that_filled_a_storage_is_accepted():
    embedder = Counting()
    index = IVFIndex(fill_storage(ROWS, "text", embedder)).build()
    assert index.storage.model == "vowels" and ask(index, "cats sleep", model=embedder)[0].metadata == ROWS[0]
    assert embedder.asked[-1] == "cats sleep"

# --- filling a storage ----------------------------------------------------------------------------------

def test_rows_become_metadata_in_their_order():
    embedder = Counting()
    storage = fill_storage(ROWS, "text", embedder)
    assert storage.get_all().itemgot(2) == ROWS and sorted(embedder.asked) == sorted(r["text"] for r in ROWS) and storage.dimension == 5
    np.testing.assert_array_equal(storage.to_arrays()[1], Counting()([r["text"] for r in ROWS]))

def test_metadata_is_checked_before_anything_is_embedded():
    embedder = Counting()
    with pytest.raises(MetadataError): fill_storage(ROWS + [{"text": "x", "n": float("nan")}], "text", embedder)
    assert embedder.asked == []

@pytest.mark.parametrize("rows, column, words", [(ROWS, "headline", "'headline'.*text, kind"), ([], "text", "empty"), (ROWS + [{"text": " "}], "text", "1 of 4.*row 4"), (ROWS + [{"kind": "x"}, {"text": 5}], "text", "2 of 5.*row 4")], ids=["no column", "no rows", "blank", "missing and number"])
def test_texts_that_are_not_there_are_named(rows, column, words):
    embedder = Counting()
    with pytest.raises(TableError, match=words): texts_of(rows, column)
    with pytest.raises(TableError, match=words): fill_storage(rows, column, embedder)
    assert embedder.asked == []

def test_a_second_run_embeds_nothing(tmp_path):
    embedder, path = Counting(), tmp_path/"new"/"folder"/"s.json"
    first, found = load_or_fill(path, ROWS, "text", embedder)
    assert not found and len(embedder.asked) == 3 and path.exists()
    written = path.read_bytes()
    embedder.asked.clear()
    again, found = load_or_fill(path, ROWS, "text", embedder)
    assert found and len(embedder.asked) <= 1 and path.read_bytes() == written     # at most a look whether the column is the same
    np.testing.assert_array_equal(again.to_arrays()[1], first.to_arrays()[1]); assert again.get_all().itemgot(2) == ROWS

@pytest.mark.parametrize("rows, column, model", [(ROWS[:2], "text", Counting()), (ROWS[::-1], "text", Counting()), (ROWS + [{"text": "new", "kind": "x"}], "text", Counting()), ([ROWS[0] | {"kind": "x"}, *ROWS[1:]], "text", Counting()), (ROWS, "kind", Counting()), (ROWS, "text", Counting("other")), (ROWS, "text", Counting("vowels", 3))],
                         ids=["fewer rows", "other order", "more rows", "other value", "other column", "other model", "other dimension"])
def test_what_no_longer_fits_is_embedded_again(tmp_path, rows, column, model):
    load_or_fill(tmp_path/"s.json", ROWS, "text", Counting())
    storage, found = load_or_fill(tmp_path/"s.json", rows, column, model)
    assert not found and storage.get_all().itemgot(2) == rows and storage.model == model.name and storage.dimension == model.dimension
    np.testing.assert_array_equal(VectorStorage.load(tmp_path/"s.json").to_arrays()[1], Counting("vowels", model.dimension)([r[column] for r in rows]))

def test_a_damaged_file_is_not_written_over(tmp_path):
    (tmp_path/"s.json").write_text('{"dimension": 5')
    with pytest.raises(FileFormatError): load_or_fill(tmp_path/"s.json", ROWS, "text", Counting())
    assert (tmp_path/"s.json").read_text() == '{"dimension": 5'

# --- tables ---------------------------------------------------------------------------------------------

GOOD = {"a.csv": 'text,kind\ncats sleep,pets\nrockets fly,space\nbread bakes,food\n', "crlf.csv": 'text,kind\r\ncats sleep,pets\r\nrockets fly,space\r\nbread bakes,food\r\n',
        "bom.csv": '\ufefftext,kind\ncats sleep,pets\nrockets fly,space\nbread bakes,food', "a.tsv": 'text\tkind\ncats sleep\tpets\nrockets fly\tspace\nbread bakes\tfood\n',
        "a.jsonl": '\n'.join(map(json.dumps, ROWS)) + '\n', "a.ndjson": '\n\n'.join(map(json.dumps, ROWS)), "bom.jsonl": '\ufeff' + '\r\n'.join(map(json.dumps, ROWS))}

@pytest.mark.parametrize("name", GOOD)
def test_tables_of_every_kind(tmp_path, name):
    (tmp_path/name).write_bytes(GOOD[name].encode())
    assert read_rows(tmp_path/name) == ROWS == read_rows(str(tmp_path/name))

def test_quoted_fields_keep_commas_quotes_and_lines(tmp_path):
    rows = [{"text": 'He said "no", twice', "kind": "a\nb"}, {"text": "naïve — 火", "kind": ""}, {"text": "x" * 200_000, "kind": "long"}]
    with open(tmp_path/"q.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, ["text", "kind"]); writer.writeheader(); writer.writerows(rows)
    assert read_rows(tmp_path/"q.csv", types="text") == rows
    assert read_rows(tmp_path/"q.csv") == [rows[0], {"text": rows[1]["text"]}, rows[2]]   # an empty cell is a missing value

def test_json_lines_keep_their_types(tmp_path):
    rows = [{"text": "line\u2028separator", "n": 1, "x": [None, True, {"y": 1.5}]}]
    (tmp_path/"t.jsonl").write_text(json.dumps(rows[0], ensure_ascii=False), encoding="utf-8")
    assert read_rows(tmp_path/"t.jsonl") == rows

BAD = {"empty.csv": (b"", "empty"), "twice.csv": (b"text,text\na,b\n", "twice"), "short.csv": (b"text,kind\na,b\nc\n", "line 3.*2 fields.*fewer"), "long.csv": (b"text,kind\na,b,c\n", "line 2.*2 fields.*more"),
       "quote.csv": (b'text,kind\n"a,b\n', "end of data"), "latin.csv": (b"text\ncaf\xe9\n", "line 2.*byte 8.*UTF-8"), "latin.jsonl": (b'{"text": "caf\xe9"}', "UTF-8"), "broken.jsonl": (b'{"text": "a"}\n{"text": \n', "line 2.*JSON"),
       "list.jsonl": (b'[1]\n', "line 1.*list"), "number.jsonl": (b'{"text": "a"}\n\n7\n', "line 3.*int"), "deep.jsonl": (b'{"text": ' + b"[" * 100_000, "line 1.*JSON"), "a.txt": (b"text\na\n", r"\.txt.*\.csv"), "none": (b"text\na\n", "nothing"), "a.json": (b"{}", "list of objects")}

@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_with_the_line(tmp_path, name):
    raw, words = BAD[name]
    (tmp_path/name).write_bytes(raw)
    with pytest.raises(TableError, match=words) as e: read_rows(tmp_path/name)
    assert name in str(e.value)

def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError): read_rows(tmp_path/"none.csv")

# --- shown ----------------------------------------------------------------------------------------------

HITS = L(Hit(None, {"genre": "Sports", "headline": "A long race"}, 4, .12345), Hit(None, {"genre": "Pop", "n": 3, "headline": "two\nlines\there"}, 9, 1.))

def test_answers_line_up():
    assert answer_table(HITS).split("\n") == ["rank  distance  genre   headline        n", "1     0.123     Sports  A long race", "2     1.000     Pop     two lines here  3"]
    assert answer_table(HITS, ["headline"]).split("\n")[1] == "1     0.123     A long race"
    assert answer_table([]) == "rank  distance"

def test_long_lines_are_cut():
    assert [len(s) for s in answer_table(HITS, width=20).split("\n")] == [20, 20, 20] and answer_table(HITS, width=20).split("\n")[1].endswith("…")

def test_the_demonstration_shows_everything(repository, tmp_path, table):
    (tmp_path/"headlines.json").write_bytes((repository/"data"/"headline_embeddings.json").read_bytes())
    text = "\n".join(demo(repository/"data"/"headlines.csv", tmp_path, progress=False))
    assert f"{len(table)} headlines" in text and "found" in text and f"n_vectors {len(table)}" in text and "n_clusters 49" in text and "empty_clusters 0" in text
    for question in QUESTIONS:
        under = text.split(question + "\n")[1].split("\n")[:6]
        assert re.split(" +", under[0]) == ["rank", "distance", "genre", "headline"]
        assert [re.split("  +", line)[0] for line in under[1:]] == list("12345")
        measured = [float(re.split("  +", line)[1]) for line in under[1:]]
        assert measured == sorted(measured)
    assert all("Sports" in line for line in text.split(QUESTIONS[0] + "\n")[1].split("\n")[1:6])

def test_the_demonstration_saves_and_finds_again(repository, tmp_path, stored):
    (tmp_path/"few.csv").write_text("headline,genre\nRunner Wins the Marathon,Sports\nRain All Week,Weather\n")
    lines = list(demo(tmp_path/"few.csv", tmp_path/"kept", progress=False))
    assert lines[1].startswith("saved") and len(VectorStorage.load(tmp_path/"kept"/"headlines.json")) == 2
    again = list(demo(tmp_path/"few.csv", tmp_path/"kept", progress=False))
    assert again[1].startswith("found") and again[2:] == lines[2:]
