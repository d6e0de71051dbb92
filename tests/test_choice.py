"What \"auto\" chooses, what it says, what a file keeps of it; calibrated scores."
import json
import numpy as np, pytest
from minivecdb import IVF, ArrayRows, FlatIndex, IVFIndex, VectorStorage, recall
from minivecdb.codecs import make_codec
from minivecdb.ivf.index import default_clusters
from minivecdb.ivf.choosing import OPTIONS, Choice, available_memory, choice_from_state, choose
from minivecdb.ivf.calibrating import fitted_lines, sampled_ranks
from minivecdb.core.errors import DimensionError, FileFormatError

D = 16
rng = np.random.default_rng(0)
X = (rng.standard_normal((30, D))[rng.integers(30, size=3000)] + .4 * rng.standard_normal((3000, D))).astype(np.float32)
Q = (X[:50] + .2 * rng.standard_normal((50, D))).astype(np.float32)


# --- choosing

@pytest.mark.parametrize("d", (1, 2, 3, 7, 16, 96, 384, 1000, 4096))
def test_every_option_can_be_made(d):
    for option in OPTIONS:
        codec = make_codec(option.codec(d), d)
        assert codec.bytes_per_vector <= option.bytes(d) <= 3 * codec.bytes_per_vector + 60


@pytest.mark.parametrize("n", (1, 2, 9, 10, 100, 1_000, 10_000, 1_000_000, 10**9))
def test_choose_is_sound(n):
    last = None
    for memory in (10**13, 10**9, 10**6, 10**3, 1):
        c = choose(n, 384, memory)
        assert 1 <= c.nprobe <= c.n_clusters == default_clusters(n) and c.bytes > 0 and c.codec in c.text and f"{n:,}" in c.text
        assert last is None or c.bytes <= last.bytes   # less memory, smaller codes
        last = c
    assert choose(n, 384, 10**13).codec == "flat"


def test_memory_default():
    assert available_memory() > 1 << 20 and choose(100, 8).codec == "flat"


def test_index_says_what_it_chose(tmp_path):
    index = IVF(D, codec="auto", memory=10**9)
    assert "auto" in repr(index) and index.choice is None
    index.train(X)
    assert index.choice.codec == index.codec.name == "flat" and len(index.coarse) == index.choice.n_clusters == 219 and index.get_stats()["choice"] == repr(index.choice)
    index.add(X)
    assert (index.search(Q)[1] == index.search(Q, nprobe=index.lists_to_read())[1]).all()   # measured by now
    again = index.train(X[:300], total=100_000)
    assert again.choice.n_clusters == 31 and "100,000 vectors" in again.choice.text
    assert "choice" not in IVF(D).train(X).get_stats()


def test_small_memory_rescores(tmp_path):
    index = IVF(D, codec="auto", memory=80_000).train(X)
    index.add(X)
    assert index.codec.name.startswith("rabitq") and index.choice.rescore >= 50
    coarse = index.search(Q)[1]
    index.rows = ArrayRows(X)
    fine = index.search(Q)[1]
    truth = FlatIndex(D); truth.add(X); truth = truth.search(Q)[1]
    assert (fine == index.search(Q, rescore=index.choice.rescore)[1]).all() and recall(fine, truth) >= recall(coarse, truth)
    assert (index.search_cost(Q)[1] > index.search_cost(Q, rescore=10)[1]).all()
    index.save(tmp_path/"a.ivf")
    opened = IVF.load(tmp_path/"a.ivf")
    opened.rows = ArrayRows(X)
    assert opened.choice == index.choice and (opened.search(Q)[1] == fine).all()


def test_settled_clusters():
    index = IVF(D, 40, codec="auto", memory=10**9).train(X)
    assert len(index.coarse) == 40 and "as asked for" in index.choice.text and index.choice.nprobe == 20


def test_over_a_storage():
    storage = VectorStorage(D)
    storage.add_bulk(X[:500], [{"n": i} for i in range(500)])
    ix = IVFIndex(storage, codec="auto").build()
    assert ix.search(X[3], 1)[0].metadata == {"n": 3} and "flat" in ix.get_stats()["choice"]


@pytest.mark.parametrize("state", [{}, {"codec": "flat"}, [1], {"codec": "flat", "n_clusters": 1, "nprobe": 0, "rescore": None, "bytes": 1, "text": ""}, {"codec": "flat", "n_clusters": 1, "nprobe": 2, "rescore": None, "bytes": 1, "text": ""},
                                   {"codec": "flat", "n_clusters": 4, "nprobe": 2, "rescore": "x", "bytes": 1, "text": ""}, {"codec": "flat", "n_clusters": 4, "nprobe": True, "rescore": None, "bytes": 1, "text": ""}])
def test_damaged_choice(state):
    with pytest.raises(FileFormatError): choice_from_state(state, 1)


# --- calibration

@pytest.mark.parametrize("n", (2, 3, 10, 57, 1000))
def test_sampled_ranks(n):
    for s in {2, 3, 5, n // 2 or 2, n - 1 or 2, n, n + 5}:
        if s < 2: continue
        ranks = sampled_ranks(n, s)
        assert len(ranks) == min(n, s) and ranks[0] == 0 and ranks[-1] == n - 1 and (np.diff(ranks) > 0).all()


def test_fitted_lines():
    a = rng.random((20, 9))
    there = rng.random((20, 9)) < .8
    there[:, :3] = True
    slopes, shifts = fitted_lines(a, 3 * a + 2, there)
    np.testing.assert_allclose(slopes, 3, rtol=1e-9); np.testing.assert_allclose(shifts, 2, rtol=1e-9)
    e = a * 2 + .1 * rng.random(a.shape)
    slopes, shifts = fitted_lines(a, e, there)
    for j in range(20): np.testing.assert_allclose(np.polyfit(a[j, there[j]], e[j, there[j]], 1), [slopes[j, 0], shifts[j, 0]], rtol=1e-6)
    one = np.concatenate([fitted_lines(a[j:j + 1], e[j:j + 1], there[j:j + 1])[0] for j in range(20)])
    assert (one == slopes).all()   # of the same bits in any batch
    slopes, shifts = fitted_lines(a, -a, np.ones(a.shape, bool))   # never turned around
    np.testing.assert_allclose(slopes, 1); np.testing.assert_allclose(shifts[:, 0], -2 * a.mean(1))
    slopes, shifts = fitted_lines(np.ones((1, 4)), np.full((1, 4), 5.), np.ones((1, 4), bool))   # all alike
    assert slopes[0, 0] == 1 and shifts[0, 0] == 4


@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
@pytest.mark.parametrize("codec, spill", [("pq4x5", None), ("pca6-int8", None), ("rpq4x4", None), ("pca6", 1.), ("rabitq2", None), ("rabitq", 1.)])
def test_calibrated_search(metric, codec, spill):
    index = IVF(D, 20, metric, codec, spill=spill).train(X)
    index.add(X)
    index.rows = ArrayRows(X)
    plain, ids = index.search(Q, 50, nprobe=6)
    distances, found = index.search(Q, 10, nprobe=6, rescore=50, rescore_num_samples=8)
    exact = np.stack([index.metric.distance(X[i], q) for i, q in zip(found, Q)])
    before = np.sqrt(np.square(plain[:, :10] - np.stack([index.metric.distance(X[i], q) for i, q in zip(ids[:, :10], Q)])).mean())
    assert np.sqrt(np.square(distances - exact).mean()) < before
    assert (distances == exact).sum() >= len(Q) and (np.diff(distances, axis=1) >= 0).all()
    assert all(set(f) <= set(i) for f, i in zip(found.tolist(), ids.tolist()))
    alone = [index.search(q, 10, nprobe=6, rescore=50, rescore_num_samples=8) for q in Q]
    assert (np.concatenate([a[0] for a in alone]) == distances).all() and (np.concatenate([a[1] for a in alone]) == found).all()
    for a, b in zip(index.search(Q, 10, nprobe=6, rescore=50, rescore_num_samples=-1), index.search(Q, 10, nprobe=6, rescore=50)): assert (a == b).all()
    for a, b in zip(index.search(Q, 10, nprobe=6, rescore=50, rescore_num_samples=50), index.search(Q, 10, nprobe=6, rescore=50)): assert (a == b).all()
    d, i = index.search(Q, 10, nprobe=6, rescore_num_samples=-1)
    if not codec.startswith("rabitq"): assert (np.sort(i, 1) == np.sort(ids[:, :10], 1)).all()   # (those are chosen by bounds) without `rescore`, the k of the answer
    vectors, cost = index.search_cost(Q, nprobe=6, rescore=50, rescore_num_samples=8)
    assert (index.search_cost(Q, nprobe=6, rescore=50)[1] - cost == 42 * 4 * D).all()


def test_calibrated_range():
    index = IVF(D, 20, codec="pca6").train(X)
    index.add(X)
    index.rows = ArrayRows(X)
    radius = float(np.median(index.exact_search(Q, 10)[0][:, -1]))
    true = [set(np.flatnonzero(index.metric.distance(X, q) <= radius).tolist()) for q in Q]
    for samples in (5, 60, -1):
        starts, distances, ids = index.range_search(Q, radius, nprobe=20, rescore_num_samples=samples)
        got = [set(ids[a:b].tolist()) for a, b in zip(starts, starts[1:])]
        assert (distances <= radius).all() and all((np.diff(distances[a:b]) >= 0).all() for a, b in zip(starts, starts[1:]))
        if samples == -1: assert got == true
    plain = index.range_search(Q, radius, nprobe=20)
    assert len(plain[1]) != sum(map(len, true))
    off = index.range_search(Q[:0], radius, rescore_num_samples=5)
    assert len(off[1]) == 0


@pytest.mark.parametrize("samples", (0, 1, -2, 2.5, True, "5"))
def test_refused_samples(samples):
    index = IVF(D, 4, codec="int8").train(X[:100])
    index.rows = ArrayRows(X)
    with pytest.raises(ValueError, match="rescore_num_samples"): index.search(Q, rescore_num_samples=samples)
    with pytest.raises(ValueError, match="rescore_num_samples"): index.range_search(Q, 1., rescore_num_samples=samples)


def test_fewer_candidates_than_samples():
    index = IVF(D, 2, codec="int8").train(X[:20])
    index.add(X[:4])
    index.rows = ArrayRows(X)
    distances, ids = index.search(Q, 10, nprobe=2, rescore=20, rescore_num_samples=6)
    assert ((ids >= 0).sum(1) == 4).all() and np.isinf(distances[:, 4:]).all() and np.isfinite(distances[:, :4]).all()


# --- exact rows

def test_rows_of_other_dimensions_are_refused():
    index = IVF(D, 10, codec="int8"); index.train(X); index.add(X)
    for bad in (ArrayRows(X[:, :D - 1].copy()), ArrayRows(np.hstack([X, X]))):
        with pytest.raises(DimensionError, match=f"{D} dimensions, got {bad.dimension}"): index.rows = bad
    assert index.rows is None
    index.rows = ArrayRows(X)
    assert recall(index.search(Q, 10, nprobe=10, rescore=50)[1], index.exact_search(Q, 10)[1]) > .95


@pytest.mark.parametrize("x, ids, error", [(X[0], None, "shape"), (X.astype(str), None, "numbers"), (X[:5], [0, 1, 2], "expected 5 ascending ids"), (X[:3], [2, 1, 0], "do not ascend"), (X[:3], [0, 1, 1], "do not ascend"), (X[:2], [.5, 1.5], "integer ids")])
def test_rows_are_checked(x, ids, error):
    with pytest.raises(ValueError, match=error): ArrayRows(x, ids)


def test_rows_may_be_a_list_or_none_at_all():
    there, rows = ArrayRows([[1., 2.], [3., 4.]], [5, 9]).take(np.array([4, 9]))
    assert there.tolist() == [9] and rows.tolist() == [[3, 4]]
    there, rows = ArrayRows(X[:0], []).take(np.array([4, 9]))
    assert there.tolist() == [] and rows.shape == (0, D)


@pytest.mark.parametrize("codec", ["flat", "int8", "rabitq4"])
def test_the_truth_about_an_empty_index(codec):
    index = IVF(D, 10, codec=codec); index.train(X); index.rows = ArrayRows(X)
    assert (index.exact_search(Q, 3)[1] == -1).all()
    index.add(X); index.remove(np.arange(len(X)))
    assert (index.exact_search(Q, 3)[1] == -1).all()


def test_what_was_chosen_is_rescored_however_it_is_asked():
    index = IVF(D, codec="auto", memory=1); index.train(X); index.add(X); index.rows = ArrayRows(X)
    assert index.choice.rescore
    plain, every = index.search(Q, 10), index.search(Q, 10, rescore_num_samples=-1)
    assert (plain[1] == every[1]).all()
    truth = index.exact_search(Q, 10)[1]
    assert recall(index.search(Q, 10, rescore_num_samples=10)[1], truth) > .5 * recall(plain[1], truth)


@pytest.mark.parametrize("asked", [(-11, 8), (1.5, 8), (10, 0), (10, 8, -1), (10, 8, float("nan")), (10, 8, 1, -1), (10, 8, 1, 5, 0)])
def test_what_cannot_be_chosen_for(asked):
    with pytest.raises(ValueError): choose(*asked)


def test_a_containers_limit_counts(monkeypatch, tmp_path):
    from minivecdb.ivf import choosing as ivf_choice
    (tmp_path/"max").write_text("5000000\n"); (tmp_path/"now").write_text("4000000\n")
    monkeypatch.setattr(ivf_choice, "_LIMITS", [(str(tmp_path/"max"), str(tmp_path/"now")), (str(tmp_path/"none"), str(tmp_path/"now"))])
    assert available_memory() == 1_000_000
    (tmp_path/"max").write_text("max\n")
    assert available_memory() > 1 << 20
