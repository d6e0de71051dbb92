"Answers at the ends of float32, ties, and a range search beside a search: the same from every road."
import json
from unittest import mock
import numpy as np
import pytest
from minivecdb.ivf import files as index_files
from minivecdb.codecs.codec import CodecError
from minivecdb.distances.metric import get_metric, powers_for
from minivecdb.exact.flat import FlatIndex
from minivecdb.ivf import ArrayRows, IVF
from minivecdb.core.errors import VectorError

LOSSY = ("bf16", "int8", "int8-dimension", "pq4x4", "rpq4x4", "pca12")
BITS = ("rabitq", "rabitq3")

def crowds(rng, n, d=16): return (rng.standard_normal((9, d))[rng.integers(9, size=n)] + .5 * rng.standard_normal((n, d)))

def built(x, metric, codec, **options):
    "An index that can measure exactly."
    index = IVF(x.shape[1], 7, metric, codec, **options).train(x)
    index.add(x)
    index.rows = ArrayRows(x)
    return index

def with_kernels(monkeypatch, compiled):
    "Searches use kernels, or do not, however small they are."
    for room in ("ivf.search", "lists.bit_scanner"):
        monkeypatch.setattr(f"minivecdb.{room}.pays", lambda *work: compiled)

@pytest.mark.parametrize("compiled", (False, True))
@pytest.mark.parametrize("spill", (None, 1.))
@pytest.mark.parametrize("codec", ("flat", *LOSSY, *BITS))
@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
def test_a_range_search_finds_what_a_search_shows_within_the_radius(metric, codec, spill, compiled, monkeypatch):
    with_kernels(monkeypatch, compiled)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: compiled)
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
def test_distances_beyond_float32_tie_by_id_and_products_are_in_order(metric):
    x = (np.clip(np.random.default_rng(0).standard_normal((3000, 24)), -3, 3) * 1e38).astype(np.float32)
    q = -x[:2]
    wide, one = x.astype(float), q[0].astype(float)
    far = np.linalg.norm(wide - one, axis=1) if metric == "euclidean" else -wide @ one
    if metric == "euclidean":
        with np.errstate(over="ignore"): far = far.astype(np.float32)
    truth = np.lexsort((np.arange(3000), far))[:50]
    for index, how in ((FlatIndex(24, metric), {}), (IVF(24, 5, metric).train(x), {"nprobe": 5})):
        index.add(x)
        assert index.search(q, 50, **how)[1][0].tolist() == truth.tolist()

@pytest.mark.parametrize("compiled", (False, True))
@pytest.mark.parametrize("metric", ("cosine", "euclidean"))
def test_estimates_that_are_cut_off_tie_by_id(metric, compiled, monkeypatch):
    with_kernels(monkeypatch, compiled)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: compiled)
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

@pytest.mark.parametrize("rescore", (None, 60))
@pytest.mark.parametrize("scale", (1e-30, 1e-13, 1e13, 1e20, 1e36))
@pytest.mark.parametrize("codec", (*BITS, "rabitq8"))
def test_bits_rank_rows_of_any_length_as_they_rank_rows_of_length_1(codec, scale, rescore):
    x = crowds(np.random.default_rng(4), 400).astype(np.float32)
    def answer(power):
        rows = np.ldexp(x, power)
        return built(rows, "euclidean", codec).search(rows[:9] * np.float32(1.5), 10, nprobe=4, rescore=rescore)
    power = int(np.log2(scale))
    usual, scaled = answer(0), answer(power)
    assert scaled[1].tolist() == usual[1].tolist()
    assert np.ldexp(scaled[0].astype(float), -power) == pytest.approx(usual[0].astype(float), rel=1e-5)

@pytest.mark.parametrize("metric", ("euclidean", "dot"))
def test_a_huge_row_hides_no_other_one(metric):
    rng = np.random.default_rng(5)
    x = crowds(rng, 500).astype(np.float32)
    x[7] *= np.float32(1e33)
    q = (x[20:60] + np.float32(.01)).astype(np.float32)
    flat = FlatIndex(16, metric); flat.add(x)
    truth = flat.search(q, 10)[1]
    for codec in ("flat", "bf16", "int8", "rabitq8"):
        index = built(x, metric, codec)
        found = index.search(q, 10, nprobe=7)[1]
        assert np.mean([len(np.intersect1d(a, b)) for a, b in zip(found, truth)]) / 10 > .9, codec
        assert index.search(q, 10, nprobe=7, rescore=500)[1].tolist() == truth.tolist()

def test_a_row_that_codes_cannot_hold_is_refused_and_changes_nothing():
    x = crowds(np.random.default_rng(6), 300).astype(np.float32)
    index = built(x, "euclidean", "rabitq2")
    more = np.concatenate([x[:2], x[:1] * np.float32(1e20)])
    with pytest.raises(VectorError, match="row 2 has length .*e.20, but .* hold lengths up to .* train with a sample that has such rows"): index.add(more)
    assert len(index) == 300
    index.add(more[:2])
    index.train(np.concatenate([x, more])).add(more)   # the remedy
    assert index.search(more[2], 1, nprobe=7)[1].tolist() == [[2]]

def without(name, loads=json.loads):
    "A reader of headers that do not have a field."
    return lambda text, **how: {k: v for k, v in loads(text, **how).items() if k != name}

@pytest.mark.parametrize("metric", ("euclidean", "dot"))
@pytest.mark.parametrize("mmap", (False, True, "pread"))
def test_a_frame_is_kept_in_the_file_and_a_file_without_one_answers_as_before(metric, mmap, tmp_path):
    x = (crowds(np.random.default_rng(7), 300) * 1e20).astype(np.float32)
    index = built(x, metric, "rabitq3")
    index.save(tmp_path/"x.ivf")
    again = IVF.load(tmp_path/"x.ivf", mmap=mmap)
    assert again.frame == index.frame and again.frame.power > 0
    for a, b in zip(index.search(x[:5], 10, nprobe=3), again.search(x[:5], 10, nprobe=3)): assert a.tolist() == b.tolist()
    old = IVF(16, 7, metric, "rabitq3")
    old.train(x / np.float32(1e20))
    old.frame = old.codec.usual_frame   # codes around centroids, whatever the metric
    old.add(x / np.float32(1e20))
    old.save(tmp_path/"old.ivf")
    with mock.patch.object(index_files.json, "loads", without("frame")): opened = IVF.load(tmp_path/"old.ivf", mmap=mmap)
    assert opened.frame.centred
    for a, b in zip(old.search(x[:5], 10, nprobe=3), opened.search(x[:5], 10, nprobe=3)): assert a.tolist() == b.tolist()

def lognormal(rng, n, sigma, d=64):
    x = rng.standard_normal((n, d))
    return (x * np.exp(sigma * rng.standard_normal((n, 1))) / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)

def recall_of(index, q, truth, **how): return np.mean([len(np.intersect1d(a, b)) for a, b in zip(index.search(q, 10, **how)[1], truth)]) / 10

def test_bits_of_long_rows_are_taken_around_the_origin_for_dot_products():
    rng = np.random.default_rng(8)
    x, q = lognormal(rng, 6000, 1.), lognormal(rng, 60, 1.)
    flat = FlatIndex(64, "dot"); flat.add(x)
    truth, found = flat.search(q, 10)[1], {}
    for around in (True, False):
        index = IVF(64, 40, "dot", "rabitq").train(x)
        index.frame = index.frame._replace(centred=around)
        index.add(x); index.rows = ArrayRows(x)
        found[around] = recall_of(index, q, truth, nprobe=40), recall_of(index, q, truth, nprobe=40, rescore=100)
    assert found[False][0] > found[True][0] + .1 and found[False][1] > max(.9, found[True][1] + .1)

@pytest.mark.parametrize("codec, enough", (("flat", .95), ("int8", .9), ("rabitq4", .75)))
def test_nprobe_means_rows_for_dot_products(codec, enough):
    rng = np.random.default_rng(9)
    x, q = lognormal(rng, 20_000, 1.), lognormal(rng, 100, 1.)
    flat = FlatIndex(64, "dot"); flat.add(x)
    index = IVF(64, 141, "dot", codec).train(x); index.add(x)
    assert recall_of(index, q, flat.search(q, 10)[1], nprobe=8) > enough
    rows = index.search_cost(q, nprobe=8)[0] - 141
    assert (rows >= 8 * 20_000 / 141).all() and rows.mean() < .12 * 20_000

@pytest.mark.parametrize("place", ("memory", "mapped", "read", "older"))
def test_lists_for_dot_products_are_chosen_alike_everywhere(place, tmp_path, monkeypatch):
    rng = np.random.default_rng(10)
    x, q = lognormal(rng, 3000, .8, 24), lognormal(rng, 30, .8, 24)
    index = IVF(24, 30, "dot").train(x)
    for part in np.array_split(x, 7): index.add(part)
    index.remove(np.arange(0, 3000, 5))
    expected = index.search(q, 10, nprobe=3)
    if place != "memory":
        if place == "older": index.reach = None
        index.save(tmp_path/"x.ivf")
        index = IVF.load(tmp_path/"x.ivf", mmap="pread" if place == "read" else True)
    for compiled in (False, True):
        with_kernels(monkeypatch, compiled)
        monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: compiled)
        batch, alone = index.search(q, 10, nprobe=3), [index.search(one, 10, nprobe=3) for one in q]
        assert batch[1].tolist() == [a[1][0].tolist() for a in alone]
        if place == "older": assert (index.probes(q, 3) >= 0).all()   # three lists, as when it was written
        else: assert batch[1].tolist() == expected[1].tolist()
    full = index.search(q, 60, nprobe=1, ensure_topk_full=True, mask=np.arange(len(index)) % 40 == 0)[1]
    assert (full >= 0).all() and (index.search_cost(q, nprobe=3, max_codes=50)[0] <= index.search_cost(q, nprobe=3)[0]).all()

@pytest.mark.parametrize("codec", ("flat", "int8", "rint8"))   # residuals are read by the new centroids
def test_upkeep_keeps_the_reach_of_lists(codec):
    from minivecdb.ivf.upkeep import Upkeep
    from minivecdb.lists import no_reach
    rng = np.random.default_rng(11)
    x = lognormal(rng, 6000, .6, 16)
    index = IVF(16, 20, "dot", codec); index.upkeep = Upkeep()
    index.train(x[:2000])
    for i in range(0, 6000, 500): index.add(x[i:i + 500] + np.float32(i / 4000))
    assert index.upkeep.splits and len(index.reach.rows) == len(index.coarse)
    fresh = index.state.reach_with(no_reach(0), np.empty((0, 16), np.float32))
    near = index.reach.each()[fresh.rows > 20] / fresh.each()[fresh.rows > 20]
    assert np.median(abs(near - 1)) < .15

@pytest.mark.parametrize("codec", ("flat", *LOSSY, *BITS))
@pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))
def test_stats_of_every_codec(metric, codec):
    x = crowds(np.random.default_rng(12), 300).astype(np.float32)
    stats = built(x, metric, codec).get_stats()
    assert 0 < stats["quantization_error"] < 4 * stats["quantization_error_at_training"] + 5

@pytest.mark.parametrize("metric", ("euclidean", "dot"))
def test_one_huge_row_does_not_spoil_the_ranges_of_int8_dimension(metric):
    x = crowds(np.random.default_rng(13), 500).astype(np.float32)
    far = np.concatenate([x, x[:1] * np.float32(1e9)])
    index = IVF(16, 7, metric, "int8-dimension").train(far)
    with pytest.raises(CodecError, match="row 500 lies .* outside of the range, .*: leave it out"): index.add(far)
    assert len(index) == 0
    index.add(x)
    flat = FlatIndex(16, metric); flat.add(x)
    assert recall_of(index, x[:50], flat.search(x[:50], 10)[1], nprobe=7) > .9
    sparse = np.where(np.random.default_rng(0).random((500, 16)) < .005, 1, 0).astype(np.float32)
    IVF(16, 2, metric, "int8-dimension").train(sparse).add(sparse)   # values that are rare are no outliers

EXTREME = (1e-25, 1e20, 1e30, 1e37)

@pytest.mark.parametrize("scale", EXTREME)
@pytest.mark.parametrize("codec", ("flat", "bf16", "int8", "rabitq8", "rabitq"))
def test_products_beyond_float32_are_ranked_rightly(scale, codec):
    rng = np.random.default_rng(8)
    x, q = rng.standard_normal((400, 16)), rng.standard_normal((6, 16))
    rows, asked = (x * scale).astype(np.float32), (q * scale).astype(np.float32)
    truth = np.argsort(-asked.astype(float) @ rows.astype(float).T, axis=1)
    flat, index = FlatIndex(16, "dot"), IVF(16, 4, "dot", codec).train(rows)
    index.rows = ArrayRows(rows)
    for each in (flat, index): each.add(rows)
    found = flat.search(asked, 10)
    assert np.array_equal(found[1], truth[:, :10])
    assert np.isinf(found[0]).all() if scale > 1 else (abs(found[0]) < 1e-45).all()
    assert np.array_equal(index.search(asked, 10, nprobe=4, rescore=400)[1], truth[:, :10])
    assert np.array_equal(flat.search(asked[0], 10)[1][0], truth[0, :10])
    near = index.search(asked, 10, nprobe=4)[1]
    least = {"flat": 1., "bf16": .95, "int8": .9, "rabitq8": .9, "rabitq": .25}[codec]
    assert (near >= 0).all() and np.mean([np.isin(a, b).mean() for a, b in zip(near, truth[:, :10])]) >= least

def test_a_range_beyond_float32_holds_what_a_search_shows():
    rng = np.random.default_rng(9)
    x, q = (1e20 * rng.standard_normal((200, 8)).astype(np.float32) for _ in range(2))
    for codec in ("flat", "rabitq4"):
        index = IVF(8, 3, "dot", codec).train(x)
        index.add(x)
        distances, ids = index.search(q[:3], 200, nprobe=3)
        for radius in (-np.inf, 0., np.inf):
            starts, far, found = index.range_search(q[:3], radius, nprobe=3)
            assert np.array_equal(found, np.concatenate([i[d <= radius] for d, i in zip(distances, ids)]))
            assert np.array_equal(np.diff(starts), (distances <= radius).sum(1)) and (far <= radius).all()

def test_queries_whose_lengths_are_usual_get_no_power():
    x = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    assert powers_for(get_metric("dot"), x, np.array([1., 9.])) is None
    assert powers_for(get_metric("euclidean"), x * np.float32(1e20), np.array([1., 1e20])) is None
    powers = powers_for(get_metric("dot"), np.concatenate([x[:1], x[:1] * np.float32(1e20)]), np.array([1., 9.]))
    assert powers[0] == 0 and powers[1] < 0

def test_codes_for_dot_go_around_centroids_where_these_leave_little():
    rng = np.random.default_rng(4)
    x, q = lognormal(rng, 6000, .6, 3), lognormal(rng, 100, .6, 3)
    truth = np.argsort(-q @ x.T, axis=1)[:, :10]
    def recall(frame=None):
        index = IVF(3, 300, "dot", "rabitq").train(x)
        if frame is not None: index.frame = index.frame._replace(centred=frame)
        index.add(x)
        found = index.search(q, 10, nprobe=40)[1]
        return index.frame.centred, np.mean([np.isin(a, b).mean() for a, b in zip(found, truth)])
    chosen, at_zero = recall(), recall(False)
    assert chosen[0] and chosen[1] > at_zero[1] + .05, (chosen, at_zero)
    assert not IVF(64, 40, "dot", "rabitq").train(lognormal(rng, 4000, 1.)).frame.centred

def test_rows_of_zeros_do_not_take_a_list_from_the_others():
    rng = np.random.default_rng(6)
    x = rng.standard_normal((20, 100))[rng.integers(20, size=700)] * .5 + rng.standard_normal((700, 100))
    x[rng.random(700) < .15] = 0
    x = x.astype(np.float32)
    plain = IVF(100, 28, "dot").train(x)
    plain.add(x)
    assert plain.coarse.rows.any(1).all() and plain.lists.sizes.max() < 250
    zeros = IVF(100, 5, "dot").train(np.zeros((60, 100)))
    zeros.add(x)
    assert len(zeros) == len(x)

def test_a_query_beyond_the_codes_changes_no_answer_beside_it():
    rng = np.random.default_rng(3)
    x = crowds(rng, 800)
    q = np.float32(np.concatenate([x[:6] + .1, x[:2] * 1e25]))
    for codec in BITS:
        index = built(np.float32(x), "euclidean", codec)
        few = np.random.default_rng(1).random((len(q), 800)) < .3
        for how in ({}, {"mask": few[0]}, {"mask": few}, {"rescore": 60}):
            both = index.search(q, 10, nprobe=4, **how)
            for i in range(len(q)):
                one = how | ({"mask": few[i]} if np.ndim(how.get("mask")) == 2 else {})
                for a, b in zip(both, index.search(q[i], 10, nprobe=4, **one)): np.testing.assert_array_equal(a[i], b[0])
        starts, far, ids = index.range_search(q, 3., nprobe=4)
        for i in range(len(q)):
            _, d, found = index.range_search(q[i], 3., nprobe=4)
            np.testing.assert_array_equal(found, ids[starts[i]:starts[i + 1]])
            np.testing.assert_array_equal(d, far[starts[i]:starts[i + 1]])

@pytest.mark.parametrize("compiled", (False, True))
def test_distances_that_float32_cannot_tell_apart_are_ties_also_among_denormals(compiled, monkeypatch):
    from minivecdb.core.kernels import Kernel
    monkeypatch.setattr(Kernel, "pays", lambda self, work: compiled)
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((3000, 2)) * 5e-43).astype(np.float32)
    flat = FlatIndex(2, "euclidean")
    flat.add(x)
    for q in (rng.standard_normal((40, 2)) * 5e-43).astype(np.float32):
        far = np.sqrt(((x.astype(np.float64) - q)**2).sum(1)).astype(np.float32)
        order = np.lexsort((np.arange(len(x)), far))[:10]
        distances, ids = flat.search(q, 10)
        assert (ids[0] == order).all() and (distances[0] == far[order]).all()

@pytest.mark.parametrize("power", (10, 20, 34))
def test_one_huge_row_leaves_the_others_their_lists(power):
    x = np.random.default_rng(1).standard_normal((2000, 3)).astype(np.float32)
    alone = built(x, "euclidean", "flat")
    x[700] *= np.float32(10.**power)
    index = built(x, "euclidean", "flat")
    assert np.sort(index.lists.sizes)[-2:].max() < 2 * alone.lists.sizes.max()
    flat = FlatIndex(3, "euclidean")
    flat.add(x)
    q = x[:50] + np.float32(.01)
    found, truth = (each.search(q, 10, **how)[1] for each, how in ((index, {"nprobe": 3}), (flat, {})))
    assert np.mean([len(np.intersect1d(a, b)) for a, b in zip(found, truth)]) > 9

@pytest.mark.parametrize("codec", ("bf16", "int8"))
def test_codes_that_do_not_tell_the_rows_of_a_later_crowd_apart_say_so(codec, tmp_path):
    rng = np.random.default_rng(2)
    here, away = rng.standard_normal((1000, 24)).astype(np.float32), 1000 * rng.standard_normal(24)
    there = (rng.standard_normal((1000, 24)) + away).astype(np.float32)
    index = IVF(24, None, "dot", codec).train(here)
    index.add(here)
    assert "advice" not in index.get_stats() and index.codes_find > .95
    index.add(there)
    assert index.codes_find < .5 and "of the nearest" in index.get_stats()["advice"]
    index.save(tmp_path/"a.ivf")
    assert IVF.load(tmp_path/"a.ivf").get_stats()["advice"] == index.get_stats()["advice"]
    fine = IVF(24, None, "dot", "r" + codec).train(here)   # the advice: differences to centroids are short
    fine.add(here)
    fine.add(there)
    assert fine.codes_find > .95 and "advice" not in fine.get_stats()

def test_codes_that_miss_the_nearest_one_alone_say_so():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1300, 128)).astype(np.float32)
    x[rng.random(x.shape) < .01] = -9999
    index = IVF(128, 20, "cosine", "int8-dimension").train(x)
    index.add(x)
    flat = FlatIndex(128, "cosine")
    flat.add(x)
    near, found = flat.search(x[:300], 2)[0][:, 1], index.search(x[:300], 2, nprobe=20)[1]
    nearest = np.array([[i != j and get_metric("cosine").distance(x[i], x[j]) <= d * 1.000001 for j in row] for i, (d, row) in enumerate(zip(near, found))])
    assert nearest.any(1).mean() < .7 and "of the nearest" in index.get_stats()["advice"]

def test_one_huge_row_leaves_the_others_their_bins():
    x = np.random.default_rng(4).standard_normal((1000, 16)).astype(np.float32)
    x[7] *= np.float32(1e5)
    index, rest = IVF(16, 5, "euclidean", "int8-dimension").train(x), np.delete(x, 7, 0)
    index.add(rest)
    flat = FlatIndex(16, "euclidean")
    flat.add(rest)
    found, truth = index.search(rest[:100], 10, nprobe=5)[1], flat.search(rest[:100], 10)[1]
    assert np.mean([len(np.intersect1d(a, b)) for a, b in zip(found, truth)]) > 9
