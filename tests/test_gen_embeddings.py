"Tedious cases of `minivecdb.gen_embeddings`: bad input, damaged caches, threads and processes, no network."
import functools, os, sqlite3, subprocess, sys, threading, warnings
from pathlib import Path
import numpy as np
import pytest
from minivecdb import gen_embeddings as g
from minivecdb.minilm import model as minilm
from minivecdb.gen_embeddings import CacheWarning, EmbeddingCache, Embedder, FunctionEmbedder
from minivecdb.gen_embeddings import SentenceEmbedder, TextError, as_embedder, as_embeddings
from minivecdb.gen_embeddings import as_texts, batches, cache_folder, cache_key, check_model
from minivecdb.gen_embeddings import get_embedding, get_embeddings, resolve_model
from minivecdb.minilm.model import check_weights, default_folder
from minivecdb.core.errors import DimensionError, MinivecdbError, ModelError, VectorError

@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIVECDB_CACHE", str(tmp_path/"cache"))

def vowels(texts): return [[text.count(letter) for letter in "aeiou"] for text in texts]

class Counting:
    "A named embedder that remembers what it was asked."
    name, dimension = "counting", 5
    def __init__(self): self.batches = []
    def __call__(self, texts): self.batches.append(list(texts)); return np.float32(vowels(texts))
    @property
    def asked(self): return [text for batch in self.batches for text in batch]

TEXTS = [f"number {i} " + "aeiou"[i % 5]*(i % 7) for i in range(100)]

def run(code, **env):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | env)

# --- the model -----------------------------------------------------------------------------------------

def test_import_is_light():
    done = run("import sys, minivecdb.gen_embeddings; print([m for m in ('torch', 'transformers', 'sentence_transformers', 'huggingface_hub') if m in sys.modules])")
    assert done.stdout.strip() == "[]" and not done.stderr

def test_other_weights_are_refused(tmp_path):
    with pytest.raises(ModelError, match="missing.*reinstall"): check_weights(tmp_path)
    (tmp_path/"model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError) as caught: check_weights(tmp_path)
    assert all(part in str(caught.value) for part in (g.DEFAULT_SHA256, g.file_sha256(tmp_path/"model.safetensors"), "pip install"))

def test_default_model_with_other_weights_does_not_load(tmp_path, monkeypatch):
    (tmp_path/"model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(g, "default_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=g.DEFAULT_SHA256): get_embedding("text")

def test_missing_default_model(monkeypatch):
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install .*\[text\]"): as_embedder()

@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "not a name!", "a/b/c", ""])
def test_unknown_models(name):
    with pytest.raises(ModelError, match="hf download"): resolve_model(name)

def test_folder_without_a_model(tmp_path):
    with pytest.raises(ModelError, match="does not hold"): get_embedding("text", str(tmp_path))

def test_offline_silent_and_without_traces():
    done = run("""
import os, socket
def refuse(*args): raise SystemExit('network used')
socket.socket.connect = socket.getaddrinfo = refuse
before = dict(os.environ)
from minivecdb.gen_embeddings import get_embedding
print(get_embedding('text', cache=False).shape, dict(os.environ) == before)""")
    assert (done.stdout.strip(), done.stderr) == ("(384,) True", "")

def test_known_texts_need_no_torch():
    get_embedding("a text that is known")
    done = run("import sys; from minivecdb.gen_embeddings import get_embedding; get_embedding('a text that is known'); print('torch' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr

def test_model_by_path_carries_its_weights_in_its_name(tmp_path):
    (tmp_path/"mine").symlink_to(default_folder())
    embedder = SentenceEmbedder(str(tmp_path/"mine"))
    assert embedder.name.startswith(default_folder().name + "@") and embedder.dimension == 384
    np.testing.assert_allclose(get_embedding("text", embedder), get_embedding("text"), atol=1e-6)

def test_a_missing_dtype_is_named():
    with pytest.raises(ModelError, match="'float16'.*float32, bfloat16"): get_embedding("text", dtype="float16")
    with pytest.raises(ModelError, match="SentenceEmbedder"): get_embedding("text", vowels, dtype="bfloat16")

def test_the_same_text_gets_the_same_vector():
    texts = ["short", "a text of middling length, with a comma", "long " * 300, ""] + TEXTS[:20]
    alone = np.stack([get_embedding(text, cache=False) for text in texts])
    for size in (1, 5, 64): np.testing.assert_allclose(get_embeddings(texts[::-1], batch_size=size, cache=False)[::-1], alone, atol=1e-6)

def test_threads_share_one_model():
    truth, results = get_embeddings(TEXTS, cache=False), {}
    def work(i): results[i] = get_embeddings(TEXTS[i::4], cache=False, batch_size=8)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    for i in range(4): np.testing.assert_allclose(results[i], truth[i::4], atol=1e-6)

def test_bfloat16_is_close_and_kept_apart():
    full, half = get_embeddings(TEXTS), get_embeddings(TEXTS, dtype="bfloat16")
    assert half.dtype == np.float32 and 0 < np.abs(full - half).max() < .02
    np.testing.assert_array_equal(get_embeddings(TEXTS), full)
    np.testing.assert_array_equal(get_embeddings(TEXTS, dtype="bfloat16"), half)
    assert len(EmbeddingCache()) == 200

# --- embedders -----------------------------------------------------------------------------------------

class Client:
    def __call__(self, texts): return vowels(texts)

class HasEncode:
    def encode(self, texts): return np.array(vowels(texts))

@pytest.mark.parametrize("model, name", [(vowels, "test_gen_embeddings.vowels"), (Client(), "test_gen_embeddings.Client"), (HasEncode(), "HasEncode.encode"),
    (functools.partial(vowels), "functools.partial"), (FunctionEmbedder(vowels, "named"), "named"), (Counting(), "counting")])
def test_what_counts_as_an_embedder(model, name):
    embedder = as_embedder(model)
    assert isinstance(embedder, Embedder) and embedder.name.endswith(name)
    np.testing.assert_array_equal(get_embeddings(["banana", "kiwi"], model), vowels(["banana", "kiwi"]))

@pytest.mark.parametrize("model", [5, [], object()])
def test_what_does_not(model):
    with pytest.raises(ModelError, match=type(model).__name__): as_embedder(model)

@pytest.mark.parametrize("values, error, message", [
    ([[1, 2], [3]], VectorError, "no matrix"), ([["1", "2"]]*2, VectorError, "values of type <U1"), (None, VectorError, "values of type object"),
    ([[True], [False]], VectorError, "values of type bool"), ([[1j], [2j]], VectorError, "complex"), ([1., 2.], VectorError, r"shape \(2,\) for 2 texts"),
    ([[1.]]*3, VectorError, r"shape \(3, 1\) for 2 texts"), ([[], []], VectorError, r"shape \(2, 0\)"), (np.zeros((2, 3, 4)), VectorError, r"shape \(2, 3, 4\)"),
    ([[1.], [np.nan]], VectorError, "1 of 2 texts, first for text 1"), ([[-np.inf], [0]], VectorError, "first for text 0"), ([[1e300], [0]], VectorError, "first for text 0"),
])
def test_what_an_embedder_may_not_return(values, error, message):
    with pytest.raises(error, match=message): get_embeddings(["a", "b"], lambda texts: values)

def test_what_an_embedder_may_return():
    import torch
    for values in ([[1, 2]], np.array([[1, 2]], np.int8), np.array([[1, 2]], np.float16), torch.tensor([[1., 2.]]), [np.float64([1, 2])], ((1, 2),)):
        found = get_embeddings(["a"], lambda texts: values)
        assert found.dtype == np.float32 and found.tolist() == [[1, 2]]

def test_announced_dimension_is_kept():
    with pytest.raises(DimensionError, match="announces 7 dimensions and returned 5"): get_embeddings(["a"], FunctionEmbedder(vowels, dimension=7))

def test_dimension_that_changes_on_the_way():
    def moody(texts): return [[0]*(3 + len(texts))]*len(texts)
    with pytest.raises(DimensionError, match="4 and of 5 dimensions"): get_embeddings(["a", "b", "c"], moody, batch_size=2)

# --- texts ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("texts, message", [("one", "got one str.*get_embedding"), (b"one", "got one bytes"), (["a", None], "text 1 is of type NoneType"), ([b"a"], "text 0 is of type bytes"),
    (["a", 3.5], "text 1 is of type float"), (["a", ["b"]], "text 1 is of type list"), (["a", "b\ud800"], "text 1 is not valid Unicode.*position 1")])
def test_what_is_no_text(texts, message):
    embedder = Counting()
    with pytest.raises(TextError, match=message): get_embeddings(texts, embedder)
    assert not embedder.batches and isinstance(TextError("x"), (MinivecdbError, TypeError))

@pytest.mark.parametrize("text", [None, 5, ["a"], b"a"])
def test_one_text_is_a_str(text):
    with pytest.raises(TextError, match="get_embeddings"): get_embedding(text, vowels)

def test_odd_texts_are_fine():
    for text in ("", " ", "\0", "🙂", "a" * 100_000, "line\nbreak", "مرحبا"): assert np.isfinite(get_embedding(text, cache=False)).all()

def test_iterables():
    for texts in (("ab", "e"), np.array(["ab", "e"]), iter(["ab", "e"]), {"ab": 1, "e": 2}): assert get_embeddings(texts, vowels).tolist() == vowels(["ab", "e"])

def test_no_texts():
    assert get_embeddings([]).shape == (0, 384) and get_embeddings([]).dtype == np.float32
    assert get_embeddings([], Counting()).shape == get_embeddings([], vowels).shape == (0, 5)

@pytest.mark.parametrize("size", [0, -1])
def test_batch_size(size):
    with pytest.raises(MinivecdbError, match=f"batch_size is {size}"): get_embeddings(["a"], vowels, batch_size=size)

def test_batches_hold_every_text_once():
    found = batches(TEXTS, 7)
    assert sorted(sum(found, [])) == sorted(TEXTS) and {len(batch) for batch in found[:-1]} == {7}

def test_progress_only_when_asked(capfd):
    get_embeddings(TEXTS, vowels)
    assert capfd.readouterr() == ("", "")
    get_embeddings(TEXTS, vowels, progress=True)
    assert "100/100" in capfd.readouterr().err

# --- the cache -----------------------------------------------------------------------------------------

def test_each_text_once_in_order():
    embedder = Counting()
    found = get_embeddings(TEXTS[:50]*3, embedder)
    assert sorted(embedder.asked) == sorted(TEXTS[:50])
    np.testing.assert_array_equal(found, vowels(TEXTS[:50]*3))
    np.testing.assert_array_equal(get_embeddings(TEXTS, embedder), vowels(TEXTS))
    assert sorted(embedder.asked) == sorted(TEXTS)

def test_cache_off_and_elsewhere(tmp_path):
    embedder, elsewhere = Counting(), EmbeddingCache(tmp_path/"deep"/"er"/"mine.sqlite")
    for cache in (False, False, None, elsewhere, elsewhere.path, str(elsewhere.path)): get_embeddings(["a"], embedder, cache=cache)
    assert len(embedder.asked) == 4 and len(elsewhere) == 1 and not EmbeddingCache().path.exists()

def test_only_named_functions_are_cached():
    calls = []
    def function(texts): calls.append(texts); return vowels(texts)
    for model in (function, function, FunctionEmbedder(function, "mine"), FunctionEmbedder(function, "mine"), FunctionEmbedder(function, "other"), FunctionEmbedder(function, "mine", 5)):
        get_embeddings(["a"], model)
    assert len(calls) == 5

def test_every_bit_survives():
    odd = np.float32([[0., -0., 1e-45, np.finfo(np.float32).max, 1/3]])
    model = FunctionEmbedder(lambda texts: odd, "odd")
    first, again = get_embeddings(["a"], model), get_embeddings(["a"], model)
    assert first.tobytes() == again.tobytes() == odd.tobytes()

def test_results_may_be_written_to():
    for _ in range(2): get_embeddings(["a"], Counting())[0, 0] = 7
    for _ in range(2): get_embedding("a", Counting())[0] = 7
    assert get_embedding("a", Counting())[0] == 1

def test_name_that_means_another_model_now():
    get_embeddings(["a"], FunctionEmbedder(vowels, "mine"))
    with pytest.raises(DimensionError, match="5 and of 6 dimensions.*another name or pass cache=False"): get_embeddings(["a", "b"], FunctionEmbedder(lambda texts: [[0]*6]*len(texts), "mine"))

def test_interrupted_run_keeps_its_batches():
    embedder = Counting()
    def interrupted(texts):
        if len(embedder.batches) == 3: raise KeyboardInterrupt
        return embedder(texts)
    with pytest.raises(KeyboardInterrupt): get_embeddings(TEXTS, FunctionEmbedder(interrupted, "mine"), batch_size=10)
    get_embeddings(TEXTS, FunctionEmbedder(embedder, "mine"), batch_size=10)
    assert sorted(embedder.asked) == sorted(TEXTS)

def test_keys():
    keys = {cache_key(identity, text) for identity in ("a", "b", "") for text in ("", "a", " a", "A")}
    assert len(keys) == 12

def test_folder_of_the_cache(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path/"cache"
    monkeypatch.delenv("MINIVECDB_CACHE"); monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path/"xdg"))
    assert cache_folder() == tmp_path/"xdg"/"minivecdb"
    monkeypatch.delenv("XDG_CACHE_HOME"); monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path/".cache"/"minivecdb"

def filled():
    get_embeddings(TEXTS, Counting(), batch_size=20)
    return EmbeddingCache().path

@pytest.mark.parametrize("seed", range(4))
def test_damaged_anywhere_never_wrong(seed):
    path, rng = filled(), np.random.default_rng(seed)
    whole = path.read_bytes()
    for trial in range(25):
        damaged = bytearray(whole)
        for at in rng.integers(0, 100 if trial % 5 == 0 else len(whole), 1 + 40*(trial % 3)): damaged[at] = rng.integers(256)
        path.write_bytes(damaged)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CacheWarning)
            np.testing.assert_array_equal(get_embeddings(TEXTS, Counting()), vowels(TEXTS))

@pytest.mark.parametrize("size", [0, 1, 50, 100, 1000, 4096, 9000])
def test_truncated(size):
    path = filled()
    path.write_bytes(path.read_bytes()[:size])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        np.testing.assert_array_equal(get_embeddings(TEXTS, Counting()), vowels(TEXTS))
    embedder = Counting(); get_embeddings(TEXTS, embedder)
    assert not embedder.asked

def test_damaged_row_is_embedded_again():
    path = filled()
    with sqlite3.connect(path) as database: database.execute("update embeddings set vector = zeroblob(20) where rowid = 3")
    database.close()
    embedder = Counting()
    with pytest.warns(CacheWarning, match="1 damaged row"): np.testing.assert_array_equal(get_embeddings(TEXTS, embedder), vowels(TEXTS))
    assert len(embedder.asked) == 1
    get_embeddings(TEXTS, embedder)
    assert len(embedder.asked) == 1

def test_rows_that_changed_places_are_noticed():
    path = filled()
    with sqlite3.connect(path) as database:
        rows = database.execute("select rowid, vector, checksum from embeddings").fetchall()
        database.executemany("update embeddings set vector = ?, checksum = ? where rowid = ?", [(v, c, r) for (r, *_), (_, v, c) in zip(rows, rows[1:] + rows[:1])])
    database.close()
    with pytest.warns(CacheWarning): np.testing.assert_array_equal(get_embeddings(TEXTS, Counting()), vowels(TEXTS))

def test_no_database_at_all():
    path = filled(); path.write_text("text,genre\nsomebody's own file,news\n" * 300)
    with pytest.warns(CacheWarning, match="damaged.*set aside"): get_embeddings(["a"], Counting())
    assert "somebody's own" in Path(f"{path}.damaged").read_text() and len(EmbeddingCache()) == 1

def test_out_of_reach(tmp_path):
    (tmp_path/"file").write_text("")
    for path in (tmp_path/"file"/"cache.sqlite", tmp_path):
        with pytest.warns(CacheWarning, match="cannot be used"): assert get_embeddings(["a"], Counting(), cache=path).tolist() == vowels(["a"])

def test_locked_by_another_process():
    path = filled()
    other = sqlite3.connect(path, isolation_level=None); other.execute("begin exclusive")
    with pytest.warns(CacheWarning, match="locked"): assert get_embeddings(["a"], Counting(), cache=EmbeddingCache(path, timeout=.05)).tolist() == vowels(["a"])
    other.close()
    assert path.exists() and len(EmbeddingCache()) == 100

def test_other_table_of_that_name(tmp_path):
    with sqlite3.connect(tmp_path/"theirs.sqlite") as database: database.execute("create table embeddings (something)")
    database.close()
    with pytest.warns(CacheWarning, match="cannot be used"): assert get_embeddings(["a"], Counting(), cache=tmp_path/"theirs.sqlite").tolist() == vowels(["a"])

def test_several_processes_at_once():
    code = """
import sys
from minivecdb.gen_embeddings import FunctionEmbedder, get_embeddings
texts = [f'text {i} ' + 'aeiou'[i % 5] for i in range(400)]
function = lambda texts: [[text.count(letter) for letter in 'aeiou'] for text in texts]
assert get_embeddings(texts[int(sys.argv[1]):][:250], FunctionEmbedder(function, 'mine'), batch_size=5).tolist() == function(texts[int(sys.argv[1]):][:250])"""
    processes = [subprocess.Popen([sys.executable, "-W", "error", "-c", code, str(start)], stderr=subprocess.PIPE) for start in (0, 50, 100, 150)]
    assert [(p.wait(), p.stderr.read()) for p in processes] == [(0, b"")]*4
    assert len(EmbeddingCache()) == 400

# --- the right model -----------------------------------------------------------------------------------

@pytest.mark.parametrize("stored, dimension, model, error, parts", [
    ("all-MiniLM-L6-v2", 384, None, None, ()), (None, 384, None, None, ()), (None, 5, vowels, None, ()), ("counting", 5, Counting(), None, ()),
    ("all-MiniLM-L6-v2", 384, "sentence-transformers/all-MiniLM-L6-v2", None, ()),
    ("counting", 5, None, ModelError, ("counting", "5 dimensions", "all-MiniLM-L6-v2", "embed with")),
    ("all-MiniLM-L6-v2", 384, Counting(), ModelError, ("all-MiniLM-L6-v2", "counting", "new storage")),
    ("counting", 6, Counting(), DimensionError, ("6 dimensions", "makes 5", "counting")), (None, 768, None, DimensionError, ("768", "384", "embed with"))])
def test_check_model(stored, dimension, model, error, parts):
    if error is None: assert check_model(stored, dimension, model).name
    else:
        with pytest.raises(error) as caught: check_model(stored, dimension, model)
        assert all(part in str(caught.value) for part in parts) and not getattr(model, "batches", None)

# --- longer than the model reads ------------------------------------------------------------------------

def test_texts_beyond_the_window_are_counted_and_told():
    "Without torch, by the tokens themselves: exactly 256 are read, marks included."
    import random
    exact, longer = "tides and " * 127, "tides and " * 127 + "tides"
    for embedder in (g.DefaultEmbedder(), g.SentenceEmbedder()): assert embedder.unread([exact, longer, "", "\u6f6e" * 254, "\u6f6e" * 255]) == [1, 4]
    rng = random.Random(0)
    texts = ["".join(rng.choice("abc \u00e9\ud55c\u6f6e!?'\u00df\ufdfa\u0390 \U0001f600-,. the ") for _ in range(rng.randint(100, 700))) for _ in range(300)]
    assert g.DefaultEmbedder().unread(texts) == g.SentenceEmbedder().unread(texts)
    with pytest.warns(g.TextWarning, match="1 of 2 texts are longer than the model all-MiniLM-L6-v2 reads, the first begins 'tides and"): get_embeddings([exact, longer], cache=False)

def test_short_texts_and_other_embedders_are_not_counted():
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("error", g.TextWarning)
        get_embedding("short"); get_embeddings(["x" * 10_000], lambda texts: [[1.]] * len(texts), cache=False)
