"What a person meets first: an index over a storage, asked for one query or many, with filters and masks, and never out of date."
import sys, threading
import numpy as np, pytest
from minivecdb.ivf import search as ivf_module
from minivecdb.filters.language import FilterError
from minivecdb.exact.flat import FlatIndex
from minivecdb.ivf import IVF, ArrayRows, RowMask
from minivecdb.ivf_index import IVFIndex
from minivecdb.core.errors import DimensionError, FileFormatError, VectorError
from minivecdb.storage import read_rows
from minivecdb.vector_storage import VectorStorage

rng = np.random.default_rng(3)


def storage(n=900, d=24):
    s = VectorStorage(d)
    s.add_bulk(rng.standard_normal((n, d)), [{"g": i % 3, "i": i} for i in range(n)])
    return s


@pytest.fixture(params=["memory", "folder"])
def filled(request, tmp_path):
    "The same rows in memory and in a folder, some deleted and some changed since the index was built."
    s = storage()
    if request.param == "folder":
        durable = VectorStorage.open(tmp_path/"s.mvdb", s.dimension)
        durable.restore(s)
        s = durable
    index = IVFIndex(s, nprobe=4, n_clusters=30).build()
    s.delete_bulk(range(5, 200, 7))
    for i in (1, 400): s.update(i, rng.standard_normal(s.dimension))
    s.add_bulk(rng.standard_normal((40, s.dimension)), [{"g": 9}] * 40)
    return s, index


def same(a, b):
    assert [(h.id, h.distance, h.metadata) for h in a] == [(h.id, h.distance, h.metadata) for h in b]
    for x, y in zip(a, b): assert x.vector.tobytes() == y.vector.tobytes()


@pytest.mark.parametrize("k", [1, 7, 300])
@pytest.mark.parametrize("where", [None, {"g": 1}, {"g": 9}, {"g": 77}, {"i": {"$lt": 40}}], ids=str)
def test_a_batch_is_its_queries_one_by_one(filled, where, k):
    s, index = filled
    q = rng.standard_normal((17, s.dimension)).astype(np.float32)
    for given in (q, q.astype(np.float64), q.tolist()):
        found = index.search(given, k, where=where)
        assert len(found) == 17
        for hits, one in zip(found, q): same(hits, index.search(one, k, where=where))
    for hits in found:
        assert all(h.id in s and s.get(h.id)[1] == h.metadata for h in hits)
        assert len(hits) == min(k, s.count(where))


def test_a_filter_for_each_query(filled):
    s, index = filled
    q, wheres = rng.standard_normal((6, s.dimension)), [{"g": 0}, None, {"g": 2}, {"g": 0}, {"g": 9}, {"g": 55}]
    for hits, one, where in zip(index.search(q, 9, where=wheres), q, wheres): same(hits, index.search(one, 9, where=where))
    for bad in ([{"g": 0}] * 5, [], [{"g": 0}] * 7):
        with pytest.raises(ValueError, match=f"each of 6 queries, got {len(bad)}"): index.search(q, where=bad)
    with pytest.raises(ValueError, match="got 2"): index.search(q[0], where=[{"g": 0}] * 2)
    with pytest.raises(FilterError): index.search(q, where=[{"$no": 1}] * 6)
    assert len(index.search(q[:0])) == 0 == len(index.search(q[:0], where={"g": 1}))


@pytest.mark.parametrize("query, error", [(np.zeros((2, 5)), DimensionError), (np.zeros(5), DimensionError), (np.zeros((2, 2, 24)), DimensionError), (np.float32(1), DimensionError),
                                          (np.full(24, np.nan, np.float32), VectorError), (np.full((9, 24), np.inf), VectorError), ("words", VectorError), ([[1.] * 24, [1.]], VectorError)], ids=str)
def test_a_wrong_query_is_refused(query, error):
    index = IVFIndex(storage(60)).build()
    for where in (None, {"g": 1}):
        with pytest.raises(error): index.search(query, 3, where=where)


def test_masks_count_rows_as_the_storage_does(filled):
    s, index = filled
    q = rng.standard_normal((30, s.dimension)).astype(np.float32)
    for where in ({"g": 1}, {"g": {"$gt": 1}}, None):
        for mask in (index.mask(where), s.columns.mask(where), index.mask(where).rows):
            ids = index.ivf.search(q, 5, nprobe=10**6, mask=mask)[1]
            assert ids.tolist() == [h.attrgot("id") for h in index.search(q, 5, nprobe=10**6, where=where)]
    wheres = [{"g": j % 3} for j in range(30)]
    ids = index.ivf.search(q, 5, nprobe=10**6, mask=index.mask(wheres))[1]
    assert ids.tolist() == [h.attrgot("id") for h in index.search(q, 5, nprobe=10**6, where=wheres)]


@pytest.mark.parametrize("change", [lambda s: s.delete(300), lambda s: s.update(0, np.ones(24)), lambda s: s.add(np.ones(24)), lambda s: s.delete(300) and s.add(np.ones(24))], ids=range(4))
def test_a_mask_of_another_state_is_refused(filled, change):
    s, index = filled
    mask, q = index.mask({"g": 1}), np.ones((2, s.dimension))
    assert isinstance(mask, RowMask) and (index.ivf.search(q, 3, mask=mask)[1] >= 0).all()
    change(s)
    for ask in (lambda: index.ivf.search(q, 3, mask=mask), lambda: index.ivf.search(q, 3, mask=mask, ensure_topk_full=True), lambda: index.ivf.search_cost(q, mask=mask, ensure_topk_full=True)):
        with pytest.raises(ValueError, match="another state"): ask()
    assert (index.ivf.search(q, 3, mask=index.mask({"g": 1}))[1] >= 0).all()
    assert (IVFIndex(s).build().ivf.mask_of([1, 2]).rows.sum()) == 2


def test_masks_of_arrays_keep_the_order_of_insertion():
    x = rng.standard_normal((50, 4)).astype(np.float32)
    index = IVF(4, n_clusters=5, metric="euclidean").train(x)
    index.add(x[:30], np.arange(100, 130))
    index.add(x[30:], np.arange(20))
    first = np.arange(50) < 30
    assert index.search(x, 1, nprobe=5, mask=first)[1].min() >= 100
    assert (index.search(x, 1, nprobe=5, mask=index.mask_of(np.arange(100, 130)))[1] == index.search(x, 1, nprobe=5, mask=first)[1]).all()


def test_the_arrays_of_an_index_never_serve_what_is_gone(filled):
    s, index = filled
    for i in (2, 3, 410):
        v = s.get(i)[0]
        assert index.ivf.search(v, 1, nprobe=10**6)[1][0, 0] == i
        s.delete(i)
        assert index.ivf.search(v, 1, nprobe=10**6)[1][0, 0] != i and index.search(v, 1, nprobe=10**6)[0].id != i


def test_a_search_costs_few_calls_more_than_that_of_arrays(monkeypatch):
    monkeypatch.setattr(ivf_module, "pays", lambda *work: True)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
    s = storage(3000)
    index = IVFIndex(s, nprobe=8).build()
    q = rng.standard_normal((40, s.dimension)).astype(np.float32)
    for one in q[:3]: index.search(one)
    def calls(f):
        count = [0]
        def note(frame, event, _): count[0] += event == "call"
        sys.setprofile(note)
        try: f()
        finally: sys.setprofile(None)
        return count[0]
    ivf, found = index.ivf, index.search(q[5]).attrgot("id")
    reading = calls(lambda: s.get_bulk(found))
    assert calls(lambda: index.search(q[5])) <= calls(lambda: ivf.search(q[5], 5, nprobe=8)) + reading + 15


def test_hits_are_what_the_storage_holds_while_another_thread_writes():
    s, stop = storage(600), threading.Event()
    index = IVFIndex(s, nprobe=3).build()
    def write():
        r = np.random.default_rng(0)
        while not stop.is_set():
            i = int(r.integers(0, 600))
            if i in s: s.update(i, r.standard_normal(s.dimension), {"v": float(r.random()), "g": i % 3})
            if r.random() < .1: s.delete(int(r.integers(0, 600))); s.add(r.standard_normal(s.dimension), {"g": 1})
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for j in range(150):
            q = rng.standard_normal((3, s.dimension)).astype(np.float32)
            for one, hits in zip(q, index.search(q, 4, where={"g": 1} if j % 2 else None)):
                away = FlatIndex(s.dimension)
                away.add(np.stack([h.vector for h in hits]))
                assert np.sort(away.search(one, len(hits))[0][0]).tolist() == [h.distance for h in hits]
                assert len(hits) == 4 and (not j % 2 or all(h.metadata["g"] == 1 for h in hits))
    finally:
        stop.set(); writer.join()


@pytest.mark.parametrize("codec, rescore", [("flat", None), ("rabitq", 40), ("int8", 30), ("rabitq4", None)])
def test_small_batches_are_single_queries(codec, rescore, monkeypatch):
    "The same bits at every size, by whichever road; rows by id as rows by number."
    monkeypatch.setattr(ivf_module, "pays", lambda *work: True)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
    x, q = rng.standard_normal((4000, 32)).astype(np.float32), rng.standard_normal((200, 32)).astype(np.float32)
    names = np.arange(4000) * 3 + 7
    for ids in (None, names):
        index = IVF(32, codec=codec).train(x)
        index.add(x, ids)
        index.rows = ArrayRows(x) if ids is None else ArrayRows(x, ids)
        for nprobe in (1, 8, 10**6):
            one = [index.search(v, 6, nprobe=nprobe, rescore=rescore) for v in q]
            for m in (2, 5, 33, 200):
                for i in range(0, 200, m):
                    for a, b in zip(index.search(q[i:i + m], 6, nprobe=nprobe, rescore=rescore), zip(*one[i:i + m])): assert a.tobytes() == np.concatenate(b).tobytes()
        if ids is None: plain = one
        else:
            for (d, i), (e, j) in zip(plain, one): assert d.tobytes() == e.tobytes() and (i * 3 + 7 == j).all()
        if rescore: assert index.state.prepared.search is not None


def test_a_mapped_index_is_one_call_from_the_start(tmp_path, monkeypatch):
    "Only the lists that a query reads are looked at, and a damaged one is noticed before it is read."
    monkeypatch.setattr(ivf_module, "pays", lambda *work: True)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
    x = rng.standard_normal((5000, 16)).astype(np.float32)
    index = IVF(16, n_clusters=100).train(x)
    index.add(x)
    index.save(tmp_path/"a.ivf")
    mapped, asked = IVF.load(tmp_path/"a.ivf"), []
    mapped.search(x[0], 3, nprobe=2)
    prepared = mapped.state.prepared.search
    call = prepared.call
    prepared.call = lambda *given: asked.append(1) or call(*given)
    before = len(mapped.state.unseen)
    for v in x[1:4]:
        for a, b in zip(mapped.search(v, 3, nprobe=2), index.search(v, 3, nprobe=2)): assert a.tobytes() == b.tobytes()
    assert 3 <= len(asked) <= 6   # twice where a list was not looked at yet
    assert before - 6 <= len(mapped.state.unseen) < 100


@pytest.mark.parametrize("call, ours", [
    (lambda s, i: i.search(np.ones(24), top_k=3), "'k'"), (lambda s, i: i.search(np.ones(24), n_results=3), "'k'"),
    (lambda s, i: i.search(np.ones(24), filter={"g": 1}), "'where'"), (lambda s, i: s.find(filters={"g": 1}), "'where'"),
    (lambda s, i: i.search(np.ones(24), metric="l2"), "IVFIndex(storage, metric='cosine')"), (lambda s, i: VectorStorage(24, metric="l2"), "IVFIndex(storage, metric='cosine')"),
    (lambda s, i: IVFIndex(s, nlist=4), "'n_clusters'"),
    (lambda s, i: FlatIndex.from_storage(s).search(np.ones(24), top_k=3), "'k'"), (lambda s, i: i.search(np.ones(24), wher={}), "'where'"),
    (lambda s, i: i.search(np.ones(24), colour=1), "it takes query_vector, k, nprobe, where")])
def test_arguments_of_other_libraries_are_answered_with_ours(call, ours):
    s = storage(60)
    index = IVFIndex(s).build()
    with pytest.raises(TypeError) as e: call(s, index)
    assert ours in str(e.value)


def test_adding_to_an_index_returns_the_ids():
    x = rng.standard_normal((40, 24)).astype(np.float32)
    for index in (FlatIndex(24), IVF(24, 3).train(x)):
        assert index.add(x).tolist() == list(range(40)) and index.add(x[:2], [77, 50]).tolist() == [77, 50]
        assert index.add(x[:1]).tolist() == [78] and index.add(x[:0]).tolist() == []


def test_json_is_not_written_under_the_name_of_a_folder(tmp_path):
    s = storage(20)
    durable = VectorStorage.open(tmp_path/"there.mvdb", 24)
    for one in (s, durable):
        with pytest.raises(ValueError, match=r"names a folder.*\.json"): one.save(tmp_path/"x.MVDB")
        assert not (tmp_path/"x.MVDB").exists()
    assert durable.restore(s) == 20   # what the error advises
    s.save(tmp_path/"x.json")


def test_a_filter_in_the_place_of_an_id_is_told_where_it_goes(filled):
    s, _ = filled
    before = len(s)
    for call in (s.delete, lambda where: s.update(where, merge={"g": 1})):
        with pytest.raises(TypeError, match=r"where=\{'g': 1\}"): call({"g": 1})
    assert len(s) == before

def test_a_text_in_the_place_of_a_vector_is_told_to_be_embedded(filled):
    s, index = filled
    for call in (index.search, s.add, lambda text: index.ivf.search([text])):
        with pytest.raises(VectorError, match="got text .*get_embedding"): call("coffee")

def test_a_folder_in_the_place_of_a_file_is_told_how_to_open_it(tmp_path):
    with VectorStorage.open(tmp_path/"s.mvdb", 3): pass
    with pytest.raises(FileFormatError, match=r"VectorStorage\.open"): VectorStorage.load(tmp_path/"s.mvdb")

def test_one_word_for_missing_is_a_word_and_not_its_letters(tmp_path):
    (tmp_path/"a.csv").write_text("name,price\na,1\nn,n/a\n")
    for missing in ("n/a", ["n/a"], ("N/A",)):
        assert list(read_rows(tmp_path/"a.csv", missing=missing)) == [{"name": "a", "price": 1}, {"name": "n"}]

def test_a_table_in_the_place_of_a_storage_is_told_what_reads_it(tmp_path):
    (tmp_path/"a.csv").write_text("name\na\n")
    with pytest.raises(FileFormatError, match="read_rows reads a table, and minivecdb index"): VectorStorage.load(tmp_path/"a.csv")

def test_who_asks_for_a_recall_is_told_what_finds_the_nprobe_for_it(filled):
    s, index = filled
    for call in (lambda: IVFIndex(s, recall=.9), lambda: index.search(np.zeros(s.dimension), recall_target=.9)):
        with pytest.raises(TypeError, match="tune_nprobe"): call()


@pytest.mark.parametrize("codec, spill", [("flat", None), ("flat", 1), ("rabitq", None), ("int8", None)])
@pytest.mark.parametrize("metric", ["cosine", "dot"])
def test_a_query_reads_no_list_of_a_mapped_file_before_it_was_looked_at(codec, spill, metric, tmp_path, monkeypatch):
    "The call stops in time, and is made again; a damaged list is refused, also where others were read."
    monkeypatch.setattr(ivf_module, "pays", lambda *work: True)
    monkeypatch.setattr("minivecdb.core.kernels.Kernel.soon", lambda self, work: True)
    x, path = rng.standard_normal((4000, 32)).astype(np.float32), tmp_path/"i.ivf"
    index = IVF(32, codec=codec, metric=metric, n_clusters=60, spill=spill).train(x)
    index.add(x)
    index.save(path)
    mapped, looked = IVF.load(path, mmap=True), []
    real = mapped.state.unseen._compare
    monkeypatch.setattr(mapped.state.unseen, "_compare", lambda j, held=None: (looked.append(j), real(j, held)))
    reach = index.state.lists.originals()[1] if spill else None
    for q in x[:3]:
        for a, b in zip(mapped.search(q, 5, nprobe=3), index.search(q, 5, nprobe=3)): assert a.tobytes() == b.tobytes()
        near = set(index.probes(q[None], 3).ravel().tolist()) - {-1}
        if spill: near |= set(reach[index.lists.copies.positions(np.array(sorted(near)))].tolist())
        assert near <= set(looked)
    assert len(set(looked)) == len(looked)   # each once
    if spill: return                         # originals of copies are in all lists
    left = next(j for j in range(60) if mapped.state.unseen.unseen[j] and index.lists.sizes[j])
    entries, spans = mapped.state.unseen.columns, mapped.state.unseen.stretches[left]
    with open(path, "r+b") as f:
        f.seek(spans[[e["name"] for e in entries].index("ids")][0]); f.write(b"\x7f" * 8)
    row = x[index.lists.ids[index.lists.starts[left]]]
    with pytest.raises(FileFormatError, match=f"list {left} is damaged"): mapped.search(row, 5, nprobe=60)
