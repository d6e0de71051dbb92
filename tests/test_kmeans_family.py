"Cases for the clustering pages (29, 30, 35) that would only tire a reader."
import subprocess, sys, warnings
import numpy as np
import pytest
from minivecdb.kmeans import assign, int8_torch, nearest_by_product, nearest_by_rounding
from minivecdb.kmeans import rounded, score_table
from minivecdb.kmeans import assignment, pruning, rounding, training
from minivecdb.kmeans import calculate_optimal_clusters, cluster_means, cluster_stats
from minivecdb.kmeans import kmeans, lloyd, lloyd_blocks, sample_blocks, spread_centroids
from minivecdb.kmeans import start_centroids, subvector_kmeans, training_sample
from minivecdb.kmeans.family import MiniBatchKMeans, apportion, balanced_kmeans, batches, bounded_assign
from minivecdb.kmeans.family import hierarchical_kmeans
from minivecdb.core.errors import DimensionError, NotBuiltError, VectorError

METRICS = ("cosine", "euclidean", "dot")

def groups(n=3000, k=30, d=32, seed=0, spread=.3):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(k, d))
    return (centres[rng.integers(0, k, n)] + spread * rng.normal(size=(n, d))).astype(np.float32)

whole_numbers = pytest.mark.skipif(int8_torch() is None, reason="this processor gains nothing from 8-bit products")

@whole_numbers
@pytest.mark.parametrize("metric", ("cosine", "euclidean"))
@pytest.mark.parametrize("k", (1, 2, 7, 300))
@pytest.mark.parametrize("d", (2, 5, 96))
def test_rounding_finds_the_same(metric, k, d):
    x, c = groups(3000, 40, d), groups(k, 40, d, 1) + 1e-3
    table = score_table(c, metric)
    exact, rough = nearest_by_product(x, *table), nearest_by_rounding(x, rounded(x), *table)
    differ = exact[0] != rough[0]   # only where float32 itself cannot tell
    score = lambda labels: np.einsum("ij,ij->i", x.astype(float), table[0][labels].astype(float)) - table[1][labels]
    assert np.allclose(score(exact[0])[differ], score(rough[0])[differ], atol=1e-4)
    assert differ.mean() < .01

@whole_numbers
@pytest.mark.parametrize("metric", ("cosine", "euclidean"))
@pytest.mark.parametrize("scale", (1e-12, 1e-3, 1e6))
def test_rounding_any_scale(metric, scale):
    x, c = groups() * np.float32(scale), groups(50, seed=1) * np.float32(scale)
    x[:3] = 0
    table = score_table(c, metric)
    assert (nearest_by_rounding(x, rounded(x), *table)[0] == nearest_by_product(x, *table)[0]).mean() > .99

@whole_numbers
def test_rounding_in_a_tight_ball():
    "Where rounding sees nothing, every row is in doubt, and asked again."
    rng = np.random.default_rng(0)
    x = (np.ones(64) + 1e-4 * rng.normal(size=(4000, 64))).astype(np.float32)
    table = score_table(x[:100], "euclidean")
    labels, _, doubt = nearest_by_rounding(x, rounded(x), *table)
    assert doubt == len(x) and (labels == nearest_by_product(x, *table)[0]).all()

@whole_numbers
@pytest.mark.parametrize("metric", METRICS)
def test_assign_same_by_either_road(metric, monkeypatch):
    import minivecdb.kmeans.rounding as page
    x, c = groups(5000), groups(200, seed=1)
    labels, cost = assign(x, c, metric)
    monkeypatch.setattr(page, "WORTH_ROUNDING", 0)
    x.flags.writeable = False
    again, cost2 = assign(x, c, metric)
    assert (labels == again).mean() > .999 and np.allclose(cost, cost2, atol=1e-4)

@whole_numbers
@pytest.mark.parametrize("d", (1, 2, 15, 16))
def test_assign_in_few_dimensions(d, monkeypatch):
    "torch's 8-bit product is wrong for one column, so few dimensions take the other road however large the task."
    import minivecdb.kmeans.rounding as page
    x, c = groups(3000, 40, d), groups(20, 40, d, 1)
    right = nearest_by_product(x, *score_table(c, "euclidean"))[0]
    monkeypatch.setattr(page, "WORTH_ROUNDING", 0)
    assert (assign(x, c)[0] == right).mean() > .999

@whole_numbers
@pytest.mark.parametrize("metric", METRICS)
def test_kmeans_large_road(metric, monkeypatch):
    "Rounding may lead to another local optimum, and not to a worse one on the whole."
    import minivecdb.kmeans.rounding as page
    x, ratios = groups(20_000, 100), []
    prepared = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
    for seed in range(5):
        with monkeypatch.context() as large:
            slow = kmeans(x, 100, metric=metric, seed=seed)[0]
            large.setattr(page, "WORTH_ROUNDING", 0)
            fast, labels, log = kmeans(x, 100, metric=metric, seed=seed, labels=True)
            assert np.array_equal(kmeans(x, 100, metric=metric, seed=seed, labels=True)[0], fast) and np.bincount(labels, minlength=100).all()
        reached = assign(prepared, fast, metric)[1].sum()
        ratios.append(reached / assign(prepared, slow, metric)[1].sum())
        assert log[-1]["inertia"] == pytest.approx(reached, rel=.03)
    assert np.median(ratios) < 1.01

@whole_numbers
def test_same_for_any_thread_count(monkeypatch):
    import minivecdb.kmeans.rounding as page
    from minivecdb.core.kernels import num_threads, set_num_threads
    monkeypatch.setattr(page, "WORTH_ROUNDING", 0)
    x, before = groups(20_000, 100), num_threads()
    try:
        found = []
        for threads in (1, 2): set_num_threads(threads); found.append(kmeans(x, 100)[0])
    finally: set_num_threads(before)
    assert np.allclose(found[0], found[1], atol=1e-6)

def test_threads_of_torch_are_restored():
    if int8_torch() is None: pytest.skip("no 8-bit road")
    before, x = int8_torch().get_num_threads(), groups()
    nearest_by_rounding(x, rounded(x), *score_table(x[:10], "cosine"))
    assert int8_torch().get_num_threads() == before

@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("init", ("random", "k-means++"))
def test_kmeans_small(metric, init):
    x = groups()
    centroids, labels, log = kmeans(x, 30, metric=metric, init=init, labels=True, seed=3)
    assert centroids.dtype == np.float32 and centroids.shape == (30, 32) and np.bincount(labels, minlength=30).all()
    assert {"shift", "inertia", "empty", "rows"} == set(log[0]) and np.isfinite(centroids).all()
    assert np.array_equal(centroids, kmeans(x, 30, metric=metric, init=init, seed=3)[0])
    assert log[-1]["inertia"] / log[-1]["rows"] < log[0]["inertia"] / log[0]["rows"]   # the first rounds see fewer rows

def test_kmeans_edge_cases():
    one = kmeans(np.ones((1, 4)), 1, labels=True)
    assert np.allclose(one[0], .5) and one[1].tolist() == [0]
    with pytest.warns(UserWarning, match="distinct rows"): assert len(kmeans(np.repeat(np.eye(4), 5, 0), 10)[0]) == 4
    assert np.isfinite(kmeans(np.zeros((10, 3)), 1)[0]).all()
    for bad in (0, -1, 2.5, True): 
        with pytest.raises(ValueError, match="n_clusters"): kmeans(np.ones((5, 2)), bad)
    with pytest.raises(ValueError, match="unknown start"): kmeans(np.ones((5, 2)), 2, init="best")
    with pytest.raises(ValueError, match="unknown metric"): kmeans(np.ones((5, 2)), 2, metric="hamming")
    with pytest.raises(VectorError): kmeans(np.full((5, 2), np.nan), 2)

def test_training_sample():
    x = groups(1000)
    assert len(training_sample(x, 2, 0, 100)) == 200 and len(training_sample(x, 50)) == 1000
    assert len(np.unique(training_sample(x, 2, 0, 100), axis=0)) == 200
    assert np.allclose(np.linalg.norm(training_sample(x, 2, metric="cosine"), axis=1), 1, atol=1e-6)

def test_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()
    x = groups(500)
    kmeans(x, 5); subvector_kmeans(x, 4, 8); MiniBatchKMeans(5).train(x); hierarchical_kmeans(x, 9); balanced_kmeans(x, 5)
    assert np.array_equal(before, np.random.get_state()[1])

def test_small_data_needs_neither_torch_nor_a_compiler():
    code = ("import sys, numpy as np; from minivecdb.kmeans import kmeans, lloyd_blocks, subvector_kmeans; from minivecdb.kmeans import MiniBatchKMeans, hierarchical_kmeans;"
            "x = np.random.default_rng(0).normal(size=(3000, 64)); kmeans(x, 50, labels=True); MiniBatchKMeans(20).train(x); hierarchical_kmeans(x, 50); subvector_kmeans(x, 4, 16);"
            "lloyd_blocks(lambda: iter([x]), 5); sys.exit(bool({'torch', 'numba'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

@pytest.mark.parametrize("metric", METRICS)
def test_blocks_agree_with_lloyd(metric):
    x = groups()
    centroids, log = lloyd_blocks(lambda: iter(np.array_split(x, 11)), 20, metric=metric, seed=2, max_iter=5, tolerance=0)
    start = start_centroids(sample_blocks(lambda: [x[:1000], x[1000:]], 320, 2, metric), 20, 2)
    prepared = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
    whole, _, whole_log = lloyd(prepared, start, metric, 5, 0)
    assert np.allclose([e["inertia"] for e in log], [e["inertia"] for e in whole_log], rtol=1e-4)

def test_blocks_reseed_empty_clusters():
    x = np.concatenate([np.zeros((500, 2)), groups(500, 3, 2) + 100]).astype(np.float32)
    centroids, log = lloyd_blocks(lambda: iter(np.array_split(x, 4)), 6, metric="euclidean", max_iter=20)
    assert any(e["empty"] for e in log) or np.bincount(assign(x, centroids)[0], minlength=6).all()
    assert np.bincount(assign(x, centroids)[0], minlength=6).all()

def test_blocks_say_what_is_wrong():
    with pytest.raises(ValueError, match="0 rows"): lloyd_blocks(lambda: iter([]), 3)
    with pytest.raises(DimensionError, match="expected 4 dimensions, got 5"): lloyd_blocks(lambda: iter([np.ones((3, 4)), np.ones((3, 5))]), 2)
    with pytest.raises(VectorError): lloyd_blocks(lambda: iter([np.full((3, 4), np.inf)]), 2)
    once = iter([groups(100)])
    with pytest.raises(ValueError, match="fresh iterator"): lloyd_blocks(lambda: once, 3)

def test_sample_blocks_is_fair():
    "Every row has the same chance, whatever block it comes in."
    x, hits = np.arange(100., dtype=np.float32)[:, None], np.zeros(100)
    for seed in range(400): hits[sample_blocks(lambda: [x[:3], x[3:90], x[90:]], 10, seed)[:, 0].astype(int)] += 1
    assert abs(hits[:3].mean() - 40) < 15 and abs(hits[90:].mean() - 40) < 8

def test_spread_start_finds_separate_groups():
    x = (np.repeat(np.eye(10) * 100, 50, 0) + np.random.default_rng(0).normal(size=(500, 10))).astype(np.float32)
    assert len(np.unique(assign(np.eye(10, dtype=np.float32) * 100, spread_centroids(x, 10, 0))[0])) == 10
    with pytest.warns(UserWarning): assert len(spread_centroids(np.repeat(x[:4], 20, 0), 10, 0)) == 4

def test_subvectors():
    x = groups(2000, d=24)
    c = subvector_kmeans(x, 6, 16, seed=1)
    assert c.shape == (6, 16, 4) and c.dtype == np.float32 and np.array_equal(c, subvector_kmeans(x, 6, 16, seed=1))
    for j in range(6): assert np.bincount(assign(np.ascontiguousarray(x[:, 4 * j:4 * j + 4]), c[j])[0], minlength=16).all()
    with pytest.raises(ValueError, match="24 dimensions into 5"): subvector_kmeans(x, 5, 16)
    with pytest.raises(ValueError, match="10 training vectors for 16"): subvector_kmeans(x[:10], 6, 16)
    assert np.isfinite(subvector_kmeans(np.zeros((300, 8)), 2, 16)).all()

def test_statistics():
    assert cluster_stats([0, 0, 1, 1], 2)["imbalance"] == 1
    assert cluster_stats(np.zeros(8, int), 4)["imbalance"] == 4
    assert cluster_stats(np.zeros(0, int), 4)["empty"] == 4
    assert calculate_optimal_clusters(1_500, 1000) == 2 and calculate_optimal_clusters(50_000, 100) == 500
    with pytest.raises(ValueError): calculate_optimal_clusters(-1)
    with pytest.raises(ValueError): calculate_optimal_clusters(10, 0)

@pytest.mark.parametrize("metric", METRICS)
def test_mini_batch(metric):
    x = groups()
    model = MiniBatchKMeans(30, 256, metric, seed=1).train(x)
    assert model.predict(x).shape == (3000,) and model.centroids.dtype == np.float32
    assert np.array_equal(model.centroids, MiniBatchKMeans(30, 256, metric, seed=1).train(x).centroids)
    before = model.counts.sum(); model.add(x[:500]); assert model.counts.sum() == before + 500
    prepared = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
    full = lloyd(prepared, start_centroids(prepared, 30, 1), metric)[0]
    assert assign(prepared, model.centroids, metric)[1].sum() < 1.3 * assign(prepared, full, metric)[1].sum()

def test_mini_batch_streams_and_errors():
    x = groups()
    assert np.array_equal(MiniBatchKMeans(9, 128).train(iter(np.array_split(x, 7))).centroids, MiniBatchKMeans(9, 128).train(lambda: iter(np.array_split(x, 23)), 1).centroids)
    assert np.array_equal(MiniBatchKMeans(9, 128).add(x[:1000]).centroids, MiniBatchKMeans(9, 128).add([x[:1000]]).centroids)
    with pytest.raises(NotBuiltError): MiniBatchKMeans(9).predict(x)
    with pytest.raises(ValueError, match="got 5 vectors to start 9"): MiniBatchKMeans(9).add(x[:5])
    with pytest.raises(ValueError, match="0 vectors"): MiniBatchKMeans(9).train(iter([]))
    with pytest.raises(DimensionError): MiniBatchKMeans(9).train(x).add(np.ones((4, 3)))
    with pytest.raises(ValueError): MiniBatchKMeans(0)
    assert [len(b) for b in batches([x[:5]], 100)] == [5]

@pytest.mark.parametrize("k,branching", ((1, None), (2, None), (50, None), (50, 2), (77, 5), (1000, None), (3000, 40)))
def test_hierarchical(k, branching):
    x = groups()
    centroids, labels = hierarchical_kmeans(x, k, branching=branching)
    assert len(centroids) == k and len(labels) == len(x) and np.bincount(labels, minlength=k).all()

def test_hierarchical_with_equal_rows():
    with pytest.warns(UserWarning, match="equal rows leave"): centroids, labels = hierarchical_kmeans(np.repeat(np.eye(5), 20, 0), 30)
    assert 1 <= len(centroids) <= 30 and labels.max() == len(centroids) - 1
    with pytest.raises(ValueError, match="11 clusters for 10"): hierarchical_kmeans(groups(10), 11)
    with pytest.raises(ValueError, match="branching"): hierarchical_kmeans(groups(10), 3, branching=1)

@pytest.mark.parametrize("bound", (1, 1.01, 1.3, 2, 100))
@pytest.mark.parametrize("metric", METRICS)
def test_balanced_honours_its_bound(bound, metric):
    x = np.concatenate([groups(1500, 3), groups(500, 40, seed=5)])
    centroids, labels = balanced_kmeans(x, 37, bound, metric=metric)
    assert np.bincount(labels, minlength=37).max() <= np.ceil(bound * len(x) / 37) and len(labels) == len(x) and np.isfinite(centroids).all()

def test_bounded_errors_and_equal_rows():
    same = np.ones((100, 3), np.float32)
    assert np.bincount(bounded_assign(same, np.ones((10, 3), np.float32), 10)).tolist() == [10] * 10
    with pytest.raises(ValueError, match="allow 10"): bounded_assign(same, np.ones((10, 3), np.float32), 9)
    with pytest.raises(ValueError, match="max_imbalance 0.9"): balanced_kmeans(same, 2, .9)

def test_apportion_refuses_nothing_it_can_do():
    assert apportion(np.array([5]), 3).tolist() == [3] and apportion(np.array([1, 1, 1]), 3).tolist() == [1, 1, 1]

def test_cluster_means_keeps_empty_ones():
    x = groups(10)
    means = cluster_means(x, np.zeros(10, np.int64), np.full((2, 32), 7, np.float32))
    assert np.allclose(means[0], x.mean(0), atol=1e-5) and (means[1] == 7).all()

# --- the book without its engine room -------------------------------------------------------------------

@pytest.mark.parametrize("metric", METRICS)
def test_clustering_is_as_good_without_the_engine_room(metric, monkeypatch):
    "The pages on whole numbers and on pruning add faster steps to two lists; with these empty the book does the work."
    x = groups(20_000, 100)
    prepared = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
    assert assignment.FASTER == [rounding.large_scores] and training.FASTER_STEPS == [pruning.nearby_steps]
    def no_engine(*given): raise AssertionError("the engine room was asked")
    monkeypatch.setattr(rounding, "nearest_by_rounding", no_engine)
    monkeypatch.setattr(pruning.Nearby, "nearest", no_engine)
    monkeypatch.setattr(rounding, "WORTH_ROUNDING", 0)
    monkeypatch.setattr(rounding, "int8_torch", lambda: True)
    monkeypatch.setattr(pruning, "nearby_pays", lambda *given: True)
    for run in (lambda: assign(x, x[:100], metric), lambda: kmeans(x, 100, metric=metric)):
        with pytest.raises(AssertionError, match="engine room"): run()
    monkeypatch.setattr(assignment, "FASTER", [])
    monkeypatch.setattr(training, "FASTER_STEPS", [])
    labels, _ = assign(x, x[:100], metric)
    assert (labels == nearest_by_product(x, *score_table(x[:100], metric))[0]).all()
    centroids, _, log = kmeans(x, 100, metric=metric)
    assert assign(prepared, centroids, metric)[1].sum() <= 1.001 * log[-1]["inertia"]
