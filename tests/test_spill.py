"Vectors with a second place: every answer is that of exact search over the vectors that have a place in the lists read, whatever the road."
import dataclasses
import numpy as np, pytest
from hypothesis import given, settings, strategies as st
from minivecdb.core.kernels import Kernel, set_num_threads
from minivecdb.exact.flat import FlatIndex
from minivecdb.core.errors import FileFormatError
from minivecdb.lists.lists import empty_lists
from minivecdb.ivf import IVF, ArrayRows
from minivecdb.ivf.filtered import search_among
from minivecdb.ivf_index import IVFIndex
from minivecdb.lists.spilling import empty_copies, opened, second_lists
from minivecdb.vector_storage import VectorStorage

METRICS = ("cosine", "euclidean", "dot")
every_metric = pytest.mark.parametrize("metric", METRICS)
rng = np.random.default_rng(0)
X, Q = (rng.standard_normal((n, 24)).astype(np.float32) + 2 * rng.standard_normal((9, 24)).astype(np.float32)[rng.integers(0, 9, n)] for n in (900, 60))

def index(metric="cosine", codec="flat", x=X, k=30, ids=None, **options):
    made = IVF(x.shape[1], k, metric, codec, spill=1., **options).train(x)
    made.add(x[:500], None if ids is None else ids[:500]); made.add(x[500:], None if ids is None else ids[500:])
    made.rows = ArrayRows(x)
    return made

def there(made, probes):
    "The ids that have a place in the lists read, from the lists themselves."
    probes = probes[probes >= 0]
    return np.union1d(made.lists.ids[made.lists.positions(probes)], made.lists.copies.ids[made.lists.copies.positions(probes)])

def expected(made, q, k, nprobe, metric, x=X, mask=None):
    out = []
    for j, probes in enumerate(made.probes(q, nprobe)):
        ids = there(made, probes)
        if mask is not None: ids = ids[mask[j % len(mask)][ids]]
        flat = FlatIndex(x.shape[1], metric); flat.add(x[ids], ids)
        out.append(flat.search(q[j:j + 1], k))
    return tuple(np.concatenate(a) for a in zip(*out))

def same(a, b):
    for one, other in zip(a, b): assert one.tobytes() == other.tobytes()

@every_metric
@pytest.mark.parametrize("nprobe", [1, 4, 29, 30])
@pytest.mark.parametrize("compiled", [False, True])
def test_an_answer_is_exact_search_over_what_was_reached(metric, nprobe, compiled, monkeypatch):
    monkeypatch.setattr(Kernel, "ready", int(compiled)); monkeypatch.setattr(Kernel, "spent", 0. if not compiled else 1e12)
    made = index(metric)
    found = made.search(Q, 10, nprobe=nprobe)
    if nprobe < 30: same(found, expected(made, Q, 10, nprobe, metric))
    else:
        flat = FlatIndex(24, metric); flat.add(X)
        same(found, flat.search(Q, 10))
    same(found, tuple(np.concatenate(a) for a in zip(*(made.search(q, 10, nprobe=nprobe) for q in Q))))
    for row in found[1]: assert len(set(row[row >= 0])) == (row >= 0).sum()

@every_metric
def test_masks_count_rows_once(metric):
    made, mask = index(metric, ids=rng.permutation(900)), rng.random((60, 900)) < .2
    order = made.state.order   # by insertion
    by_id = np.zeros((60, 900), bool); by_id[:, order] = mask
    x = np.empty_like(X); x[order] = X   # rows by id
    same(made.search(Q, 10, nprobe=5, mask=mask), expected(made, Q, 10, 5, metric, x, by_id))
    same(made.search(Q, 10, nprobe=5, mask=mask[0]), expected(made, Q, 10, 5, metric, x, by_id[:1]))
    flat = FlatIndex(24, metric); flat.add(X, order)
    same(made.search(Q, 10, nprobe=30, mask=mask), flat.search(Q, 10, mask=mask))

@pytest.mark.parametrize("codec", ["int8", "bf16", "rpq8x5"])
@pytest.mark.parametrize("rescore", [None, 40])
def test_lossy_codes_differ_per_list_and_answers_do_not_depend_on_the_batch(codec, rescore):
    made, mask = index(codec=codec), rng.random((60, 900)) < .3
    for options in ({"nprobe": 3}, {"nprobe": 8}, {"nprobe": 30}, {"nprobe": 6, "mask": mask[0]}):
        found = made.search(Q, 10, rescore=rescore, **options)
        same(found, tuple(np.concatenate(a) for a in zip(*(made.search(q, 10, rescore=rescore, **options) for q in Q))))
        for row in found[1]: assert len(set(row[row >= 0])) == (row >= 0).sum() == 10
    if rescore: assert made.search(Q, 10, rescore=900, nprobe=5)[1].tolist() == expected(made, Q, 10, 5, "cosine")[1].tolist()

def test_a_copy_is_decoded_with_its_own_centroid():
    made = index("euclidean", "rpq12x8")
    lists, c = made.lists, made.lists.copies
    decode = made.state.scanner.decoders(c)[0]
    for j in np.flatnonzero(c.sizes)[:10]:
        ids = c.ids[c.starts[j]:c.starts[j] + c.sizes[j]]
        lost = np.linalg.norm(decode(j)[0] - X[ids], axis=1)
        assert np.median(lost) < .8 * np.median(np.linalg.norm(X[ids] - made.coarse.rows[j], axis=1))

@every_metric
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_any_sequence_of_changes(metric, seed):
    rng, held = np.random.default_rng(seed), {}
    made = IVF(24, 12, metric, spill=float(rng.choice([0, .5, 1, 4]))).train(X)
    for step in range(8):
        do = rng.integers(0, 4)
        if do == 0 or not held: new = rng.integers(0, 500, 40); ids, rows, gone = np.setdiff1d(new, list(held)), None, np.empty(0, np.int64)
        elif do == 1: ids, gone = np.empty(0, np.int64), rng.choice(list(held), min(len(held), 25), replace=False)
        else: gone = rng.choice(list(held), min(len(held), 30), replace=False); ids = gone[:20]   # replaced by other rows, or gone
        rows = rng.integers(0, 900, len(ids))
        if do == 1 and len(gone): assert made.remove(gone) == len(gone)
        else: made.replace(X[rows], ids, gone)
        for i in gone.tolist(): held.pop(i, None)
        held |= dict(zip(ids.tolist(), rows.tolist()))
        assert len(made) == len(held) == len(made.lists.copies) == made.get_stats()["n_vectors"]
        if held:
            x = np.zeros_like(X[:500]); x[list(held)] = X[list(held.values())]
            same(made.search(Q[:9], 10, nprobe=3), expected(made, Q[:9], 10, 3, metric, x))

def test_fewer_rows_than_wanted_one_list_and_none():
    made = IVF(24, 1, spill=1.).train(X); made.add(X[:5])
    assert made.lists.copies is None and made.search(Q, 10)[1][:, 5:].tolist() == [[-1] * 5] * 60
    made = IVF(24, 20, spill=1.).train(X)
    assert (made.search(Q, 3)[1] == -1).all() and len(made) == 0
    made.add(X[:4])
    for nprobe in (1, 7, 20):
        found = made.search(Q, 10, nprobe=nprobe)[1]
        assert all(len(set(row[row >= 0])) == (row >= 0).sum() <= 4 for row in found)
    assert (np.sort(made.search(Q, 10, nprobe=1, ensure_topk_full=True)[1])[:, 6:] == np.arange(4)).all()
    same((np.sort(made.search(Q, 4, nprobe=20)[1]),), (np.tile(np.arange(4), (60, 1)),))

@every_metric
def test_equal_rows_and_ties(metric):
    x = np.repeat(X[:30], 30, 0)
    made = index(metric, x=x, k=10)
    same(made.search(Q, 50, nprobe=4), expected(made, Q, 50, 4, metric, x))

@pytest.mark.parametrize("scale", [1e-30, 1e30, 3e37])
@every_metric
def test_extreme_lengths(metric, scale):
    x = (X * np.float32(scale) / np.abs(X).max()).astype(np.float32)
    made = index(metric, x=x)
    same(made.search(Q, 5, nprobe=4), expected(made, Q, 5, 4, metric, x))

@every_metric
def test_all_within_a_distance_and_among_some(metric):
    made = index(metric)
    probes = made.probes(Q, 6)
    limit = np.median(made.search(Q, 20, nprobe=6)[0][:, -1])
    starts, distances, ids = made.range_search(Q, limit, nprobe=6)
    for j in range(60):
        near = ids[starts[j]:starts[j + 1]]
        d = made.metric.distance(X[there(made, probes[j])], Q[j])
        assert sorted(near.tolist()) == there(made, probes[j])[d <= limit].tolist()
        d, found, scored = search_among(made, Q[j], 10, np.arange(900), nprobe=6)
        same((d[None], found[None]), made.search(Q[j], 10, nprobe=6))
        assert scored == len(there(made, probes[j]))
        few = np.arange(0, 900, 7)
        d, found, scored = search_among(made, Q[j], 10, few, nprobe=30)
        flat = FlatIndex(24, metric); flat.add(X[few], few)
        assert found.tolist() == flat.search(Q[j], 10)[1][0].tolist()
        assert len(set(search_among(made, Q[j], 10, few, nprobe=4)[1])) == 10

def test_what_a_search_reads_is_counted():
    made = index()
    probes = made.probes(Q, 5)
    read = made.lists.sizes[probes].sum(1) + made.lists.copies.sizes[probes].sum(1)
    assert (made.search_cost(Q, nprobe=5)[0] == 30 + read).all()
    assert (made.search_cost(Q, nprobe=30)[0] == 930).all()   # copies are not read where everything is
    capped = made.probes(Q, 30, max_codes=300)
    assert ((made.lists.sizes + made.lists.copies.sizes)[capped] * (capped >= 0)).sum(1).max() < 300 + (made.lists.sizes + made.lists.copies.sizes).max()
    plain, usage = IVF(24, 30).train(X), made.memory_usage()
    assert "copies" not in plain.memory_usage() and usage["copies"] < .6 * sum(v for k, v in usage.items() if k != "copies")

@pytest.mark.parametrize("codec", ["flat", "int8", "rpq8x5"])
def test_files(codec, tmp_path):
    made = index(codec=codec, ids=rng.permutation(900) * 10**9)
    made.save(tmp_path/"a.ivf")
    for mmap in (True, False):
        again = IVF.load(tmp_path/"a.ivf", mmap=mmap, verify=True)
        assert again.spill == 1. and len(again.lists.copies) == 900
        same(made.search(Q, 10, nprobe=4), again.search(Q, 10, nprobe=4))
        same(made.search(Q[0], 10, nprobe=4), again.search(Q[0], 10, nprobe=4))
        gone = again.lists.ids[:200].copy()
        assert again.remove(gone) == 200 and len(again.lists.copies) == 700
        again.add(X[:10]); again.search(Q, 10, nprobe=4)
    again.save(tmp_path/"b.ivf")
    same(again.search(Q, 10, nprobe=4), IVF.load(tmp_path/"b.ivf").search(Q, 10, nprobe=4))

def test_a_file_whose_copies_do_not_add_up_is_refused(tmp_path):
    made, c = index(), index().lists.copies
    whole = made._arrays()
    for name, other in {"sizes": c.sizes + 1, "rounded": whole["copies.rounded"][:, :8], "codes": np.zeros((900, 3), np.float32), "ids": whole["copies.ids"][:-1], "terms": whole["copies.terms"].astype(float)}.items():
        made._arrays = lambda: whole | {f"copies.{name}": other}
        made.save(tmp_path/"bad.ivf")
        with pytest.raises(FileFormatError, match="copies"): IVF.load(tmp_path/"bad.ivf")
    del made._arrays
    made.lists = dataclasses.replace(made.lists, copies=dataclasses.replace(c, ids=c.ids + 5000))
    made.save(tmp_path/"strange.ivf")
    with pytest.raises(FileFormatError, match="have no original"): IVF.load(tmp_path/"strange.ivf").search(Q, nprobe=3)

@pytest.mark.parametrize("spill", [-1, float("nan"), float("inf"), True, "1", [1]])
def test_a_spill_that_cannot_be_is_refused(spill):
    with pytest.raises(ValueError, match="spill"): IVF(8, spill=spill)

@every_metric
def test_the_second_list_has_the_smallest_loss(metric):
    c = X[:40].astype(np.float64); x = X[40:240]
    labels = np.argmin(((x[:, None] - c)**2).sum(2), 1)
    for spill in (0., 1., 3.):
        found = second_lists(x, labels, c.astype(np.float32), spill, block=64)
        r, left = x - c[labels], x[:, None] - c
        loss = (left**2).sum(2) + spill * (left * r[:, None]).sum(2)**2 / (r**2).sum(1)[:, None]
        loss[np.arange(200), labels] = np.inf
        assert (loss[np.arange(200), found] <= loss.min(1) * (1 + 1e-4)).all() and (found != labels).all()
    at_centroid = second_lists(X[:40], np.arange(40), X[:40], 1.)   # no remainder: the nearest other one
    apart = ((X[:40, None] - X[:40])**2).sum(2); np.fill_diagonal(apart, np.inf)
    assert (at_centroid == apart.argmin(1)).all()

def test_threads_and_the_same_index_twice():
    a, b = index(seed=3), index(seed=3)
    for one, other in zip(a._arrays().values(), b._arrays().values()): assert one.tobytes() == other.tobytes()
    found = []
    for threads in (1, 2): set_num_threads(threads); found.append(a.search(np.tile(Q, (40, 1)), 10, nprobe=5))
    same(*found)

def test_an_index_over_a_storage_may_spill():
    vs = VectorStorage(24); vs.add_bulk(X)
    ix = IVFIndex(vs, nprobe=3, spill=1.).build()
    assert ix.ivf.lists.copies is not None
    for i in range(0, 200): vs.delete(i + 1) if i % 2 else vs.update(i + 1, vector=X[i + 300]) if (i + 1) in list(vs)[:400] else None
    found = ix.search(Q[0], 10)
    assert len(found) == 10 == len({h.id for h in found}) and all(h.id in set(vs) for h in found)
    assert len(ix.ivf.lists.copies) == len(ix.ivf) == len(vs)

def test_opened():
    assert opened(np.array([[2, 0], [-1, 1]]), 3).tolist() == [[True, False, True], [False, True, False]]
    assert empty_copies(empty_lists(3, 5), True).copies.codes.shape == (0, 0)
