"Projections as codecs: bits that do not depend on the batch, every inner codec, files, damaged states, indexes of all metrics."
import subprocess, sys
import numpy as np, pytest
from minivecdb import IVF, ArrayRows, FlatIndex, recall
from minivecdb.codecs import CodecError, codec_from_state, make_codec
from minivecdb.codecs.projections import AutoencoderCodec, as_whole, exact_product, matrix_bits
from minivecdb.codecs.projections import nearest_in_sample, principal_axes
from minivecdb.core.errors import FileFormatError

D = 32
rng = np.random.default_rng(0)
X = ((rng.standard_normal((1500, 10)) @ rng.standard_normal((10, D)) + .3 * rng.standard_normal((1500, D))) * rng.uniform(.5, 2, (1500, 1))).astype(np.float32)
Q = (X[:40] + .1 * rng.standard_normal((40, D))).astype(np.float32)
NAMES = ("pca8", "pca8-bf16", "pca12-int8", "pca12-int8-dimension", "pca8-pq4x4", "pca8-opq2x5", "ae8", "ae12-int8")


@pytest.fixture(scope="module", autouse=True)
def short_training():
    rounds, AutoencoderCodec.rounds = AutoencoderCodec.rounds, 50
    yield
    AutoencoderCodec.rounds = rounds


@pytest.fixture(scope="module")
def trained():
    return {name: make_codec(name, D).train(X) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_interface(trained, name):
    codec = trained[name]
    codes = codec.encode(X)
    assert codec.name == name and codec.is_trained and not codec.lossless and not codec.residual and name in repr(codec)
    assert codes.shape == (len(X), codec.code_width) and codes.dtype == codec.code_dtype and codes.nbytes == len(X) * codec.bytes_per_vector
    assert codec.rows(codes).shape == (len(X), codec.n_kept) == codec.project(X).shape and codec.rows(codes).dtype == np.float32
    back = codec.decode(codes)
    assert back.shape == X.shape and back.dtype == np.float32
    one = np.concatenate([codec.decode(codes[i:i + 1]) for i in range(20)])
    assert (one == back[:20]).all()   # a row's floats do not depend on the others
    assert ((back - X)**2).sum() < .35 * (X**2).sum()
    np.testing.assert_allclose(codec.dots(Q, codes), codec.project(Q) @ codec.rows(codes).T, rtol=1e-5)


@pytest.mark.parametrize("name", ("pca8", "ae8"))
def test_bits_do_not_depend_on_the_batch(trained, name):
    codec = trained[name]
    whole = codec.project(X)
    for size in (1, 2, 3, 7, 64, 999): assert (np.concatenate([codec.project(X[i:i + size]) for i in range(0, len(X), size)]) == whole).all()
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), np.linalg.norm(X, axis=1), rtol=1e-5)
    assert (codec.project(4 * X) == 4 * whole).all()


@pytest.mark.parametrize("d", (1, 2, 3, 384, 1000, 4096))
def test_exact_product(d):
    x, w = rng.standard_normal((9, d)).astype(np.float32) * 10.**rng.integers(-20, 20, (9, 1)).astype(np.float32), as_whole(rng.standard_normal((d, 5)))
    assert abs(w).max() <= 1 and (w.astype(np.float64) * 2.**matrix_bits(d) % 1 == 0).all()
    order = rng.permutation(d)
    assert (exact_product(x, w) == exact_product(x[:, order], w[order])).all()
    import math
    scaled = [[int(v) for v in row] for row in np.rint(np.ldexp(x.astype(np.float64), 24 - np.frexp(abs(x).max(1, keepdims=True))[1]))]
    whole = [[int(v) for v in col] for col in (w.astype(np.float64) * 2.**matrix_bits(d)).T]
    assert exact_product(x, w)[3, 2] == math.ldexp(sum(a * b for a, b in zip(scaled[3], whole[2])), -matrix_bits(d))


def test_zero_and_extreme_rows(trained):
    x = np.zeros((4, D), np.float32)
    x[1, 3], x[2, 5], x[3] = 1e-38, 3e38, 1e18
    for name in ("pca8", "pca12-int8", "ae8"):
        z = trained[name].project(x)
        assert np.isfinite(z).all() and (z[0] == 0).all()
        assert np.isfinite(trained[name].decode(trained[name].encode(x))).all()


def test_principal_axes():
    axes = principal_axes(X, 5)
    np.testing.assert_allclose(axes.T @ axes, np.eye(5), atol=1e-5)
    _, _, right = np.linalg.svd(X.astype(np.float64), full_matrices=False)
    np.testing.assert_allclose(abs(np.sum(right[:5] * axes.T, 1)), 1, atol=1e-4)
    many = np.tile(X, (4, 1))   # in blocks
    np.testing.assert_allclose(abs((principal_axes(many, 3) * axes[:, :3]).sum(0)), 1, atol=1e-4)


def test_nearest_in_sample():
    unit = X[:300] / np.linalg.norm(X[:300], axis=1, keepdims=True)
    near = nearest_in_sample(unit, np.arange(300), 6)
    index = FlatIndex(D)
    index.add(unit)
    assert recall(near, index.search(unit, 7)[1][:, 1:]) > .99 and not (near == np.arange(300)[:, None]).any()


def test_same_seed_same_codec():
    a, b, c = (make_codec("ae8", D).train(X, seed=s) for s in (0, 0, 1))
    assert (a.arrays["weights"] == b.arrays["weights"]).all() and (a.arrays["weights"] != c.arrays["weights"]).any()
    assert a.curve == b.curve


@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
@pytest.mark.parametrize("name", ("pca12", "ae12-int8", "pca16-pq8x4"))
def test_index(metric, name, tmp_path):
    index = IVF(D, 20, metric, name).train(X)
    index.add(X)
    index.rows = ArrayRows(X)
    exact = FlatIndex(D, metric)
    exact.add(X)
    truth = exact.search(Q, 10)[1]
    distances, ids = index.search(Q, 10, nprobe=20)
    assert (np.diff(distances, axis=1) >= 0).all()
    d1, i1 = (np.concatenate(a) for a in zip(*(index.search(q, 10, nprobe=20) for q in Q)))
    assert (i1 == ids).all() and (d1 == distances).all()   # alone and in a batch
    assert recall(index.search(Q, 10, nprobe=20, rescore=100)[1], truth) >= max(.95, recall(ids, truth)) and recall(ids, truth) > .3
    starts, within, found = index.range_search(Q[:3], float(distances[0, 4]), nprobe=20)
    assert starts[1] >= 5 and set(ids[0, :5].tolist()) <= set(found[:starts[1]].tolist())
    mask = np.arange(len(X)) % 3 == 0
    assert (index.search(Q, 5, nprobe=20, mask=mask)[1] % 3 == 0).all()
    index.remove(np.arange(100))
    index.add(X[:100], ids=np.arange(100))
    assert (index.search(Q, 10, nprobe=20)[1] == ids).all()
    index.save(tmp_path/"a.ivf")
    for mmap in (True, False):
        opened = IVF.load(tmp_path/"a.ivf", mmap=mmap, verify=True)
        for a, b in zip(opened.search(Q, 10, nprobe=20), index.search(Q, 10, nprobe=20)): assert (a == b).all()
    usage = index.memory_usage()
    assert usage["codes"] >= len(X) * index.codec.bytes_per_vector and usage["codec"] == sum(a.nbytes for a in index.codec.arrays.values())


def test_files_of_states(trained):
    for name, codec in trained.items():
        spec, arrays = codec.state()
        again = codec_from_state(spec, arrays)
        assert again.name == name and (again.encode(X) == codec.encode(X)).all() and (again.decode(again.encode(X)) == codec.decode(codec.encode(X))).all()
    spec, arrays = trained["pca12-int8-dimension"].state()
    for damaged in ({k: v for k, v in arrays.items() if k != "back"}, arrays | {"weights": arrays["weights"][:, :3]}, arrays | {"inner step": arrays["inner step"] * np.nan}):
        with pytest.raises(FileFormatError): codec_from_state(spec, damaged)
    with pytest.raises(FileFormatError): codec_from_state({"codec": "pca99", "dimension": 32}, {})


@pytest.mark.parametrize("name, message", [("pca33", "1 to 32"), ("pca8-rpq4x4", "knows no centroids"), ("pca8-pca4", "projected once"), ("ae8-nonsense", "unknown codec 'nonsense'"), ("pca8-pq3x4", "equal pieces")])
def test_refused(name, message):
    with pytest.raises(CodecError, match=message): make_codec(name, D)


def test_too_few():
    with pytest.raises(CodecError, match="or take pca8, which needs 8"): make_codec("ae8", D).train(X[:100])
    with pytest.raises(CodecError, match="at least 8"): make_codec("pca8", D).train(X[:7])
    with pytest.raises(CodecError, match="not been trained"): make_codec("pca8", D).project(X)


def test_searching_needs_no_torch(tmp_path, run_python):
    index = IVF(D, 5, codec="ae8").train(X)
    index.add(X)
    index.save(tmp_path/"a.ivf")
    np.save(tmp_path/"q.npy", Q)
    assert run_python(f"import sys, numpy as np\nfrom minivecdb import IVF\nIVF.load({str(tmp_path/'a.ivf')!r}).search(np.load({str(tmp_path/'q.npy')!r}))\nprint('torch' in sys.modules)") == "False"
