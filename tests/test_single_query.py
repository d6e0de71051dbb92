"A query that comes alone: the same bits as in a batch, in one compiled call, which is made once and made anew whenever something changes."
import gc, threading, weakref
import numpy as np, pytest
from minivecdb.ivf import IVF, ArrayRows, SearchOptions, SingleSearch, prepared as prepared_room
from minivecdb.ivf import search as search_room
from minivecdb.lists.bit_scan import cut, gather, sort_ends
from minivecdb.core.errors import DimensionError, VectorError

METRICS = ("cosine", "euclidean", "dot")
rng = np.random.default_rng(0)


def data(d=50, n=3000, m=30):
    "Rows with a zero, sixty equal ones and a pair; queries with a zero and one of the equal ones."
    x, q = (rng.standard_normal((size, d)).astype(np.float32) + np.float32(.3) for size in (n, m))
    x[5], x[6], x[100:160] = 0, x[7], x[60]
    q[2], q[3] = 0, x[60]
    return x, q


def filled(metric, codec, spill, **shape):
    x, q = data(**shape)
    index = IVF(x.shape[1], 20, metric, codec, spill=spill).train(x)
    index.add(x)
    index.rows = ArrayRows(x)
    return index, x, q


def same(one, batch, i):
    for a, b in zip(one, batch): assert a.tobytes() == b[i:i + 1].tobytes()


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    "However small, in compiled code."
    monkeypatch.setattr(search_room, "pays", lambda *work: True)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("codec, spill", [("flat", None), ("flat", 1.), ("rabitq", None), ("rabitq", 1.), ("rabitq4", None), ("rabitq4", 1.),
                                           ("bf16", None), ("int8", None), ("int8-dimension", None), ("pq10x4", None), ("rpq5x7", None), ("rpq10x8", None)])
def test_alone_as_in_a_batch(metric, codec, spill):
    index, x, q = filled(metric, codec, spill)
    for change in (lambda: None, lambda: index.remove(np.arange(100, 300, 3)), lambda: index.add(x[100:300:3], np.arange(100, 300, 3)), lambda: index.remove(np.arange(0, 3000, 2))):
        change()
        for options in ({}, {"rescore": 40}, {"rescore": 300}):
            for k, nprobe in ((1, 1), (10, 3), (40, 8)):
                batch = index.search(q, k, nprobe=nprobe, **options)
                for i, query in enumerate(q):
                    same(index.search(query if i % 2 else q[i:i + 1], k, nprobe=nprobe, **options), batch, i)
    assert index.state.prepared.search is not None   # it was asked in one call


@pytest.mark.parametrize("codec, spill", [("opq10x4", None), ("int8", 1.), ("ae16", None)])
def test_what_one_call_cannot_read_takes_the_general_road(codec, spill):
    index, x, q = filled("cosine", codec, spill)
    for options in ({}, {"rescore": 40}):
        batch = index.search(q, 10, nprobe=3, **options)
        for i, query in enumerate(q): same(index.search(query, 10, nprobe=3, **options), batch, i)
    assert index.state.prepared.search is None


def test_a_query_alone_is_refused_what_a_batch_is_refused():
    index, x, q = filled("cosine", "int8", None)
    index.rows = None
    index.search(q[0], 10, nprobe=4); index.search(q[0], 10, nprobe=4)
    with pytest.raises(ValueError, match="exact vectors"): index.search(q[0], 10, nprobe=4, rescore=30)


@pytest.mark.parametrize("codec, spill", [("flat", 1.), ("rabitq", None), ("rabitq", 1.), ("rpq10x4", None)])
def test_what_is_ready_is_made_once_and_anew_after_a_change(codec, spill, monkeypatch):
    index, x, q = filled("cosine", codec, spill)
    made, once = [], []
    kind, answer = type(index.state.scanner), SingleSearch.answer
    make = kind.single_call
    monkeypatch.setattr(kind, "single_call", lambda self, *given: made.append(1) or make(self, *given))
    monkeypatch.setattr(SingleSearch, "answer", lambda self, *given: once.append(answer(self, *given)) or once[-1])
    how = {"nprobe": 4} | ({} if codec == "flat" else {"rescore": 30})
    for n, change in enumerate((lambda: None, lambda: index.add(x[:7]), lambda: index.remove([1]), lambda: index.train(x).add(x), lambda: setattr(index, "rows", ArrayRows(x.copy()))), 1):
        if n > 1: change()
        del once[:], made[:]   # a write that measures makes one, too
        for query in q[:5]: index.search(query, 10, **how)
        assert len(made) == 1 and [o is not None for o in once] == 4 * [True]
    index.search(q, 10, **how)
    assert len(made) == 1


def test_odd_questions_are_answered_or_refused_as_before():
    index, x, q = filled("cosine", "rabitq", 1.)
    batch = index.search(q, 10, nprobe=4, rescore=30)
    same(index.search(q[:1], 10, nprobe=4, rescore=30), batch, 0)
    for given in (q[0].astype(np.float64), q[0].tolist(), np.asfortranarray(np.stack([q[0], q[0]]).T).T[0], np.repeat(q[0], 2)[::2]): same(index.search(given, np.int64(10), nprobe=np.int32(4), rescore=30), batch, 0)
    read_only = q[0].copy(); read_only.flags.writeable = False
    same(index.search(read_only, 10, nprobe=4, rescore=30), batch, 0)
    for wrong in ({"k": 0}, {"k": True}, {"nprobe": 0}, {"nprobe": -3}, {"nprobe": 2.}, {"rescore": 0}, {"max_codes": 0}):
        with pytest.raises(ValueError): index.search(q[0], **({"k": 10, "nprobe": 4, "rescore": 30} | wrong))
    with pytest.raises(DimensionError): index.search(q[0, :49], 10, nprobe=4)
    for bad in (np.nan, np.inf):
        with pytest.raises(VectorError): index.search(np.where(np.arange(50) == 3, np.float32(bad), q[0]), 10, nprobe=4)
    np.testing.assert_array_equal(index.search(q[0], 10, nprobe=20, rescore=3000)[1], index.exact_search(q[0], 10)[1])
    index.rows = None
    with pytest.raises(ValueError, match="exact vectors"): index.search(q[0], 10, nprobe=4, rescore=30)
    assert (index.search(q[0] * np.float32(1e-20), 10, nprobe=4)[1] >= 0).all()   # too short for float32 products: the general road


def test_many_threads_ask_while_one_writes():
    index, x, q = filled("cosine", "rabitq", 1.)
    stop, wrong = threading.Event(), []
    def ask():
        while not stop.is_set():
            for query in q:
                found = index.search(query, 10, nprobe=4, rescore=30)[1][0]
                if len(set(found.tolist())) < 10 or found.min() < 0: wrong.append(found)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads: t.start()
    for i in range(30):
        index.remove(np.arange(200 + i, 3000, 50))
        index.add(x[200 + i:3000:50], np.arange(200 + i, 3000, 50))
    stop.set()
    for t in threads: t.join()
    assert not wrong
    batch = index.search(q, 10, nprobe=4, rescore=30)
    for i, query in enumerate(q): same(index.search(query, 10, nprobe=4, rescore=30), batch, i)


@pytest.mark.parametrize("n", [1, 10, 64, 1000, 5000])
def test_a_cut_leaves_enough_and_few_more(n):
    for keep in (1, 10, 50, 2000):
        for kind in range(4):
            s = rng.standard_normal(n).astype(np.float32)
            if kind == 1: s[rng.random(n) < .4] = np.inf
            if kind == 2: s = np.round(s)
            if kind == 3: s *= np.float32(1e20)
            limit, finite = cut(s, keep), s[s < np.inf]
            left = int((s <= limit).sum())
            if len(finite) <= keep: assert left == len(finite) if len(finite) else limit == np.inf
            else: assert keep <= left and (left <= keep + 8 + keep // 8 or kind == 2)


@pytest.mark.parametrize("n", [0, 1, 2, 63, 201, 1000])
def test_ends_are_sorted_by_number_then_name(n):
    lows, names = np.round(rng.standard_normal(n) * 5).astype(np.float32), rng.permutation(n)
    order = np.lexsort((names, lows))
    expected = lows[order], names[order]
    sort_ends(lows, names)
    assert np.array_equal(lows, expected[0]) and np.array_equal(names, expected[1])


def test_gather():
    lows, blocks = rng.standard_normal(640).astype(np.float32), np.arange(10) * 64 + 1000
    lows[64:128] = np.inf
    n = int((lows <= -1).sum())
    positions, ends, owners = np.empty(n, np.int64), np.empty(n, np.float32), np.empty(n, np.int64)
    gather(lows, blocks, np.float32(-1), positions, ends, owners)
    at = np.flatnonzero(lows <= -1)
    assert np.array_equal(positions, at + 1000) and np.array_equal(ends, lows[at]) and np.array_equal(owners, at // 64)

def test_a_view_without_the_read_only_mark_keeps_its_memory():
    from minivecdb.core.kernels import plain_array
    a = np.arange(10.)
    a.flags.writeable = False
    (view,), alive = plain_array((a,)), weakref.ref(a)
    assert view.flags.writeable and np.shares_memory(view, a)
    del a; gc.collect()
    assert alive() is not None and view.sum() == 45
    del view; gc.collect()
    assert alive() is None


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("codec, rescore", [("flat", None), ("int8", None), ("rabitq", None), ("rabitq", 50)])
def test_lists_that_a_batch_chooses_together(metric, codec, rescore, monkeypatch):
    "In pieces of eight queries, whose lists are chosen in one call: the same as each query alone."
    index, x, q = filled(metric, codec, None)
    alone = [index.search(one, 10, nprobe=4, rescore=rescore) for one in q]
    for name, value in {"TOGETHER": 0, "AT_ONCE": 8}.items(): monkeypatch.setattr(prepared_room, name, value)
    monkeypatch.setattr("minivecdb.lists.scanners.FEW", 99)
    monkeypatch.setattr("minivecdb.lists.bit_scanner.ESTIMATED", 99)
    chosen, choose = [], SingleSearch.lists_of_each
    monkeypatch.setattr(SingleSearch, "lists_of_each", lambda self, some, n: chosen.append(len(some)) or choose(self, some, n))
    assert index.state.are_few(len(q), 4, rescore)
    batch = index.state.prepare_single().each(q, 10, 4, rescore)
    assert chosen == [8, 8, 8, 6]
    general = index.search(q, 10, nprobe=4, rescore=rescore)
    for i, one in enumerate(alone):
        same(one, general, i)
        if batch is not None: same(one, batch, i)   # ties that one call cannot tell


def test_a_state_that_is_gone_answers_as_it_did():
    index, x, q = filled("dot", "flat", None)
    before, options = index.state, SearchOptions(10, 4)
    single = before.prepare_single()
    answers = [before.search(query[None], options) for query in q]
    index.remove(np.arange(0, 3000, 2))
    assert index.state.prepared.search is None
    for query, (far, ids) in zip(q, answers):
        again = single.answer(query[None], options) or before.search(query[None], options)
        assert again[0].tobytes() == far.tobytes() and again[1].tobytes() == ids.tobytes()


def test_counts_decide_when_a_batch_is_searched_query_by_query():
    index = filled("euclidean", "rabitq", None)[0]
    assert index.state.are_few(10, 4, None) and not index.state.are_few(11, 4, None)
    assert index.state.are_few(5000, 4, 50)   # exact rows in memory are measured for each query anyway
    index.rows = None
    assert not index.state.are_few(5000, 4, 50)
