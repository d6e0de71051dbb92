"""The road by bytes against the road in numpy: the same bits, whatever the dimension, metric, mask, ties and room."""
import os, subprocess, sys, time
import numpy as np, pytest
from itertools import product
from pathlib import Path
from minivecdb.core.kernels import Kernel
from minivecdb.distances.metric import func_map, metrics, prepare_queries, row_lengths, slack
from minivecdb.exact.flat import Candidates, FlatIndex, nearest
from minivecdb.lists.lists import empty_lists
from minivecdb.ivf.index import IVF
from minivecdb.distances import int8
from minivecdb.distances.int8 import QUERIES, Tile
from minivecdb.distances.rotation import random_signs, rotation_error, rotated
from minivecdb.distances import Shortlist, byte_rows

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

def by_bytes(x, q, k, metric, how, mask=None, place=None, ids=None, signs=random_signs(1)[:0]):
    m, lengths = metrics[metric], row_lengths(x)
    ids = np.arange(len(x)) if ids is None else ids
    span = np.array([lengths[lengths > 0].min(), lengths.max()])
    def scan(which, kept):
        assert isinstance(kept, Shortlist)
        if how == "lists":
            edges = np.linspace(0, len(x), 8).astype(int)
            probes = np.tile(np.random.default_rng(0).permutation(7), (len(which), 1))
            kept.offer_lists(byte_rows(x, lengths, m, signs), edges[:-1].copy(), np.diff(edges), probes)
        else:
            for i in range(0, len(x), how): kept.offer(np.arange(len(which)), x[i:i + how], lengths[i:i + how], i)
    return nearest(q, k, m, scan, lambda at: (x, at, lengths[at]), ids, span, True, mask, place, signs=signs)

@every_metric
@pytest.mark.parametrize("how", ["lists", 7, 100])
@pytest.mark.parametrize("d", [1, 2, 3, 5, 16, 63, 130, 384])
def test_it_is_exact_search(metric, how, d):
    for m, spread in ((1, False), (5, True), (40, True)):
        x, q = rows(300, d, spread=spread), rows(m, d, 9, spread)
        x[5], q[0] = x[17], x[17]
        expected = brute(x, q, 9, metric, np.arange(300))
        for signs in (random_signs(d, 3), random_signs(d)[:0]):
            distances, found = by_bytes(x, q, 9, metric, how, signs=signs)
            for j, at in enumerate(expected):
                assert found[j].tolist() == at.tolist()
                assert distances[j].tobytes() == func_map[metric](x[at], q[j]).tobytes()

@pytest.mark.parametrize("d", [1, 2, 3, 7, 64, 100, 384, 1000])
def test_a_rotation_keeps_products(d):
    x = rows(50, d, spread=True)**3
    x[4] = 0
    signs = random_signs(d, 7)
    out = rotated(x, signs, compiled=True)
    exact = np.eye(d)   # the same rotation in float64
    p = 1 << (d.bit_length() - 1)
    for t in range(4):
        exact, at, h = exact * np.sign(signs[t]), (d - p) * (t % 2), d // 2
        y = exact[:, at:at + p]
        for _ in range(p.bit_length() - 1): y = np.stack([y[:, :p // 2] + y[:, p // 2:], y[:, :p // 2] - y[:, p // 2:]], 2).reshape(d, p)
        exact[:, at:at + p] = y / p**.5
        if p < d: exact[:, :2 * h] = np.concatenate([exact[:, :h] + exact[:, h:2 * h], exact[:, :h] - exact[:, h:2 * h]], 1) / 2**.5
    assert abs(exact @ exact.T - np.eye(d)).max() < 1e-12
    assert (row_lengths(out - x.astype(np.float64) @ exact) <= rotation_error(d) * row_lengths(x)).all()
    assert out.tobytes() == np.concatenate([rotated(r[None], signs) for r in x]).tobytes()   # alone, in a batch; in numpy, compiled

def test_an_index_decides_by_its_data_and_keeps_its_rotation(tmp_path):
    q, spiky = rows(30, 40, 5)**5, rows(2000, 40)**5
    plain, turned = IVF(40, n_clusters=16).train(rows(2000, 40)), IVF(40, n_clusters=16).train(spiky)
    assert len(plain.lists.signs) == 0 and len(turned.lists.signs) == 4
    turned.add(spiky[:1000]); turned.add(spiky[1000:]); turned.remove(np.arange(0, 2000, 3)); turned.replace(spiky[:100], np.arange(100), np.arange(100))
    turned.save(tmp_path/"t.ivf")
    for mmap in (False, True):
        again = IVF.load(tmp_path/"t.ivf", mmap=mmap)
        assert again.lists.signs.tobytes() == turned.lists.signs.tobytes() and again.memory_usage()["rotation"] == 4 * 4 * 40
        for a, b in zip(again.search(np.tile(q, (40, 1)), 5, nprobe=4), turned.search(np.tile(q, (40, 1)), 5, nprobe=4)): assert a.tobytes() == b.tobytes()
    ids = np.union1d(np.arange(100), np.setdiff1d(np.arange(2000), np.arange(0, 2000, 3)))
    found = turned.search(q, 5, nprobe=16)[1]
    for j, at in enumerate(brute(spiky[ids], q, 5, "cosine", ids)): assert found[j].tolist() == ids[at].tolist()

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
    for step in {int8.best_step()[0], int8.portable_step}:
        namespace = {"tile": Tile(groups, step), "pack_rows": int8.pack_rows}
        exec("def product(codes, queries, shifts, terms, one, which, packed, out, limits, masks, n, lanes):\n"
             "    pack_rows(codes, 0, n, lanes, packed)\n"
             "    tile((packed.ctypes.data, queries.shape[1] // 4, queries.ctypes.data, queries.shape[1], which.ctypes.data, shifts.ctypes.data, one.ctypes.data, terms.ctypes.data, limits.ctypes.data, out.ctypes.data, masks.ctypes.data))\n", namespace)
        out, masks = np.zeros((many, lanes), np.float32), np.zeros(many, np.uint64)
        Kernel(namespace["product"], cache=False)(codes, queries, shifts, terms, one, np.arange(many), np.empty(d // 4 * lanes, np.uint32), out, np.zeros(many, np.float32), masks, lanes, lanes)
        expected = queries.astype(np.int64) @ codes.T.astype(np.int64)
        assert (out == expected).all()
        assert [[(int(m) >> r) & 1 for r in range(lanes)] for m in masks] == (expected <= 0).astype(int).tolist()

@pytest.mark.parametrize("turned", [False, True])
def test_bounds_hold(turned):
    signs = random_signs(33, 5)[:4 * turned]
    for metric in metrics.values():
        x, q = rows(500, 33, spread=True), rows(60, 33, 7, True)
        lengths, (prepared, own) = row_lengths(x), prepare_queries(q, metric)
        kept = Shortlist(q, prepared, own, metric, 3, slack(metric, own, lengths.max(), 33), 600, signs=signs)
        kept.state[1][:], kept.state[0][:] = np.inf, np.inf
        codes, terms = byte_rows(x, lengths, metric, signs)
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
    int8.round_rows(x, *two[0])
    int8._rounded_rows(x, *two[1])
    for a, b in zip(*two): assert a.tobytes() == b.tobytes()
    assert abs(two[0][0].astype(int)).max() == 127

def test_index_files_of_older_versions_open():
    "Lists of version 1 have no bytes; they answer as ones that have, and can be added to."
    x = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    for codec, version in product(("flat", "int8"), (1, 2, 3, 4, 5)):
        new = IVF(8, n_clusters=3, codec=codec).train(x)
        new.add(x)
        for mmap in (True, False):
            old = IVF.load(Path(__file__).parent/"fixtures"/f"ivf-{codec}-v{version}.ivf", mmap=mmap)
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

@every_metric
@pytest.mark.parametrize("d", [3, 16, 100])
def test_one_query_at_a_time_is_the_batch(metric, d, monkeypatch):
    "In one call where it can, by the general road where it cannot; the same bits."
    from minivecdb.ivf import search as ivf
    from minivecdb.lists import scanners, single_query
    asked, answered = [], []
    def ready_one(*given):
        one = single_query.ready_one(*given)
        def search_one(*query):
            found = one(*query)
            asked.append(query); answered.append(found)
            return found
        return search_one
    monkeypatch.setattr(scanners, "ready_one", ready_one)
    monkeypatch.setattr(ivf, "pays", lambda *work: True)   # however small
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
    for spread in (False, True, None):
        x, q = (rows(3000, d, spread=spread), rows(60, d, 5, spread)) if spread is not None else (r**5 for r in (rows(3000, d), rows(60, d, 5)))
        x[100:140], q[7], q[8] = x[5], x[5], 0
        index = IVF(d, n_clusters=60, metric=metric).train(x)
        index.add(x)
        if d == 100: assert len(index.lists.signs) == (4 if spread is None else 0)   # fifth powers have heavy tails
        index.coarse, moved = FlatIndex(d, metric), index.coarse.rows.copy()   # two centroids in one place: a tie at the edge
        moved[50] = moved[0]
        index.coarse.add(moved)
        for nprobe, k in ((1, 3), (7, 10), (59, 300)):
            batch = index.search(np.tile(q, (20, 1)), k, nprobe=nprobe)
            for j in range(60):
                one = index.search(q[j], k, nprobe=nprobe)
                assert one[1].tobytes() == batch[1][j:j + 1].tobytes() and one[0].tobytes() == batch[0][j:j + 1].tobytes()
    assert len(answered) > 200 and sum(a is not None for a in answered) > .6 * len(answered)

def test_kernels_are_compiled_once_for_read_only_arrays(tmp_path):
    "Rows of a mapped file and queries that may not be written go through the same compiled code, and stay as they were."
    from minivecdb.distances import rerank, shortlist
    x = rows(4000, 32)
    index = IVF(32, n_clusters=20).train(x)
    index.add(x)
    index.save(tmp_path/"x.ivf")
    index.search(np.tile(x[:40], (30, 1)), 5, nprobe=4)
    count = lambda: [len(k.dispatcher().signatures) for k in (shortlist.read_lists, rerank.rerank_kernel)]
    once, q = count(), np.tile(x[:40], (30, 1))
    q.flags.writeable = False
    mapped = IVF.load(tmp_path/"x.ivf", mmap=True)
    assert not mapped.lists.codes.flags.writeable
    for a, b in zip(mapped.search(q, 5, nprobe=4), index.search(q.copy(), 5, nprobe=4)): assert a.tobytes() == b.tobytes()
    assert count() == once and (q == np.tile(x[:40], (30, 1))).all()

def test_processes_that_compile_at_once_do_not_mix_up_their_code(tmp_path):
    package = tmp_path/"raced.py"
    package.write_text("from minivecdb.core import kernel\n@kernel()\ndef total(x):\n    s = x[0] * 0\n    for v in x: s += v\n    return s\n")
    script = "import sys, time, numpy as np\nfrom raced import total\ntotal.dispatcher()\ntime.sleep(max(0, float(sys.argv[2]) - time.time()))\nprint(float(total(np.arange(1, 9).astype(sys.argv[1]))))"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path/"cache"), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    def start(kind, go): return subprocess.Popen([sys.executable, "-c", script, kind, str(go)], env=environment, stdout=subprocess.PIPE, text=True)
    kinds = ("float32", "int64", "float64", "int16")
    go = time.time() + 6
    at_once = [start(kind, go) for kind in kinds]
    assert [float(p.communicate()[0]) for p in at_once] == [36.] * 4
    names = [p.name for p in (tmp_path/"cache").rglob("*.nbc")]
    assert len(names) == len(set(names)) == 4   # none was overwritten, though all four were the first of their process
    for kind in kinds: assert float(start(kind, 0).communicate()[0]) == 36.
