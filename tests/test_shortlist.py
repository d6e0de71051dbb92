"""The road by bytes against the road in numpy: the same bits, whatever the dimension, metric, mask, ties and room."""
import numpy as np, pytest
from pathlib import Path
from minivecdb.distances import Kernel, func_map, metrics, prepare_queries, row_lengths, slack
from minivecdb.flat_index import Candidates, nearest
from minivecdb.inverted_lists import empty_lists
from minivecdb.ivf import IVF
from minivecdb import int8
from minivecdb.int8 import QUERIES, Tile
from minivecdb.shortlist import Shortlist, byte_rows

every_metric = pytest.mark.parametrize("metric", list(func_map))

def rows(n, d, seed=0, spread=False):
    x = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return x * np.exp(np.random.default_rng(seed + 1).uniform(-8, 8, (n, 1))).astype(np.float32) if spread else x

def brute(x, q, k, metric, ids, mask=None):
    out = []
    for j, one in enumerate(q):
        d = func_map[metric](x, one)
        at = np.flatnonzero(mask[j % len(mask)]) if mask is not None else np.arange(len(x))
        out.append(at[np.lexsort((ids[at], d[at]))][:k])
    return out

def by_bytes(x, q, k, metric, how, mask=None, place=None, ids=None):
    m, lengths = metrics[metric], row_lengths(x)
    ids = np.arange(len(x)) if ids is None else ids
    span = np.array([lengths[lengths > 0].min(), lengths.max()])
    def scan(which, kept):
        assert isinstance(kept, Shortlist)
        if how == "lists":
            edges = np.linspace(0, len(x), 8).astype(int)
            probes = np.tile(np.random.default_rng(0).permutation(7), (len(which), 1))
            kept.offer_lists(byte_rows(x, lengths, m), edges[:-1].copy(), np.diff(edges), probes)
        else:
            for i in range(0, len(x), how): kept.offer(np.arange(len(which)), x[i:i + how], lengths[i:i + how], i)
    return nearest(q, k, m, scan, lambda at: (x, at, lengths[at]), ids, span, True, mask, place)

@every_metric
@pytest.mark.parametrize("how", ["lists", 7, 100])
@pytest.mark.parametrize("d", [1, 2, 3, 5, 16, 63, 130, 384])
def test_it_is_exact_search(metric, how, d):
    for m, spread in ((1, False), (5, True), (40, True)):
        x, q = rows(300, d, spread=spread), rows(m, d, 9, spread)
        x[5], q[0] = x[17], x[17]
        distances, found = by_bytes(x, q, 9, metric, how)
        for j, at in enumerate(brute(x, q, 9, metric, np.arange(300))):
            assert found[j].tolist() == at.tolist()
            assert distances[j].tobytes() == func_map[metric](x[at], q[j]).tobytes()

@every_metric
def test_zero_vectors_and_fewer_rows_than_wanted(metric):
    x, q = rows(6, 20), rows(30, 20, 3)
    x[2], q[3] = 0, 0
    distances, found = by_bytes(x, q, 10, metric, "lists")
    for j, at in enumerate(brute(x, q, 10, metric, np.arange(6))): assert found[j].tolist() == at.tolist() + [-1] * 4
    assert np.isinf(distances[:, 6:]).all()

@every_metric
@pytest.mark.parametrize("m", [1, 20])
def test_masks_and_places(metric, m):
    x, q, rng = rows(400, 24), rows(m, 24, 5), np.random.default_rng(2)
    place, ids = rng.permutation(400), rng.permutation(1000)[:400]
    for mask in (rng.random((1, 400)) < .2, rng.random((m, 400)) < .2, np.zeros((1, 400), bool)):
        for how in ("lists", 50):
            found = by_bytes(x, q, 6, metric, how, mask, place, ids)[1]
            expected = brute(x, q, 6, metric, ids, mask[:, place])
            for j, at in enumerate(expected): assert found[j].tolist() == ids[at].tolist() + [-1] * (6 - len(at))

@every_metric
def test_ties_overflow_the_room_and_are_asked_again(metric):
    x = np.concatenate([rows(50, 12), np.repeat(rows(1, 12, 4), 2000, 0)])
    q = np.concatenate([x[-1:], rows(25, 12, 8)])
    found = by_bytes(x, q, 5, metric, "lists")[1]
    for j, at in enumerate(brute(x, q, 5, metric, np.arange(len(x)))): assert found[j].tolist() == at.tolist()

@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("d", [4, 20, 384])
def test_every_version_of_the_tile_multiplies(groups, d):
    lanes, many = 16 * groups, QUERIES[groups]
    codes, queries = (np.random.default_rng(s).integers(-127, 128, (n, d)).astype(np.int8) for s, n in ((0, lanes), (1, many)))
    shifts, terms, one = -128 * queries.sum(1, dtype=np.int32), np.zeros((many, 4), np.float32), np.zeros(4 * lanes, np.float32)
    terms[:, 0], one[:lanes] = 1, 1
    for step in {int8.best_step()[0], int8._step_any}:
        namespace = {"tile": Tile(groups, step), "pack_rows": int8.pack_rows}
        exec("def product(codes, queries, shifts, terms, one, which, packed, out, limits, masks, n, lanes):\n"
             "    pack_rows(codes, 0, n, lanes, packed)\n"
             "    tile(packed.ctypes.data, queries.shape[1] // 4, queries.ctypes.data, queries.shape[1], which.ctypes.data, shifts.ctypes.data, one.ctypes.data, terms.ctypes.data, limits.ctypes.data, out.ctypes.data, masks.ctypes.data)\n", namespace)
        out, masks = np.zeros((many, lanes), np.float32), np.zeros(many, np.uint64)
        Kernel(namespace["product"], cache=False)(codes, queries, shifts, terms, one, np.arange(many), np.empty(d // 4 * lanes, np.uint32), out, np.zeros(many, np.float32), masks, lanes, lanes)
        expected = queries.astype(np.int64) @ codes.T.astype(np.int64)
        assert (out == expected).all()
        assert [[(int(m) >> r) & 1 for r in range(lanes)] for m in masks] == (expected <= 0).astype(int).tolist()

def test_bounds_hold():
    for metric in metrics.values():
        x, q = rows(500, 33, spread=True), rows(60, 33, 7, True)
        lengths, (prepared, own) = row_lengths(x), prepare_queries(q, metric)
        kept = Shortlist(q, prepared, own, metric, 3, slack(metric, own, lengths.max(), 33), 600)
        kept.state[1][:], kept.state[0][:] = np.inf, np.inf
        codes, terms = byte_rows(x, lengths, metric)
        g8, t, _ = kept.asked
        exact = (lambda f, o: f * (prepared.astype(np.float64) @ x.T.astype(np.float64)) + o)(*metric.terms(lengths))
        middle = (g8.astype(np.int64) @ codes.T.astype(np.int64)) * t[:, :1].astype(np.float64) * terms[:, 0] + terms[:, 3]
        bound = t[:, 1:2].astype(np.float64) * terms[:, 1] + t[:, 2:3].astype(np.float64) * terms[:, 2] + t[:, 3:4]
        assert (abs(exact - middle) <= bound).all()
        assert (abs(exact - middle) > .01 * bound).any()   # and are not idle

def test_rounding_is_the_same_on_both_roads():
    x = rows(700, 37, spread=True)
    x[3] = 0
    two = [(np.empty((700, 40), np.int8), np.empty((700, 2), np.float32)) for _ in range(2)]
    int8._round_rows(x, *two[0])
    int8._rounded_rows(x, *two[1])
    for a, b in zip(*two): assert a.tobytes() == b.tobytes()
    assert abs(two[0][0].astype(int)).max() == 127

def test_an_index_file_of_version_1_opens():
    "Its lists have no bytes; it answers as one that has, and can be added to."
    x = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    for codec in ("flat", "int8"):
        new = IVF(8, n_clusters=3, codec=codec).train(x)
        new.add(x)
        for mmap in (True, False):
            old = IVF.load(Path(__file__).parent/"fixtures"/f"ivf-{codec}-v1.ivf", mmap=mmap)
            for a, b in zip(old.search(x, 5, nprobe=2), new.search(x, 5, nprobe=2)): assert a.tobytes() == b.tobytes()
            old.add(x[:3] + 1)
            assert old.search(x[:3] + 1, 1, nprobe=3)[1].ravel().tolist() == [40, 41, 42]
            many = np.tile(x, (300, 1))
            assert old.search(many, 5, nprobe=3)[1][:40].tolist() == old.search(x, 5, nprobe=3)[1].tolist()

@every_metric
@pytest.mark.parametrize("codec", ["flat", "int8", "pq4x8"])
def test_range_search_finds_all_within(metric, codec):
    x = rows(600, 16)
    index = IVF(16, n_clusters=8, metric=metric, codec=codec).train(x)
    index.add(x)
    for j in range(4):
        distances, found = index.search(x[j], 600, nprobe=8)
        radius = float(distances[0, 40])
        starts, near, ids = index.range_search(x[j], radius, nprobe=8)
        within = distances[0] <= radius
        assert starts.tolist() == [0, within.sum()] and ids.tolist() == found[0][within].tolist() and near.tobytes() == distances[0][within].tobytes()

@every_metric
def test_rescored_candidates_are_measured_exactly(metric):
    "On both roads, from an array, an array with ids of its own, and a file; the candidates are the codec's R nearest."
    from minivecdb.ivf import ArrayRows
    x, q = rows(3000, 16), rows(40, 16, 5)
    index = IVF(16, n_clusters=8, metric=metric, codec="pq4x4").train(x)
    index.add(x)
    candidates = [index.search(one, 30, nprobe=4)[1][0] for one in q]
    for reader in (ArrayRows(x), ArrayRows(x, np.arange(3000)), ArrayRows(x.astype(np.float64))):
        index.rows = reader
        one = [index.search(a, 5, nprobe=4, rescore=30) for a in q]
        distances, found = index.search(np.tile(q, (60, 1)), 5, nprobe=4, rescore=30)   # enough for kernels
        for j in range(40):
            exact = func_map[metric](x[candidates[j]], q[j])
            best = np.lexsort((candidates[j], exact))[:5]
            for d, i in ((distances[j], found[j]), (one[j][0][0], one[j][1][0])):
                assert i.tolist() == candidates[j][best].tolist() and d.tobytes() == exact[best].tobytes()
