"""The default model in numpy beside Hugging Face's tokenizer and sentence-transformers.

A short run compares some texts of every script and length; `MINIVECDB_TEXTS=10000` (`make texts`) compares that many,
and every code point there is.
"""
import os, random, subprocess, sys, threading, unicodedata
import numpy as np
import pytest
from minivecdb import gen_embeddings as g
from minivecdb.minilm import model as minilm
from minivecdb.gen_embeddings import DefaultEmbedder, SentenceEmbedder, get_embedding
from minivecdb.gen_embeddings import get_embeddings
from minivecdb.minilm.model import MAX_TOKENS, MiniLM, WordPiece, default_folder, plain_words
from minivecdb.minilm.model import read_weights
from minivecdb.minilm.bulk import blocks_of, embed, runs_of

N_TEXTS = int(os.environ.get("MINIVECDB_TEXTS", "240"))
TOLERANCE = 1.5e-6   # of one of 384 numbers in a vector of length 1

@pytest.fixture(scope="module")
def model(): return MiniLM()

@pytest.fixture(scope="module")
def theirs():
    "The same weights in sentence-transformers, on the processor."
    return SentenceEmbedder(device="cpu").load()

@pytest.fixture(scope="module")
def their_tokenizer(theirs):
    tokenizer = theirs.tokenizer
    def tokens(texts): return tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
    return tokens

# --- tokens ------------------------------------------------------------------------------------------------------

def same_tokens(texts, ours, theirs):
    wrong = [(text, a, b) for text, a, b in zip(texts, map(ours, texts), theirs(texts)) if a != b]
    assert not wrong, f"{len(wrong)} of {len(texts)} texts, such as {wrong[0][0][:80]!r}: {wrong[0][1][:20]}, expected {wrong[0][2][:20]}"

def test_every_code_point(model, their_tokenizer):
    "Within a word, after a letter with a mark, and alone; the planes that hold few characters are sampled in a short run."
    few = range(0x20000, 0x110000, 1 if N_TEXTS >= 10_000 else 211)
    points = [p for p in (*range(0x20000), *few) if not 0xD800 <= p < 0xE000]
    for i in range(0, len(points), 1 << 16):
        part = points[i:i + (1 << 16)]
        texts = [" ".join(f"a{chr(p)}b e\u0301{chr(p)} {chr(p)}" for p in part[j:j + 16]) for j in range(0, len(part), 16)]
        same_tokens(texts, model.tokenize, their_tokenizer)

@pytest.mark.parametrize("text", [
    "", " ", "\0", "\t\r\n", "x" * 100, "x" * 101, "é" * 100, "e\u0301" * 101, "word " * 300, "東京" * 200, "[SEP]", "[CLS][SEP]", "a[MASK]b", "[mask]", "[ SEP ]", "[UNK", "[PAD]" * 300, "[unused1]", "##ing",
    "don't", "C++", "3.14", "a\u200bb", "a\u00adb", "\ufeffstart", "\ufffdbad", "ΟΔΟΣ ς", "İstanbul ıI", "ﬁne ½ ²", "ß ẞ", "👩‍👩‍👧‍👦 🏳️‍🌈 🙂", "한국어", "ไทย", "हिन्दी", "עברית", "a\u2028b\u2029c\u3000d\u00a0e", "\x1c\x1d\x1e\x1f\x85",
    "𝒜𝓁𝓅𝒽𝒶", "a" * 20_000, "a b " * 20_000, "᙭𑇉", "e\u0301\u0327", "\u1e9b\u0323", "Ǆ ǅ"])
def test_odd_texts_have_their_tokens(text, model, their_tokenizer): same_tokens([text], model.tokenize, their_tokenizer)

def test_the_vocabulary_is_theirs(model, theirs): assert theirs.tokenizer.get_vocab() == model.tokenize.ids

def test_truncation(model):
    assert len(model.tokenize("a " * 254)) == 256 and len(model.tokenize("a " * 255)) == 256 and len(model.tokenize("a " * 253)) == 255
    assert model.tokenize("a " * 255)[-1] == 102 and len(model.tokenize("a " * 1000, most=None)) == 1002

def test_plain_words_do_not_depend_on_pythons_tables():
    "A mark and a sign that came with later versions of Unicode stay as the model's tokenizer has them: parts of a word."
    assert plain_words("a\u0898b c\u2e5dd") == ["a\u0898b", "c\u2e5dd"]

# --- vectors -----------------------------------------------------------------------------------------------------

SCRIPTS = ["abcdefghij klmnopqrstuvwxyz ,.!?'\"-()0123456789", "ABCDEFGHIJKLM NOPQRSTUVWXYZ ÀÉÎÕÜßñçåøæœł", "абвгдежзийклмнопрстуфхцчшщъыьэюя ЁЙ", "αβγδεζηθικλμνξοπρσςτυφχψω Ά", "中文字符東京大阪日本語漢字 。、", "あいうえおかきくけこ アイウエオ ー",
           "한국어문장을 만들자", "ابتثجحخدذرزس شصضطظعغ", "אבגדהוזחטיכל מנסעפצקרשת", "अआइईउऊ कखगघङचछजझञ ्ाि", "กขคงจฉชซ ญฎฏฐ ่้", "🙂🚀🎉👍🏽👩‍💻❤️ ✨", "∑∫√≤≥≠±×÷∞∂∇ ←→", "\t\n\r\0\u200b\u00ad\ufeff\x7f "]

def fuzzed(n, seed=0):
    "Texts of every script and length: words, letters of one script or of several, sentences cut and mixed, control characters, special tokens."
    rng = random.Random(seed)
    words = [w for w in MiniLM().tokenize.pieces[1000:] if not w.startswith(("##", "["))]
    def sentence(): return " ".join(rng.choice(words) for _ in range(rng.choice((1, 3, 8, 20, 60, 200, 400)))).capitalize()
    def script(): s = rng.choice(SCRIPTS); return "".join(rng.choice(s) for _ in range(rng.choice((1, 5, 20, 80, 300))))
    def mixed(): return "".join(rng.choice((script, sentence))()[:rng.choice((3, 10, 40))] for _ in range(rng.randint(2, 9)))
    def anything(): return "".join(chr(p) for p in (rng.choice((rng.randrange(0x250), rng.randrange(0x3000), rng.randrange(0xD800), rng.randrange(0x10000, 0x110000))) for _ in range(rng.choice((2, 10, 50)))))
    def special(): return mixed() + rng.choice(("[SEP]", "[CLS]", "[MASK]", "[PAD]", "[UNK]", "[sep]")) + mixed()
    return [rng.choice((sentence, sentence, script, mixed, anything, special))() for _ in range(n)]

def test_vectors_are_those_of_sentence_transformers(model, theirs, their_tokenizer):
    texts = fuzzed(N_TEXTS)
    worst = 0.
    for i in range(0, len(texts), 2000):
        part = texts[i:i + 2000]
        same_tokens(part, model.tokenize, their_tokenizer)
        expected = theirs.encode(part, batch_size=32, show_progress_bar=False)
        for found in (embed(model, part, compiled=True), embed(model, part, compiled=False)):
            worst = max(worst, np.abs(found - expected).max())
    assert worst < TOLERANCE, worst

def test_one_text_by_the_book_is_the_same(model):
    texts = fuzzed(30, seed=1)
    np.testing.assert_allclose(np.stack([model.one(text) for text in texts]), embed(model, texts, compiled=True), atol=1e-6)

def test_the_same_vector_alone_and_in_any_batch(model):
    texts = fuzzed(60, seed=2)
    alone = np.concatenate([embed(model, [text]) for text in texts])
    order = np.random.default_rng(0).permutation(len(texts))
    for size in (7, 60):
        together = np.concatenate([embed(model, [texts[i] for i in order[j:j + size]]) for j in range(0, len(texts), size)])
        np.testing.assert_allclose(together, alone[order], atol=1e-6)

def test_threads_change_nothing(model, both_thread_counts_of_minilm):
    texts = fuzzed(40, seed=3)
    one, two = (both_thread_counts_of_minilm(n, lambda: embed(model, texts, compiled=True)) for n in (1, 2))
    np.testing.assert_allclose(one, two, atol=1e-6)

@pytest.fixture
def both_thread_counts_of_minilm():
    from minivecdb import num_threads, set_num_threads
    before = num_threads()
    def run(n, work): set_num_threads(n); return work()
    yield run
    set_num_threads(before)

def test_several_threads_at_once(model):
    texts, results = fuzzed(24, seed=4), {}
    truth = embed(model, texts)
    def work(i): results[i] = get_embeddings(texts[i::4], cache=False)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    for i in range(4): np.testing.assert_allclose(results[i], truth[i::4], atol=1e-6)

# --- blocks ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(5))
def test_blocks_hold_every_text_once_in_order_of_length(seed):
    sizes = np.random.default_rng(seed).integers(2, 257, 200)
    blocks = blocks_of(sizes, 500)
    assert sorted(np.concatenate(blocks)) == list(range(200)) and (np.diff(sizes[np.concatenate(blocks)]) >= 0).all()
    assert max(sizes[b].sum() for b in blocks) <= 500 + 256
    runs = runs_of(sorted(sizes.tolist()))
    assert sum(r.texts for r in runs) == 200 and runs[-1].rows.stop == sizes.sum()

# --- what it brings ----------------------------------------------------------------------------------------------

def test_one_question_brings_in_neither_torch_nor_a_compiler(run_python):
    code = ("import sys\nfrom minivecdb import get_embedding\nassert get_embedding('a question', cache=False).shape == (384,)\n"
            "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'tokenizers', 'numba', 'scipy') if m in sys.modules])")
    assert run_python(code).splitlines()[-1] == "[]"

def test_the_cache_is_shared_with_sentence_transformers(tmp_path):
    "One key for one set of weights in float32, whoever computes; and bfloat16 apart."
    assert DefaultEmbedder().identity == SentenceEmbedder().identity != SentenceEmbedder(dtype="bfloat16").identity
    assert isinstance(g.as_embedder(), DefaultEmbedder) and isinstance(g.as_embedder("sentence-transformers/all-MiniLM-L6-v2"), DefaultEmbedder)
    assert isinstance(g.as_embedder(dtype="bfloat16"), SentenceEmbedder) and isinstance(g.as_embedder(str(default_folder())), SentenceEmbedder)

def test_weights_are_mapped_and_not_copied(model):
    for layer in model.layers:
        for f in layer: assert not f.weight.flags.owndata and not f.weight.flags.writeable and f.weight.flags.aligned

def test_a_model_of_another_kind_needs_an_extra_that_is_named(run_python):
    code = ("import sys\nfor m in ('torch', 'sentence_transformers', 'transformers', 'huggingface_hub'): sys.modules[m] = None\n"
            "from minivecdb.gen_embeddings import *\nfrom minivecdb.core import MissingExtraError\n"
            "assert get_embeddings(['a', 'b'], cache=False).shape == (2, 384)\n"
            "for call in (lambda: get_embedding('a', 'some/model', cache=False), lambda: get_embedding('a', dtype='bfloat16', cache=False)):\n"
            "    try: call()\n    except MissingExtraError as e: assert '[models]' in str(e), e\n    else: raise SystemExit('no error')")
    run_python(code)
