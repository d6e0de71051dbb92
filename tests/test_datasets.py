"Tedious cases of `minivecdb.datasets`: odd docstrings, odd sources, a damaged list, the command."
import ast, subprocess, sys
import numpy as np
import pytest
from minivecdb import datasets as d
from minivecdb.datasets import DatasetError, docstring_embeddings, docstring_sentences, docstrings
from minivecdb.datasets import file_sentences, is_sentence, main, paragraphs, plain, sentences
from minivecdb.datasets import source_files, split_queries, unique_sentences
from minivecdb.gen_embeddings import CacheWarning
from minivecdb.core.errors import MinivecdbError

@pytest.mark.parametrize("docstring, expected", [
    ("", []), ("\n\n", []), ("One line.", ["One line."]), ("Two\nlines.\n\nAnother.", ["Two lines.", "Another."]),
    ("Prose.\n\n>>> f()\n'Not prose.'\n\nProse again.", ["Prose.", "Prose again."]),
    ("Prose.\n>>> f()\nNot prose.", ["Prose."]), ("Heading\n-------\nProse.", ["Prose."]), ("=====\nTitle\n=====\n\nProse.", ["Prose."]),
    ("Args:\n    x: what it is.\n    y: another.\nReturns:\n    nothing.", []), ("x : int\n    What it is.\ny : int\n    Another.", []),
    (":param x: what it is\n:returns: nothing\n@param y: old style", []), (".. note:: Careful.\n   Very.\n\nProse.", ["Prose."]),
    ("- one\n- two\n* three\n1. four\n2) five", []), ("| a | b |\n+---+---+\n| 1 | 2 |", []), ("Prose.\n\n    indented code\n\nProse again.", ["Prose.", "Prose again."]),
    ("```python\ncode\n", ["code"]), ("Prose.\n\tindented", []),
])
def test_paragraphs(docstring, expected): assert list(paragraphs(docstring)) == expected

@pytest.mark.parametrize("text, expected", [
    ("``code`` and `text`", "code and text"), (":class:`Thing` and :py:func:`~a.b`", "Thing and a.b"), (":ref:`here <target>`", "here"), ("`link`_ and `other`__", "link and other"),
    ("**strong** and *weak*", "strong and weak"), ("2 * 3 * 4", "2 * 3 * 4"), ("  a \t b\nc ", "a b c"), ("", ""), ("unclosed `code", "unclosed `code")])
def test_plain(text, expected): assert plain(text) == expected

@pytest.mark.parametrize("text, expected", [
    ("Return the number of rows.", True), ("Is this the number of rows?", True), ("It's \"the\" number of rows in this table!", True), ("'Quoted' is what it says here.", True), ("(This is in parentheses, all of it.)", True),
    ("Four words are enough.", False), ("Return the rows.", False), ("return the number of rows.", False), ("Return the number of rows", False), ("Return the number of rows:", False),
    ("A " + "long "*38 + "one.", True), ("A " + "long "*39 + "one.", False), ("See https://example.org for the number.", False), ("Return the [[number]] of rows.", False), ("Use module::function to count rows.", False),
    ("Return 1, 2, 3, 4, 5, 6, 7, 8 rows.", False), ("", False), ("é" * 30, False)])
def test_is_sentence(text, expected): assert is_sentence(text) is expected

def test_sentences_end_where_they_end():
    assert sentences("The first sentence ends here. The second sentence ends there.") == ["The first sentence ends here.", "The second sentence ends there."]
    assert sentences("Counts rows, e.g. The first ones of a table.") == ["Counts rows, e.g. The first ones of a table."]

SOURCE = '''
"Module."
async def waits():
    "Async."
    def inner(): "Inner."
class A:
    "A."
    class B:
        "B."
        def m(self): "B.m."
    if True:
        def conditional(self): "Conditional."
try:
    def tried(): "Tried."
except ImportError: pass
def bare(): pass
def not_a_docstring(): f"{1}"
'''

def test_docstrings_of_every_kind():
    assert list(docstrings(ast.parse(SOURCE))) == [("module", "", "Module."), ("function", "waits", "Async."), ("function", "waits.inner", "Inner."), ("class", "A", "A."), ("class", "A.B", "B."),
        ("method", "A.B.m", "B.m."), ("method", "A.conditional", "Conditional."), ("function", "tried", "Tried.")]

@pytest.mark.parametrize("source", [b"def f(:", b"\0", b"\xff\xfe", b"# coding: no-such\n'Return the number of rows.'", b"print 'old'", b""])
def test_unreadable_sources_are_skipped(source, tmp_path):
    (tmp_path/"m.py").write_bytes(source)
    assert list(file_sentences("p", "m", tmp_path/"m.py")) == []

def test_sources_are_read_not_run(tmp_path):
    (tmp_path/"m.py").write_bytes(b"# coding: latin-1\n'''Return the number of caf\xe9s here.'''\nraise SystemExit")
    assert list(file_sentences("p", "m", tmp_path/"m.py")) == [{"text": "Return the number of cafés here.", "package": "p", "module": "m", "kind": "module", "name": ""}]
    assert list(file_sentences("p", "m", tmp_path/"gone.py")) == []

def test_packages_of_the_extra_tables_bring_no_sentences():
    "So the pages' data does not depend on whether they are installed."
    assert not {package.lower() for package, *_ in source_files()} & {"pandas", "polars", "polars-runtime-32", "pyarrow", "minivecdb"}

def test_source_files_are_sorted_and_without_tests():
    files = source_files()
    assert files == sorted(set(files)) and len(files) > 500
    assert {"python", "numpy"} <= {package for package, *_ in files} and "minivecdb" not in {package for package, *_ in files}
    assert not any({"test", "tests"} & set(path.parts[-4:]) for *_, path in files)
    assert ("python", "json") in {(package, module) for package, module, _ in files}

def test_order_survives_another_package():
    few = [{"text": f"Sentence number {i}.", "package": "a"} for i in range(100)]
    more = [{"text": f"Another sentence {i}.", "package": "b"} for i in range(10)]
    alone, both = unique_sentences(few), unique_sentences(more + few[::-1] + few)
    assert [r for r in both if r["package"] == "a"] == alone and len(both) == 110
    assert unique_sentences(few + [{"text": few[0]["text"], "package": "z"}]) == alone

RECORDS = unique_sentences({"text": f"Return the number of rows in table {word}.", "package": "p", "module": "m", "kind": "function", "name": word} for word in ("one", "two", "three", "four", "five"))

@pytest.fixture
def small(tmp_path, monkeypatch):
    "An environment of five sentences; returns the list of times it was read."
    reads = []
    monkeypatch.setenv("MINIVECDB_CACHE", str(tmp_path/"cache"))
    monkeypatch.setattr(d, "read_environment", lambda progress: reads.append(progress) or RECORDS)
    d._all_sentences.cache_clear()
    yield reads
    d._all_sentences.cache_clear()

def test_read_once(small, tmp_path):
    for _ in range(2):
        assert list(docstring_sentences()) == RECORDS and list(docstring_sentences(2)) == RECORDS[:2] and len(docstring_sentences(0)) == 0
        d._all_sentences.cache_clear() # as in another process
    assert len(small) == 1 and [p.suffixes for p in (tmp_path/"cache").iterdir()] == [[".json", ".gz"]]

def test_records_are_copies(small):
    docstring_sentences()[0]["text"] = "changed"
    assert list(docstring_sentences()) == RECORDS

@pytest.mark.parametrize("damage", [b"", b"not gzip", None])
def test_damaged_list_is_made_again(small, tmp_path, damage):
    docstring_sentences(); d._all_sentences.cache_clear()
    path, = (tmp_path/"cache").iterdir()
    whole = path.read_bytes()
    for at in range(0, len(whole), 7) if damage is None else [0]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1:] if damage is None else damage)
        assert list(docstring_sentences()) == RECORDS
        d._all_sentences.cache_clear()

def test_cache_that_cannot_be_written(small, tmp_path, monkeypatch):
    (tmp_path/"file").write_text("")
    monkeypatch.setenv("MINIVECDB_CACHE", str(tmp_path/"file"))
    with pytest.warns(CacheWarning, match="cannot be written"): assert list(docstring_sentences()) == RECORDS

@pytest.mark.parametrize("n", [6, -1, 10**9])
def test_more_than_there_is(small, n):
    with pytest.raises(DatasetError, match=f"{n:,} docstring sentences, and this environment has 5"): docstring_sentences(n)
    assert issubclass(DatasetError, (MinivecdbError, ValueError))

def test_embedded(small):
    vectors, records = docstring_embeddings(3)
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32 and list(records) == RECORDS[:3]
    np.testing.assert_array_equal(docstring_embeddings(None)[0][:3], vectors)

def test_the_command(small, capsys):
    assert main(["4"]).startswith("4 of 5 docstring sentences")
    for arguments in (["many"], ["6"], ["1", "2"]):
        with pytest.raises(SystemExit) as caught: main(arguments)
        assert caught.value.code == 2
    assert "this environment has 5" in capsys.readouterr().err

def test_import_is_light_and_runs_nothing():
    done = subprocess.run([sys.executable, "-c", "import sys, minivecdb.datasets; print([m for m in ('torch', 'sentence_transformers', 'sympy') if m in sys.modules])"], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")

@pytest.mark.parametrize("n, k", [(10, 3), (10, 0), (1, 0), (10, 9)])
def test_split(n, k):
    base, queries = split_queries(n, k)
    assert len(queries) == k and sorted([*base, *queries]) == list(range(n)) and (np.diff(base) > 0).all() and (np.diff(queries) > 0).all()

@pytest.mark.parametrize("n, k", [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_split_that_leaves_nothing(n, k):
    with pytest.raises(DatasetError, match=f"{k:,} queries out of {n:,} rows"): split_queries(n, k)

def test_split_by_seed():
    assert not np.array_equal(split_queries(1000, 100, seed=1)[1], split_queries(1000, 100, seed=2)[1])
    state = np.random.get_state()[1].copy(); split_queries(100, 10)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
