"The array level where it is easily misused: training anew, ids without end, masks, damaged files, options that cannot be."
import math, re
import numpy as np
import pytest
from minivecdb.codecs import CodecError, codec_from_state, make_codec
from minivecdb.exact.flat import LAST_ID, FlatIndex
from minivecdb.ivf.index import IVF
from minivecdb.lists import Guard
from minivecdb.ivf.filtered import search_among
from minivecdb.ivf_index import IVFIndex
from minivecdb.kmeans import kmeans, lloyd_blocks, run_kmeans
from minivecdb.kmeans.family import MiniBatchKMeans, balanced_kmeans, hierarchical_kmeans
from minivecdb.codecs.product import ProductQuantizer
from minivecdb.codecs.projections import PCACodec
from minivecdb.codecs.bits import RaBitQ
from minivecdb.core.errors import DimensionError, FileFormatError
from minivecdb.vector_storage import VectorStorage
import minivecdb.ivf.faiss_files, minivecdb.ivf.to_faiss, minivecdb.ivf.files, minivecdb.ivf.calibrating, minivecdb.ivf.choosing   # methods of IVF

def clustered(n=3000, d=32, seed=0):
    "Rows in groups, [n, d] float32."
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((40, d))[rng.integers(0, 40, n)] + .3 * rng.standard_normal((n, d))).astype(np.float32)

# --- trained again ------------------------------------------------------------------------------------------

LEARNING = ("int8-dimension", "pq8x4", "rpq8x4", "opq8x4", "ae12-int8-dimension", "rabitq2")

@pytest.mark.parametrize("codec", LEARNING)
@pytest.mark.parametrize("road", ["trained", "loaded"])
def test_training_again_is_training_anew(codec, road, tmp_path):
    a, b = clustered(), clustered(seed=1) * 40 + 100
    index, fresh = IVF(32, 20, "euclidean", codec).train(a), IVF(32, 20, "euclidean", codec).train(b)
    if road == "loaded":
        index.save(tmp_path/"a.ivf")
        index = IVF.load(tmp_path/"a.ivf")
    before = index.codec, {name: v.copy() for name, v in index.codec.arrays.items()}
    index.train(b)
    for i in (index, fresh): i.add(b)
    for one, two in zip(index.search(b[:50], nprobe=20), fresh.search(b[:50], nprobe=20)): np.testing.assert_array_equal(one, two)
    assert all((before[0].arrays[name] == v).all() for name, v in before[1].items())   # somebody may still be searching with it

def test_a_codec_that_came_trained_is_kept(tmp_path):
    a, b = clustered(), clustered(seed=1)
    codec = make_codec("pq8x4", 32).train(a)
    books = codec.arrays["codebooks"].copy()
    index = IVF(32, 20, "euclidean", codec)
    for x in (b, a):
        index.train(x)
        assert index.codec is codec and (codec.arrays["codebooks"] == books).all()
    index.save(tmp_path/"a.ivf")
    assert (IVF.load(tmp_path/"a.ivf").train(b).codec.arrays["codebooks"] == books).all()

def test_a_refused_training_changes_nothing():
    x = clustered()
    index = IVF(32, 20, "euclidean", "pq8x8").train(x)
    index.add(x)
    before = index.search(x[:9])
    for bad, words in ((x[:100], "256.*100"), (x[:0], "0")):
        with pytest.raises(ValueError, match=words): index.train(bad)
        for one, two in zip(before, index.search(x[:9])): np.testing.assert_array_equal(one, two)
    auto = IVF(32, codec="auto", memory=10**9).train(x)
    auto.add(x)
    before, choice = auto.search(x[:9]), auto.choice
    with pytest.raises(ValueError): auto.train(x[:0])
    assert auto.choice is choice and auto.codec.name == choice.codec
    for one, two in zip(before, auto.search(x[:9])): np.testing.assert_array_equal(one, two)

# --- ids without end ----------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("make", [lambda: FlatIndex(4), lambda: IVF(4, 2).train(np.eye(4)), lambda: IVF(4, 2, codec="rabitq").train(np.eye(4))], ids=["flat", "ivf", "codes"])

@BOTH
@pytest.mark.parametrize("ids", [[LAST_ID + 1], np.array([LAST_ID + 1], np.uint64), [2**63], [2**64], [5, 2**63], np.array([2**64 - 1], np.uint64)], ids=str)
def test_an_id_beyond_the_last_is_refused(make, ids):
    index = make()
    index.add(np.eye(4)[:2], [3, LAST_ID - 1])
    with pytest.raises(ValueError, match=f"{max(map(int, ids))}.*{LAST_ID}"): index.add(np.eye(4)[:len(ids)], ids)
    assert len(index) == 2 and sorted(index.search(np.ones(4), 2, **({} if isinstance(index, FlatIndex) else {"nprobe": 2}))[1][0]) == [3, LAST_ID - 1]

@BOTH
def test_counting_stops_at_the_last_id(make):
    index = make()
    index.add(np.eye(4)[:1], [LAST_ID - 1])
    with pytest.raises(ValueError, match=f"{LAST_ID}.*{LAST_ID}.*ids of your own"): index.add(np.eye(4)[:2])
    index.add(np.eye(4)[1:2])
    with pytest.raises(ValueError, match=f"ids of your own"): index.add(np.eye(4)[:1])
    assert len(index) == 2 and index.remove([LAST_ID]) == 1 and index.remove([7]) == 0
    index.add(np.eye(4)[1:2], [LAST_ID])
    index.add(np.eye(4)[2:3], [0])
    index.add(np.eye(4)[:0])
    assert sorted(index.search(np.ones(4), 3, **({} if isinstance(index, FlatIndex) else {"nprobe": 2}))[1][0]) == [0, LAST_ID - 1, LAST_ID]

def test_replacing_with_an_impossible_id_keeps_the_row():
    index = IVF(4, 2).train(np.eye(4))
    index.add(np.eye(4)[:1], [LAST_ID])
    with pytest.raises(ValueError): index.replace(np.eye(4)[1:2], None, np.array([LAST_ID]))
    assert index.search(np.eye(4)[0], 1, nprobe=2)[1].tolist() == [[LAST_ID]]

def test_the_last_id_survives_a_file(tmp_path):
    index = IVF(4, 2).train(np.eye(4))
    index.add(np.eye(4)[:2], [LAST_ID, 1])
    index.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf")
    with pytest.raises(ValueError, match="ids of your own"): again.add(np.eye(4)[:1])
    again.remove([1]); again.add(np.eye(4)[1:2], [1])
    assert again.search(np.eye(4)[:2], 1, nprobe=2)[1].tolist() == [[LAST_ID], [1]]

# --- a damaged file -----------------------------------------------------------------------------------------

def flipped(path, to, at):
    "A copy of a file with one bit turned; the array that it is in, if any."
    whole = bytearray(path.read_bytes())
    whole[at] ^= 1 << at % 8
    to.write_bytes(whole)

FORMS = [("flat", None), ("int8", None), ("pq8x4", None), ("rabitq2", None), ("flat", 1.), ("int8", 1.), ("rabitq", 1.)]

@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    "Files by form, and what was saved."
    x, folder, made = clustered(1500), tmp_path_factory.mktemp("saved"), {}
    for codec, spill in FORMS:
        index = IVF(32, 25, codec=codec, spill=spill).train(x)
        index.add(x[700:]); index.add(x[:700], np.arange(5000, 5700)[::-1])
        index.save(folder/f"{codec}-{spill}.ivf")
        made[codec, spill] = index, folder/f"{codec}-{spill}.ivf"
    return x, made

def answers_of(index, x):
    "What several kinds of search say: many queries, one at a time, within a distance, with a mask, among some."
    yield index.search(x[:40], 5, nprobe=3)
    for q in x[:12]: yield index.search(q, 5, nprobe=2)
    yield index.range_search(x[:5], .2, nprobe=2)[1:]
    yield index.search(x[:40], 5, nprobe=3, mask=np.arange(len(x)) % 3 > 0)
    if index.codec.lossless: yield search_among(index, x[0], 5, np.arange(0, 800, 2), nprobe=2)[:2]
    yield index.search(x[:40], 5, nprobe=25)

@pytest.mark.parametrize("form", FORMS, ids=str)
def test_no_answer_comes_from_a_damaged_list(form, saved, tmp_path):
    x, (index, path) = saved[0], saved[1][form]
    right, size, refused = list(answers_of(index, x)), path.stat().st_size, 0
    for at in np.random.default_rng(0).integers(20, size, 60).tolist():
        flipped(path, tmp_path/"bad.ivf", at)
        try:
            opened = IVF.load(tmp_path/"bad.ivf")
            for one, two in zip(answers_of(opened, x), right):   # each that comes is right
                for a, b in zip(one, two): np.testing.assert_array_equal(a, b)
        except FileFormatError as e: refused += 1; assert "bad.ivf" in str(e) and "build the index again" in str(e)
    assert refused >= 57   # a bit between two arrays does no harm

@pytest.mark.parametrize("change", ["add", "remove", "save", "to_faiss"])
def test_damage_is_not_passed_on(change, saved, tmp_path):
    x, (index, path) = saved[0], saved[1]["flat", None]
    flipped(path, tmp_path/"bad.ivf", path.stat().st_size * 3 // 4)
    opened = IVF.load(tmp_path/"bad.ivf")
    with pytest.raises(FileFormatError, match="damaged"): {"add": lambda: opened.add(x[:1], [9999]), "remove": lambda: opened.remove([701]), "save": lambda: opened.save(tmp_path/"new.ivf"), "to_faiss": lambda: opened.to_faiss(tmp_path/"new.faiss")}[change]()
    assert len(opened) == len(x) and not list(tmp_path.glob("new*"))

@pytest.mark.parametrize("form", FORMS, ids=str)
def test_only_what_is_read_is_compared_and_only_once(form, saved, monkeypatch):
    x, (index, path) = saved[0], saved[1][form]
    opened, compared = IVF.load(path), []
    monkeypatch.setattr(type(opened.state.unseen), "_compare", lambda self, j, held=None, before=type(opened.state.unseen)._compare: (compared.append(j), before(self, j, held))[1])
    opened.search(x[0], 5, nprobe=2); first = len(compared)
    opened.search(x[0], 5, nprobe=2)
    assert 2 <= first == len(compared) and (first == 2 or form[1] is not None)
    opened.search(x[:10], 5, nprobe=25); opened.search(x[:10], 5, nprobe=3)
    assert sorted(compared) == list(range(25)) and not opened.state.unseen
    changed = IVF.load(path)
    changed.remove([5000])
    assert not changed.state.unseen and changed.search(x[699], 1, nprobe=25)[1] != 5000 and len(opened) == len(x)
    assert IVF.load(path, verify=True).state.unseen is None and IVF.load(path, mmap=False).state.unseen is None and IVF.load(path, mmap=False, verify=False).state.unseen is None

# --- a full answer under a mask -----------------------------------------------------------------------------

@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_masked_answer_is_full(form, saved):
    x, (index, _) = saved[0], saved[1][form]
    ids = np.concatenate([np.arange(800), np.arange(5000, 5700)[::-1]])   # in the order of insertion
    far = np.argsort(index.coarse.search(x[0], 25)[1][0])   # rank of each list
    of = dict(zip(index.lists.ids[index.lists.positions()].tolist(), np.repeat(np.arange(25), index.lists.sizes)))
    mask = np.array([far[of[i]] >= 20 for i in ids.tolist()])   # only rows of lists far away
    mask &= np.cumsum(mask) <= 20
    for k in (1, 10, 20, 30):
        found = index.search(x[0], k, nprobe=1, mask=mask, ensure_topk_full=True)[1]
        assert (found >= 0).sum() == min(k, 20) and set(found[found >= 0].tolist()) <= set(ids[mask].tolist())
        each = np.stack([mask, ~mask, np.zeros_like(mask)])
        many = index.search(np.stack([x[0]] * 3), k, nprobe=1, mask=each, ensure_topk_full=True)[1]
        assert (many >= 0).sum(1).tolist() == [min(k, 20), k, 0] and (many[0] == found[0]).all()
    assert (index.search(x[0], 10, nprobe=1, mask=mask)[1] == -1).all()   # not asked for, not filled
    read = index.search_cost(x[:1], nprobe=1, mask=mask, ensure_topk_full=True)[0] - 25
    assert index.search_cost(x[:1], nprobe=1, ensure_topk_full=True)[0] - 25 < read

def test_a_mask_reads_no_further_than_it_must(saved):
    x, (index, _) = saved[0], saved[1]["flat", None]
    for k, share in ((5, 2), (40, 3), (200, 10)):
        mask = np.arange(len(x)) % share == 0
        counts = index.state.admitted(Guard(mask[None], index.state.places()))[0]
        for p in index.probes(x[:20], 1, fill=k, admitted=counts[None]):
            assert counts[p[p >= 0]].sum() >= min(k, mask.sum()) and ((p >= 0).sum() == 1 or counts[p[p >= 0][:-1]].sum() < k)
        assert counts.sum() == mask.sum()
    everything = index.state.admitted(Guard(np.ones((1, len(x)), bool), index.state.places()))
    np.testing.assert_array_equal(everything[0], index.lists.sizes)

# --- codecs and clusterings ---------------------------------------------------------------------------------

@pytest.mark.parametrize("make", [lambda v: ProductQuantizer(32, v), lambda v: ProductQuantizer(32, 8, v), lambda v: RaBitQ(32, v), lambda v: PCACodec(32, v)], ids=["pieces", "bits", "rabitq", "kept"])
@pytest.mark.parametrize("value", [8., 32 / 4, 4.5, "8", None, True, math.nan], ids=repr)
def test_what_a_codec_counts_is_whole(make, value):
    with pytest.raises(CodecError, match="integer"): make(value)
    assert make(np.int64(8)).name == make(8).name and codec_from_state(*make(np.int64(8)).state()).name == make(8).name

@pytest.mark.parametrize("bits", [0, 9, -1])
def test_bits_that_cannot_be(bits):
    with pytest.raises(CodecError, match=f"1 to 8.*{bits}"): RaBitQ(32, bits)

@pytest.mark.parametrize("codec", ["pq8x4", "pq8x5", "pq8x8", "opq8x8"])
def test_tables_of_another_shape_are_refused(codec):
    x = clustered(600)
    pq = make_codec(codec, 32).train(x)
    tables, codes = pq.compute_distance_tables(x[:3]), pq.encode(x[:9])
    for bad in (tables[:, :4], tables[:, :, :16 if tables.shape[2] > 16 else 8], tables[0], tables[None], np.full_like(tables, np.nan).astype(str)):
        with pytest.raises(CodecError, match=r"tables of shape \(m, 8, \d+\).*compute_distance_tables"): pq.asymmetric_distance(bad, codes)
    assert pq.asymmetric_distance(tables[:0], codes).shape == (0, 9) and pq.asymmetric_distance(tables.astype(float), codes).shape == (3, 9)

def test_a_refused_clustering_changes_nothing():
    x = clustered(600)
    model = MiniBatchKMeans(20).train(x)
    before = model.centroids.copy(), model.counts.copy()
    for bad, words in ((x[:0], "got 0 vectors.*20"), (x[:5], "got 5 vectors.*20"), (iter([]), "0 vectors"), (np.full((50, 32), np.nan), "finite"), (3, "3")):
        with pytest.raises(ValueError, match=words): model.train(bad)
        assert (model.centroids == before[0]).all() and (model.counts == before[1]).all()
    assert len(MiniBatchKMeans(20).train(np.repeat(np.eye(3, dtype=np.float32), 20, 0)).train(x).centroids) == 20   # what was asked for, and not what equal rows left

# --- options that cannot be ---------------------------------------------------------------------------------

X, Y = clustered(300), IVF(32, 5).train(clustered(300))
Y.add(X)
WRONG = [(lambda v: IVF(32, v), "n_clusters", [0, -3, "a", 2.5, True, math.nan]), (lambda v: IVF(32, seed=v), "seed", [-1, "a", None, 1.5]), (lambda v: IVF(32, memory=v), "memory", [-1, "a", math.nan]),
         (lambda v: IVF(32).train(X, sample=v), "sample", [1, 29, 0, -1, "a", None, 30.5]), (lambda v: IVF(32).train(X, total=v), "total", [0, "a", 1.5]),
         (lambda v: Y.search(X[:2], ratio_threshold=v), "ratio_threshold", [math.nan, -5, 2, True, "a", math.inf]), (lambda v: Y.range_search(X[:2], v), "radius", [math.nan, None, "a", True, [1.]]),
         (lambda v: Y.search(X[:2], nprobe=v), "nprobe", [0, "a", True]), (lambda v: Y.search(X[:2], max_codes=v), "max_codes", [0, "a", True, 1.5]),
         (lambda v: hierarchical_kmeans(X, v), "n_clusters|clusters", [10.5, "a", True, 0, 301]), (lambda v: hierarchical_kmeans(X, 9, branching=v), "branching", [1, 2.5, "a"]), (lambda v: hierarchical_kmeans(X, 9, seed=v), "seed", [-1, "a"]),
         (lambda v: MiniBatchKMeans(v), "num_centroids", ["a", 0, 2.5, True]), (lambda v: MiniBatchKMeans(5, v), "batch_size", ["a", 0, 2.5]), (lambda v: MiniBatchKMeans(5, seed=v), "seed", [-1, "a"]), (lambda v: MiniBatchKMeans(5).train(X, v), "epochs", [0, "a", 1.5]),
         (lambda v: kmeans(X, v), "n_clusters", ["a", 0, 2.5, True]), (lambda v: kmeans(X, 5, seed=v), "seed", [-1, "a"]), (lambda v: kmeans(X, 5, max_iter=v), "max_iter", [0, "a"]), (lambda v: kmeans(X, 5, sample=v), "sample", [0, "a"]),
         (lambda v: run_kmeans(X, 5, v), "seed", [-1, "a"]), (lambda v: balanced_kmeans(X, 5, v), "max_imbalance", [.5, "a", math.nan, None]),
         (lambda v: lloyd_blocks(lambda: iter([X]), v), "n_clusters", ["a", 0, 2.5]), (lambda v: lloyd_blocks(lambda: iter([X]), 5, seed=v), "seed", [-1, "a"]), (lambda v: lloyd_blocks(v, 5), "function", [iter([X]), [X], X[:9]]),
         (lambda v: IVFIndex(VectorStorage(32), n_clusters=v), "n_clusters", [0, "a"]), (lambda v: IVFIndex(VectorStorage(32), seed=v), "seed", [-1, "a"]), (lambda v: IVFIndex(VectorStorage(32), nprobe=v), "nprobe", [True, 0, "a"]), (lambda v: IVFIndex(VectorStorage(32), rescore=v), "rescore", [0, "a", True])]

@pytest.mark.parametrize("call, name, value", [(c, n, v) for c, n, vs in WRONG for v in vs], ids=lambda p: p if isinstance(p, str) else "" if callable(p) else repr(p)[:12])
def test_an_option_that_cannot_be_says_so(call, name, value):
    with pytest.raises(ValueError, match=name) as e: call(value)
    said = re.escape(repr(value)[:9]) if not isinstance(value, np.ndarray) else "ndarray"
    assert re.search(f"expected.*got.*|got.*give", str(e.value)) and (re.search(said, str(e.value)) or type(value).__name__ in str(e.value))

def test_few_vectors_still_train():
    for n in (1, 5, 40): assert IVF(32).train(X[:n]).is_trained and IVF(32).train(X[:n], sample=30).is_trained
    index = IVF(32, n_clusters=3).train(X, sample=30)
    assert len(index.coarse) == 3

def test_what_the_storage_level_says():
    with pytest.raises(CodecError, match="unknown codec .zip.*flat"): IVFIndex(VectorStorage(32), codec="zip")
    index = IVFIndex(VectorStorage(32)).build()
    assert index.search(X[:2]) == [[], []]   # nothing is stored
    with pytest.raises(DimensionError, match="32.*5"): index.search(X[0, :5])
    with pytest.raises(DimensionError, match="32.*5"): index.search(X[:2, :5])

@pytest.mark.parametrize("write", ["save", "to_faiss"])
def test_a_folder_that_is_not_there_is_named(write, tmp_path):
    with pytest.raises(FileNotFoundError) as e: getattr(Y, write)(tmp_path/"nowhere"/"a.ivf")
    assert str(tmp_path/"nowhere") in str(e.value) and ".tmp" not in str(e.value) and "make" in str(e.value)
