"How many lists are read by default: exact while small, measured beyond, and as good with questions from outside."
import os
import tracemalloc
import numpy as np, pytest
from minivecdb.ivf import default_nprobe as ivf_enough
from minivecdb.exact.flat import FlatIndex, recall
from minivecdb.ivf import IVF, ArrayRows
from minivecdb.ivf.default_nprobe import Enough, exact_up_to, recall_by_lists
from minivecdb.ivf_index import IVFIndex
from minivecdb.core.errors import FileFormatError
from minivecdb.vector_storage import VectorStorage

KINDS = ("clustered", "gaussian", "lognormal clusters")


def data(kind, n, d, m=400, seed=0):
    "Rows, and questions of the same kind."
    r = np.random.default_rng(seed)
    if kind == "gaussian": x = r.standard_normal((n + m, d))
    else:
        c = r.standard_normal((40, d)) * (np.exp(r.standard_normal((40, 1))) if kind != "clustered" else 1)
        x = c[r.integers(0, 40, n + m)] + .6 * r.standard_normal((n + m, d))
    return x[m:].astype(np.float32), x[:m].astype(np.float32)


def filled(x, metric="cosine", codec="flat", **options):
    index = IVF(x.shape[1], metric=metric, codec=codec, **options).train(x)
    index.add(x)
    return index


@pytest.mark.parametrize("codec", ["flat", "bf16", "int8", "pq4x8", "rabitq"])
def test_more_candidates_than_rows_are_all_rows(codec, monkeypatch):
    "The index is measured with as many candidates as there are rows; few at a time change nothing."
    s = VectorStorage(16)
    s.add_bulk(data("gaussian", 2100, 16)[0])
    every, more = (IVFIndex(s, codec=codec, rescore=n).build() for n in (2100, 100_000))
    monkeypatch.setattr(ivf_enough, "AT_ONCE", 20_000)   # blocks of rows fewer than candidates
    parts = IVFIndex(s, codec=codec, rescore=100_000).build()
    for index in (more, parts):
        assert index.get_stats()["nprobe"] == every.get_stats()["nprobe"]
        assert index.get_stats()["recall"] == every.get_stats()["recall"]
    assert len(more.search(np.ones(16, "f"), 3)) == 3


def test_a_small_index_is_exact():
    x, q = data("gaussian", 900, 48)
    s = VectorStorage(48)
    s.add_bulk(x)
    index, flat = IVFIndex(s).build(), FlatIndex.from_storage(s)
    stats = index.get_stats()
    assert (stats["mode"], stats["recall"], stats["nprobe"]) == ("exact", 1., stats["n_clusters"]) and type(stats["nprobe"]) is int
    assert [h.attrgot("id") for h in index.search(q, 10)] == flat.search(q, 10)[1].tolist()
    assert [h.id for h in index.search(q[0], 10)] == flat.search(q[0], 10)[1][0].tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
@pytest.mark.parametrize("d", [8, 48])
def test_questions_from_outside_find_what_was_measured(kind, metric, d):
    x, q = data(kind, 6000, d)
    index = filled(x, metric)
    stats, truth = index.reads(), index.search(q, 10, nprobe=10**6)[1]
    found = [recall(a, b) for a, b in zip(index.search(q, 10)[1], truth)]
    assert stats["mode"] in ("exact", "measured") and stats["recall"] >= .95
    assert np.mean(found) >= .95 - 3 * (np.std(found) / len(q)**.5 + index.enough.error) - 1e-9, (stats, np.mean(found))
    if stats["mode"] == "measured": assert stats["nprobe"] < stats["recall"] * len(index.coarse)


@pytest.mark.parametrize("metric", ["cosine", "dot"])
def test_what_is_promised_to_strangers_is_kept_on_the_mean(metric):
    "Rows without clusters, where own rows are easiest; the mean of 2,000 strangers is known to .0015."
    found, told = [], []
    for seed in range(4):
        x, q = data("gaussian", 6000, 12, 500, seed)
        index = filled(x, metric, seed=seed)
        told.append(index.enough.recall)
        found.append(recall(index.search(q, 10)[1], index.search(q, 10, nprobe=10**6)[1]))
    assert .95 <= np.mean(found) <= .97 and abs(np.mean(found) - np.mean(told)) < .01, (found, told)


@pytest.mark.parametrize("codec, spill, rescore", [("rabitq", None, 60), ("int8", None, None), ("flat", 1., None), ("rabitq4", 1., None), ("pq12x8", None, 50)])
def test_recall_is_that_of_the_same_codec_with_every_list(codec, spill, rescore):
    x, q = data("clustered", 5000, 48)
    index = IVF(48, codec=codec, spill=spill).train(x)
    index.rows, index.rescoring = ArrayRows(x), rescore
    index.add(x)
    assert index.enough.rescore == rescore
    found = index.search(q, 10, rescore=rescore)[1]
    assert recall(found, index.search(q, 10, nprobe=10**6, rescore=rescore)[1]) >= .93


@pytest.mark.parametrize("metric", ["euclidean", "dot"])
def test_the_curve_is_what_searches_find(metric):
    "For rows of the index, by hand: leave the row out, search, and compare."
    x, _ = data("gaussian", 3000, 12)
    if metric == "dot": x *= np.exp(np.random.default_rng(1).standard_normal((3000, 1)), dtype=np.float32)
    index, flat = filled(x, metric), FlatIndex(12, metric)
    flat.add(x)
    curve = recall_by_lists(index, 150).mean(0)
    assert curve[-1] == 1 and (np.diff(curve) >= -1e-12).all()
    every = index.lists.positions()
    some = np.sort(np.random.default_rng((index.seed, 3000)).permutation(3000)[:150])
    own = index.lists.ids[every[some]]
    def others(found): return [[i for i in row if i != j][:10] for row, j in zip(found.tolist(), own.tolist())]
    truth = others(flat.search(x[own], 11)[1])
    for nprobe in (5, 20, 60):
        found = others(index.search(x[own], 11, nprobe=nprobe)[1])
        assert abs(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, truth)]) - curve[nprobe - 1]) < .03


def test_it_is_measured_when_half_is_new_and_never_in_a_search(monkeypatch):
    measured, real = [], ivf_enough.enough
    monkeypatch.setattr(ivf_enough, "enough", lambda ivf, rescore=None: measured.append(len(ivf)) or real(ivf, rescore))
    x, q = data("clustered", 5000, 8)
    index = IVF(8).train(x)
    for i in range(0, 5000, 250): index.add(x[i:i + 250])
    assert measured[0] == 250 and all(b >= 1.5 * a for a, b in zip(measured, measured[1:])) and len(measured) < 10
    before = list(measured)
    for one in q[:20]: index.search(one)
    index.search(q)
    assert measured == before
    index.remove(np.arange(2600))
    assert len(measured) == len(before) + 1 and index.enough.rows == 2400
    index.remove(np.arange(5000))
    assert index.enough is None and (index.search(q[0])[1] == -1).all()


def test_a_build_from_blocks_measures_once_and_holds_few_distances(monkeypatch):
    measured, real = [], ivf_enough.enough
    monkeypatch.setattr(ivf_enough, "enough", lambda ivf, rescore=None: measured.append(len(ivf)) or real(ivf, rescore))
    x, _ = data("clustered", 30_000, 8)
    IVF(8, 100).build(lambda: (x[i:i + 1000] for i in range(0, len(x), 1000)))
    assert measured == [30_000]
    index = IVF(8, 100).train(x)
    index.add(x)
    tracemalloc.start()
    recall_by_lists(index)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 4 * ivf_enough.AT_ONCE   # three times the distances of one part


def test_the_same_data_give_the_same_number():
    x, _ = data("clustered", 4000, 16)
    assert filled(x).enough == filled(x).enough


def test_a_number_is_what_it_says():
    x, q = data("gaussian", 5000, 16)
    s = VectorStorage(16)
    s.add_bulk(x)
    index = IVFIndex(s, nprobe=10).build()
    assert index.get_stats()["nprobe"] == 10 and index.get_stats()["mode"] == "given"
    assert [h.id for h in index.search(q[0], 10)] == index.ivf.search(q[0], 10, nprobe=10)[1][0].tolist()


def test_it_is_kept_in_files_and_old_files_open(tmp_path):
    x, q = data("clustered", 4000, 16)
    index = filled(x)
    index.add(x[:10] + np.float32(.1))
    index.save(tmp_path/"a.ivf")
    again = IVF.load(tmp_path/"a.ivf")
    assert again.enough == index.enough and again.written == index.written == 10 and again.reads() == index.reads()
    index.enough = None
    index.save(tmp_path/"old.ivf")
    old = IVF.load(tmp_path/"old.ivf")
    assert old.enough is None and old.reads()["mode"] == "guessed" and old.reads()["nprobe"] == len(old.coarse) // 10
    for bad in ({"mode": "odd"}, {"nprobe": 0}, {"nprobe": True}, {"nprobe": 10**9}, {"recall": 2.}, {"more": 1}, {"rescore": 0}):
        with pytest.raises(FileFormatError): ivf_enough.enough_from_state({**vars(again.enough), **bad})


def test_up_to_how_many_falls_with_the_dimension():
    ups = [exact_up_to(d) for d in (1, 16, 17, 300, 1024, 4096, 65_536)]
    assert ups == sorted(ups, reverse=True) and ups[-1] > 0
    assert Enough("measured", 10, .96, .01, 200, 1000, 100, None).now(150) == 15


def test_what_is_saved_is_adopted(tmp_path):
    x, q = data("clustered", 3000, 16)
    with VectorStorage.open(tmp_path/"s.mvdb", 16) as s:
        s.add_bulk(x)
        IVFIndex(s, codec="rabitq4", distance_fn="euclidean", n_clusters=40, seed=3, rescore=80).build().save()
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            index = IVFIndex.open(s)
            assert (index.ivf.codec.name, index.metric.name, index.n_clusters, index.seed, index.rescore) == ("rabitq4", "euclidean", 40, 3, 80)
            assert index.get_stats()["mode"] == index.ivf.enough.mode and IVFIndex.open(s, codec="rabitq4", n_clusters=40).rescore == 80
            assert index.build().ivf.codec.name == "rabitq4"
        file, = (tmp_path/"s.mvdb").glob("index-*.ivf")
        before = file.read_bytes()
        with pytest.warns(UserWarning, match="not what was asked for.*stays until save"): other = IVFIndex.open(s, codec="flat")
        assert other.ivf.codec.name == "flat" and file.read_bytes() == before   # opening replaces no sound file
        other.save()
        assert IVFIndex.open(s).ivf.codec.name == "flat"

def test_the_nprobe_of_an_index_is_saved_with_it(tmp_path):
    x, q = data("clustered", 3000, 16)
    with VectorStorage.open(tmp_path/"s.mvdb", 16) as s:
        s.add_bulk(x)
        for nprobe in (7, None):
            IVFIndex(s, nprobe=nprobe, n_clusters=40).build().save()
            assert (IVFIndex.open(s).nprobe, IVFIndex.open(s, nprobe=9).nprobe) == (nprobe, 9)
        for wrong in (0, True, "7", -1, 2.5, [7]):
            ivf = IVFIndex(s, n_clusters=40).build().ivf
            note = IVF.load(next(s.path.glob("index-*.ivf"))).note
            ivf.save(tmp_path/"wrong.ivf", note | {"nprobe": wrong})
            os.replace(tmp_path/"wrong.ivf", next(s.path.glob("index-*.ivf")))
            with pytest.warns(UserWarning, match="expected a whole number from 1 up"): assert IVFIndex.open(s).nprobe is None


def test_upkeep_that_cannot_be_is_refused():
    s = VectorStorage(16)
    for options in ({"codec": "rabitq"}, {"spill": 1.}, {"codec": "rabitq4"}):
        with pytest.raises(ValueError, match="upkeep"): IVFIndex(s, upkeep=True, **options)
        assert IVFIndex(s, **options).upkeep is False
    assert IVFIndex(s).upkeep and IVFIndex(s, upkeep=True).upkeep and not IVFIndex(s, upkeep=False).upkeep


def test_drift_shows_in_a_small_index():
    x, _ = data("clustered", 400, 16)
    s = VectorStorage(16)
    s.add_bulk(x)
    index = IVFIndex(s, distance_fn="euclidean", upkeep=False).build()
    stats = index.get_stats()
    assert stats["quantization_error"] == pytest.approx(stats["quantization_error_at_training"], rel=1e-3)
    s.add_bulk(x + 3)   # a crowd farther away would get lists of its own
    later = index.get_stats()
    assert later["quantization_error_at_training"] == stats["quantization_error_at_training"] and later["quantization_error"] > 3 * stats["quantization_error"]


@pytest.mark.parametrize("scale", (1e-30, 1e-20, 1e19, 1e25, 1e36))
@pytest.mark.parametrize("metric", ("euclidean", "cosine", "dot"))
@pytest.mark.parametrize("codec", ("flat", "int8", "rabitq4"))
@pytest.mark.filterwarnings("error")
def test_lengths_beyond_the_squares_of_float32(scale, metric, codec):
    rows = np.float32(np.random.default_rng(0).normal(size=(3400, 16)) * scale)
    x, q = rows[400:], rows[:400]
    index = filled(x, metric, codec)
    found = [recall(a, b) for a, b in zip(index.search(q, 10)[1], index.search(q, 10, nprobe=10**6)[1])]
    assert index.enough.mode == "measured" and index.enough.nprobe < .6 * len(index.coarse)
    assert np.mean(found) > .95 - 3 * (np.std(found) / 20 + index.enough.error)
    index.get_stats()


@pytest.mark.parametrize("metric, scale", (("euclidean", 1e-20), ("euclidean", 1.), ("dot", 1.), ("cosine", 1.)))
def test_rows_that_bits_stand_for_are_decoded_in_their_own_units(metric, scale):
    rng = np.random.default_rng(1)
    x = np.float32(rng.normal(size=(2000, 16)) * np.exp(rng.normal(size=(2000, 1))) * scale)
    index = filled(x, metric, "rabitq8")
    at = index.lists.positions()
    rows = x[index.lists.ids[at]].astype(float)
    if metric == "cosine": rows /= np.linalg.norm(rows, axis=1)[:, None]
    off = np.linalg.norm(index.stored(at) - rows, axis=1) / np.linalg.norm(rows, axis=1)
    assert np.median(off) < .02


def test_the_mean_is_above_the_target_by_what_chance_may_add(monkeypatch):
    rng, x = np.random.default_rng(0), data("gaussian", 3000, 8)[0]
    index = filled(x)
    k = len(index.coarse)
    curves = np.clip(np.linspace(.93, 1.05, k) + .1 * rng.normal(size=(200, k)), 0, 1)
    monkeypatch.setattr(ivf_enough, "recall_by_lists", lambda ivf, **how: curves)
    mean, error = curves.mean(0), curves.std(0) / 200**.5
    told = ivf_enough.enough(index)
    first = np.flatnonzero(mean - .005 - error >= .95)[0]
    assert told.mode == "measured" and told.nprobe == first + 1
    assert first > np.flatnonzero(mean - .005 >= .95)[0]   # without the error it would be fewer


def test_a_hundredth_of_the_rows_is_asked_within_bounds():
    for n, asked in ((4000, 100), (30_000, 300)):
        x, _ = data("clustered", n, 8)
        assert filled(x, n_clusters=60).enough.asked == asked


@pytest.mark.parametrize("codec, metric, spill, rescore", [
    ("flat", "cosine", None, None), ("int8", "euclidean", None, 40), ("rint8", "euclidean", 1., None), ("pca6", "cosine", None, None),
    ("bf16", "dot", None, None), ("pq4x4", "dot", None, 30), ("rabitq2", "cosine", None, 30)])
def test_what_all_lists_hold_is_compared_at_once_and_answers_as_a_search(codec, metric, spill, rescore, monkeypatch):
    x, q = data("clustered", 1500, 12, 60)
    if metric == "euclidean": x, q = x + 50, q + 50
    index = IVF(12, 40, metric, codec, spill=spill).train(x)
    index.rows = ArrayRows(x)
    index.add(x)
    found = index.search(q, 11, nprobe=40, rescore=rescore)[1]
    for at_once in (ivf_enough.AT_ONCE, 20_000):
        monkeypatch.setattr(ivf_enough, "AT_ONCE", at_once)
        np.testing.assert_array_equal(ivf_enough._in_all_lists(index, q, 11, rescore), found)


@pytest.mark.parametrize("codec", ["flat", "int8"])
def test_measuring_multiplies_less_than_a_tenth_of_what_a_build_does(codec, monkeypatch):
    "Counted in numbers that are multiplied; k-means alone takes several rounds of n · k · d."
    x, _ = data("clustered", 6000, 24)
    index = filled(x, codec=codec)
    compared, real = [], FlatIndex.search
    monkeypatch.setattr(FlatIndex, "search", lambda self, q, k: compared.append(len(q) * len(self)) or real(self, q, k))
    monkeypatch.setattr(IVF, "search", lambda *asked, **how: pytest.fail("lists are not read one by one"))
    ivf_enough.enough(index)
    assert sum(compared) == index.enough.asked * 6000 < .1 * 4 * 6000 * len(index.coarse)


def test_inner_products_off_centre_find_what_was_measured():
    "All questions have nearly the same answers there, and lists differ in digits that float32 products do not have."
    for seed in range(3):
        x, q = data("gaussian", 4000, 24, 1000, seed)
        x, q = x + 5000, q + 5000
        index = filled(x, "dot")
        found = recall(index.search(q, 10)[1], index.search(q, 10, nprobe=10**6)[1])
        assert found >= .95 and abs(found - index.enough.recall) < .015, (seed, found, index.enough.recall)


@pytest.mark.parametrize("metric", ["euclidean", "dot"])
def test_a_row_that_is_asked_does_not_pull_its_own_centroid(metric):
    x, _ = data("gaussian", 3000, 64)
    index = filled(x, metric)
    lists, at = index.lists, index.lists.positions()
    own = np.repeat(np.arange(len(lists.sizes)), lists.sizes)
    for some in np.arange(0, 3000, 100):
        members = x[lists.ids[at[own == own[some]]]].astype(float)
        row = x[lists.ids[at[some:some + 1]]]
        if len(members) == 1: continue
        others = (members.sum(0) - row[0]) / (len(members) - 1)
        left = ivf_enough._left_out(index, row, own[some:some + 1])[0]
        expected = index.coarse.rows[own[some]] + others - members.mean(0)
        assert abs(left - expected).max() < 1e-5 and abs(left - index.coarse.rows[own[some]]).max() > .01


def test_candidates_that_are_measured_lie_in_nearer_lists():
    x, _ = data("clustered", 4000, 48)
    index = IVF(48, codec="rabitq").train(x)
    index.rows, index.rescoring = ArrayRows(x), 100
    index.add(x)
    assert index.enough == ivf_enough.enough(index, 100)
    measured, coded = (recall_by_lists(index, 300, rescore=r).mean(0)[:12] for r in (100, None))
    assert measured.mean() > coded.mean() + .001
