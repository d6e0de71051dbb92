"Euclidean data far from zero is searched as well as the same data around zero, by every road."
import struct
import numpy as np
import pytest
from minivecdb.durable.storage import DurableStorage
from minivecdb.exact.flat import FlatIndex, recall
from minivecdb.ivf import IVF, ArrayRows
from minivecdb.ivf.upkeep import Upkeep
from minivecdb.ivf.filtered import search_among
from minivecdb.ivf_index import IVFIndex
from minivecdb.distances.origin import NO_ORIGIN, origin_of
from minivecdb.core.errors import FileFormatError
from minivecdb.vector_storage import VectorStorage

CODECS = ("flat", "bf16", "int8", "int8-dimension", "rabitq", "rabitq4", "pq8x8", "rpq8x8", "opq8x8", "pca8")
every_codec = pytest.mark.parametrize("codec", CODECS)
D = 16

def steps(n, seed, d=D):
    "Multiples of 1/64 around zero: whole numbers up to 10,000 can be added to them without rounding."
    return np.rint(np.random.default_rng(seed).normal(size=(n, d)) * 64).astype(np.float32) / 64

ROWS, QUERIES, SOME = steps(3000, 0), steps(60, 1), np.random.default_rng(2).random(3000) < .2
FAR = np.float32(np.random.default_rng(3).integers(-10_000, 10_000, D))   # another offset in every dimension
OFFSETS = np.float32(64), FAR

def built(x, codec="flat", spill=None, clusters=40):
    index = IVF(D, clusters, "euclidean", codec, spill=spill)
    index.train(x)
    index.add(x)
    index.rows = ArrayRows(x)
    return index

def from_blocks(x, codec):
    index = IVF(D, 40, "euclidean", codec).build([x[:1000], x[1000:]])
    index.rows = ArrayRows(x)
    return index

def same(a, b):
    for one, other in zip(a, b): np.testing.assert_array_equal(one, other)

ROADS = {
    "one by one": lambda index, q: [index.search(one, 10, nprobe=8) for one in q],
    "a batch": lambda index, q: [index.search(q, 10, nprobe=8)],
    "every list": lambda index, q: [index.search(q, 10, nprobe=40)],
    "measured": lambda index, q: [index.search(q, 10, nprobe=8, rescore=50)],
    "measured one by one": lambda index, q: [index.search(one, 10, nprobe=8, rescore=50) for one in q],
    "calibrated": lambda index, q: [index.search(q, 10, nprobe=8, rescore=50, rescore_num_samples=5)],
    "filtered": lambda index, q: [index.search(q, 10, nprobe=8, mask=SOME, ensure_topk_full=True)],
    "among": lambda index, q: [search_among(index, one, 10, np.flatnonzero(SOME), nprobe=3) for one in q[:20]],
    "within a radius": lambda index, q: [index.range_search(q, 3.5, nprobe=8)]}

def every_road(x, q, codec):
    index = built(x, codec)
    return {name: road(index, q) for name, road in ROADS.items()}

@every_codec
def test_the_offset_changes_no_bit_of_any_answer(codec):
    near, far = (every_road(ROWS + o, QUERIES + o, codec) for o in OFFSETS)
    for name in ROADS:
        for a, b in zip(near[name], far[name]): same(a, b)

@every_codec
def test_recall_is_that_of_the_same_data_around_zero(codec):
    truth = FlatIndex(D, "euclidean")
    truth.add(ROWS)
    truth = truth.search(QUERIES, 10)[1]
    centred, near = every_road(ROWS, QUERIES, codec), every_road(ROWS + 64, QUERIES + 64, codec)
    for name in ("one by one", "a batch", "every list", "measured", "calibrated"):
        a, b = (recall(np.concatenate([ids for _, ids in found[name]]), truth) for found in (centred, near))
        assert b > a - .04, (name, a, b)

@pytest.mark.parametrize("codec", ("flat", "rabitq", "rabitq2"))
def test_distances_are_those_of_exact_search_bit_for_bit(codec):
    for offset in OFFSETS:
        x, q = ROWS + offset, QUERIES + offset
        flat, index = FlatIndex(D, "euclidean"), built(x, codec)
        flat.add(x)
        more = {} if codec == "flat" else {"rescore": len(x)}
        same(index.search(q, 10, nprobe=40, **more), flat.search(q, 10))
        same(index.exact_search(q[0], 10), flat.search(q[0], 10))

@every_codec
def test_built_from_blocks_as_well_as_in_memory(codec):
    near, far = (from_blocks(ROWS + o, codec).search(QUERIES + o, 10, nprobe=8, rescore=50) for o in OFFSETS)
    same(near, far)
    truth = built(ROWS, "flat").exact_search(QUERIES, 10)[1]
    assert recall(far[1], truth) > recall(built(ROWS, codec).search(QUERIES, 10, nprobe=8, rescore=50)[1], truth) - .04

@every_codec
@pytest.mark.parametrize("how", (False, True, "pread"))
def test_saved_and_opened(codec, how, tmp_path):
    x, q = ROWS + FAR, QUERIES + FAR
    index = built(x, codec)
    index.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf", mmap=how)
    again.rows = ArrayRows(x)
    np.testing.assert_array_equal(again.lists.origin, index.lists.origin)
    for road in ("one by one", "a batch", "measured", "filtered"):
        for a, b in zip(ROADS[road](again, q), ROADS[road](index, q)): same(a, b)
    again.add(x[:5] + 1)   # and it goes on
    index.add(x[:5] + 1)
    same(again.search(q, 10, nprobe=8), index.search(q, 10, nprobe=8))

@pytest.mark.parametrize("codec", ("flat", "int8", "rabitq", "rpq8x8"))
def test_second_places(codec):
    near, far = (built(ROWS + o, codec, spill=1.).search(QUERIES + o, 10, nprobe=4) for o in OFFSETS)
    same(near, far)
    truth = built(ROWS).exact_search(QUERIES, 10)[1]
    assert recall(far[1], truth) > recall(built(ROWS, codec, spill=1.).search(QUERIES, 10, nprobe=4)[1], truth) - .04

@pytest.mark.parametrize("codec", ("flat", "int8", "rpq8x8"))
def test_lists_kept_even(codec):
    def kept_even(o):
        index = built(ROWS[:600] + o, codec, clusters=None)
        index.upkeep = Upkeep()
        index.rows = ArrayRows(ROWS + o)
        for i in range(600, 3000, 60): index.add(ROWS[i:i + 60] + o)
        index.remove(np.arange(0, 3000, 7))
        return index
    near, far = (kept_even(o) for o in OFFSETS)
    assert near.upkeep.splits and near.upkeep.splits == far.upkeep.splits
    same(near.search(QUERIES + OFFSETS[0], 10, nprobe=8), far.search(QUERIES + FAR, 10, nprobe=8))

@pytest.mark.parametrize("codec", ("flat", "pq8x8", "rpq8x8", "opq8x8", "ropq8x8"))
def test_files_of_faiss(codec, tmp_path):
    index, q = built(ROWS + FAR, codec), QUERIES + FAR
    index.to_faiss(tmp_path/"a.faiss")
    again, expected = IVF.from_faiss(tmp_path/"a.faiss"), index.search(q, 10, nprobe=8)
    found = again.search(q, 10, nprobe=8)
    agree = recall(found[1], expected[1])
    assert agree > .99, agree   # centroids and codewords are rounded anew
    assert abs(found[0] - expected[0]).max() < .02

def test_flat_lists_read_as_few_rows_as_around_zero(monkeypatch):
    from minivecdb.distances import Shortlist
    indexes = [built(ROWS + o) for o in (0, *OFFSETS)]
    undecided, answers = [], Shortlist.answers
    def count(self, *args):
        undecided.append(int(self.state[4].sum()))   # rows that bytes could not decide
        return answers(self, *args)
    monkeypatch.setattr(Shortlist, "answers", count)
    monkeypatch.setattr("minivecdb.ivf.search.pays", lambda *work: True)
    for index, o in zip(indexes, (0, *OFFSETS)): index.search(QUERIES + o, 10, nprobe=8)
    centred, near, far = undecided
    assert 0 < near <= 1.3 * centred and far == near, undecided

def test_around_zero_there_is_no_origin_and_files_are_as_before(tmp_path):
    index = built(ROWS)
    assert index.lists.origin is NO_ORIGIN
    index.save(tmp_path/"a.ivf")
    assert struct.unpack("<I", (tmp_path/"a.ivf").read_bytes()[8:12]) == (5,)
    built(ROWS + 64).save(tmp_path/"b.ivf")
    assert struct.unpack("<I", (tmp_path/"b.ivf").read_bytes()[8:12]) == (6,)

@pytest.mark.parametrize("metric", ("cosine", "dot"))
def test_only_euclidean_distances_may_be_moved(metric):
    index = IVF(D, 10, metric).train(ROWS + FAR)
    assert not len(index.lists.origin)

def test_a_file_with_an_impossible_origin_is_refused(tmp_path):
    index = built(ROWS + 64)
    for origin in (np.zeros(3, np.float32) + 1, np.full(D, np.nan, np.float32), np.full(D, 1e31, np.float32)):
        from dataclasses import replace
        index.lists = replace(index.lists, origin=origin)
        index.save(tmp_path/"a.ivf")
        with pytest.raises(FileFormatError, match="origin"): IVF.load(tmp_path/"a.ivf")

def test_the_origin_is_a_median_of_rows_and_of_lengths():
    x = ROWS + FAR
    marked = x.copy()
    marked[::100] = 1e6   # what stands for a missing value
    assert abs(origin_of(marked, "euclidean") - FAR).max() < 1
    assert not len(origin_of(np.concatenate([ROWS, 1e6 + ROWS[:1000]]), "euclidean"))
    assert not len(origin_of(x[:0], "euclidean"))
    sorted_by_time = np.concatenate([ROWS + 500 + 50 * i for i in range(4)])   # of which the first rows tell little
    assert 550 < origin_of(sorted_by_time, "euclidean").mean() < 600

KINDS = {"pixels": lambda rng: rng.integers(100, 256, (3000, 64)), "a timestamp": lambda rng: np.column_stack([1.7e9 + rng.integers(0, 2**20, 3000), rng.normal(size=(3000, 15)) * 1e5]),
         "constant columns": lambda rng: np.column_stack([rng.normal(size=(3000, 8)), np.full((3000, 8), 5e4)]), "marked by a million": lambda rng: np.where(np.arange(3000)[:, None] % 100 == 7, 1e6, rng.normal(size=(3000, 32)) + 300)}

@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("codec", ("flat", "int8", "rabitq", "rabitq4", "pq8x8"))
def test_other_kinds_of_data(kind, codec):
    rows = np.float32(KINDS[kind](np.random.default_rng(5)))
    x, q = rows[60:], rows[:60]
    middle = np.median(x, axis=0)
    found = []
    for o in (np.float32(0), middle):
        flat, index = FlatIndex(x.shape[1], "euclidean"), IVF(x.shape[1], 40, "euclidean", codec)
        flat.add(x - o)
        index.train(x - o)
        index.add(x - o)
        found.append(recall(index.search(q - o, 10, nprobe=10)[1], flat.search(q - o, 10)[1]))
    assert found[0] > found[1] - .04, found

@pytest.mark.parametrize("kind", ("in memory", "durable"))
def test_an_index_of_a_storage(kind, tmp_path):
    def answer(o):
        storage = VectorStorage(D) if kind == "in memory" else DurableStorage.open(tmp_path/f"{o[0]}", dimension=D)
        storage.add_bulk(ROWS[:2000] + o, [{"even": i % 2 == 0} for i in range(2000)])
        index = IVFIndex(storage, distance_fn="euclidean").build()
        storage.add_bulk(ROWS[2000:] + o, [{"even": i % 2 == 0} for i in range(1000)])
        if kind == "durable":
            index.save()
            index = IVFIndex.open(storage, distance_fn="euclidean")
        return [[(hit.id, hit.distance) for hit in index.search(q + o, 5, where=where)] for q in QUERIES[:20] for where in (None, {"even": True})]
    assert answer(np.full(D, 64, np.float32)) == answer(FAR)

# ---- everything that multiplies

from minivecdb.kmeans.assignment import assign
from minivecdb.kmeans import kmeans, lloyd, lloyd_blocks, recall_per_probe, run_kmeans
from minivecdb.kmeans import subvector_kmeans
from minivecdb.kmeans.family import MiniBatchKMeans, balanced_kmeans, bounded_assign
from minivecdb.kmeans import hierarchical_kmeans, preferences
from minivecdb.lists.spilling import second_lists
from minivecdb.codecs.product import ProductQuantizer, codewords_of

BLOBS = np.rint(np.random.default_rng(7).normal(size=(12, D)) * 200).astype(np.float32) / 64   # centres, about 3 deviations apart
CLOUD = ROWS[:2400] / 4 + np.repeat(BLOBS, 200, 0)
CLOUD = np.rint(CLOUD * 256).astype(np.float32) / 256
PLACES = {"around zero": np.zeros(D, np.float32), "far": FAR, "farther": FAR * 4}
every_place = pytest.mark.parametrize("place", PLACES)

CROWDS = CLOUD[np.random.default_rng(1).permutation(2400)] + np.repeat([[-10_000.], [10_000.]], 1200, 0).astype(np.float32)

def cost_of(x, centroids):
    "The mean squared distance to the nearest centroid, in float64."
    c = centroids.astype(np.float64)
    return np.mean([((row - c)**2).sum(1).min() for row in x.astype(np.float64)])

METHODS = {
    "kmeans": lambda x, k: kmeans(x, k, metric="euclidean")[0], "kmeans with labels": lambda x, k: kmeans(x, k, metric="euclidean", labels=True)[0],
    "run_kmeans": lambda x, k: run_kmeans(x, k)[0], "run_kmeans in blocks": lambda x, k: run_kmeans(x, k, memory_limit=1)[0],
    "k-means++": lambda x, k: kmeans(x, k, metric="euclidean", init="k-means++")[0],
    "lloyd": lambda x, k: lloyd(x, x[::len(x) // k])[0], "from blocks": lambda x, k: lloyd_blocks(lambda: iter(np.array_split(x, 5)), k, metric="euclidean")[0],
    "mini-batch": lambda x, k: MiniBatchKMeans(k, 512, "euclidean").train(x).centroids,
    "hierarchical": lambda x, k: hierarchical_kmeans(x, k, metric="euclidean")[0], "balanced": lambda x, k: balanced_kmeans(x, k, metric="euclidean")[0]}

@pytest.mark.parametrize("method", METHODS)
def test_clusters_are_as_good_anywhere(method):
    costs = {name: cost_of(CLOUD[::7], METHODS[method](CLOUD + o, 24) - o) for name, o in PLACES.items()}
    for name in ("far", "farther"): assert costs[name] < 1.15 * costs["around zero"], costs

@pytest.mark.parametrize("method", METHODS)
def test_clusters_of_two_far_crowds(method):
    centroids = METHODS[method](CROWDS, 48)
    assert 12 <= (centroids[:, 0] > 0).sum() <= 36
    expected = cost_of(CLOUD[::7], METHODS[method](CLOUD, 24))
    assert cost_of(CROWDS[::7], centroids) < max(3, 3 * expected)   # rows are 300 from the middle of their crowd, squared

@every_place
def test_the_nearest_centroid_is_nearest_anywhere(place):
    x, c = CLOUD + PLACES[place], CLOUD[::50] + PLACES[place]
    labels, cost = assign(x, c)
    squares = ((x.astype(np.float64)[:, None] - c)**2).sum(2)
    assert (squares[np.arange(len(x)), labels] <= squares.min(1) * 1.001 + 1e-9).all()
    assert abs(cost - squares.min(1)).max() <= .01 * np.median(squares.min(1)) + 1e-6
    order, half = preferences(x, c, 4)
    np.testing.assert_allclose(2 * half[:, 0], squares.min(1), atol=.02 * np.median(squares.min(1)) + 1e-6)
    assert np.bincount(bounded_assign(x, c, 60)).max() <= 60
    np.testing.assert_array_equal(second_lists(x, labels, c, 0.), second_lists(CLOUD, labels, CLOUD[::50], 0.))

@pytest.mark.parametrize("ratio", (30, 1000, 10_000))
def test_the_nearest_centroid_by_cosine_with_a_large_common_part(ratio):
    rng = np.random.default_rng(0)
    x = np.float32(ratio * np.eye(D)[0] * np.sqrt(D) + rng.normal(size=(1000, D)))
    c = x[::50].copy()
    x = np.float32(x / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True))
    labels, cost = assign(x, c, "cosine")
    unit = [a / np.linalg.norm(a, axis=1, keepdims=True) for a in (x.astype(np.float64), c.astype(np.float64))]
    squares = ((unit[0][:, None] - unit[1])**2).sum(2)
    assert np.median(squares[np.arange(len(x)), labels]) <= np.median(squares.min(1)) * 1.02

@every_place
def test_codebooks_and_their_codes(place):
    o = PLACES[place]
    books = subvector_kmeans(CLOUD + o, 8, 64) - o.reshape(8, 1, 2)
    error = np.mean((CLOUD - books[np.arange(8), codewords_of(CLOUD, books)].reshape(len(CLOUD), D))**2)
    codec, around = ProductQuantizer(D, 8, 6).train(CLOUD + o), ProductQuantizer(D, 8, 6).train(CLOUD)
    codes = codec.encode(CLOUD + o)
    found = np.mean((codec.decode(codes) - (CLOUD + o))**2)
    expected = np.mean((around.decode(around.encode(CLOUD)) - CLOUD)**2)
    assert error < 1.3 * expected and found < 1.1 * expected, (error, found, expected)
    tables = codec.compute_distance_tables(CLOUD[:20] + o)
    measured = codec.asymmetric_distance(tables, codes[:50])
    truth = ((codec.decode(codes[:50]).astype(np.float64) - (CLOUD[:20] + o)[:, None])**2).sum(2)
    np.testing.assert_allclose(measured, truth, rtol=.01, atol=.01)

def test_rounds_stop_by_the_spread_and_not_by_the_place():
    rounds = {len(lloyd(CLOUD + o, CLOUD[:24] + o, max_iter=25)[2]) for o in PLACES.values()}
    assert min(rounds) > 3 and max(rounds) - min(rounds) <= 2, rounds

def test_what_a_search_can_find_is_counted_anywhere():
    flat = FlatIndex(D, "euclidean")
    flat.add(CLOUD)
    truth, c = flat.search(CLOUD[:50], 5)[1], CLOUD[::50]
    assert recall_per_probe(c, CLOUD, CLOUD[:50], truth, 3, "euclidean") == recall_per_probe(c + FAR, CLOUD + FAR, CLOUD[:50] + FAR, truth, 3, "euclidean")

def test_two_far_crowds_in_an_index():
    rng = np.random.default_rng(0)
    rows = np.float32(rng.normal(size=(3000, D)) + np.where(np.arange(3000)[:, None] % 2, 1e4, -1e4))
    x, q = rows[40:], rows[:40]
    flat = FlatIndex(D, "euclidean")
    flat.add(x)
    truth = flat.search(q, 10)[1]
    def found(**more):
        index = built(x, **more)
        return recall(index.search(q, 10, nprobe=8)[1], truth)
    assert found() > .75 and found(spill=1.) > .85
    index = IVF(D, None, "euclidean").train(x[:600])
    index.upkeep = Upkeep()
    for i in range(0, len(x), 120): index.add(x[i:i + 120])
    assert recall(index.search(q, 10, nprobe=len(index.coarse) // 6)[1], truth) > .75

# ---- codes of what is left after the centroid

from minivecdb.codecs import make_codec

def test_codes_on_residuals_have_a_name_that_files_keep(tmp_path):
    rng = np.random.default_rng(0)
    rows = np.float32(rng.normal(size=(3000, D)) + np.where(np.arange(3000)[:, None] % 2, 1e4, -1e4))
    x, q = rows[40:], rows[:40]
    flat = FlatIndex(D, "euclidean")
    flat.add(x)
    truth = flat.search(q, 10)[1]
    for plain in ("int8", "bf16"):
        found = {}
        for name in (plain, "r" + plain):
            index = built(x, name)
            found[name] = recall(index.search(q, 10, nprobe=39)[1], truth)
            index.save(tmp_path/"a.ivf")
            again = IVF.load(tmp_path/"a.ivf")
            assert again.codec.name == name and again.codec.residual == (name != plain)
            same(again.search(q, 10, nprobe=9), index.search(q, 10, nprobe=9))
            for one in q[:10]: same(index.search(one, 10, nprobe=9), index.search(one[None], 10, nprobe=9))
        assert found[plain] < .1 and found["r" + plain] > .95, found
    codec = make_codec("int8", D)
    codec.residual = True   # by hand, it changes the name, too
    assert codec.state()[0]["codec"] == "rint8"

@pytest.mark.parametrize("codec", ("rint8", "rbf16"))
@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
def test_codes_on_residuals_find_what_whole_codes_find(codec, metric):
    found = []
    for name in (codec[1:], codec):
        index = IVF(D, 20, metric, name).train(ROWS)
        index.add(ROWS)
        flat = FlatIndex(D, metric)
        flat.add(ROWS)
        found.append(recall(index.search(QUERIES, 10, nprobe=19)[1], flat.search(QUERIES, 10)[1]))
    assert found[1] > found[0] - .03 and found[1] > .95, found

# ---- a large common part of all directions

@pytest.mark.parametrize("codec", ("rabitq", "rabitq3"))
@pytest.mark.parametrize("ratio", (30, 300))
def test_bits_of_directions_with_a_large_common_part(codec, ratio, tmp_path):
    rng, d = np.random.default_rng(0), 64
    z, u = rng.normal(size=(3040, d)), rng.normal(size=d)
    found = []
    for common in (0, ratio):
        rows = np.float32(z + common * np.sqrt(d) * u / np.linalg.norm(u))
        x, q = rows[40:], rows[:40]
        flat, index = FlatIndex(d, "cosine"), IVF(d, 30, "cosine", codec).train(x)
        flat.add(x)
        index.add(x)
        truth, answer = flat.search(q, 10)[1], index.search(q, 10, nprobe=29)
        found.append(recall(answer[1], truth))
        assert ("common" in index.codec.arrays) == (common > 0)
        for i, one in enumerate(q[:20]): same(index.search(one, 10, nprobe=29), [a[i:i + 1] for a in answer])
        index.save(tmp_path/"a.ivf")
        assert struct.unpack("<I", (tmp_path/"a.ivf").read_bytes()[8:12]) == (6 if common else 5,)
        same(IVF.load(tmp_path/"a.ivf").search(q, 10, nprobe=29), answer)
    assert found[1] > found[0] - .05, found

def test_only_cosine_leaves_the_common_part_out():
    x = np.float32(np.random.default_rng(0).normal(size=(1000, D)) + 100)
    for metric in ("cosine", "dot", "euclidean"):
        index = IVF(D, 10, metric, "rabitq").train(x)
        assert len(index.codec.common_part(index.metric)) == (D if metric == "cosine" else 0)

# ---- data that moves on, and what get_stats says

MOVED = np.concatenate([ROWS, ROWS + 1000])

def wandered(codec, reader, spill=None, stream=False, upkeep=False):
    "An index whose rows, all but some at the end, lie elsewhere than where it was trained."
    index = IVF(D, 40, "euclidean", codec, spill=spill).train(ROWS)
    index.add(ROWS)
    if reader: index.rows = ArrayRows(MOVED)
    if upkeep: index.upkeep = Upkeep()
    step = 100 if stream else 3000
    for i in range(0, 3000, step):
        index.remove(np.arange(i, i + step))
        index.add(MOVED[3000 + i:3000 + i + step], np.arange(3000 + i, 3000 + i + step))
    return index

def recall_there(index, **how):
    flat = FlatIndex(D, "euclidean")
    flat.add(MOVED[3000:], np.arange(3000, 6000))
    return recall(index.search(QUERIES + 1000, 10, nprobe=39, **how)[1], flat.search(QUERIES + 1000, 10)[1])

@pytest.mark.parametrize("spill", (None, 1.))
@pytest.mark.parametrize("codec, reader", (("flat", False), ("int8", False), ("bf16", False), ("rint8", False), ("rabitq4", True), ("rabitq", True)))
def test_codes_are_made_anew_where_the_data_has_moved(codec, reader, spill):
    index, fresh = wandered(codec, reader, spill), IVF(D, 40, "euclidean", codec, spill=spill).train(MOVED[3000:])
    fresh.add(MOVED[3000:], np.arange(3000, 6000))
    assert abs(index.lists.origin - 1000).max() < 1
    assert recall_there(index) > recall_there(fresh) - .05
    assert index.get_stats()["off_centre"] < 4 and "advice" not in index.get_stats()
    assert len(index) == 3000 and sorted(index.lists.ids[index.lists.positions()]) == list(range(3000, 6000))

@pytest.mark.parametrize("upkeep", (False, True))
def test_a_stream_that_moves(upkeep):
    for codec, reader in (("flat", False), ("int8", True)):
        index = wandered(codec, reader, stream=True, upkeep=upkeep)
        assert abs(index.lists.origin - 1000).max() < 8 and len(index) == 3000
        found = index.search(QUERIES + 1000, 10, nprobe=len(index.coarse))[1]
        assert recall_there(index) > .9 if codec == "flat" else found.min() >= 3000

def test_where_codes_cannot_be_made_anew_stats_say_so():
    index = wandered("rabitq", False)
    assert "train anew" in index.get_stats()["advice"]
    crowds = np.float32(np.random.default_rng(0).normal(size=(3000, D)) + np.where(np.arange(3000)[:, None] % 2, 1e4, -1e4))
    for codec in ("rabitq", "rabitq4", "int8", "bf16"):
        stats = built(crowds, codec).get_stats()
        assert stats["off_centre"] > 100 and "rint8" in stats["advice"], codec
    for codec in ("flat", "rint8", "rbf16", "rpq8x8"): assert "advice" not in built(crowds, codec).get_stats()
    for codec in CODECS: assert "advice" not in built(ROWS + FAR, codec).get_stats() and "advice" not in built(ROWS, codec).get_stats()

def test_rows_that_are_refused_move_nothing():
    index = IVF(D, 40, "euclidean").train(ROWS)
    index.add(ROWS)
    lists, coarse = index.lists, index.coarse
    with pytest.raises(ValueError): index.add(MOVED[3000:], np.zeros(3000, int))
    assert index.lists is lists and index.coarse is coarse

@pytest.mark.parametrize("codec", ("flat", "int8", "rpq8x8", "rabitq4"))
def test_all_within_a_radius_are_found_anywhere(codec):
    truth = ((QUERIES[:20].astype(np.float64)[:, None] - ROWS)**2).sum(2)**.5 <= 3
    starts, _, ids = built(ROWS + FAR, codec).range_search(QUERIES[:20] + FAR, 3., nprobe=40)
    hits = sum(truth[i, ids[starts[i]:starts[i + 1]]].sum() for i in range(20))
    assert hits > .6 * truth.sum() and hits > .6 * len(ids) and truth.sum() > 100

# ---- a crowd that arises far from all centroids

NEW = np.float32(1e4)
FOLLOWING = ("flat", "rint8", "rbf16", "rpq8x8")   # codecs that need nothing but centroids there

def grown(codec, n, metric="euclidean", spill=None, upkeep=False, parts=5):
    "1,000 rows about 0, and n more about 10,000 that were added later."
    x = np.concatenate([ROWS[:1000], ROWS[1000:1000 + n] + NEW])
    index = IVF(D, None, metric, codec, spill=spill).train(x[:1000])
    if upkeep: index.upkeep = Upkeep()
    index.add(x[:1000])
    for part in np.array_split(np.arange(1000, len(x)), parts): index.add(x[part], part)
    return index, x

def found_there(index, x, place):
    flat = FlatIndex(D, "euclidean")
    flat.add(x)
    q = QUERIES + np.float32(place)
    return recall(index.search(q, 10, nprobe=len(index.coarse) // 2)[1], flat.search(q, 10)[1])

@pytest.mark.parametrize("n", (1000, 1500))
@pytest.mark.parametrize("codec", FOLLOWING)
def test_a_far_crowd_gets_lists_of_its_own(codec, n):
    index, x = grown(codec, n)
    alone = IVF(D, None, "euclidean", codec).train(ROWS[:1000])
    alone.add(ROWS[:1000])
    usual = found_there(alone, ROWS[:1000], 0)
    for place in (0, NEW): assert found_there(index, x, place) > usual - (.15 if "pq" in codec else .03)
    stats = index.get_stats()
    assert "advice" not in stats and stats["strange"] == 0 and stats["n_clusters"] > len(alone.coarse)
    assert stats["quantization_error"] < 2 * stats["quantization_error_at_training"]

@pytest.mark.parametrize("n, parts", ((1000, 5), (1500, 5), (1500, 1)))
@pytest.mark.parametrize("codec", ("bf16", "int8", "rabitq", "rabitq4", "pq8x4", "opq8x4", "pca8"))
def test_where_codes_are_too_coarse_for_a_far_crowd_stats_say_so_and_old_rows_stay_as_they_were(codec, n, parts):
    index, x = grown(codec, n, parts=parts)
    alone = IVF(D, None, "euclidean", codec).train(ROWS[:1000])
    alone.add(ROWS[:1000])
    assert found_there(index, x, 0) > found_there(alone, ROWS[:1000], 0) - .05
    assert "train anew" in index.get_stats()["advice"]
    assert "advice" not in alone.get_stats()

def test_rows_out_of_the_range_of_int8_dimension_are_refused_with_the_remedy():
    index = IVF(D, None, "euclidean", "int8-dimension").train(ROWS[:1000])
    index.add(ROWS[:1000])
    with pytest.raises(ValueError, match="take int8"): index.add(ROWS[:50] + NEW)
    assert len(index) == 1000

@pytest.mark.parametrize("upkeep, spill", ((True, None), (False, 1.)))
@pytest.mark.parametrize("codec", ("flat", "rint8"))
def test_lists_of_a_crowd_beside_second_places_and_upkeep(codec, upkeep, spill, tmp_path):
    index, x = grown(codec, 1000, spill=spill, upkeep=upkeep)
    for place in (0, NEW): assert found_there(index, x, place) > .95
    index.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf")
    for each in (index, again):
        each.remove(np.arange(0, 2000, 3))
        each.add(x[:9] + np.float32(1), np.arange(5000, 5009))
    same(index.search(QUERIES + NEW, 10, nprobe=30), again.search(QUERIES + NEW, 10, nprobe=30))

@pytest.mark.parametrize("metric", ("cosine", "dot"))
def test_lists_of_a_crowd_for_the_other_metrics(metric):
    rng = np.random.default_rng(0)
    a, b = (np.float32(rng.normal(size=(600, D)) * .02 + rng.normal(size=D)) for _ in range(2))
    index = IVF(D, None, metric, "flat").train(a)
    index.add(a)
    index.add(b)
    assert len(index.coarse) > len(IVF(D, None, metric).train(a).coarse)
    flat = FlatIndex(D, metric)
    flat.add(np.concatenate([a, b]))
    same(index.search(b[:20], 10, nprobe=len(index.coarse)), flat.search(b[:20], 10))
    assert recall(index.search(b[:50], 10, nprobe=len(index.coarse) // 2)[1], flat.search(b[:50], 10)[1]) > .9

def test_lonely_rows_and_few_rows_get_no_lists():
    index = IVF(D, 40, "euclidean").train(ROWS)
    index.add(ROWS)
    lonely = np.float32(np.random.default_rng(4).normal(size=(60, D)) * 1000)
    for more in (lonely, ROWS[:20] + NEW): index.add(more)
    assert len(index.coarse) == 40 and index.get_stats()["strange"] == 80
    repeated = np.full((200, D), -9999, np.float32)   # a marker for rows without a vector
    index.add(repeated)
    assert len(index.coarse) == 41 and index.lists.sizes[40] == 200

def test_how_many_strange_rows_came_is_kept_in_the_file(tmp_path):
    index, _ = grown("pq8x4", 100)
    index.save(tmp_path/"a.ivf")
    assert IVF.load(tmp_path/"a.ivf").get_stats()["strange"] == index.strange == 100
    assert index.train(ROWS).strange == 0

# ---- markers in the data

def marked(kind, rng, x):
    "Rows with -9999 in 5% of the cells, or of the rows."
    return np.where(rng.random((len(x), 1) if kind == "rows" else x.shape) < .05, np.float32(-9999), x)

@pytest.mark.parametrize("kind", ("cells", "rows"))
@pytest.mark.parametrize("d", (8, 32))
@pytest.mark.parametrize("codec", ("bf16", "int8", "rabitq4", "pq8x4"))
def test_markers_keep_nobody_from_the_origin(kind, d, codec):
    rng = np.random.default_rng(6)
    rows = np.float32(rng.normal(size=(3060, d)) + 300)
    x, q, found = marked(kind, rng, rows[60:]), rows[:60], []
    assert abs(origin_of(x, "euclidean") - 300).max() < 1
    for o in (np.float32(0), np.float32(300)):
        flat, index = FlatIndex(d, "euclidean"), IVF(d, 40, "euclidean", codec).train(x - o)
        flat.add(x - o)
        index.add(x - o)
        found.append(recall(index.search(q - o, 10, nprobe=20)[1], flat.search(q - o, 10)[1]))
    assert found[0] > found[1] - .02, found

def test_what_moves_by_numbers_of_its_own_is_not_taken_for_markers():
    rng = np.random.default_rng(8)
    two_valued = np.where(rng.random((3000, 32)) < .45, 0, 255) + rng.normal(size=(3000, 32))
    sparse = np.where(rng.random((3000, 32)) < .8, 0, rng.integers(1, 256, (3000, 32)))
    zero_columns = np.where(np.arange(32) % 2, rng.normal(size=(3000, 32)), 0)
    for x in (two_valued, sparse, zero_columns, rng.integers(-3, 4, (3000, 32)), np.zeros((50, 4))):
        assert not len(origin_of(np.float32(x), "euclidean"))
    one_constant = np.float32(rng.normal(size=(3000, 16)))
    one_constant[:, 3] = 1e4
    assert origin_of(one_constant, "euclidean")[3] == 1e4
    for n in (1, 2, 3, 5): assert abs(origin_of(np.float32(rng.normal(size=(n, 4)) + 300), "euclidean") - 300).max() < 5

@pytest.mark.parametrize("share", (.3, .45))
def test_rows_of_a_far_crowd_are_in_their_nearest_lists_also_where_it_is_the_smaller_one(share):
    rng = np.random.default_rng(5)
    x = (rng.standard_normal((9, 64))[rng.integers(9, size=1500)] + .5 * rng.standard_normal((1500, 64)))
    x = (x + np.where(rng.random((1500, 1)) < share, 1500, -1500)).astype(np.float32)
    index = IVF(64, 40, "euclidean").train(x)
    index.add(x)
    centroids = index.coarse.rows.astype(np.float64) + index.lists.origin
    away = ((x[:, None].astype(np.float64) - centroids[None])**2).sum(2)
    own = np.repeat(np.arange(40), index.lists.sizes)
    rows = index.lists.ids[index.lists.positions()]
    assert np.mean(away[rows, own] <= away.min(1)[rows] * (1 + 1e-6)) > .99

@pytest.mark.parametrize("metric", ("euclidean",))
def test_codes_whose_steps_are_wider_than_rows_are_apart_are_told_of(metric, tmp_path):
    rng = np.random.default_rng(6)
    x = rng.standard_normal((1500, 24)).astype(np.float32)
    fine = IVF(24, 20, metric, "int8-dimension").train(x)
    fine.add(x)
    assert fine.codes_find > .95 and "finds" not in fine.get_stats().get("advice", "")
    x[rng.random(x.shape) < .05] = -9999
    coarse = IVF(24, 20, metric, "int8-dimension").train(x)
    coarse.add(x)
    assert "replace it before adding" in coarse.get_stats()["advice"]
    coarse.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf")
    assert again.codes_find == coarse.codes_find < .8 and again.get_stats()["advice"] == coarse.get_stats()["advice"]

def test_most_codecs_say_nothing_of_what_their_codes_find():
    for codec in ("flat", "rabitq", "pq8x8", "pca8"): assert IVF(D, 10, codec=codec).train(ROWS).codes_find is None
