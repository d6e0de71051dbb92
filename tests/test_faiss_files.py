"Files of faiss: what faiss wrote is read, what is written here faiss reads, both name the same neighbours; damage is noticed."
from pathlib import Path
import struct
import numpy as np, pytest
from hypothesis import given, strategies as st
from minivecdb import IVF, recall
from minivecdb.codecs import make_codec
from minivecdb.ivf import FaissExportError, FaissFormatError, faiss_fields
from minivecdb.core.errors import FileFormatError, MinivecdbError

GOLDEN = Path(__file__).parent/"fixtures"/"faiss"
ANSWERS = np.load(GOLDEN/"answers.npz", allow_pickle=False)
READABLE = sorted(p.stem for p in GOLDEN.glob("*.index") if p.stem != "scalar")
D = 24
rng = np.random.default_rng(0)
CENTRES = rng.standard_normal((20, D))
X = ((CENTRES[rng.integers(20, size=2000)] + .5 * rng.standard_normal((2000, D))) * rng.uniform(.5, 2, (2000, 1))).astype(np.float32)
Q = (X[:50] + .1 * rng.standard_normal((50, D))).astype(np.float32)


def as_distances(index, scores):
    "What faiss returned, as distances."
    return {"dot": -scores, "cosine": 1 - scores, "euclidean": np.sqrt(np.maximum(scores, 0))}[index.metric.name]


def same_neighbours(index, mine, theirs):
    "The same ids, but for vectors at the same distance, to the last digits of float32; of these, any."
    (distances, ids), (scores, names) = mine, theirs
    found = names >= 0
    assert (found == (ids >= 0)).all()
    near = np.where(found, as_distances(index, scores), 0)
    scale = max(1, abs(near).max())
    np.testing.assert_allclose(np.where(found, distances, 0), near, atol=2e-4 * scale)
    for j in range(len(ids)):
        edge = near[j][found[j]].max(initial=-np.inf) - 5e-5 * scale   # within rounding of the last one, another may be named
        inside = found[j] & (near[j] < edge)
        assert set(names[j, inside]) <= set(ids[j].tolist()), j


# --- what faiss wrote

@pytest.mark.parametrize("name", READABLE)
def test_golden(name):
    index, nprobe = IVF.from_faiss(GOLDEN/f"{name}.index"), int(ANSWERS[f"{name}.nprobe"])
    mine = index.search(ANSWERS["queries"], 10, nprobe=nprobe)
    same_neighbours(index, mine, (ANSWERS[f"{name}.distances"], ANSWERS[f"{name}.ids"]))
    assert sum(size for _, size, *_ in faiss_fields(GOLDEN/f"{name}.index")) == (GOLDEN/f"{name}.index").stat().st_size


def test_golden_kinds():
    kinds = {name: IVF.from_faiss(GOLDEN/f"{name}.index").codec.name for name in READABLE}
    assert kinds == {"flat-ip-sparse": "flat", "flat-l2": "flat", "flat-l2-mapped": "flat", "opq-l2-residual-5": "ropq4x5", "pq-ip-7": "pq2x7", "pq-ip-residual-4": "rpq6x4", "pq-l2-6": "pq3x6", "pq-l2-residual-8": "rpq4x8"}


def test_golden_is_an_index_like_any_other(tmp_path):
    index = IVF.from_faiss(GOLDEN/"flat-l2-mapped.index")
    x, ids = ANSWERS["x"], np.random.default_rng(1).permutation(10_000)[:400]
    assert (index.search(x, 1, nprobe=9)[1][:, 0] == ids).all()
    mask = np.zeros(400, bool)
    mask[7] = True   # masks count in the order of insertion, which the file knows
    assert index.search(x[:1], 1, nprobe=9, mask=mask)[1][0, 0] == ids[7]
    index.remove(ids[:10])
    index.add(x[:10], ids=ids[:10])
    assert (index.search(x, 1, nprobe=9)[1][:, 0] == ids).all()
    index.save(tmp_path/"a.ivf")
    assert (IVF.load(tmp_path/"a.ivf").search(x, 3)[1] == index.search(x, 3)[1]).all()


def test_cosine():
    with pytest.raises(FaissFormatError, match="euclidean"): IVF.from_faiss(GOLDEN/"flat-l2.index", metric="cosine")
    with pytest.raises(FaissFormatError, match="leave it out"): IVF.from_faiss(GOLDEN/"flat-l2.index", metric="dot")
    index = IVF.from_faiss(GOLDEN/"flat-ip-sparse.index", metric="cosine")
    unit = ANSWERS["queries"] / np.linalg.norm(ANSWERS["queries"], axis=1, keepdims=True)
    assert (index.search(ANSWERS["queries"], 5, nprobe=40)[1] == IVF.from_faiss(GOLDEN/"flat-ip-sparse.index").search(unit, 5, nprobe=40)[1]).all()


def test_cosine_of_long_rows(tmp_path):
    IVF(D, 5, "dot").train(X).to_faiss(tmp_path/"empty.index")
    assert len(IVF.from_faiss(tmp_path/"empty.index", metric="cosine")) == 0
    index = IVF(D, 5, "dot").train(X)
    index.add(X)
    index.to_faiss(tmp_path/"long.index")
    with pytest.raises(FaissFormatError, match="have lengths from"): IVF.from_faiss(tmp_path/"long.index", metric="cosine")


# --- there and back

CODECS = ("flat", "pq6x8", "pq4x4", "pq3x5", "pq8x6", "pq12x7", "rpq6x8", "opq6x4", "ropq4x6")

@pytest.fixture(scope="module")
def indexes():
    made = {}
    for metric in ("cosine", "euclidean", "dot"):
        for codec in CODECS if metric == "euclidean" else ("flat", "pq6x8", "rpq8x5", "opq4x4"):
            made[metric, codec] = index = IVF(D, 16, metric, codec).train(X)
            index.add(X, ids=rng.permutation(5000)[:len(X)])
            index.remove(index.lists.ids[index.lists.positions()][::9])
    return made


def test_there_and_back(indexes, tmp_path):
    for (metric, codec), index in indexes.items():
        index.to_faiss(tmp_path/"a.index")
        back = IVF.from_faiss(tmp_path/"a.index", metric=metric if metric == "cosine" else None)
        assert back.codec.name == codec and len(back) == len(index)
        (d, i), (d2, i2) = index.search(Q, 10, nprobe=4), back.search(Q, 10, nprobe=4)
        if metric == "euclidean" and "o" not in codec: assert (i == i2).all() and (d == d2).all()
        np.testing.assert_allclose(d, d2, atol=1e-4)
        assert recall(i2, i) > .99


def test_no_row_is_longer_than_the_index_believes(indexes, tmp_path, monkeypatch):
    "Bounds of rounding grow with the longest row. One that was unknown was taken for 0, and rows at the same distance went missing."
    for (metric, codec), index in indexes.items():
        index.to_faiss(tmp_path/"a.index")
        back = IVF.from_faiss(tmp_path/"a.index", metric=metric if metric == "cosine" else None)
        at = back.lists.positions()
        rows = back.codec.decode(back.lists.codes[at])
        if back.codec.residual: rows = rows + back.coarse.rows[np.repeat(np.arange(len(back.coarse)), back.lists.sizes)]
        longest = np.linalg.norm(rows.astype(np.float64), axis=1).max()
        assert longest <= back.lists.span.max() * (1 + 1e-6) and back.lists.span.max() < 10 * longest
        with monkeypatch.context() as patch:
            patch.setattr("minivecdb.ivf.search.pays", lambda *work: False)
            patch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: False)
            slow = back.search(Q, 10, nprobe=4)
            patch.setattr("minivecdb.ivf.search.pays", lambda *work: True)
            patch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
            fast = back.search(Q, 10, nprobe=4)
        assert (slow[1] == fast[1]).all() and (slow[0] == fast[0]).all()


def test_there_and_back_from_faiss(tmp_path):
    for name in READABLE:
        if "opq" in name or "mapped" in name: continue   # rounded twice; ids move into the lists
        IVF.from_faiss(GOLDEN/f"{name}.index").to_faiss(tmp_path/"again.index")
        ours, theirs = (faiss_fields(p) for p in (tmp_path/"again.index", GOLDEN/f"{name}.index"))
        drop = ("nprobe", "id map")
        def kept(path, fields): return [(n, path.read_bytes()[at:at + size]) for at, size, n, _ in fields if not n.removeprefix("length of ").startswith(drop) and n != "kind of id map"]
        assert kept(tmp_path/"again.index", ours) == kept(GOLDEN/f"{name}.index", theirs), name


def test_second_lists_stay_here(tmp_path):
    index = IVF(D, 16, "euclidean", spill=1.).train(X)
    index.add(X)
    with pytest.warns(UserWarning, match=f"{int(index.lists.copies.sizes.sum()):,} copies are left out"): index.to_faiss(tmp_path/"a.index")
    back = IVF.from_faiss(tmp_path/"a.index")
    assert len(back) == len(X) and (back.search(Q, 10, nprobe=16)[1] == index.search(Q, 10, nprobe=16)[1]).all()


def test_refused(tmp_path):
    with pytest.raises(FaissExportError, match="these are int8"): IVF(D, codec="int8").train(X).to_faiss(tmp_path/"a.index")
    with pytest.raises(MinivecdbError, match="train"): IVF(D).to_faiss(tmp_path/"a.index")
    assert not list(tmp_path.iterdir())


def test_indexes_in_indexes_without_end(tmp_path):
    from minivecdb.ivf.to_faiss import _common_bytes
    (tmp_path/"a.index").write_bytes(_common_bytes("IxMp", D, 0, True) * 20_000)
    for read in (IVF.from_faiss, faiss_fields):
        with pytest.raises(FaissFormatError, match="three others"): read(tmp_path/"a.index")


def test_cosine_of_product_codes_is_believed_only_where_it_can_be_true(tmp_path):
    IVF(D, 16, "dot", "pq4x4").train(3 * X / np.linalg.norm(X, axis=1, keepdims=True)).to_faiss(tmp_path/"a.index")
    with pytest.raises(FaissFormatError, match="read it with metric='dot'"): IVF.from_faiss(tmp_path/"a.index", "cosine")
    IVF(D, 16, "cosine", "pq4x4").train(X).to_faiss(tmp_path/"b.index")
    assert IVF.from_faiss(tmp_path/"b.index", "cosine").metric.name == "cosine"


# --- what faiss says about ours

def test_faiss_opens_ours(indexes, tmp_path):
    faiss = pytest.importorskip("faiss", reason="faiss is not installed")
    for (metric, codec), index in indexes.items():
        index.to_faiss(tmp_path/"a.index")
        opened = faiss.read_index(str(tmp_path/"a.index"))
        assert opened.ntotal == len(index) and opened.d == D
        faiss.extract_index_ivf(opened).nprobe = 4
        queries = Q / np.linalg.norm(Q, axis=1, keepdims=True) if metric == "cosine" else Q
        theirs = opened.search(queries, 10)
        if metric == "cosine" and codec != "flat":   # inner products with what codes stand for, whose length is not quite 1
            same_neighbours(IVF.from_faiss(tmp_path/"a.index"), IVF.from_faiss(tmp_path/"a.index").search(queries, 10, nprobe=4), theirs)
        else: same_neighbours(index, index.search(Q, 10, nprobe=4), theirs)


def test_faiss_opens_few_lists_and_goes_on(tmp_path):
    faiss = pytest.importorskip("faiss", reason="faiss is not installed")
    index = IVF(D, 40, "euclidean").train(X)
    index.add(X[:10])
    index.to_faiss(tmp_path/"a.index")
    opened = faiss.read_index(str(tmp_path/"a.index"))
    opened.add(X[10:])   # it is a faiss index like any other
    index.add(X[10:])
    faiss.extract_index_ivf(opened).nprobe = 8
    same_neighbours(index, index.search(Q, 10, nprobe=8), opened.search(Q, 10))
    faiss.write_index(opened, str(tmp_path/"b.index"))
    same_neighbours(index, IVF.from_faiss(tmp_path/"b.index").search(Q, 10, nprobe=8), opened.search(Q, 10))


# --- damage

@pytest.mark.parametrize("name", READABLE)
def test_truncated_anywhere(name, tmp_path):
    whole = (GOLDEN/f"{name}.index").read_bytes()
    cuts = sorted({at for at, *_ in faiss_fields(GOLDEN/f"{name}.index")} | {at + 1 for at, size, *_ in faiss_fields(GOLDEN/f"{name}.index") if size > 1} | {len(whole) - 1})
    for cut in cuts[:60] + cuts[-6:]:
        if cut >= len(whole): continue
        (tmp_path/"cut.index").write_bytes(whole[:cut])
        with pytest.raises(FaissFormatError): IVF.from_faiss(tmp_path/"cut.index")


@given(st.sampled_from(READABLE), st.data())
def test_any_byte_changed(tmp_path_factory, name, data):
    "Fields that say how the file goes on: whatever stands there, it is read or refused, without much memory."
    path = tmp_path_factory.mktemp("faiss")/"changed.index"
    whole = bytearray((GOLDEN/f"{name}.index").read_bytes())
    fields = [f for f in faiss_fields(GOLDEN/f"{name}.index") if f[1] and f[1] <= 8]
    at, size, *_ = data.draw(st.sampled_from(fields))
    whole[at:at + size] = data.draw(st.binary(min_size=size, max_size=size) | st.sampled_from([(v % 256**size).to_bytes(size, "little") for v in (0, 1, 2, 1 << 20, 1 << 31, 1 << 62, -1)]))
    path.write_bytes(whole)
    try: IVF.from_faiss(path).search(ANSWERS["queries"], 3)
    except FileFormatError: pass


def test_named_kinds():
    with pytest.raises(FaissFormatError, match="scalar-quantized"): IVF.from_faiss(GOLDEN/"scalar.index")
    with pytest.raises(FaissFormatError, match="no index that is known"): IVF.from_faiss(GOLDEN/"make.py")


@pytest.mark.parametrize("ids, message", [([0, 0], "come twice"), ([-1, 5], "negative")])
def test_bad_ids(ids, message, tmp_path):
    index = IVF(4, 1, "euclidean").train(np.eye(4))
    index.add(np.eye(4)[:2], ids=[70, 71])
    index.to_faiss(tmp_path/"a.index")
    whole = (tmp_path/"a.index").read_bytes()
    (tmp_path/"b.index").write_bytes(whole.replace(struct.pack("<qq", 70, 71), struct.pack("<qq", *ids)))
    with pytest.raises(FaissFormatError, match=message): IVF.from_faiss(tmp_path/"b.index")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite(value, tmp_path):
    for codec in ("flat", "pq2x4"):
        index = IVF(4, 2, "euclidean", codec).train(X[:, :4])
        index.add(X[:5, :4])
        index.to_faiss(tmp_path/"a.index")
        at = {name: a for a, size, name, _ in faiss_fields(tmp_path/"a.index") if size > 4}
        whole = bytearray((tmp_path/"a.index").read_bytes())
        for name in ("centroids", "codewords" if codec != "flat" else next(n for n in at if n.endswith("codes") and n.startswith("list"))):
            damaged = whole[:at[name]] + struct.pack("<f", value) + whole[at[name] + 4:]
            (tmp_path/"b.index").write_bytes(damaged)
            with pytest.raises(FaissFormatError): IVF.from_faiss(tmp_path/"b.index")
