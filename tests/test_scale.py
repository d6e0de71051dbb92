"Indexes built from blocks, and lists and rows that stay in their files: the answers are those of an index in memory, and a bad file or a bad iterator is an error."
import dataclasses, gc, os, threading, tracemalloc
import numpy as np, pytest
from hypothesis import given, strategies as st
from minivecdb import ArrayRows, FileRows, IVF, VectorStorage
from minivecdb.ivf import building as scale
from minivecdb.ivf.upkeep import Upkeep
from minivecdb.ivf.filtered import search_among
from minivecdb.lists.in_files import FileArray
from minivecdb.core.errors import DimensionError, FileFormatError

rng = np.random.default_rng(0)
X, Q = (rng.standard_normal((n, 24)).astype(np.float32) + 2 * rng.standard_normal((30, 24)).astype(np.float32)[rng.integers(0, 30, n)] for n in (3000, 40))
CODECS = ("flat", "int8", "rabitq", "rabitq4", "pq6x4", "rpq6x4")
every_codec, every_metric = pytest.mark.parametrize("codec", CODECS), pytest.mark.parametrize("metric", ("cosine", "euclidean", "dot"))

def cut(*edges): return lambda: (X[a:b] for a, b in zip((0, *edges), (*edges, len(X))))
def same(one, other):
    for a, b in zip(one, other): np.testing.assert_array_equal(a, b)

@pytest.fixture
def calls(monkeypatch):
    "Bytes of every `preadv`."
    made, real = [], os.preadv
    monkeypatch.setattr(os, "preadv", lambda file, room, at: (made.append((at, sum(map(len, room)))), real(file, room, at))[1])
    return made

# --- building -------------------------------------------------------------------------------------------

@every_metric
@every_codec
def test_an_iterator_of_blocks_equals_adding_at_once(codec, metric):
    streamed, at_once = IVF(24, codec=codec, metric=metric).build(cut(7, 8, 8, 1000, 2999)), IVF(24, codec=codec, metric=metric).train(X)
    at_once.add(X)
    for nprobe in (1, 5, 1000): same(streamed.search(Q, nprobe=nprobe), at_once.search(Q, nprobe=nprobe))
    for name in ("ids", "sizes", "starts", "lengths"): np.testing.assert_array_equal(getattr(streamed.lists, name), getattr(at_once.lists, name))
    assert len(streamed.lists.codes) == len(X)   # no row more than needed
    streamed.add(Q); assert streamed.search(Q[3], 1, nprobe=1000)[1][0, 0] == len(X) + 3 or metric == "dot"

@given(st.lists(st.integers(0, 3000), max_size=6), st.integers(1, 4000))
def test_however_blocks_are_cut(edges, rows):
    joined = [*scale._even(cut(*sorted(edges))(), 24, rows)]
    assert [len(x) for _, x in joined[:-1]] == [rows] * (len(joined) - 1) and 0 < len(joined[-1][1]) <= rows
    np.testing.assert_array_equal(np.concatenate([x for _, x in joined]), X)

def test_small_blocks_at_a_time_make_the_same_index(monkeypatch):
    whole = IVF(24, 50, codec="int8").build([X])
    monkeypatch.setattr(scale, "BLOCK", 4 * 24 * 111)
    same(whole.search(Q), IVF(24, 50, codec="int8").build(cut(1500)).search(Q))

def test_ids_come_with_blocks_or_from_a_storage(tmp_path):
    ids = np.random.default_rng(1).permutation(10_000)[:len(X)]
    named = IVF(24, 40).build(lambda: ((ids[i:i + 700], X[i:i + 700]) for i in range(0, len(X), 700)))
    plain = IVF(24, 40).build([X])
    d, i = plain.search(Q, nprobe=40)
    assert np.array_equal(named.search(Q, nprobe=40)[0], d) and (named.search(Q, 1, nprobe=40)[1][:, 0] == ids[i[:, 0]]).all()
    storage = VectorStorage.open(tmp_path/"s.mvdb", dimension=24)
    storage.add_bulk(X[:500], [{}] * 500)
    same(IVF(24, 20).build(storage.blocks).search(Q, nprobe=20), IVF(24, 20).build([X[:500]]).search(Q, nprobe=20))
    storage.close()

def test_a_sample_of_a_stream_is_drawn_evenly():
    drawn = scale._Sample(lambda n: 500, 0)
    for i in range(0, 50_000, 123): drawn.take(np.arange(i, min(i + 123, 50_000), dtype=np.float32)[:, None])
    rows = drawn.rows()[:, 0]
    assert 380 < len(rows) < 620 and (np.diff(rows) > 0).all() and 20 < np.bincount((rows // 5000).astype(int), minlength=10).min()

def test_what_cannot_be_built_from_changes_nothing():
    index = IVF(24, 30).build([X[:500]])
    before = index.search(Q)
    parts = [cut()(), cut(10)()]
    for blocks, error, words in (((b for b in [X]), TypeError, "pass a function"), (iter([X]), TypeError, "three times"), (lambda: iter([]), ValueError, "0 rows"), ([X[:0]], ValueError, "0 rows"), ([X, np.ones((4, 23))], DimensionError, "23"),
                                 (lambda: parts.pop() if parts else iter([]), ValueError, "later one"), ([X, (np.arange(9), X[:9])], ValueError, "some blocks come with ids"), ([(np.arange(5), X[:4])], ValueError, "an id for each of 4"),
                                 ([(np.zeros(900, int), X[:900])], ValueError, "distinct"), ([(np.arange(900), X[:900])] * 2, ValueError, "already in the index|distinct"), ([np.full((3, 24), np.nan)], ValueError, ".")):
        with pytest.raises(error, match=words): index.build(blocks)
        same(index.search(Q), before)
    index.upkeep = Upkeep()
    with pytest.raises(ValueError, match="build it first"): index.build([X])

def test_a_reading_that_grows_is_an_error():
    sizes = [500, 501]
    with pytest.raises(ValueError, match="first reading of the blocks gave 500"): IVF(24, 9).build(lambda: iter([X[:sizes.pop(0) if sizes else 500]]))

def test_the_number_of_lists_follows_from_all_rows():
    assert len(IVF(24).build([X], sample=30).coarse) == scale.default_clusters(len(X)) == 219
    assert "3,000 vectors" in IVF(24, codec="auto").build([X]).choice.text

def test_second_places_are_built_too():
    one, other = IVF(24, 30, spill=1.).build(cut(1000)), IVF(24, 30, spill=1.).train(X)
    other.add(X)
    same(one.search(Q, nprobe=3), other.search(Q, nprobe=3))

def test_the_lists_are_never_there_twice(monkeypatch):
    monkeypatch.setattr(scale, "BLOCK", 1 << 20)
    x = np.tile(X, (10, 4))   # 30,000 × 96: 11.5 MB
    def blocks(): return (x[i:i + 1000] + np.float32(0) for i in range(0, len(x), 1000))
    peaks = {}
    for _ in range(2):   # the first time, things are imported and compiled
        gc.collect(); tracemalloc.start()
        index = IVF(96, 100).build(blocks, sample=10)
        peaks["build"] = tracemalloc.get_traced_memory()[1]; tracemalloc.stop()
    size = sum(index.memory_usage().values())
    del index; gc.collect(); tracemalloc.start()
    grown = IVF(96, 100).train(x[::30].copy())
    for block in blocks(): grown.add(block)
    peaks["add"] = tracemalloc.get_traced_memory()[1]; tracemalloc.stop()
    assert peaks["build"] < size + 8 * scale.BLOCK and peaks["add"] > 2 * size, (size, peaks)

# --- reading --------------------------------------------------------------------------------------------

@every_metric
@every_codec
def test_all_ways_to_open_a_file_give_the_same_answers(codec, metric, tmp_path, calls):
    made = IVF(24, codec=codec, metric=metric).build([X])
    made.save(tmp_path/"i.ivf"); X.tofile(tmp_path/"rows")
    ways = [IVF.load(tmp_path/"i.ivf", mmap=how) for how in (True, False, "pread")]
    for index, rows in zip(ways, (ArrayRows(X), FileRows(tmp_path/"rows", 24), FileRows(tmp_path/"rows", 24))): index.rows = rows
    mask, masks = rng.random(len(X)) < .3, rng.random((len(Q), len(X))) < .3
    for options in (dict(nprobe=1), dict(nprobe=9), dict(nprobe=1000), dict(nprobe=9, rescore=30), dict(nprobe=1000, rescore=len(X)), dict(nprobe=20, mask=mask), dict(nprobe=20, mask=masks, rescore=15), dict(nprobe=20, rescore=30, rescore_num_samples=6), dict(nprobe=20, max_codes=100), dict(nprobe=1, ensure_topk_full=True)):
        for i in (slice(None), slice(5), slice(1)):
            some = options | ({"mask": options["mask"][i]} if np.ndim(options.get("mask")) == 2 else {})
            for other in ways[1:]: same(ways[0].search(Q[i], **some), other.search(Q[i], **some))
    assert calls
    radius = np.median(ways[0].search(Q, 5, nprobe=9)[0])
    for other in ways[1:]:
        same(ways[0].range_search(Q, radius, nprobe=9), other.range_search(Q, radius, nprobe=9))
        same(search_among(ways[0], Q[0], 5, np.arange(0, 3000, 7)), search_among(other, Q[0], 5, np.arange(0, 3000, 7)))
        assert ways[0].get_stats() == other.get_stats() and ways[0].memory_usage() == other.memory_usage()
        other.save(tmp_path/"again.ivf"); assert (tmp_path/"again.ivf").read_bytes() == (tmp_path/"i.ivf").read_bytes()
    for index in ways: index.remove([5, 6]); index.add(X[5:6]); index.add(X[6:7], ids=[6])
    for other in ways[1:]: same(ways[0].search(Q), other.search(Q))
    assert ways[2].lists.in_memory and len(ways[2]) == len(X)

def test_a_search_reads_the_lists_that_it_probes_and_no_others(tmp_path, calls, monkeypatch):
    made = IVF(24, 60, codec="int8").build([X])
    made.save(tmp_path/"i.ivf")
    read = IVF.load(tmp_path/"i.ivf", mmap="pread")
    opened = sum(n for _, n in calls)
    assert opened == 0
    monkeypatch.setattr(os, "pread", None)   # lists are compared with their checksums as they were read, also the first time
    for nprobe in (1, 1, 4, 4, 60, 60):
        calls.clear(); read.search(Q[0], nprobe=nprobe)
        rows = int(read.lists.sizes[read.probes(Q[:1], nprobe)].sum())
        wanted, got = rows * (28 + 8), sum(n for _, n in calls)
        assert wanted <= got <= wanted + 2 * nprobe * 4096 and len(calls) <= 2 * nprobe   # gaps that are cheaper to read than to jump
    assert len(calls) == 2   # all lists lie side by side: codes, and ids

@every_codec
def test_what_was_read_is_what_is_compared(codec, tmp_path, calls):
    IVF(24, 60, codec=codec).build([X]).save(tmp_path/"i.ivf")
    sound, read = (IVF.load(tmp_path/"i.ivf", mmap="pread") for _ in range(2))
    data = bytearray((tmp_path/"i.ivf").read_bytes())
    at = next(e for e in sound.state.unseen.columns if e["name"] == "codes")["offset"] + 5
    data[at] ^= 1
    (tmp_path/"i.ivf").write_bytes(data)   # the same file, in place
    damaged = [j for j, spans in enumerate(sound.state.unseen.stretches) if spans[0][0] <= at < spans[0][1]]
    for q in Q:
        near = set(read.probes(q[None], 3)[0].tolist())
        if near & set(damaged):
            with pytest.raises(FileFormatError, match="list .* is damaged"): read.search(q, nprobe=3)
            with pytest.raises(FileFormatError, match="list .* is damaged"): read.range_search(q, 9., nprobe=3)
        else: same(read.search(q, nprobe=3), IVF.load(tmp_path/"i.ivf").search(q, nprobe=3))
    with pytest.raises(FileFormatError, match="list .* is damaged"): read.search(Q, nprobe=60)

def test_neighbouring_rows_are_fetched_together_and_each_once(tmp_path, calls):
    X.tofile(tmp_path/"rows")
    rows = FileRows(tmp_path/"rows", 24)
    there, found = rows.take(np.array([2999, 8, 9, 7, 100_000, -1, 2998]))
    np.testing.assert_array_equal(there, [2999, 8, 9, 7, 2998]); np.testing.assert_array_equal(found, X[there])
    assert [n for _, n in calls] == [3 * 96, 2 * 96]
    assert rows.take(np.empty(0, np.int64))[1].shape == (0, 24)

@given(st.lists(st.integers(0, 2999), max_size=700), st.sampled_from([1, 24, 300]), st.integers(1, 99))
def test_an_array_in_a_file_is_an_array(tmp_path_factory, at, width, most):
    path = tmp_path_factory.mktemp("a")/"x"
    x = np.arange(3000 * width, dtype=np.int32).reshape(3000, width)
    path.write_bytes(b"123" + x.tobytes())
    there, real = FileArray(path, x.shape, np.int32, 3), os.preadv
    try:
        os.preadv = lambda file, room, place: real(file, [r[:4 * most] for r in room[:1]], place)   # a call may bring less than was asked for
        np.testing.assert_array_equal(there[np.array(at, np.int64)], x[np.array(at, np.int64)])
        np.testing.assert_array_equal(there[len(at) // 2:len(at)], x[len(at) // 2:len(at)])
    finally: os.preadv = real

def test_a_file_that_becomes_shorter_is_an_error(tmp_path):
    made = IVF(24, 60, codec="rabitq4").build([X])
    made.save(tmp_path/"i.ivf"); X.tofile(tmp_path/"rows")
    read = IVF.load(tmp_path/"i.ivf", mmap="pread")
    read.rows = FileRows(tmp_path/"rows", 24)
    before = read.search(Q, nprobe=9, rescore=30)
    os.truncate(tmp_path/"rows", 96 * 500)
    with pytest.raises(FileFormatError, match="48000 bytes: it was truncated"): read.search(Q, nprobe=9, rescore=30)
    X.tofile(tmp_path/"rows")
    same(before, read.search(Q, nprobe=9, rescore=30))
    os.truncate(tmp_path/"i.ivf", 30_000)
    with pytest.raises(FileFormatError, match="truncated"): read.search(Q, nprobe=60)
    with pytest.raises(FileFormatError, match="truncated"): IVF.load(tmp_path/"i.ivf", mmap="pread")

def test_a_disk_error_is_an_error(tmp_path, monkeypatch):
    IVF(24, 60).build([X]).save(tmp_path/"i.ivf")
    read = IVF.load(tmp_path/"i.ivf", mmap="pread")
    def broken(*_): raise OSError(5, "Input/output error")
    monkeypatch.setattr(os, "preadv", broken)
    with pytest.raises(OSError, match="Input/output"): read.search(Q)

def test_checksums_are_compared_when_asked_piece_by_piece(tmp_path):
    IVF(24, 60, codec="int8").build([X]).save(tmp_path/"i.ivf")
    IVF.load(tmp_path/"i.ivf", mmap="pread", verify=True)
    raw = bytearray((tmp_path/"i.ivf").read_bytes()); raw[-1] ^= 1; raw[len(raw) // 2] ^= 1
    (tmp_path/"i.ivf").write_bytes(raw)
    IVF.load(tmp_path/"i.ivf", mmap="pread")
    with pytest.raises(FileFormatError, match="damaged"): IVF.load(tmp_path/"i.ivf", mmap="pread", verify=True)

def test_what_cannot_be_left_in_a_file(tmp_path):
    IVF(24, 30, spill=1.).build([X]).save(tmp_path/"i.ivf")
    with pytest.raises(ValueError, match="second places"): IVF.load(tmp_path/"i.ivf", mmap="pread")
    with pytest.raises(ValueError, match="expected mmap as True, False or 'pread'"): IVF.load(tmp_path/"i.ivf", mmap="read")

def test_empty_lists_and_an_empty_index(tmp_path):
    made = IVF(24, 60, codec="rabitq").build([X])
    made.remove(np.arange(10, 3000)); made.save(tmp_path/"i.ivf")
    same(IVF.load(tmp_path/"i.ivf").search(Q, nprobe=60), IVF.load(tmp_path/"i.ivf", mmap="pread").search(Q, nprobe=60))
    made.remove(np.arange(10)); made.save(tmp_path/"i.ivf")
    assert (IVF.load(tmp_path/"i.ivf", mmap="pread").search(Q, nprobe=60)[1] == -1).all()

def test_many_threads_read_at_a_time(tmp_path):
    IVF(24, 60, codec="rabitq4").build([X]).save(tmp_path/"i.ivf")
    read, found = IVF.load(tmp_path/"i.ivf", mmap="pread"), {}
    expected = read.search(Q, nprobe=20)
    def work(j): found[j] = read.search(Q, nprobe=20)
    threads = [threading.Thread(target=work, args=(j,)) for j in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    for j in range(4): same(found[j], expected)

def test_a_large_batch_holds_few_lists_at_a_time(tmp_path, monkeypatch):
    IVF(24, 60).build([X]).save(tmp_path/"i.ivf")
    read, held = IVF.load(tmp_path/"i.ivf", mmap="pread"), []
    real = type(read.lists).probed
    def noted(self, probes): out = real(self, probes); held.append(len(out[0].ids)); return out
    monkeypatch.setattr(type(read.lists), "probed", noted)
    monkeypatch.setattr("minivecdb.lists.in_files.AT_ONCE", 20_000)
    same(read.search(Q, nprobe=4), IVF.load(tmp_path/"i.ivf").search(Q, nprobe=4))
    assert max(held[:-1]) < len(X) / 3

def test_lists_in_a_file_are_read_whatever_the_class_of_its_arrays(tmp_path):
    index = IVF(24, 30).build([X])
    index.save(tmp_path/"x.ivf")
    opened = IVF.load(tmp_path/"x.ivf", mmap="pread")
    class Other:
        def __init__(self, a): self.a = a
        def __getattr__(self, name): return getattr(self.a, name)
        def __len__(self): return len(self.a)
        def __getitem__(self, at): return self.a[at]
    opened.lists = dataclasses.replace(opened.lists, **{name: Other(a) for name, a in vars(opened.lists).items() if isinstance(a, FileArray)})
    same(index.search(Q, nprobe=7), opened.search(Q, nprobe=7))
