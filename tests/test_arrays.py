"The array level where it is easily misused: training anew, ids without end, masks, damaged files, options that cannot be."
import numpy as np
import pytest
from minivecdb.codecs import Codec, CodecError, make_codec
from minivecdb.flat_index import LAST_ID, FlatIndex, recall
from minivecdb.ivf import IVF

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
