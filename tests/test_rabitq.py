"Tedious cases of RaBitQ: formulas in plain floats, odd dimensions, both roads, masks, changes, files, shapes of batches."
import threading
from pathlib import Path
import numpy as np, pytest
from minivecdb.ivf import search as ivf_module
from minivecdb.codecs.blocks import Blocks, as_blocks
from minivecdb.lists.code_scan import BlockSums, _sum_halves, _sum_wide, best_look_up, query_tables
from minivecdb.codecs import CodecError, codec_from_state, make_codec
from minivecdb.distances.metric import get_metric
from minivecdb.core.kernels import kernel
from minivecdb.ivf import IVF, ArrayRows, FileRows
from minivecdb.codecs.bits import RaBitQ, grid_codes, turned_back
from minivecdb.distances.rotation import random_signs, rotated
from minivecdb.core.errors import FileFormatError

METRICS = ("cosine", "euclidean", "dot")
GOLDEN = Path(__file__).parent/"fixtures"/"ivf-rabitq2-v3.ivf"


def data(d, n=500, m=20, seed=0):
    "Rows and queries with a zero vector and a pair of equal ones."
    rng = np.random.default_rng(seed)
    x, q = (rng.standard_normal((size, d)).astype(np.float32) + np.float32(.3) for size in (n, m))
    x[5], x[6], q[2] = 0, x[7], 0
    return x, q


def filled(d, metric, codec, spill=None, lists=7, n=500):
    "An index that was changed: some rows were removed and came back."
    x, q = data(d, n)
    index = IVF(d, min(lists, len(np.unique(x, axis=0))) if d > 1 else 3, metric, codec, spill=spill).train(x)
    index.add(x)
    index.remove(np.arange(100, 300, 3))
    index.add(x[100:300:3], np.arange(100, 300, 3))
    index.rows = ArrayRows(x)
    return index, x, q


@pytest.fixture
def road(monkeypatch):
    "Make a search take kernels, or numpy."
    def take(compiled):
        monkeypatch.setattr(ivf_module, "pays", lambda *work: compiled)
        monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: compiled)
    return take


# --- blocks

@pytest.mark.parametrize("width, planes, words", [(56, 48, 2), (11, 3, 2), (212, 48, 2), (7, 7, 0), (5, 0, 0)])
def test_blocks_are_like_an_array(width, planes, words):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (300, width), dtype=np.uint8)
    blocks = as_blocks(rows, Blocks(np.zeros((0, 64 * width), np.uint8), 0, planes, words))
    assert blocks.shape == rows.shape and len(blocks) == 300 and blocks.nbytes == 320 * width and np.array_equal(blocks[:], rows)
    at = rng.permutation(300)[:80]
    blocks[at], rows[at] = rows[at[::-1]].copy(), rows[at[::-1]].copy()
    assert np.array_equal(blocks[:], rows) and np.array_equal(blocks[70:140], rows[70:140]) and np.array_equal(blocks[at], rows[at])
    assert not blocks.like(65)[:].any() and blocks[:0].shape == (0, width)


# --- codes

@pytest.mark.parametrize("d", [1, 2, 3, 5, 24, 31, 100])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_products_of_codes(d, bits):
    "dots is what the formula says, and right on average over rotations."
    x, q = data(d, 60)
    codec = RaBitQ(d, bits).train(x)
    codes = codec.encode(x)
    values, scale = codec.values(codes)
    z = rotated(x, codec.arrays["signs"]).astype(np.float64)
    expected = np.divide((z * z).sum(1), (z * values).sum(1), out=np.zeros(60), where=abs(z).sum(1) > 0)
    assert codes.shape == (60, codec.code_width) and np.allclose(scale, expected, rtol=2**-8 if bits == 1 else 1e-6)
    assert np.allclose(codec.dots(q, codes), q @ codec.decode(codes).T, atol=1e-3 * (1 + abs(q @ x.T)).max())
    if d < 24: return   # too few rotations of signs and butterflies there
    mean = np.mean([RaBitQ(d, bits).train(x, seed).dots(q, RaBitQ(d, bits).train(x, seed).encode(x)) for seed in range(40)], 0)
    assert abs(mean - q @ x.T).mean() < .3 * np.linalg.norm(x, axis=1).mean() * np.linalg.norm(q, axis=1).mean() / 1.8**(bits - 1) / 40**.5 / (d / 24)**.5 + .01


def test_grid_codes_are_near_the_best_scale():
    z = np.random.default_rng(0).standard_normal((20, 100))
    for bits in (2, 4, 8):
        top = 1 << (bits - 1)
        def best(row): # all scales, finely
            size = abs(row) / abs(row).max()
            odd = 2 * np.minimum((size * np.linspace(.3, 5, 3000)[:, None] * top).astype(int), top - 1) + 1
            return (odd @ size / np.linalg.norm(odd, axis=1) / np.linalg.norm(size)).max()
        v = 2. * grid_codes(z, bits) - (2**bits - 1)
        found = (v * z).sum(1) / np.linalg.norm(v, axis=1) / np.linalg.norm(z, axis=1)
        assert (1 - found <= 1.2 * (1 - np.array([best(row) for row in z])) + 1e-9).all()


def test_names_and_states():
    x = data(30)[0]
    for name, width in (("rabitq", 6 + 8), ("rabitq2", 12 + 20), ("rabitq8", 48 + 20)):
        codec = make_codec(name, 30).train(x, 3)
        assert codec.name == name and codec.code_width == width == codec.bytes_per_vector
        again = codec_from_state(*codec.state())
        assert np.array_equal(again.encode(x), codec.encode(x)) and type(again) is RaBitQ
    for name in ("rabitq1", "rabitq9", "rabitq16", "rabit"):
        with pytest.raises(CodecError): make_codec(name, 30)
    with pytest.raises(CodecError, match="not been trained"): make_codec("rabitq", 30).encode(x)
    with pytest.raises(FileFormatError): codec_from_state({"codec": "rabitq", "dimension": 30}, {"signs": np.ones((4, 29), np.float32)})


@pytest.mark.parametrize("d", [1, 2, 3, 64, 65, 127])
def test_turned_back(d):
    x, signs = data(d)[0], random_signs(d, 3)
    assert np.allclose(turned_back(rotated(x, signs), signs), x, atol=1e-5)


# --- tables

@kernel()
def _sums(which, block, w, tables, wide, out):
    if which == 0: _plain(block.ctypes.data, w // 3, tables.ctypes.data, wide.ctypes.data, out.ctypes.data)
    else: _fast(block.ctypes.data, w // 3, tables.ctypes.data, wide.ctypes.data, out.ctypes.data)

_plain, _fast = BlockSums(plain=True), BlockSums()

@pytest.mark.parametrize("d", [1, 3, 7, 23, 24, 25, 100, 384, 7000])
def test_tables_add_up_alike_in_every_way(d):
    x = np.random.default_rng(d).standard_normal((64, d)).astype(np.float32)
    codec = RaBitQ(d).train(x)
    blocks, w = as_blocks(codec.encode(x), codec.room()), codec.planes
    for z in (x[0], x[1] * np.float32(1e-3), 0 * x[0]):
        tables, wide, terms, outs = np.zeros((w, 2, 16), np.uint8), np.zeros((w // 3, 4, 64), np.uint8), np.zeros(2, np.float32), np.zeros((2, 64), np.uint16)
        query_tables(z, tables, wide, terms)
        for i in range(2): _sums(i, blocks.data[0], w, tables, wide, outs[i])
        assert np.array_equal(*outs) and tables.max(initial=0) <= 63
        exact = codec.values(codec.encode(x))[0].astype(np.float64) @ z
        assert abs(outs[0] * float(terms[0]) + terms[1] - exact).max() <= 1.5 * terms[0] * w + 1e-3 * abs(z).sum()


# --- searching

@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("codec, d, spill", [("rabitq", 1, None), ("rabitq", 2, None), ("rabitq", 3, 1.), ("rabitq", 17, None), ("rabitq", 64, 1.), ("rabitq2", 3, None), ("rabitq4", 50, None), ("rabitq4", 24, 1.), ("rabitq8", 10, None)])
def test_both_roads_and_every_batch_find_the_same(metric, codec, d, spill, road):
    index, x, q = filled(d, metric, codec, spill)
    masks = np.random.default_rng(1).random((len(q), len(x))) < .4
    for options in ({}, {"rescore": 40}, {"rescore": 20, "mask": masks[0]}, {"mask": masks}, {"ensure_topk_full": True, "rescore": 30}):
        road(False)
        plain = index.search(q, 5, nprobe=3, **options)
        road(True)
        found = index.search(q, 5, nprobe=3, **options)
        assert np.array_equal(plain[0], found[0]) and np.array_equal(plain[1], found[1])
        for i in (0, 2, 7):
            one = index.search(q[i], 5, nprobe=3, **(options | ({"mask": masks[i]} if options.get("mask") is masks else {})))
            assert np.array_equal(one[0][0], found[0][i]) and np.array_equal(one[1][0], found[1][i])


@pytest.mark.parametrize("metric", METRICS)
def test_estimates_are_what_the_formula_says(metric, road):
    index, x, q = filled(40, metric, "rabitq4", n=400)
    road(True)
    distances, ids = index.search(q, 10, nprobe=7)
    unit = lambda v: v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30)
    rows, asked = (unit(x), unit(q)) if metric == "cosine" else (x, q)
    labels = np.zeros(400, int)
    for j, (start, size) in enumerate(zip(index.lists.starts, index.lists.sizes)): labels[index.lists.ids[start:start + size]] = j
    c = index.coarse.rows[labels].astype(np.float64)
    r = rows - c
    grid, scale = index.codec.values(index.codec.encode((rows - c).astype(np.float32)))
    back = rotated(grid, index.codec.arrays["signs"])   # only to have the shape
    turned_q, turned_c = (rotated(v.astype(np.float32), index.codec.arrays["signs"]).astype(np.float64) for v in (asked, c))
    product = asked @ c.T + (turned_q @ grid.T - (turned_c * grid).sum(1)) * scale + (r * c).sum(1)
    expected = {"cosine": np.clip(1 - product, 0, 2), "dot": -product, "euclidean": np.sqrt(np.maximum((x**2).sum(1) - 2 * product + (q**2).sum(1)[:, None], 0))}[metric]
    assert back.shape == grid.shape
    close = np.take_along_axis(expected, ids, 1)
    assert (abs(close - distances) < .02 * (1 + abs(close))).mean() > .97 and (np.diff(distances, axis=1) >= 0).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("codec", ["rabitq", "rabitq4"])
def test_all_lists_and_exact_rows_are_exact_search(metric, codec):
    index, x, q = filled(20, metric, codec)
    flat = IVF(20, 7, metric).train(x)
    flat.add(x)
    for a, b in zip(index.exact_search(q, 10), flat.exact_search(q, 10)): assert np.array_equal(a, b)


def test_recall_with_few_exact_rows():
    "Correlated rows, as embeddings are: thirty exact rows find nearly all that the lists hold."
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((6000, 12)) @ rng.standard_normal((12, 96)) + .5 * rng.standard_normal((6000, 96))).astype(np.float32)
    base, q = x[200:], x[:200]
    index, flat = (IVF(96, 40, "cosine", codec).train(base) for codec in ("rabitq", "flat"))
    index.add(base); flat.add(base)
    truth = flat.search(q, 10, nprobe=10)[1]
    share = lambda ids: np.mean([np.isin(t, f).mean() for t, f in zip(truth, ids)])
    estimated = share(index.search(q, 10, nprobe=10)[1])
    index.rows = ArrayRows(base)
    assert estimated > .5 and share(index.search(q, 10, nprobe=10, rescore=100)[1]) > .97 > estimated


def test_rows_from_a_file(tmp_path, road):
    index, x, q = filled(30, "euclidean", "rabitq")
    x.tofile(tmp_path/"rows")
    road(True)
    memory = index.search(q, 5, nprobe=4, rescore=60)
    index.rows = FileRows(tmp_path/"rows", 30)
    for a, b in zip(memory, index.search(q, 5, nprobe=4, rescore=60)): assert np.array_equal(a, b)


def test_nothing_little_and_extremes(road):
    for compiled in (False, True):
        road(compiled)
        index = IVF(8, 3, "cosine", "rabitq").train(np.eye(8))
        assert (index.search(np.ones(8), 4)[1] == -1).all()
        index.add(np.ones((1, 8)))
        assert index.search(np.ones(8), 4, nprobe=3)[1].tolist() == [[0, -1, -1, -1]] and index.remove([0]) == 1 and len(index) == 0
        assert np.isinf(index.search(np.ones((2, 8)), 4, nprobe=3)[0]).all()
        same = IVF(8, 2, "euclidean", "rabitq").train(np.eye(8))
        same.add(np.ones((700, 8)))      # more equal rows than a shortlist holds
        assert same.search(np.ones((3, 8)), 5, nprobe=2)[1].tolist() == [[0, 1, 2, 3, 4]] * 3
        huge = IVF(8, 2, "dot", "rabitq").train(np.eye(8, dtype=np.float32) * 1e18)
        huge.add(np.eye(8, dtype=np.float32) * 1e18)
        assert (huge.search(np.ones((2, 8)), 3, nprobe=2)[1] >= 0).all()


def test_threads_find_the_same():
    index, x, q = filled(48, "cosine", "rabitq2", n=3000)
    q = np.tile(q, (20, 1))
    expected, found = index.search(q, 10, nprobe=5, rescore=50), {}
    def ask(i): found[i] = index.search(q, 10, nprobe=5, rescore=50)
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert all(np.array_equal(f[0], expected[0]) and np.array_equal(f[1], expected[1]) for f in found.values())


# --- files and memory

@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("codec, spill", [("rabitq", None), ("rabitq4", 1.)])
def test_saved_and_loaded(tmp_path, codec, spill, mmap, road):
    index, x, q = filled(50, "cosine", codec, spill)
    index.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf", mmap=mmap, verify=True)
    again.rows = index.rows
    road(True)
    for options in ({}, {"rescore": 30}):
        for a, b in zip(index.search(q, 5, nprobe=3, **options), again.search(q, 5, nprobe=3, **options)): assert np.array_equal(a, b)
    again.remove([1, 2, 3]); index.remove([1, 2, 3])
    again.add(x[1:4], [1, 2, 3]); index.add(x[1:4], [1, 2, 3])
    for a, b in zip(index.search(q, 5, nprobe=3), again.search(q, 5, nprobe=3)): assert np.array_equal(a, b)


def test_damaged_files(tmp_path):
    index = filled(50, "cosine", "rabitq")[0]
    index.save(tmp_path/"a.ivf")
    raw = (tmp_path/"a.ivf").read_bytes()
    for damaged in (raw[:-1], raw[:len(raw) // 2], raw.replace(b'"rabitq"', b'"rabite"'), raw + b"x"):
        (tmp_path/"b.ivf").write_bytes(damaged)
        with pytest.raises(FileFormatError): IVF.load(tmp_path/"b.ivf", mmap=False)


def golden() -> IVF:
    "What the golden file holds: `python -c 'import tests.test_rabitq as t; t.golden().save(t.GOLDEN)'` wrote it."
    x = (np.random.default_rng(7).integers(-8, 9, (70, 10)) / 4).astype(np.float32)
    index = IVF(10, 3, "euclidean", "rabitq2", seed=1).train(x)
    index.add(x)
    return index


def test_golden_file():
    x = (np.random.default_rng(7).integers(-8, 9, (70, 10)) / 4).astype(np.float32)
    for mmap in (True, False):
        index = IVF.load(GOLDEN, mmap=mmap)
        index.rows = ArrayRows(x)
        assert len(index) == 70 and index.codec.name == "rabitq2" and (index.search(x, 1, nprobe=3, rescore=20)[0] == 0).all()
        assert abs(index.state.scanner.rows(index.lists).fetch(index.lists.positions())[0] - x[index.lists.ids[index.lists.positions()]]).mean() < .6


def test_memory_of_two_hundred_thousand_rows():
    "56 + 8 bytes per vector, and 8 for 1,024 centroids."
    codec = make_codec("rabitq", 384)
    lists = IVF(384, 4, "cosine", "rabitq").train(np.eye(384)[:8]).lists
    more = lists.append(np.zeros((20_000, codec.code_width), np.uint8), np.arange(20_000), np.arange(20_000) % 4, np.ones(20_000))
    assert (more.codes.nbytes + more.ids.nbytes) / 20_000 < 64.5
    assert 64.5 + 1024 * 384 * 4 / 200_000 < 80
