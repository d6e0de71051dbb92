"The array level where it is easily misused: training anew, ids without end, masks, damaged files, options that cannot be."
import numpy as np
import pytest
from minivecdb.codecs import Codec, CodecError, make_codec
from minivecdb.flat_index import LAST_ID, FlatIndex, recall
from minivecdb.ivf import IVF
from minivecdb.ivf_filtered import search_among
from minivecdb.vector_storage import FileFormatError
import minivecdb.faiss_files, minivecdb.index_files, minivecdb.ivf_calibrated, minivecdb.ivf_choice   # methods of IVF

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
    monkeypatch.setattr(type(opened._unseen), "_compare", lambda self, j, before=type(opened._unseen)._compare: (compared.append(j), before(self, j))[1])
    opened.search(x[0], 5, nprobe=2); first = len(compared)
    opened.search(x[0], 5, nprobe=2)
    assert 2 <= first == len(compared) and (first == 2 or form[1] is not None)
    opened.search(x[:10], 5, nprobe=25); opened.search(x[:10], 5, nprobe=3)
    assert sorted(compared) == list(range(25)) and not opened._unseen
    changed = IVF.load(path)
    changed.remove([5000])
    assert not changed._unseen and changed.search(x[699], 1, nprobe=25)[1] != 5000 and len(opened) == len(x)
    assert IVF.load(path, verify=True)._unseen is None and IVF.load(path, mmap=False)._unseen is None and IVF.load(path, verify=False)._unseen is None

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
        counts = index._admitted(index.lists, mask[None], index._places(index.lists))[0]
        for p in index.probes(x[:20], 1, fill=k, admitted=counts[None]):
            assert counts[p[p >= 0]].sum() >= min(k, mask.sum()) and ((p >= 0).sum() == 1 or counts[p[p >= 0][:-1]].sum() < k)
        assert counts.sum() == mask.sum()
    everything = index._admitted(index.lists, np.ones((1, len(x)), bool), index._places(index.lists))
    np.testing.assert_array_equal(everything[0], index.lists.sizes)
