"One id is one whole number; k is no more than there is; copies and pickles answer the same; the names of other libraries."
import copy, pickle, sys
import numpy as np, pytest
from minivecdb.distances.metric import get_metric
from minivecdb.exact.flat import FlatIndex
from minivecdb.ivf import IVF, ArrayRows
from minivecdb.ivf_index import IVFIndex
from minivecdb.core.errors import UnknownIdError
from minivecdb.vector_storage import VectorStorage

rng = np.random.default_rng(0)
X = rng.standard_normal((300, 6)).astype(np.float32)


@pytest.fixture(params=["memory", "folder"])
def three(request, tmp_path):
    s = VectorStorage(2) if request.param == "memory" else VectorStorage.open(tmp_path/"s.mvdb", 2)
    s.add_bulk([[1, 0], [0, 1], [1, 1]], [{"n": i} for i in range(3)])
    return s


@pytest.mark.parametrize("id", [[0, 1], "a", "1", None, True, False, np.True_, (1,), np.array([0, 1]), {1}, b"1"], ids=repr)
def test_what_is_not_one_id_deletes_nothing(three, id):
    with pytest.raises(ValueError, match="delete_bulk"): three.delete(id)
    assert id is None or isinstance(id, np.ndarray) or id not in three
    with pytest.raises(UnknownIdError): three.get(id)
    with pytest.raises(UnknownIdError): three.update(id, metadata={})
    assert len(three) == 3 and len(three.take([id] if not isinstance(id, np.ndarray) else [True])[0]) == 0
    with pytest.raises(ValueError, match="whole numbers.*nothing was done"): three.delete_bulk([0, id])
    assert len(three) == 3


def test_one_id_of_any_whole_type(three):
    for id in (1, np.int64(1), np.uint8(1), 1.): assert three.get(id)[1] == {"n": 1} and id in three
    for ids in ("01", b"1", 5, {1: 2}, None):
        with pytest.raises(ValueError, match="several ids"): three.delete_bulk(ids)
    with pytest.raises(ValueError, match="True.*among 3 ids"):
        three.delete_bulk(np.array([True, False, True]))
    assert three.delete_bulk(np.array([0, 2, 7])) == 2 and list(three) == [1]


@pytest.mark.parametrize("k", [20_000_000, 10**9, sys.maxsize])
def test_k_beyond_the_rows(k):
    flat, ivf, s = FlatIndex(6), IVF(6).train(X), VectorStorage(6)
    flat.add(X); ivf.add(X); s.add_bulk(X)
    for index in (flat, ivf):
        with pytest.raises(ValueError, match=f"300.*{k:,}"): index.search(X[0], k=k)
        wide, narrow = index.search(X[:3], 450), index.search(X[:3], 300)
        assert wide[1].shape == (3, 450) and (wide[1][:, 300:] == -1).all() and np.isinf(wide[0][:, 300:]).all()
        for a, b in zip(wide, narrow): assert a[:, :300].tobytes() == b.tobytes()
    assert len(IVFIndex(s).build().search(X[0], k=k)) == 300


@pytest.mark.parametrize("again", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy], ids=["pickle", "deepcopy"])
def test_copies_answer_the_same(again, tmp_path):
    s = VectorStorage(6, model="m")
    s.add_bulk(X, [{"g": i % 2} for i in range(300)])
    s.count({"g": 1})
    index, ivf, flat = IVFIndex(s).build(), IVF(6, codec="int8").train(X), FlatIndex(6, "euclidean")
    ivf.add(X); flat.add(X)
    ivf.rows = ArrayRows(X)
    ivf.save(tmp_path/"a.ivf")
    for one in (ivf, flat, IVF.load(tmp_path/"a.ivf"), IVF.load(tmp_path/"a.ivf", mmap="pread")):
        for a, b in zip(one.search(X[:20], 5), again(one).search(X[:20], 5)): assert a.tobytes() == b.tobytes()
    other = again(index)
    assert [h.id for h in other.search(X[3], where={"g": 1})] == [h.id for h in index.search(X[3], where={"g": 1})]
    other.storage.delete(3); other.storage.add(X[4])
    assert 3 in s and len(s) == 300 and other.search(X[3], 1)[0].id != 3 == index.search(X[3], 1)[0].id
    t = again(s)
    assert t.add(X[0]) == 300 and t.count({"g": 1}) == 150 and t.model == "m"


def test_a_storage_in_a_folder_says_what_to_do(tmp_path):
    with VectorStorage.open(tmp_path/"s.mvdb", 6) as s:
        s.add_bulk(X)
        for x in (s, IVFIndex(s).build()):
            for act in (pickle.dumps, copy.deepcopy):
                with pytest.raises(TypeError, match="open it by its path"): act(x)


@pytest.mark.parametrize("name, ours", [("l2", "euclidean"), ("L2", "euclidean"), ("l2_sq", "euclidean"), ("ip", "dot"), ("inner_product", "dot"), ("IP", "dot"), ("METRIC_INNER_PRODUCT", "dot"),
                                        ("cos", "cosine"), ("angular", "cosine"), ("cosine_similarity", "cosine")])
def test_names_of_other_libraries_are_answered_with_ours(name, ours):
    with pytest.raises(ValueError, match=f"'{name}' is called '{ours}' here"): get_metric(name)
    with pytest.raises(ValueError, match=ours): IVF(4, metric=name)
