"Distances, exact search, k-means, inverted lists and the IVF index, promise by promise, on data chosen to be difficult."
import math, random, sys, threading, tracemalloc, warnings
import numpy as np
import pytest
from fastcore.foundation import L
from hypothesis import given, settings, strategies as st
from minivecdb.distances import metric as distances
from minivecdb.exact import flat as flat_index
from minivecdb.kmeans import training as kmeans
from minivecdb.distances.metric import distance_matrix, euclidean, func_map, get_metric, neg_dot
from minivecdb.distances.metric import vers
from minivecdb.core.kernels import set_num_threads
from minivecdb.exact.flat import FlatIndex, recall
from minivecdb.lists.lists import empty_lists, ranges
from minivecdb.ivf.index import IVF, default_clusters
from minivecdb.ivf_index import Hit, IVFIndex, build_index
from minivecdb.kmeans.assignment import assign
from minivecdb.kmeans import lloyd, run_kmeans
from minivecdb.core.errors import DimensionError, MinivecdbError, NotBuiltError, UnknownIdError
from minivecdb.core.errors import VectorError
from minivecdb.vector_storage import VectorStorage

METRICS = ("cosine", "euclidean", "dot")
every_metric = pytest.mark.parametrize("metric", METRICS)
STATS = ["n_vectors", "n_clusters", "built", "nprobe", "avg_cluster_size", "min_cluster_size", "max_cluster_size", "empty_clusters"]

N = 160 # rows of a difficult data set

def difficult():
    "Data sets by name, [160, 8] float32 or smaller."
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(N, 8))
    tight = 1 + normal * 1e-6; tight[:10] += 1000 * normal[-10:]
    near = np.zeros((N, 8)); near[:, 0] = 1000 + np.arange(N) * 1e-4
    far = np.full((N, 8), 1e8); far[np.arange(N), np.arange(N) % 8] += np.arange(N) * 8
    sets = {"normal": normal, "duplicates": np.repeat(normal[:N // 10], 10, 0), "one row many times": np.ones((N, 8)), "zeros": np.zeros((N, 8)), "half zeros": np.concatenate([np.zeros((N // 2, 8)), normal[:N // 2]]),
            "on a line": np.arange(N)[:, None] * np.ones(8), "a grid": rng.integers(-1, 2, (N, 8)), "tight ball and outliers": tight, "far from the origin": near, "far away": far,
            "length 1": normal / np.linalg.norm(normal, axis=1, keepdims=True), "huge": normal * 1e30, "largest": normal / np.abs(normal).max() * 3.4e38, "tiny": normal * 1e-30, "denormal": normal * 1e-42,
            "huge and tiny": np.concatenate([normal[:N // 2] * 1e20, normal[N // 2:] * 1e-20]), "one dimension": rng.integers(0, 40, (N, 1)), "two rows": normal[:2], "one row": normal[:1]}
    return {name: np.asarray(x, np.float32) for name, x in sets.items()}

DIFFICULT = difficult()
every_data = pytest.mark.parametrize("name", DIFFICULT)

@pytest.fixture(scope="session")
def headlines(repository): return VectorStorage.load(repository/"data"/"headline_embeddings.json")

@pytest.fixture
def both_thread_counts():
    "Call a function with one thread and with two."
    def call(f):
        answers = []
        for n in (1, 2): set_num_threads(n); answers.append(f())
        return answers
    yield call
    set_num_threads(2)

def queries_for(x): return np.concatenate([x[:5], x[-2:] * np.float32(.5), np.zeros_like(x[:1]), np.roll(x[:3], 1, 1)])

def slow_search(rows, ids, query, k, metric):
    "The definition: measure every row, sort by distance and id."
    with np.errstate(over="ignore"): found = sorted(zip(func_map[metric](query, rows).tolist(), map(int, ids)))[:k]
    missing = k - len(found)
    return [d for d, _ in found] + [math.inf] * missing, [i for _, i in found] + [-1] * missing

def same(a, b):
    "Two answers (distances, ids), bit for bit."
    for x, y in zip(a, b): np.testing.assert_array_equal(x, y)
    assert a[0].dtype == b[0].dtype == np.float32 and a[1].dtype == b[1].dtype == np.int64

def filled(x, metadata=None):
    "A storage of the rows of `x`."
    s = VectorStorage(np.shape(x)[1])
    s.add_bulk(x, metadata)
    return s

# --- distances ------------------------------------------------------------------------------------------

V1, V2, V3, QUERY = [1, 0, 0], [0, 1, 0], [-.5, -.5, 0], [.7, .7, 0]
TABLE = {"cosine": [.2928932, .2928932, 2], "euclidean": [.7615773, .7615773, 1.6970563], "dot": [-.7, -.7, .7]}

@every_metric
@pytest.mark.parametrize("form", [list, np.array, np.float32, lambda x: L(*x)], ids=["list", "float64", "float32", "L"])
def test_the_values_a_reader_expects(metric, form):
    f = func_map[metric]
    for v, expected in zip((V1, V2, V3), TABLE[metric]): assert f(form(QUERY), form(v)) == pytest.approx(expected, abs=1e-6) == f(form(v), form(QUERY))
    np.testing.assert_allclose(f(QUERY, np.array([V1, V2, V3])), TABLE[metric], atol=1e-6)
    np.testing.assert_allclose(f([QUERY] * 3, [V1, V2, V3]), TABLE[metric], atol=1e-6)

def test_the_map_names_the_functions(): assert func_map == {"cosine": vers, "euclidean": euclidean, "dot": neg_dot}

@pytest.mark.parametrize("scale", [1e-44, 1e-30, 1e-3, 7, 1e19, 1e38, pytest.param(1e-300, id="float64-1e-300"), 1e-200, 1e200, 1e300])
def test_vers_does_not_depend_on_length(scale):
    dtype = np.float32 if 1e-45 < scale < 1e39 else np.float64
    for v, expected in zip((V1, V2, V3), TABLE["cosine"]):
        for a, b in ((np.array(QUERY) * scale, v), (QUERY, np.array(v) * scale), (np.array(QUERY) * scale, np.array(v) * scale), (np.array(QUERY) * scale, np.array(v) / scale)):
            with np.errstate(over="ignore"): a, b = np.asarray(a, dtype), np.asarray(b, dtype)
            if not (np.isfinite(a).all() and np.isfinite(b).all() and a.any() and b.any()): continue
            assert vers(a, b) == pytest.approx(expected, abs=1e-6 if scale > 1e-40 else .3)   # few digits are left of a denormal

def test_vers_to_a_zero_vector_is_one():
    assert vers([0, 0], [1, 2]) == vers([1, 2], [0, 0]) == vers([0, 0], [0, 0]) == 1
    assert vers(np.zeros((3, 2)), [1, 2]).tolist() == [1, 1, 1]

@every_data
def test_vers_stays_between_zero_and_two(name):
    x = DIFFICULT[name]
    for y in (x, -x, x[::-1]): d = vers(x, y); assert ((d >= 0) & (d <= 2)).all()

@every_metric
def test_single_vectors_and_matrices_agree_bit_for_bit(metric):
    x, f = DIFFICULT["normal"], func_map[metric]
    one, many = f(x[0], x[1]), f(x[0], x)
    assert isinstance(one, np.float32) and many.dtype == np.float32 and many.shape == (N,) and f(x[:, None], x[None, :4]).shape == (N, 4)
    assert many.tolist() == [f(x[0], r) for r in x] == f(x, x[0]).tolist() == f(np.tile(x[0], (N, 1)), x).tolist()
    big = np.random.default_rng(1).normal(size=(70_000, 40)).astype(np.float32)   # more than one block
    assert f(big[5], big)[[0, 26_214, 69_999]].tolist() == [f(big[5], big[i]) for i in (0, 26_214, 69_999)]
    assert f(np.empty((0, 3)), [1, 2, 3]).shape == (0,)

@every_metric
@pytest.mark.parametrize("a, b, error", [([1, 2], [1, 2, 3], DimensionError), (1, [1], DimensionError), ([], [], DimensionError), (np.ones((2, 3)), np.ones((4, 3)), DimensionError), (["a"], ["b"], VectorError), (None, [1], VectorError), ([1j], [1], VectorError), ([[1], [1, 2]], [1], VectorError)], ids=str)
def test_what_cannot_be_compared_is_refused(metric, a, b, error):
    with pytest.raises(error): func_map[metric](a, b)

def test_the_error_names_both_shapes():
    with pytest.raises(DimensionError, match=r"\(2,\).*\(3,\)"): vers([1, 2], [1, 2, 3])

@every_metric
def test_all_pairs_at_once(metric):
    x, y = DIFFICULT["normal"][:20], DIFFICULT["half zeros"][N // 2 - 5:]
    np.testing.assert_allclose(distance_matrix(x, y, metric), [[func_map[metric](a, b) for b in y] for a in x], atol=2e-3)
    with pytest.raises(DimensionError): distance_matrix(x, y[:, :3], metric)

def test_metrics_are_found_by_name_and_by_function():
    for name, f in func_map.items(): assert get_metric(name) is get_metric(f) and get_metric(name).distance is f
    for unknown in ("l1", "Cosine", None, len, 3):
        with pytest.raises(ValueError, match="cosine, euclidean, dot"): get_metric(unknown)

def test_the_thread_setting_reaches_blas_and_torch():
    import torch
    from threadpoolctl import threadpool_info
    try:
        for n in (1, 2):
            set_num_threads(n)
            assert torch.get_num_threads() == n and {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"} == {n}
        with pytest.raises(ValueError, match="0"): set_num_threads(0)
        assert torch.get_num_threads() == 2
    finally: set_num_threads(2)

# --- exact search ---------------------------------------------------------------------------------------

BEYOND_PRODUCTS = "huge", "largest", "tiny", "denormal", "huge and tiny"

def nearest_first(found, x, ids, queries):
    "Inner products that float32 does not hold are in the order of float64."
    row = {int(i): r for r, i in enumerate(ids)}
    for q, some in zip(queries.astype(float), found[1]):
        products = np.array([x[row[int(i)]].astype(float) @ q for i in some if i >= 0])
        slack = 1e-5 * abs(x.astype(float)).max() * abs(q).sum()
        assert (np.diff(products) <= slack).all() and products[0] >= (x.astype(float) @ q).max() - slack

@every_metric
@every_data
def test_exact_search_is_the_slow_loop(name, metric):
    "Same rows, same order, same bits, whatever the rounding of the fast pass; ties by id."
    x, queries = DIFFICULT[name], queries_for(DIFFICULT[name])
    ids = np.random.default_rng(3).permutation(1000)[:len(x)]
    index = FlatIndex(x.shape[1], metric)
    index.add(x, ids)
    for k in (1, 7, len(x) + 3):
        found = index.search(queries, k)
        if metric == "dot" and name in BEYOND_PRODUCTS: nearest_first(found, x, ids, queries); continue
        expected = [slow_search(x, ids, q, k, metric) for q in queries]
        same(found, (np.array([d for d, _ in expected], np.float32), np.array([i for _, i in expected])))

@every_metric
def test_exact_search_over_several_blocks_of_rows_and_queries(metric):
    rng = np.random.default_rng(4)
    x, queries = rng.integers(-9, 10, (9000, 4)).astype(np.float32), rng.integers(-9, 10, (520, 4)).astype(np.float32)
    index = FlatIndex(4, metric)
    index.add(x)
    distances, ids = index.search(queries, 6)
    for i in (0, 511, 512, 519): assert (distances[i].tolist(), ids[i].tolist()) == slow_search(x, range(9000), queries[i], 6, metric)

@every_metric
@pytest.mark.parametrize("name", ["normal", "duplicates", "tight ball and outliers", "huge and tiny"])
def test_exact_search_is_the_same_for_any_batch_and_thread_count(name, metric, both_thread_counts):
    x, queries = DIFFICULT[name], DIFFICULT[name][::7]
    index = FlatIndex(x.shape[1], metric)
    index.add(x)
    one, two = both_thread_counts(lambda: index.search(queries, 9))
    same(one, two)
    for step in (1, 2, 5, len(queries)):
        parts = [index.search(queries[i:i + step], 9) for i in range(0, len(queries), step)]
        same(one, [np.concatenate(p) for p in zip(*parts)])
    same([a[:1] for a in one], index.search(queries[0], 9))

@every_metric
def test_ties_do_not_cost_memory(metric, monkeypatch):
    "Where every row is as near as every other, they are looked at a few queries at a time: all pairs at once would take 90 MB."
    kept = []
    monkeypatch.setattr(flat_index, "_MOST", 1 << 14)
    for road in (flat_index.Candidates, flat_index.Shortlist):
        monkeypatch.setattr(road, "__init__", lambda self, *given, init=road.__init__, **more: (kept.append((len(given[0]), given[6])), init(self, *given, **more))[1])
    index = FlatIndex(64, metric)
    index.add(np.ones((3000, 64)))
    tracemalloc.start()
    try: found, peak = index.search(np.ones((60, 64)), 4), tracemalloc.get_traced_memory()[1]
    finally: tracemalloc.stop()
    assert found[1].tolist() == [[0, 1, 2, 3]] * 60 and peak < 20e6
    assert max(c for _, c in kept) >= 3000 and all(m == 1 or m * c <= 1 << 14 for m, c in kept)

@every_metric
def test_an_empty_index_answers(metric):
    distances, ids = FlatIndex(3, metric).search([[1, 2, 3], [0, 0, 0]], 4)
    assert distances.shape == ids.shape == (2, 4) and (ids == -1).all() and np.isinf(distances).all()
    assert [a.shape for a in FlatIndex(3, metric).search(np.empty((0, 3)), 2)] == [(0, 2), (0, 2)]

@pytest.mark.parametrize("make", [lambda: FlatIndex(3), lambda: IVF(3).train(np.eye(3))], ids=["flat", "ivf"])
@pytest.mark.parametrize("query, k, error, words", [([1, 2], 3, DimensionError, "3.*2"), (np.ones((2, 5)), 3, DimensionError, "3.*5"), ([1, math.nan, 3], 3, VectorError, "nan"), ("abc", 3, VectorError, "type"), (None, 3, VectorError, "object"), (np.ones((1, 1, 3)), 3, DimensionError, "shape"),
                                          ([[1, 2, 3], [1]], 3, MinivecdbError, "1|read"), ([1, 2, 3], 0, ValueError, "k.*0"), ([1, 2, 3], -1, ValueError, "k.*-1"), ([1, 2, 3], 2.5, ValueError, "k.*2.5"), ([1, 2, 3], "5", ValueError, "k.*5"), ([1, 2, 3], True, ValueError, "k.*True"), ([1, 2, 3], None, ValueError, "k.*None")], ids=str)
def test_a_bad_query_is_refused(make, query, k, error, words):
    with pytest.raises(error, match=words): make().search(query, k)

@pytest.mark.parametrize("dimension", [0, -3, 2.5, "3", None], ids=repr)
@pytest.mark.parametrize("index", [FlatIndex, IVF])
def test_a_bad_dimension_is_refused(index, dimension):
    with pytest.raises(DimensionError, match=str(dimension)): index(dimension)

@pytest.mark.parametrize("index", [FlatIndex, IVF])
def test_an_unknown_metric_is_refused(index):
    with pytest.raises(ValueError, match="l1.*cosine, euclidean, dot"): index(3, metric="l1")

def test_a_flat_index_over_a_storage():
    s = filled(DIFFICULT["normal"])
    s.delete(3); s.update(7, vector=np.ones(8))
    index = FlatIndex.from_storage(s, "euclidean")
    assert len(index) == N - 1 and 3 not in index.search(DIFFICULT["normal"][3], N - 1)[1] and index.search(np.ones(8), 1)[1].tolist() == [[7]]
    before = index.search(np.zeros(8), N)
    s.delete(0); s.add(np.zeros(8))
    same(before, index.search(np.zeros(8), N))
    assert np.shares_memory(FlatIndex.from_storage(filled(DIFFICULT["normal"])).rows, FlatIndex.from_storage(s).rows) is False
    dense = filled(DIFFICULT["normal"])
    assert np.shares_memory(FlatIndex.from_storage(dense).rows, FlatIndex.from_storage(dense).rows)

@pytest.mark.parametrize("dense", [True, False])
def test_an_index_over_a_storage_can_grow_without_touching_it(dense):
    s = filled(np.eye(3))
    if not dense: s.delete(1)
    index = FlatIndex.from_storage(s, "euclidean")
    index.add(np.empty((0, 3)))
    index.add([[5, 5, 5]])
    assert index.search([5, 5, 5], 1)[1].tolist() == [[3]] and len(s) == 2 + dense
    assert index.remove([0, 99]) == 1 and 0 in s and index.search([1, 0, 0], 4)[1][0].tolist().count(0) == 0
    index.add([[1, 0, 0]], [0])
    assert index.search([1, 0, 0], 1)[1].tolist() == [[0]]

BAD_IDS = [([0, 1], "2"), ([5, 5, 6], "distinct"), ([1, 2, 300], "300.*already"), ([-1, 5, 6], "-1"), ([.5, 1, 2], "float64"), (["a", "b", "c"], "U1"), ([[5, 6, 7]], r"\(1, 3\)"), ([True, False, True], "bool")]

@pytest.mark.parametrize("make", [lambda: FlatIndex(2, "euclidean"), lambda: IVF(2, 2, "euclidean").train(np.eye(2))], ids=["flat", "ivf"])
@pytest.mark.parametrize("ids, words", BAD_IDS, ids=str)
def test_bad_ids_are_refused_and_change_nothing(make, ids, words):
    index = make()
    index.add([[1, 1], [2, 2]], [300, 7])
    before = index.search([0, 0], 5)
    with pytest.raises(ValueError, match=words): index.add(np.ones((3, 2)), ids)
    with pytest.raises(MinivecdbError): index.add([[1, 2], [3, math.nan]])
    with pytest.raises(ValueError): index.remove([7.5])
    same(before, index.search([0, 0], 5))
    index.add([[3, 3]])
    assert index.search([3, 3], 1)[1].tolist() == [[301]] and index.remove([300, 301, 999]) == 2 and len(index) == 1 and index.remove(7) == 1

def test_recall_counts_true_neighbours_found():
    assert recall([[1, 2, 3]], [[3, 2, 1]]) == 1 and recall([[1, 2, 3]], [[1, 5, 6]]) == pytest.approx(1 / 3) and recall([[4]], [[5]]) == 0
    assert recall([[1, 2], [3, 4]], [[1, 9], [3, 4]]) == .75
    assert recall([[1, -1, -1]], [[1, -1, -1]]) == 1 and recall([[-1, -1]], [[1, -1]]) == 0       # -1 is no neighbour
    assert recall([1, 2], [2, 7]) == .5
    with pytest.raises(ValueError, match="1.*2"): recall([[1]], [[1], [2]])

# --- k-means --------------------------------------------------------------------------------------------

def global_random_state():
    import torch
    return random.getstate(), [a.tolist() if isinstance(a, np.ndarray) else a for a in np.random.get_state()], torch.random.get_rng_state().tolist()

def inertia(x, centroids, preds): return float(((x.astype(np.float64) - centroids[preds])**2).sum())

def test_a_tenth_of_the_rows_plus_one_is_the_default():
    x = np.random.default_rng(0).normal(size=(20, 768))
    centroids, preds = run_kmeans(x)
    assert centroids.shape == (3, 768) and centroids.dtype == np.float32 and preds.shape == (20,) and preds.dtype == np.int64
    assert set(preds.tolist()) == {0, 1, 2} and len(run_kmeans(x[:9])[0]) == 1 and len(run_kmeans(x[:10])[0]) == 2
    for form in (x.tolist(), L(x.tolist()), L(*x)): np.testing.assert_array_equal(run_kmeans(form)[0], centroids)

@every_metric
def test_a_seed_decides_everything(metric):
    x = DIFFICULT["normal"]
    first, again, other = (run_kmeans(x, 20, seed, metric) for seed in (5, 5, 6))
    for a, b in zip(first, again): np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], other[0])
    for limit in (1 << 30, 0): np.testing.assert_array_equal(*(run_kmeans(x, 20, 5, metric, memory_limit=limit)[1] for _ in range(2)))

@pytest.mark.parametrize("limit", [1 << 30, 0], ids=["library", "blocks"])
def test_global_random_states_are_not_touched_and_do_not_matter(limit):
    import torch
    x, answers = DIFFICULT["duplicates"], []
    for seed in (1, 2):
        random.seed(seed); np.random.seed(seed); torch.manual_seed(seed)
        before = global_random_state()
        answers.append(run_kmeans(x, 25, memory_limit=limit))
        assert global_random_state() == before
    for a, b in zip(*answers): np.testing.assert_array_equal(a, b)

@pytest.mark.parametrize("limit", [1 << 30, 0], ids=["library", "blocks"])
@every_metric
@every_data
def test_no_cluster_is_empty_and_nothing_is_nan(name, metric, limit):
    "As many clusters as asked for, or as there are distinct rows; fewer are announced, and nothing else is."
    x = DIFFICULT[name]
    lengths = np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    most = len(np.unique(x + np.float32(0), axis=0))
    least = most if metric != "cosine" else len(np.unique(np.round(x / np.where(lengths, lengths, 1), 4) + 0., axis=0))   # rounding decides how many directions there are
    for k in sorted({1, len(x) // 10 + 1, len(x) // 2 + 1, len(x)}):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            centroids, preds = run_kmeans(x, k, metric=metric, memory_limit=limit)
        assert min(k, least) <= len(centroids) <= min(k, most) and np.isfinite(centroids).all() and centroids.dtype == np.float32
        assert preds.shape == (len(x),) and np.bincount(preds, minlength=len(centroids)).min() > 0 and preds.max() < len(centroids)
        messages = [str(w.message) for w in said]
        assert messages == ([] if k == len(centroids) else [f"asked for {k} clusters, but the data has {len(centroids)} distinct rows: making {len(centroids)} clusters"])

@pytest.mark.parametrize("scale", [1e-30, 1, 1e30], ids=str)
@pytest.mark.parametrize("limit", [1 << 30, 0], ids=["library", "blocks"])
def test_well_separated_groups_are_found_at_any_scale(scale, limit):
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(5, 8)) * 100
    truth = np.repeat(np.arange(5), 40)
    x = np.float32((centres[truth] + rng.normal(size=(200, 8))) * scale)
    best = min((run_kmeans(x, 5, seed, memory_limit=limit) for seed in range(8)), key=lambda r: inertia(x / np.float64(scale), r[0] / np.float64(scale), r[1]))
    assert len(set(zip(truth.tolist(), best[1].tolist()))) == 5

@every_metric
def test_each_row_belongs_to_the_nearest_centroid(metric, headlines):
    _, x = headlines.to_arrays()
    centroids, preds = run_kmeans(x, 40, metric=metric)
    far = distance_matrix(x, centroids, "cosine" if metric == "cosine" else "euclidean")
    assert (far[np.arange(len(x)), preds] <= far.min(1) + 1e-5).all()

@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_rows_find_clusters_as_good_as_the_librarys(seed, headlines, monkeypatch):
    "Within 1% of the inertia, and the bound decides which of the two runs."
    _, x = headlines.to_arrays()
    used, library = [], kmeans._torch_kmeans
    monkeypatch.setattr(kmeans, "_torch_kmeans", lambda *a: (used.append(1), library(*a))[1])
    fast = run_kmeans(x, 30, seed)
    assert used == [1]
    blocks = run_kmeans(x, 30, seed, memory_limit=480 * 30)
    assert used == [1]
    assert inertia(x, *blocks) == pytest.approx(inertia(x, *fast), rel=.01)
    rng = np.random.default_rng(seed)
    assert inertia(x, *fast) < .95 * inertia(x, x[(start := rng.permutation(len(x))[:30])], assign(x, x[start])[0])

@pytest.mark.parametrize("data", [[], np.empty((0, 3)), np.empty((3, 0)), [1, 2, 3], 5, np.ones((2, 2, 2))], ids=lambda d: str(np.shape(d)))
def test_data_that_is_no_matrix_cannot_be_clustered(data):
    with pytest.raises(ValueError, match="shape"): run_kmeans(data)

@pytest.mark.parametrize("k", [0, -1, 2.5, True, "3"], ids=repr)
def test_a_number_of_clusters_that_cannot_be_is_refused(k):
    with pytest.raises(ValueError, match=f"n_clusters.*{k}"): run_kmeans(np.eye(5), k)

def test_values_that_are_not_numbers_cannot_be_clustered():
    for bad in ([[1, math.nan]], [[math.inf, 1]], [["a", "b"]], [[1, 2], [3]]):
        with pytest.raises(VectorError): run_kmeans(bad)
    with pytest.raises(ValueError, match="l1"): run_kmeans(np.eye(5), metric="l1")

def test_lloyd_never_gets_worse():
    *_, log = lloyd(DIFFICULT["normal"], DIFFICULT["normal"][:12], max_iter=20)
    costs = [round["inertia"] for round in log if not round["empty"]]
    assert len(costs) > 3 and all(b <= a * (1 + 1e-6) for a, b in zip(costs, costs[1:]))

# --- build_index ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("n, clusters", [(0, 1), (1, 1), (9, 1), (10, 2), (383, 39), (480, 49), (1580, 158), (1600, 160), (10_000, 400), (1_000_000, 4000)])
def test_the_default_number_of_clusters(n, clusters): assert default_clusters(n) == clusters == max(1, min(n // 10 + 1, int(4 * n**.5)))

@every_metric
def test_both_maps_tell_the_same(metric, headlines):
    s = filled(headlines.to_arrays()[1])
    for id in range(0, 100, 3): s.delete(id)
    cluster_ids_map, id_cluster_map, centroids = build_index(s, metric)
    assert len(centroids) == default_clusters(len(s)) == len(cluster_ids_map) == 45 and centroids.shape[1] == s.dimension
    assert sorted(id_cluster_map) == list(s) and sorted(sum(cluster_ids_map.values(), [])) == list(s)
    assert all(id_cluster_map[i] == c for c, ids in cluster_ids_map.items() for i in ids) and all(cluster_ids_map.values())
    again = build_index(s, metric)
    assert again[:2] == (cluster_ids_map, id_cluster_map) and np.array_equal(again[2], centroids)

def test_small_storages_have_an_index_too():
    assert [len(part) for part in build_index(VectorStorage(3))] == [0, 0, 0]
    maps = build_index(filled([[1, 2, 3]]), "euclidean")
    assert maps[:2] == ({0: [0]}, {0: 0}) and maps[2].tolist() == [[1, 2, 3]]

# --- inverted lists -------------------------------------------------------------------------------------

def contents(lists):
    "list number -> {id: row}, and the lengths checked on the way."
    out = []
    for j in range(len(lists.sizes)):
        at = lists.positions(np.array([j]))
        np.testing.assert_array_equal(lists.lengths[at], distances.row_lengths(lists.codes[at]))
        out.append({int(i): r.tolist() for i, r in zip(lists.ids[at], lists.codes[at])})
        assert len(out[-1]) == len(at) == lists.sizes[j] <= lists.rooms[j]
    return out

@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_lists_against_dictionaries(seed, n_lists):
    "Random appends and removals; old states keep what they held."
    rng = np.random.default_rng(seed)
    lists, model, next_id, states = empty_lists(n_lists, 2), [{} for _ in range(n_lists)], 0, []
    for _ in range(15):
        n = int(rng.choice([0, 1, 3, 50, 700]))
        if rng.random() < .6:
            rows, ids, labels = rng.normal(size=(n, 2)).astype(np.float32), np.arange(next_id, next_id + n), rng.integers(0, n_lists, n)
            lists, next_id = lists.append(rows, ids, labels, distances.row_lengths(rows)), next_id + n
            for r, i, j in zip(rows, ids, labels): model[j][int(i)] = r.tolist()
        else:
            gone = rng.integers(0, next_id + 5, 3 * n)
            lists = lists.remove(gone)
            for m in model:
                for i in gone: m.pop(int(i), None)
        assert contents(lists) == model and len(lists) == sum(map(len, model))
        states.append((lists, [dict(m) for m in model]))
        assert len(lists.codes) <= 16 + 2 * max(1024, 4 * int(lists.rooms.sum()))      # garbage is collected
    for old, then in states: assert contents(old) == then

def test_ranges_are_joined():
    assert ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11] and ranges(np.array([], int), np.array([], int)).tolist() == []

# --- IVF over arrays ------------------------------------------------------------------------------------

def trained(x, metric="cosine", n_clusters=None, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "asked for .* clusters")
        index = IVF(x.shape[1], n_clusters, metric, **options).train(x)
    index.add(x)
    return index

@every_metric
@every_data
def test_every_list_probed_is_exact_search(name, metric):
    x, queries = DIFFICULT[name], queries_for(DIFFICULT[name])
    index, flat = trained(x, metric), FlatIndex(x.shape[1], metric)
    flat.add(x)
    for k in (1, 10, len(x) + 2): same(index.search(queries, k, nprobe=len(index.coarse)), flat.search(queries, k))
    same(index.search(queries, 5, nprobe=10**9), flat.search(queries, 5))
    same(index.search(queries[0], 5, nprobe=10**9), flat.search(queries[0], 5))

@every_metric
def test_lists_are_ranked_by_the_indexs_own_metric(metric, headlines):
    "Rows of very different lengths, so that the three orders differ."
    x = headlines.to_arrays()[1] * np.float32(10)**np.random.default_rng(0).normal(size=(480, 1)).astype(np.float32)
    index, queries = trained(x, metric, 30), x[:40]
    index.reach = None   # by centroids alone: what inner products add to that has tests of its own
    centroids = index.coarse.rows
    order = [[i for _, i in sorted((float(func_map[metric](q, c)), i) for i, c in enumerate(centroids))] for q in queries]
    for n in (1, 2, 4, 13, 30): assert [set(p) for p in index.probes(queries, n).tolist()] == [set(o[:n]) for o in order]
    members = [set(index.lists.ids[index.lists.positions(np.array([j]))].tolist()) for j in range(30)]
    for q, o, found in zip(queries, order, index.search(queries, 300, nprobe=4)[1]):
        assert set(found[found >= 0].tolist()) <= set.union(*(members[j] for j in o[:4])) and (found >= 0).sum() == min(300, sum(len(members[j]) for j in o[:4]))

def test_the_data_of_the_test_above_tells_the_metrics_apart(headlines):
    x = headlines.to_arrays()[1] * np.float32(10)**np.random.default_rng(0).normal(size=(480, 1)).astype(np.float32)
    centroids = trained(x, "dot", 30).coarse.rows
    assert len({tuple(np.argsort([func_map[m](x[0], c) for c in centroids])) for m in METRICS}) == 3

def test_a_small_index_is_exact_by_default_and_a_tenth_is_read_where_nothing_was_measured(headlines):
    x = headlines.to_arrays()[1]
    index = trained(x)
    assert len(index.coarse) == 49
    same(index.search(x[:20], 5), index.search(x[:20], 5, nprobe=49))
    index.enough = None   # as in a file from before it was measured
    same(index.search(x[:20], 5), index.search(x[:20], 5, nprobe=4))
    small = trained(x[:30])
    small.enough = None
    same(small.search(x[:20], 5), small.search(x[:20], 5, nprobe=1))

@every_metric
@pytest.mark.parametrize("nprobe, fill", [(1, False), (5, False), (2, True)])
def test_ivf_answers_do_not_depend_on_batch_and_threads(metric, nprobe, fill, headlines, both_thread_counts):
    x = headlines.to_arrays()[1]
    index, queries, options = trained(x, metric), x[::9] + np.float32(.01), {"nprobe": nprobe, "ensure_topk_full": fill}
    one, two = both_thread_counts(lambda: index.search(queries, 30, **options))
    same(one, two)
    for step in (1, 3, 17): same(one, [np.concatenate(p) for p in zip(*(index.search(queries[i:i + step], 30, **options) for i in range(0, len(queries), step)))])

@every_metric
def test_further_lists_fill_the_answer_and_no_more_than_needed(metric, headlines):
    x = headlines.to_arrays()[1]
    index = trained(x, metric)
    index.reach = None   # as above
    for k in (1, 20, 200, 480, 600):
        distances, ids = index.search(x[:30], k, nprobe=1, ensure_topk_full=True)
        assert ((ids >= 0).sum(1) == min(k, 480)).all() and (np.diff(distances[:, :min(k, 480)], axis=1) >= 0).all() and np.isinf(distances[:, 480:]).all()
        for q, p in zip(x[:30], index.probes(x[:30], 1, fill=k)):
            order, n = np.argsort(func_map[metric](q, index.coarse.rows), kind="stable"), (p >= 0).sum()
            assert set(p[p >= 0].tolist()) == set(order[:n].tolist()) and index.lists.sizes[order[:n]].sum() >= min(k, 480)
            assert n == 1 or index.lists.sizes[order[:n - 1]].sum() < min(k, 480)
    assert ((index.search(x[:30], 200, nprobe=1)[1] >= 0).sum(1) < 200).any()   # not asked for, not filled

def test_ivf_ids_add_and_remove():
    x = DIFFICULT["normal"]
    index = IVF(8, 5, "euclidean").train(x)
    assert len(index) == 0 and index.is_trained
    index.add(x[:10]); index.add(x[10:20], range(100, 110)); index.add(x[20:22])
    assert len(index) == 22 and index.search(x[[0, 15, 20]], 1, nprobe=5)[1].ravel().tolist() == [0, 105, 110]
    assert index.remove([0, 105, 12345]) == 2 and index.remove([]) == 0 and len(index) == 20
    assert index.search(x[0], 22, nprobe=5)[1].tolist()[0].count(-1) == 2
    index.add(x[:1], [0])
    assert index.search(x[0], 1)[1].tolist() == [[0]]

def test_an_untrained_index_says_to_train():
    index = IVF(3)
    assert not index.is_trained and len(index) == 0 and "not trained" in repr(index)
    for call in (lambda: index.search([1, 2, 3]), lambda: index.add([[1, 2, 3]]), lambda: index.remove([1])):
        with pytest.raises(NotBuiltError, match="train"): call()

def test_training_on_a_sample_of_the_rows():
    x = DIFFICULT["normal"]
    index = IVF(8, 3, "euclidean").train(x, sample=30)
    index.add(x)
    assert len(index.coarse) == 3 and len(index) == N
    flat = FlatIndex(8, "euclidean"); flat.add(x)
    same(index.search(x[:9], 4, nprobe=3), flat.search(x[:9], 4))
    with pytest.raises(ValueError): IVF(8).train(np.empty((0, 8)))
    with pytest.raises(DimensionError, match="8.*3"): IVF(8).train(np.eye(3))

@pytest.mark.parametrize("nprobe", [0, -1, 2.5, "3"], ids=repr)
def test_a_number_of_lists_that_cannot_be_is_refused(nprobe):
    index, storage = trained(DIFFICULT["normal"]), filled(DIFFICULT["normal"])
    wrapped = IVFIndex(storage).build()
    for call in (lambda: index.search(np.ones(8), nprobe=nprobe), lambda: wrapped.search(np.ones(8), nprobe=nprobe), lambda: IVFIndex(storage, nprobe=nprobe)):
        with pytest.raises(ValueError, match=f"nprobe.*{nprobe}"): call()

def test_the_same_seed_gives_the_same_index(headlines):
    x = headlines.to_arrays()[1]
    a, b, c = trained(x, seed=1), trained(x, seed=1), trained(x, seed=2)
    np.testing.assert_array_equal(a.coarse.rows, b.coarse.rows); same(a.search(x, 10), b.search(x, 10))
    assert not np.array_equal(a.coarse.rows, c.coarse.rows)

# --- IVFIndex over a storage ----------------------------------------------------------------------------

def answers(hits): return [(h.id, h.distance) for h in hits]

def exact(storage, query, k, metric):
    "What exact search says, as (id, distance) pairs."
    distances, ids = FlatIndex.from_storage(storage, metric).search(query, k)
    return [(i, d) for i, d in zip(ids[0].tolist(), distances[0].tolist()) if i >= 0]

def agrees_with_exact(index, queries, k=7):
    for q in queries: assert answers(index.search(q, k, nprobe=10**6)) == exact(index.storage, q, k, index.metric.name)

@pytest.fixture
def library(headlines):
    "A storage of its own, with the headlines."
    return filled(headlines.to_arrays()[1], headlines.get_all().itemgot(2))

@pytest.fixture
def no_clustering(monkeypatch):
    "Fail where anything is clustered from now on."
    def forbid():
        def fail(*args, **kwargs): raise AssertionError("the index was built anew")
        monkeypatch.setattr(IVF, "train", fail)
    return forbid

@every_metric
def test_a_search_returns_hits(library, metric):
    index, query = IVFIndex(library, distance_fn=metric).build(), library.get(5)[0]
    hits = index.search(query)
    assert isinstance(hits, L) and len(hits) == 5 and all(isinstance(h, Hit) for h in hits)
    for hit in hits:
        vector, metadata = library.get(hit.id)
        assert hit[0] is hit.vector and hit[1] is hit.metadata and hit.metadata == metadata and hit.vector.tolist() == vector.tolist()
        assert type(hit.id) is int and type(hit.distance) is float and hit.distance == func_map[metric](query, vector)
    assert hits[0].id == 5 and hits.itemgot(1) == [library.get(h.id)[1] for h in hits]
    assert [h.distance for h in hits] == sorted(h.distance for h in hits)
    assert len(index.search(query, 3)) == 3 and len(index.search(query, k=1, nprobe=1)) == 1

@every_metric
def test_every_list_probed_is_exact_over_a_storage_too(library, metric):
    agrees_with_exact(IVFIndex(library, distance_fn=metric).build(), library.to_arrays()[1][::40], k=20)

def test_the_distance_may_be_a_function(library):
    for name, f in func_map.items():
        query = library.get(9)[0]
        assert answers(IVFIndex(library, distance_fn=f).build().search(query)) == answers(IVFIndex(library, distance_fn=name).build().search(query))
    with pytest.raises(ValueError, match="cosine, euclidean, dot"): IVFIndex(library, distance_fn="l1")

def test_it_is_a_thin_wrapper_over_the_array_index(library):
    index = IVFIndex(library, nprobe=3).build()
    assert isinstance(index.ivf, IVF)
    for q in library.to_arrays()[1][:10]:
        distances, ids = index.ivf.search(q, 5, nprobe=3, ensure_topk_full=True)
        assert answers(index.search(q)) == list(zip(ids[0].tolist(), distances[0].tolist())) == answers(index.search(q, nprobe=3))

def test_what_is_returned_can_be_changed_without_harm(library):
    index, query = IVFIndex(library).build(), library.get(3)[0]
    before = index.search(query)
    for hit in index.search(query): hit.vector[:] = 0; hit.metadata.clear()
    after = index.search(query)
    assert answers(before) == answers(after) and before.itemgot(1) == after.itemgot(1)

def test_stats(library):
    index = IVFIndex(library, nprobe=7, upkeep=False)
    drift = ("imbalance", "quantization_error", "quantization_error_at_training")
    def plain(stats): return {k: v for k, v in stats.items() if k in STATS}
    assert {"mode", "recall", "known_from"} <= set(index.get_stats())
    assert plain(index.get_stats()) == dict(zip(STATS, [0, 0, False, 7, 0., 0, 0, 0])) and [index.get_stats()[k] for k in drift] == [0., 0., 0.]
    stats, sizes = index.build().get_stats(), index.ivf.lists.sizes
    assert list(plain(stats)) == STATS and plain(stats) == dict(zip(STATS, [480, 49, True, 7, 480 / 49, sizes.min(), sizes.max(), 0]))
    assert [type(v) for v in plain(stats).values()] == [int, int, bool, int, float, int, int, int]
    assert stats["imbalance"] == pytest.approx(49 * (sizes / 480) @ (sizes / 480)) and stats["quantization_error"] == pytest.approx(stats["quantization_error_at_training"], rel=1e-4) and stats["quantization_error"] > 0
    for id in index.ivf.lists.ids[index.ivf.lists.positions(np.array([0]))].tolist(): library.delete(id)
    stats = index.get_stats()
    assert (stats["empty_clusters"], stats["min_cluster_size"], stats["n_vectors"], stats["n_clusters"]) == (1, 0, len(library), 49)

def test_stats_stand_in_the_order_in_which_one_asks(library):
    "How much, what a search reads and finds, what it costs; advice comes last, and only where there is some."
    index = IVFIndex(library, codec="int8").build()
    first = ["n_vectors", "dimension", "n_clusters", "built", "nprobe", "recall", "mode", "known_from", "codec", "bytes_per_vector"]
    assert list(index.get_stats())[:10] == first and list(IVFIndex(library, codec="int8").get_stats())[:10] == first
    assert index.get_stats()["codec"] == IVFIndex(library, codec="int8").get_stats()["codec"] == "int8" and IVFIndex(library, codec="auto").get_stats()["codec"] == "flat"
    assert index.get_stats()["dimension"] == 384 and index.get_stats()["bytes_per_vector"] == sum(index.ivf.memory_usage().values()) / 480
    assert "advice" not in index.get_stats()
    index._ivf.strange = 480
    assert list(index.get_stats())[-1] == "advice"

def test_an_index_that_is_not_built_says_to_build(library):
    index = IVFIndex(library)
    with pytest.raises(NotBuiltError, match=r"480 vectors.*build\(\)"): index.search(library.get(0)[0])
    assert "not built" in repr(index) and "480" in repr(index)
    assert index.build() is index and "49 lists" in repr(index)

@every_metric
def test_an_empty_storage_and_one_row_answer_exactly(metric):
    s = VectorStorage(3)
    index = IVFIndex(s, distance_fn=metric).build()
    assert index.search([1, 2, 3]) == [] and index.get_stats()["n_vectors"] == 0 and index.get_stats()["built"]
    s.add([1, 0, 0], {"a": 1})
    assert answers(index.search([1, 2, 3])) == exact(s, [1, 2, 3], 5, metric) and index.search([1, 2, 3])[0].metadata == {"a": 1}
    one = IVFIndex(s, distance_fn=metric).build()
    assert answers(one.search([0, 0, 0])) == exact(s, [0, 0, 0], 5, metric) and one.get_stats()["n_clusters"] == 1
    s.delete(0)
    assert one.search([1, 2, 3]) == index.search([1, 2, 3]) == []

def test_further_lists_are_read_until_k_are_found(library):
    index = IVFIndex(library, nprobe=1).build()
    for k in (5, 100, 480, 481, 10**12): assert len(index.search(library.get(0)[0], k)) == min(k, 480)
    assert answers(index.search(library.get(0)[0], 10**12)) == exact(library, library.get(0)[0], 480, "cosine")

@pytest.mark.parametrize("k", [0, -1, 2.5, "5", None, True], ids=repr)
def test_a_number_of_answers_that_cannot_be_is_refused(library, k):
    with pytest.raises(ValueError, match=f"k.*{k}"): IVFIndex(library).build().search(library.get(0)[0], k)

@pytest.mark.parametrize("query, error", [([1, 2], DimensionError), (np.ones((1, 383)), DimensionError), (np.ones((1, 1, 384)), DimensionError), ([math.nan] * 384, VectorError), ("text", VectorError)], ids=["short", "narrow", "three axes", "nan", "text"])
def test_a_query_that_does_not_fit_is_refused(library, query, error):
    with pytest.raises(error): IVFIndex(library).build().search(query)

@every_metric
def test_additions_through_the_index_are_found_at_once(library, metric, no_clustering):
    index = IVFIndex(library, distance_fn=metric).build()
    no_clustering()
    new = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    assert index.add_vectors_bulk(L(*new), L({"n": 0}, {"n": 1}, None)) == [480, 481, 482]
    for i, v in enumerate(new):
        hit = index.search(v, 1, nprobe=50)[0]
        assert hit.id == 480 + i and hit.metadata == ({"n": i} if i < 2 else {})
    assert index.get_stats()["n_vectors"] == 483 and abs(index.get_stats()["n_clusters"] - 49) <= 2   # lists may be split or given up
    agrees_with_exact(index, new)
    with pytest.raises(DimensionError): index.add_vectors_bulk([[1, 2]], [{}])
    assert len(library) == 483

@every_metric
def test_changes_behind_its_back_are_caught_up(library, metric, no_clustering):
    index, rng = IVFIndex(library, distance_fn=metric).build(), np.random.default_rng(0)
    no_clustering()
    x = library.to_arrays()[1].copy()
    library.delete(7); library.delete(8)
    library.update(9, vector=-x[9], metadata={"moved": True})
    library.update(10, metadata={"renamed": True})
    id = library.add(x[7] * 2, {"returned": True})
    found = index.search(x[7], 480, nprobe=1)
    assert {7, 8}.isdisjoint(h.id for h in found) and len(found) == 479 == index.get_stats()["n_vectors"]
    by_id = {h.id: h for h in index.search(x[9], 480, nprobe=100)}
    assert by_id[9].metadata == {"moved": True} and by_id[9].vector.tolist() == (-x[9]).tolist() and by_id[10].metadata == {"renamed": True} and by_id[id].metadata == {"returned": True}
    agrees_with_exact(index, x[5:12], k=30)

def test_an_updated_vector_changes_its_list(library):
    index = IVFIndex(library, nprobe=1, distance_fn="euclidean").build()
    x = library.to_arrays()[1].copy()
    library.update(0, vector=x[300] + np.float32(1e-4))
    assert index.search(x[300], 2)[1].id == 0
    assert 0 not in [h.id for h in index.search(x[0], 3)]

def test_deleted_vectors_are_never_returned(library):
    index, rng = IVFIndex(library, nprobe=2).build(), np.random.default_rng(0)
    x = library.to_arrays()[1].copy()
    for id in rng.permutation(480):
        library.delete(int(id))
        assert int(id) not in [h.id for h in index.search(x[id], 3)]
    assert index.search(x[0]) == [] and index.get_stats()["n_vectors"] == 0 and index.get_stats()["n_clusters"] < 49

@every_metric
def test_an_index_that_missed_too_many_changes_still_catches_up(metric, no_clustering):
    s = filled(DIFFICULT["normal"])
    index, rng = IVFIndex(s, distance_fn=metric).build(), np.random.default_rng(0)
    no_clustering()
    seen = s.changes
    for i in range(15_000): s.update(i % N, vector=rng.normal(size=8)) if i % N in s else s.add(rng.normal(size=8)); i % 997 or s.delete(i % N)
    assert s.changes_since(seen) is None
    agrees_with_exact(index, DIFFICULT["normal"][:5], k=400)
    assert index.get_stats()["n_vectors"] == len(s)

@settings(max_examples=8)
@given(st.integers(0, 2**32), st.sampled_from(METRICS))
def test_random_changes_and_searches_agree_with_exact_search(seed, metric):
    rng = np.random.default_rng(seed)
    s = filled(rng.integers(-3, 4, (int(rng.integers(0, 200)), 3)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "asked for .* clusters")
        index = IVFIndex(s, distance_fn=metric).build()
        for _ in range(15):
            kind, present = rng.integers(0, 6), list(s)
            if kind == 0: s.add(rng.integers(-3, 4, 3))
            elif kind == 1: index.add_vectors_bulk(rng.integers(-3, 4, (int(rng.integers(0, 60)), 3)))
            elif kind == 2 and present: s.update(int(rng.choice(present)), vector=rng.integers(-3, 4, 3))
            elif kind == 3 and present: [s.delete(int(i)) for i in rng.choice(present, min(30, len(present)), replace=False)]
            elif kind == 4: index.build()
            else: agrees_with_exact(index, rng.integers(-3, 4, (2, 3)), k=int(rng.integers(1, 50)))
        agrees_with_exact(index, rng.integers(-3, 4, (2, 3)))
    assert index.get_stats()["n_vectors"] == len(s)

def test_two_indexes_follow_one_storage(library):
    a, b = IVFIndex(library).build(), IVFIndex(library, distance_fn="dot").build()
    v = library.get(0)[0] * 3
    id = a.add_vectors_bulk([v], [{}])[0]
    assert id in [h.id for h in a.search(v, 2)] and id == b.search(v, 1)[0].id
    library.delete(id)
    assert id not in [h.id for h in a.search(v, 480)] + [h.id for h in b.search(v, 480)]

def test_a_rebuilt_index_knows_what_changed(library):
    index = IVFIndex(library).build()
    library.add_bulk(np.random.default_rng(0).normal(size=(520, 384)))
    index.build()
    assert index.get_stats()["n_clusters"] == default_clusters(1000) == 101 and index.get_stats()["empty_clusters"] == 0

def test_a_loaded_storage_gives_the_same_answers(library, tmp_path):
    library.delete(11)
    library.save(tmp_path/"s.json")
    again = VectorStorage.load(tmp_path/"s.json")
    one, two = IVFIndex(library, nprobe=3).build(), IVFIndex(again, nprobe=3).build()
    for q in library.to_arrays()[1][::50]: assert answers(one.search(q)) == answers(two.search(q))

def test_the_other_implementations_file_is_indexed(compat):
    s = VectorStorage.load(compat)
    maps = build_index(s)
    assert len(maps[0]) == len(maps[2]) == 39 and len(maps[1]) == 383
    for metric in METRICS:
        index = IVFIndex(s, distance_fn=metric).build()
        assert (index.get_stats()["n_clusters"], index.get_stats()["n_vectors"], index.get_stats()["empty_clusters"]) == (39, 383, 0)
        agrees_with_exact(index, s.to_arrays()[1][::20], k=10)

# --- threads --------------------------------------------------------------------------------------------

@pytest.fixture
def eager_threads():
    "Let threads change places as often as they can."
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(old)

def search_while(write, search, at_least=60):
    "One thread writes, step after step, until three others have searched `at_least` times each; the first error of any is raised."
    errors, counts, stop = [], [0] * 3, threading.Event()
    def reader(i):
        try:
            while not stop.is_set(): search(); counts[i] += 1
        except BaseException as e: errors.append(e)
    def writer():
        step = 0
        try:
            while not stop.is_set() and min(counts) < at_least and not errors: write(step); step += 1
        except BaseException as e: errors.append(e)
        finally: stop.set()
    threads = [threading.Thread(target=reader, args=(i,)) for i in range(3)] + [threading.Thread(target=writer)]
    for t in threads: t.start()
    for t in threads: t.join()
    if errors: raise errors[0]
    assert min(counts) >= at_least

@every_metric
def test_searching_while_vectors_change(metric, eager_threads):
    "The distance is the returned vector's, the metadata too, and there are always k."
    rng = np.random.default_rng(0)
    s = filled(rng.normal(size=(60, 8)), [{"v": -1.}] * 60)
    index, query = IVFIndex(s, 3, metric, n_clusters=8).build(), rng.normal(size=8).astype(np.float32)
    def write(i):
        v = rng.normal(size=8).astype(np.float32)
        s.update(i % 60, v, {"v": float(v[0])})
    def search():
        hits = index.search(query)
        assert len(hits) == 5 and len({h.id for h in hits}) == 5 and [h.distance for h in hits] == sorted(h.distance for h in hits)
        for h in hits: assert h.distance == func_map[metric](query, h.vector) and h.metadata["v"] in (-1., float(h.vector[0]))
    search_while(write, search)
    agrees_with_exact(index, [query])

def test_searching_while_vectors_come_and_go(eager_threads):
    rng = np.random.default_rng(0)
    s = filled(rng.normal(size=(60, 8)))
    index, query = IVFIndex(s, 2, "euclidean", n_clusters=8).build(), rng.normal(size=8).astype(np.float32)
    def write(i):
        if len(s) > 20: s.delete(next(iter(s)))
        else: s.add_bulk(rng.normal(size=(40, 8)))
    search_while(write, lambda: len(index.search(query, 10)) == 10 or pytest.fail("too few answers"))
    agrees_with_exact(index, [query])

def test_searching_while_the_index_is_built_anew(library, eager_threads):
    index, query = IVFIndex(library, nprobe=49).build(), library.get(0)[0]
    expected = exact(library, query, 5, "cosine")
    search_while(lambda i: index.build(), lambda: answers(index.search(query, nprobe=1000)) == expected or pytest.fail("another answer"), at_least=20)

@pytest.mark.parametrize("make", [lambda x: FlatIndex(8, "euclidean"), lambda x: IVF(8, 10, "euclidean").train(x)], ids=["flat", "ivf"])
def test_searching_arrays_while_one_thread_adds_and_removes(make, eager_threads):
    rng, x = np.random.default_rng(0), DIFFICULT["normal"]
    index, query = make(x), np.ones(8, np.float32)
    index.add(x)
    there = set(range(N))
    def write(i):
        if i % 2:
            missing = sorted(set(range(N)) - there)
            index.add(x[missing], missing); there.update(missing)
        else:
            gone = rng.integers(N // 2, N, 50).tolist()
            index.remove(gone); there.difference_update(gone)
    options = {"nprobe": 10} if isinstance(index, IVF) else {}
    def search():
        distances, ids = index.search(query, N // 2, **options)
        assert (ids >= 0).all() and len(set(ids[0].tolist())) == N // 2 and (distances[0] == euclidean(query, x[ids[0]])).all()
    search_while(write, search)

# --- names ----------------------------------------------------------------------------------------------

def test_everything_is_found_in_ivf_index():
    from minivecdb.ivf_index import IVFIndex, build_index
    from minivecdb.distances.metric import euclidean, func_map, neg_dot, vers
    from minivecdb.kmeans import run_kmeans
    assert (vers, euclidean, neg_dot, func_map, run_kmeans) == (distances.vers, distances.euclidean, distances.neg_dot, distances.func_map, kmeans.run_kmeans)

def test_a_ratio_threshold_keeps_the_nearest_list_even_of_an_opposite_query():
    x = np.abs(np.random.default_rng(3).standard_normal((200, 8))).astype(np.float32)
    index = IVF(8, n_clusters=10).train(x)
    index.add(x)
    assert (index.search(-x[:5], 3, nprobe=10, ratio_threshold=.5)[1] >= 0).all()

def test_numpy_integers_as_settings_survive_a_file(tmp_path):
    x = np.random.default_rng(4).standard_normal((60, 8)).astype(np.float32)
    index = IVF(8, n_clusters=np.int64(6), seed=np.int64(2)).train(x)
    index.add(x)
    index.save(tmp_path/"a.ivf")
    np.testing.assert_array_equal(IVF.load(tmp_path/"a.ivf").search(x, 3)[1], index.search(x, 3)[1])
