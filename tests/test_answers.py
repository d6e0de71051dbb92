"Answers at the ends of float32, ties, and a range search beside a search: the same from every road."
import numpy as np
import pytest
from minivecdb.flat_index import FlatIndex
from minivecdb.ivf import ArrayRows, IVF

LOSSY = ("bf16", "int8", "int8-dimension", "pq4x4", "rpq4x4", "pca12")
BITS = ("rabitq", "rabitq3")

def crowds(rng, n, d=16): return (rng.standard_normal((9, d))[rng.integers(9, size=n)] + .5 * rng.standard_normal((n, d)))

def built(x, metric, codec, **options):
    "An index that can measure exactly."
    index = IVF(x.shape[1], 7, metric, codec, **options).train(x)
    index.add(x)
    index.rows = ArrayRows(x)
    return index

@pytest.mark.parametrize("compiled", (False, True))
@pytest.mark.parametrize("spill", (None, 1.))
@pytest.mark.parametrize("codec", ("flat", *LOSSY, *BITS))
@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
def test_a_range_search_finds_what_a_search_shows_within_the_radius(metric, codec, spill, compiled, monkeypatch):
    monkeypatch.setattr("minivecdb.ivf.pays", lambda *work: compiled)
    x = crowds(np.random.default_rng(1), 600).astype(np.float32)
    index, q = built(x, metric, codec, spill=spill), x[:3] + np.float32(.1)
    for nprobe in (2, 7):
        shown, ids = index.search(q, 600, nprobe=nprobe)
        for i in range(3):
            radius = float(shown[i, 40])
            _, far, found = index.range_search(q[i], radius, nprobe=nprobe)
            near = (shown[i] <= radius) & (ids[i] >= 0)
            assert found.tolist() == ids[i][near].tolist() and far.tolist() == shown[i][near].tolist()
        exact = index.search(q, 600, nprobe=7, **({} if codec == "flat" else {"rescore": 600}))
        _, far, found = index.range_search(q[0], float(exact[0][0, 30]), nprobe=7, rescore_num_samples=-1)
        assert found.tolist() == exact[1][0, :31].tolist() and far.tolist() == exact[0][0, :31].tolist()

@pytest.mark.parametrize("scale", (1e-25, 1e-12, 1e12, 1e20, 1e36))
@pytest.mark.parametrize("codec", LOSSY)
def test_lossy_codecs_rank_rows_of_any_length(codec, scale):
    x = crowds(np.random.default_rng(2), 500).astype(np.float32)
    def ids(factor):
        rows = (x * np.float32(factor)).astype(np.float32)
        return built(rows, "euclidean", codec).search(rows[:20] * np.float32(1.01), 10, nprobe=7)[1]
    usual, found = ids(1.), ids(scale)
    assert (found >= 0).all()
    same = np.mean([len(np.intersect1d(a, b)) for a, b in zip(usual, found)]) / 10
    assert same > (.98 if codec in ("bf16", "int8", "int8-dimension") else .6)

@pytest.mark.parametrize("metric", ("euclidean", "dot"))
def test_distances_beyond_float32_tie_by_id(metric):
    x = (np.clip(np.random.default_rng(0).standard_normal((3000, 24)), -3, 3) * 1e38).astype(np.float32)
    q = -x[:2]
    wide, one = x.astype(float), q[0].astype(float)
    far = np.linalg.norm(wide - one, axis=1) if metric == "euclidean" else -wide @ one
    with np.errstate(over="ignore"): truth = np.lexsort((np.arange(3000), far.astype(np.float32)))[:50]
    for index, how in ((FlatIndex(24, metric), {}), (IVF(24, 5, metric).train(x), {"nprobe": 5})):
        index.add(x)
        assert index.search(q, 50, **how)[1][0].tolist() == truth.tolist()

@pytest.mark.parametrize("compiled", (False, True))
@pytest.mark.parametrize("metric", ("cosine", "euclidean"))
def test_estimates_that_are_cut_off_tie_by_id(metric, compiled, monkeypatch):
    monkeypatch.setattr("minivecdb.ivf.pays", lambda *work: compiled)
    rng = np.random.default_rng(3)
    x = (1 + .05 * rng.standard_normal((2000, 8))).astype(np.float32)
    index = built(x, metric, "rabitq")
    for nprobe in (3, 7):
        every, names = index.search(x[:4], 2000, nprobe=nprobe)
        for k in (1, 5, 60):
            for q in range(4):
                there = names[q] >= 0
                order = np.lexsort((names[q][there], every[q][there]))[:k]
                distances, ids = index.search(x[q], k, nprobe=nprobe)
                assert ids[0].tolist() == names[q][there][order].tolist()
                assert distances[0].tolist() == every[q][there][order].tolist()
    assert (every[:, :5] == 0).any()   # there were ties
