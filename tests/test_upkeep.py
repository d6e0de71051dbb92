"Lists kept even: whatever comes and goes, every id is in exactly one list, and nothing is found or missed that exact search would not find or miss."
import copy, pickle, threading
from dataclasses import replace
from pathlib import Path
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from minivecdb import IVF, ArrayRows, FlatIndex, IVFIndex, VectorStorage
from minivecdb.lists.lists import empty_lists
from minivecdb.kmeans.bisecting import bisected_centroids
from minivecdb.ivf.upkeep import PER_LIST, UNEVEN, Upkeep
from minivecdb.lists.changes import Growing, extended, placed, retired, taken, without

D = 6

def rows(seed, n, centre=0.): return (np.random.default_rng(seed).standard_normal((n, D)) + centre).astype(np.float32)

def kept_even(metric="euclidean", codec="flat", n=200, **options):
    index = IVF(D, None, metric, codec, **options)
    index.upkeep = Upkeep()
    index.train(rows(0, n)); index.add(rows(0, n))
    return index

def held(index): return index.lists.ids[index.lists.positions()]

def agrees(index, truth, seed=0):
    "Every id in one list; all lists probed, the same bits as exact search."
    assert sorted(held(index).tolist()) == sorted(truth) and {len(index.coarse), len(index.lists.sizes), *(len(getattr(index.upkeep, name)) for name in PER_LIST)} == {len(index.coarse)}
    assert (index.lists.sizes <= index.lists.rooms).all() and (index.upkeep.strays < [2**60, len(index.coarse), index.upkeep.turn + 1]).all() and (index.upkeep.moved <= index.upkeep.turn).all()
    if not truth: return
    ids = np.array(sorted(truth))
    flat = FlatIndex(D, index.metric.name)
    flat.add(np.stack([truth[i] for i in ids.tolist()]), ids)
    q = rows(seed, 5, 1.)
    for a, b in zip(index.search(q, 7, nprobe=10**6), flat.search(q, 7)): assert (a == b).all()

STEPS = st.lists(st.tuples(st.integers(0, 120), st.floats(-4, 4), st.integers(0, 60), st.booleans()), min_size=1, max_size=12)

@given(STEPS, st.sampled_from(["cosine", "euclidean", "dot"]), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_id_is_in_one_list_and_all_lists_give_exact_search(steps, metric, seed):
    index, truth = kept_even(metric), dict(enumerate(rows(0, 200)))
    rng, n = np.random.default_rng(seed), 200
    for new, centre, gone, back in steps:
        out = rng.choice(list(truth), min(gone, len(truth)), replace=False) if truth else np.empty(0, np.int64)
        x = rows(rng.integers(10**6), new, centre)
        ids = np.arange(n, n + new)
        if back: ids[:min(new, len(out))] = out[:new]   # an update: the same id comes back with another vector
        index.replace(x, ids, np.asarray(out, np.int64))
        for i in out.tolist(): truth.pop(i)
        truth |= dict(zip(ids.tolist(), x)); n += new
        agrees(index, truth, seed)

@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_list_sizes_stay_bounded_and_starved_lists_go(metric):
    index = kept_even(metric)
    for step in range(120): index.add(rows(step, 20, step / 20))   # the data wanders off
    for i in range(0, 1500, 50): index.remove(np.arange(i, i + 50))
    for _ in range(150): index.remove([])                          # nothing changes: what was left to do is done
    sizes = index.lists.sizes
    assert index.upkeep.splits > 30 and index.upkeep.merges > 5 and (sizes.max() <= UNEVEN * sizes.mean() or index.upkeep.gain[sizes.argmax()] == 0) and sizes.min() * 16 >= sizes.mean()
    assert abs(index.upkeep.spread.sum() / len(index) / index.get_stats()["quantization_error"] - 1) < .1

def test_the_same_steps_give_the_same_index_and_a_saved_one_goes_on_as_if_nothing_had_happened(tmp_path):
    def go(index, first, last):
        for step in range(first, last): index.replace(rows(step, 30, step / 10), None, np.arange(step * 7, step * 7 + 7))
        return index
    one, two = go(kept_even(), 0, 40), go(kept_even(), 0, 20)
    two.save(tmp_path/"i.ivf", note={"n": 3})
    again = IVF.load(tmp_path/"i.ivf")
    assert again.note == {"n": 3} and again.get_stats() | {"bytes_per_vector": 0} == two.get_stats() | {"bytes_per_vector": 0}
    for other in (go(again, 20, 40), go(two, 20, 40)):
        assert (held(one) == held(other)).all() and (one.coarse.rows == other.coarse.rows).all() and (one.lists.sizes == other.lists.sizes).all()
        for name in (*PER_LIST, "strays", "splits", "merges"): assert np.array_equal(getattr(one.upkeep, name), getattr(other.upkeep, name))

def test_the_first_write_to_an_opened_file_may_be_any(tmp_path):
    kept_even().save(tmp_path/"i.ivf")
    for gone, new in ((lambda ids, ends: ids[ends[:5] - 1], 0), (lambda ids, ends: ids[:7], 0), (lambda ids, ends: ids[ends[:3] - 1], 30), (lambda ids, ends: ids[:0], 1)):
        index, truth = IVF.load(tmp_path/"i.ivf"), dict(enumerate(rows(0, 200)))
        out = gone(held(index), np.cumsum(index.lists.sizes)[index.lists.sizes > 0])   # the last rows of some lists: these only become shorter
        index.replace(rows(4, new), np.arange(200, 200 + new), out)
        agrees(index, {i: v for i, v in truth.items() if i not in out} | dict(zip(range(200, 200 + new), rows(4, new))))

@pytest.mark.parametrize("codec", ["bf16", "int8", "pq3x4", "rpq3x4"])
@pytest.mark.parametrize("exact", [True, False])
def test_lossy_codes_follow_their_rows(codec, exact):
    "Codes of moved rows decode to the row again; those of residual codecs are made anew."
    x = np.concatenate([rows(s, 30, s / 10) for s in range(60)])
    try: index = IVF(D, None, "euclidean", codec)
    except ValueError: pytest.skip(f"no codec {codec}")
    if exact: index.rows = ArrayRows(x)
    index.upkeep = Upkeep()
    index.train(x); index.add(x[:300])
    for i in range(300, len(x), 30): index.add(x[i:i + 30])
    plain = IVF(D, None, "euclidean", index.codec)
    plain.train(x); plain.add(x)
    assert index.upkeep.splits > 5 and sorted(held(index).tolist()) == list(range(len(x)))
    def error(ix):
        at = ix.lists.positions()
        decoded, where, _ = ix.state.scanner.decoders(ix.lists)[1](at)
        return float(((decoded[where] - x[ix.lists.ids[at]])**2).mean())
    assert error(index) < (1 if not index.codec.residual else 2 if exact else 3) * 1.5 * error(plain) + 1e-3   # residuals of lists given up are larger than those the codes were made for; decoded and encoded again, a residual loses each time
    if exact: assert (index.exact_search(x[:20], 5)[1] == FlatIndexOf(x).search(x[:20], 5)[1]).all()

def FlatIndexOf(x):
    flat = FlatIndex(D, "euclidean"); flat.add(x)
    return flat

def test_rows_without_halves_do_not_hold_up_the_others():
    assert bisected_centroids(np.ones((20, D), np.float32), "euclidean") == (None, 0.) == bisected_centroids(np.zeros((20, D), np.float32), "cosine")
    index = kept_even()
    for _ in range(20): index.add(np.ones((100, D), np.float32))
    before = index.upkeep.splits
    for step in range(40): index.add(rows(step, 20, 5 + step / 10))
    assert index.upkeep.splits > before and index.lists.sizes.max() >= 2000
    index = kept_even()
    for big in (3e38, 1e-40, 0.): index.add(np.full((300, D), big, np.float32) * np.sign(rows(1, 300)))
    assert len(index) == 1100

def test_a_list_longer_than_a_split_looks_at_is_cut_piece_by_piece():
    index = IVF(D, 40, "euclidean"); index.upkeep = Upkeep()
    index.train(rows(0, 400)); index.add(rows(0, 400))
    index.add(rows(1, 12_000, 50.))   # all into one list
    for _ in range(60): index.remove([])
    agrees(index, dict(enumerate(np.concatenate([rows(0, 400), rows(1, 12_000, 50.)]))))
    assert index.lists.sizes.max() < 4096

def test_searches_in_other_threads_see_one_state():
    "While lists are split and given up, a search with every list probed misses nothing that was there all the time."
    x, stays = rows(5, 300), np.arange(200)
    index, stop, errors = kept_even(), threading.Event(), []
    truth = FlatIndexOf(rows(0, 200))
    q = rows(9, 4)
    wanted = truth.search(q, 3)[1]
    def write():
        for step in range(150):
            index.replace(rows(step, 20, 30 + step / 3), None, np.arange(200 + max(0, step - 10) * 20, 200 + max(0, step - 9) * 20) if step >= 10 else np.empty(0, np.int64))
        stop.set()
    def read():
        try:
            while not stop.is_set(): assert (index.search(q, 3, nprobe=10**6)[1] == wanted).all()
        except Exception as e: errors.append(e)
    threads = [threading.Thread(target=f) for f in (write, read, read)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert not errors and index.upkeep.splits > 10

def test_an_index_over_a_storage_is_kept_even_unless_told_otherwise():
    storage = VectorStorage(D)
    storage.add_bulk(rows(0, 300))
    kept, plain = IVFIndex(storage).build(), IVFIndex(storage, upkeep=False).build()
    for step in range(60): storage.add_bulk(rows(step, 20, step / 5)); kept.catch_up(); plain.catch_up()
    a, b = kept.get_stats(), plain.get_stats()
    assert a["splits"] > 10 and "splits" not in b and a["n_clusters"] > b["n_clusters"] and a["imbalance"] < b["imbalance"] and a["quantization_error"] < b["quantization_error"]
    assert b["quantization_error"] > b["quantization_error_at_training"] > 0

def taken_rooms_do_not_overlap(lists):
    rooms = np.concatenate([np.stack([lists.starts, lists.rooms], 1), lists.spare])
    rooms = rooms[rooms[:, 1] > 0]
    first, n = rooms[np.argsort(rooms[:, 0])].T
    assert (first[1:] >= (first + n)[:-1]).all() and (lists.sizes <= lists.rooms).all() and (first + n)[-1:].max(initial=0) <= lists.used <= len(lists.codes)

def moved_about(growing, writes, held=None):
    "Writes, each of which moves a few rows from list to list; somebody may hold the lists as they were."
    rng = np.random.default_rng(0)
    for i in range(writes):
        before, growing, used = growing.now, growing.reclaimed(), growing.now.used
        if held is not None and i % 10 == 0: held.append((before, before.ids[before.positions()].copy()))
        owner = rng.permutation(np.flatnonzero(before.sizes))[:3]
        place = 0 * owner
        columns = taken(growing.now, growing.now.starts[owner] + place)
        growing = growing.take_out(owner, place).put(columns, rng.integers(0, 5, len(owner))).step(used).handed_over(before)
        del before
        if held is None: assert len(growing.waiting) == 1
    return growing

def forty_in_five(): return Growing(empty_lists(5, 2).append(np.repeat(np.arange(40, dtype=np.float32), 2).reshape(40, 2), np.arange(40), np.arange(40) % 5, np.ones(40))).across()

def test_rooms_come_back_when_their_readers_are_gone():
    growing = moved_about(forty_in_five(), 300)
    assert growing.now.used < 200   # of the thousands of rows that were handed out
    assert sorted(growing.now.ids[growing.now.positions()]) == list(range(40))

def test_rooms_wait_for_their_readers():
    held = []
    growing = moved_about(forty_in_five(), 60, held)
    for lists, ids in held: assert (lists.ids[lists.positions()] == ids).all() and (lists.codes[lists.positions(), 1] == ids).all()
    assert len(growing.waiting) in (6, 7) and growing.now.used > 1000
    held.clear()
    del lists
    after = growing.reclaimed()
    assert not after.waiting and after.now.rooms.sum() + after.now.spare[:, 1].sum() == after.now.used   # no room is lost
    assert copy.deepcopy(growing).waiting == () and pickle.loads(pickle.dumps(growing)).waiting == ()

def test_a_room_waits_for_older_readers_too():
    "Somebody reads; a write gives nothing up; the next one gives up a room that the reader knows; the lists between are gone."
    def write(growing, change):
        before, used = growing.now, growing.now.used
        return change(growing.reclaimed()).step(used).handed_over(before)
    def one(i): return np.full((1, 2), i, np.float32), np.array([i]), np.ones(1), np.empty((1, 0)), np.empty((1, 0))
    growing = forty_in_five()
    reader, ids = growing.now, growing.now.ids[growing.now.positions()].copy()
    growing = write(growing, lambda g: g.extend())
    for i in range(100): growing = write(growing, lambda g: g.take_out(np.array([i % 5]), np.array([0])).put(one(40 + i), np.array([i % 5])))
    assert (reader.ids[reader.positions()] == ids).all() and len(growing.waiting) == 2
    del reader
    assert not growing.reclaimed().waiting

@given(st.lists(st.tuples(st.sampled_from(["put", "put", "take", "take", "extend", "retire", "step", "let go"]), st.integers(0, 10**6)), max_size=40))
@settings(max_examples=40, deadline=None)
def test_growing_lists_against_a_dictionary(steps):
    "Lists and the copies that are being made of them hold the same rows in the same order, and old states stay as they were for as long as somebody reads them."
    growing, plain, n = forty_in_five(), [list(range(j, 40, 5)) for j in range(5)], 40
    states = []
    for do, seed in steps:
        rng, used, before, growing = np.random.default_rng(seed), growing.now.used, growing.now, growing.reclaimed()
        if rng.random() < .4: states.append((before, [list(p) for p in plain]))   # a reader begins
        if do == "let go" and states: states.pop(int(rng.integers(len(states))))
        if do == "put":
            new, to = np.arange(n, n + rng.integers(1, 200)), None
            to = rng.integers(0, len(plain), len(new)); n += len(new)
            growing = growing.put((np.stack([new, new], 1).astype(np.float32), new, np.ones(len(new)), np.empty((len(new), 0)), np.empty((len(new), 0))), to)
            for i, j in zip(new.tolist(), to.tolist()): plain[j].append(i)
        if do == "take":
            some = [(j, p) for j, ids in enumerate(plain) for p in range(len(ids)) if rng.random() < .2]
            if some: growing = growing.take_out(*(np.array(a) for a in zip(*some)))
            plain = [[i for p, i in enumerate(ids) if (j, p) not in set(some)] for j, ids in enumerate(plain)]
        if do == "extend": growing, plain = growing.extend(), plain + [[]]
        if do == "retire" and [] in plain:
            j = plain.index([])
            growing, last = growing.retire(j), plain.pop()
            if j < len(plain): plain[j] = last
        growing = growing.step(used).handed_over(before)
        del before
        for l in filter(None, (growing.now, growing.next)): taken_rooms_do_not_overlap(l)
        for lists, wanted, which in [(growing.now, plain, range(len(plain)))] + ([(growing.next, plain, np.flatnonzero(growing.copied))] if growing.next is not None else []) + [(*state, range(len(state[1]))) for state in states]:
            for j in which:
                at = lists.positions(np.array([j]))
                assert lists.ids[at].tolist() == wanted[j] and lists.codes[at, 0].tolist() == wanted[j]

def what_it_holds(lists):
    at = lists.positions()
    return [np.ascontiguousarray(a[at]).tobytes() for a in (lists.ids, lists.codes, lists.lengths)]

@pytest.mark.parametrize("codec", ["flat", "int8"])
@pytest.mark.parametrize("metric", ["dot", "euclidean", "cosine"])
def test_readers_keep_what_they_hold_when_far_crowds_come(metric, codec):
    "Lists for a crowd are made within the write; whoever reads the lists before it loses no row."
    crowds = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        def few_places(n): return (10 * rng.standard_normal((7, D))[rng.integers(7, size=n)] + .01 * rng.standard_normal((n, D))).astype(np.float32)
        index = IVF(D, 20, metric, codec)
        index.train(x := few_places(1500)); index.add(x)
        index.upkeep, readers = Upkeep(), []
        for step in range(12):
            before = len(index.coarse)
            index.add(few_places(100))
            crowds += len(index.coarse) > before
            readers.append((index.lists, what_it_holds(index.lists)))
            if step % 5 == 4: index.remove(rng.choice(index.lists.ids[index.lists.positions()], 40))
            for lists, held_then in readers: assert what_it_holds(lists) == held_then
            if step % 4 == 3: del readers[rng.integers(len(readers))]
    assert crowds or codec != "flat"

def test_a_room_is_not_used_again_while_older_readers_are_unknown():
    "Upkeep is switched off and on again: those who read the lists from before are not in its list."
    index = kept_even(n=400)
    rng, readers = np.random.default_rng(0), []
    for step in range(40):
        if step % 8 == 0: readers.append((index.lists, what_it_holds(index.lists)))
        if step % 8 in (1, 3): index.upkeep = Upkeep()
        if step % 24 == 5: index.upkeep = None
        index.remove(rng.choice(held(index), 20, replace=False))
        index.add(rows(step, 20, step / 10))
        for lists, held_then in readers: assert what_it_holds(lists) == held_then

def test_halves_are_those_that_make_the_spread_smallest():
    "Against every cut along every direction between two rows."
    def spread(x): return ((x - x.mean(0))**2).sum()
    for seed in range(20):
        x = rows(seed, 24)
        x[:8] += 3
        two, gain = bisected_centroids(x, "euclidean")
        side = ((x[:, None] - two)**2).sum(2).argmin(1) == 0
        along = (x[:, None] - x) @ x.T   # [n, n, n]: rows along the line between two others
        cuts = [x[np.argsort(a)] for a in along.reshape(-1, 24)]
        best = max(spread(x) - spread(c[:i]) - spread(c[i:]) for c in cuts[::7] for i in (6, 8, 12))
        assert gain > .95 * best and abs(gain / (spread(x) - spread(x[side]) - spread(x[~side])) - 1) < .1
    assert bisected_centroids(rows(0, 1), "cosine") == (None, 0.) and bisected_centroids(rows(0, 100), "euclidean", least=60) == (None, 0.)
    big = bisected_centroids(np.concatenate([rows(0, 3000), rows(1, 2000, 9.)]), "euclidean")   # only some of them are looked at
    assert abs(big[0].mean(1) - [0, 9]).max() < 1 or abs(big[0].mean(1) - [9, 0]).max() < 1

@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_strays_are_called_home(metric):
    "Rows of a topic that came before it had a list are found in its lists when it has some."
    rng = np.random.default_rng(0)
    index, d = IVF(64, 60, metric), 64
    index.upkeep = Upkeep()
    centres = rng.standard_normal((70, d)).astype(np.float32) * 2
    def about(topics, n): return (centres[rng.choice(topics, n)] + .4 * rng.standard_normal((n, d))).astype(np.float32)
    old = about(60, 3000)
    index.train(old); index.add(old)
    index.add(first := about(np.arange(60, 70), 30))   # three rows of each of ten new topics
    assert len(index.upkeep.strays) >= 25
    for _ in range(200): index.add(about(np.arange(60, 70), 10))
    lists = np.empty(len(index), np.int64)
    lists[held(index)] = np.repeat(np.arange(len(index.coarse)), index.lists.sizes)
    nearest = index.coarse.search(first, 1)[1][:, 0]
    assert (lists[3000:3030] == nearest).mean() > .9 and len(index.upkeep.strays) < 300

def test_a_stray_is_compared_with_centroids_that_changed_since_it_was_last_asked(monkeypatch):
    "Few as they are, nearly all that are nearer than its own are among them."
    from minivecdb.ivf.upkeep import _Work
    rng, call_home, told = np.random.default_rng(0), _Work.call_home, []
    centres = rng.standard_normal((120, 32)).astype(np.float32) * 2
    def about(topics, n): return (centres[rng.choice(topics, n)] + .6 * rng.standard_normal((n, 32))).astype(np.float32)
    index = IVF(32, 100, "cosine"); index.upkeep = Upkeep()
    index.train(old := about(60, 5000)); index.add(old)
    def spied(self, n):
        some = self.strays[:n]
        ids, owner, place = self.find(*some[:, :2].T)
        if len(ids):
            x, changed = self.rows(owner, place), self.moved >= some[:, 2].min()
            to, cost = self.nearest(x, self.centroids)
            better = (to != owner) & (cost < .999 * self.apart(x, self.centroids[owner]))
            told.append((len(ids), better.sum(), (better & changed[to]).sum(), len(ids) * changed.mean()))
        call_home(self, n)
    monkeypatch.setattr(_Work, "call_home", spied)
    for topic in range(60, 120, 2): index.add(about(np.arange(60, topic + 2), 100))
    asked, better, found, compared = np.sum(told, 0)
    assert asked > 500 and better > 30 and found > .9 * better and compared < .7 * asked

def test_files_of_version_4_are_opened_and_looked_at_anew(tmp_path):
    "They do not say when centroids changed: nothing that they know of lists is used, and nothing is missing."
    x = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    for i in range(100, 300, 10): x[i:i + 10] += (i - 100) / 40
    exact = FlatIndex(8); exact.add(x)
    for mmap in (True, False):
        index = IVF.load(Path(__file__).parent/"fixtures"/"ivf-kept-v4.ivf", mmap=mmap)
        assert (index.upkeep.splits, index.upkeep.turn, len(index.upkeep.strays)) == (21, 200, 0)
        for a, b in zip(index.search(x, 7, nprobe=10**6), exact.search(x, 7)): assert (a == b).all()
        for _ in range(100): index.remove([])
        assert np.isfinite(index.upkeep.spread).all() and (index.upkeep.spread > 0).any() and sorted(held(index)) == list(range(300))
        for a, b in zip(index.search(x, 7, nprobe=10**6), exact.search(x, 7)): assert (a == b).all()

def test_what_was_never_looked_at_is_saved_and_opened_again(tmp_path):
    "A file of version 4, and codes in blocks, which are not kept even: nothing is known of their lists."
    old = IVF.load(Path(__file__).parent/"fixtures"/"ivf-kept-v4.ivf")
    blocks = IVF(16, 4, codec="rabitq"); blocks.upkeep = Upkeep()
    x = np.random.default_rng(0).standard_normal((200, 16)).astype(np.float32)
    blocks.train(x); blocks.add(x)
    for index, q in ((old, np.ones((3, 8), np.float32)), (blocks, x[:3])):
        index.save(tmp_path/"i.ivf")
        again = IVF.load(tmp_path/"i.ivf")
        assert again.upkeep.splits == index.upkeep.splits
        for a, b in zip(again.search(q, 5, nprobe=100), index.search(q, 5, nprobe=100)): assert (a == b).all()
        again.add(q)
        assert len(again) == len(index) + 3

def test_training_again_begins_anew():
    index = kept_even("cosine", n=400)
    for step in range(20): index.add(rows(step, 30, step / 4))
    index.n_clusters = 3
    index.train(rows(0, 100)); index.add(rows(0, 100))
    assert index.upkeep.splits == 0 == len(index.upkeep.strays)
    truth = dict(enumerate(rows(0, 100)))
    for step in range(20):
        index.add(rows(step, 30, step / 4)); truth |= dict(zip(range(len(truth), len(truth) + 30), rows(step, 30, step / 4)))
    agrees(index, truth)

def test_rows_too_short_for_length_1_do_not_spoil_centroids():
    index = IVF(16, None, "cosine"); index.upkeep = Upkeep()
    x = np.random.default_rng(0).standard_normal((700, 16)).astype(np.float32)
    x[500] = 1e-41
    index.train(x[:500]); index.add(x[:500])
    for i in range(500, 700, 40): index.add(x[i:i + 40])
    assert np.isfinite(index.coarse.rows).all()
    exact = FlatIndex(16, "cosine"); exact.add(x)
    for a, b in zip(index.search(x[:50], 5, nprobe=10**6), exact.search(x[:50], 5)): assert (a == b).all()

def test_rows_and_lists_must_be_as_many():
    index, x = kept_even(), rows(3, 5)
    with pytest.raises(ValueError, match="got 5 rows and lists for 8"): index.replace(x, np.arange(900, 905), np.empty(0, np.int64), assigned=(np.zeros(8, np.int64), np.zeros(8)))
    assert len(index) == 200
    agrees(index, dict(enumerate(rows(0, 200))))

def test_files_of_version_3_are_opened_and_looked_at_anew(tmp_path):
    "What was known of lists has other names there: nothing of it is used, and nothing is missing."
    index = kept_even()
    index.add(rows(1, 100, 1.))
    index.upkeep = replace(index.upkeep, **{name: np.zeros(0, dtype) for name, dtype in PER_LIST.items()}, strays=np.zeros((0, 3), np.int64))
    truth = dict(enumerate(np.concatenate([rows(0, 200), rows(1, 100, 1.)])))
    for step in range(30): index.add(rows(step + 2, 10, step / 5)); truth |= dict(zip(range(len(truth), len(truth) + 10), rows(step + 2, 10, step / 5)))
    agrees(index, truth)
    index.save(tmp_path/"i.ivf")
    agrees(IVF.load(tmp_path/"i.ivf"), truth)

@pytest.mark.parametrize("write", ["half as many rows", "as many rows", "a thousand from everywhere", "a third anew"])
def test_one_large_write_lays_everything_out_once_and_no_more(write, monkeypatch):
    "However much comes or leaves at once: the arrays are made large enough the first time."
    x, rng = rows(0, 30_000), np.random.default_rng(1)
    index = IVF(D, 300, "euclidean"); index.upkeep = Upkeep()
    index.train(x[:5000]); index.add(x)
    laid_out, across = [], Growing.across
    monkeypatch.setattr(Growing, "across", lambda self, more=0: laid_out.append(more) or across(self, more))
    new, gone = rows(1, {"half as many rows": 15_000, "as many rows": 30_000}.get(write, 10_000 if "anew" in write else 0)), np.empty(0, np.int64)
    if not len(new) or "anew" in write: gone = rng.choice(30_000, len(new) or 1000, replace=False)
    ids = gone if "anew" in write else np.arange(30_000, 30_000 + len(new))
    index.replace(new, ids, gone)
    assert len(laid_out) <= 1 + ("anew" in write)   # rows leave, then rows come
    truth = {i: v for i, v in enumerate(x) if i not in set(gone.tolist())} | dict(zip(ids.tolist(), new))
    agrees(index, truth)

def test_a_mistake_in_a_change_is_told_and_not_tried_again():
    index = kept_even()
    before = held(index).copy()
    with pytest.raises(IndexError): index.upkeep.growing.take_out(np.array([0]), np.array([10**6]))
    assert (held(index) == before).all()

@pytest.mark.parametrize("upkeep", [True, False])
@pytest.mark.parametrize("how", [{}, {"mmap": "pread"}])
@pytest.mark.parametrize("first", ["whole lists", "ends of lists", "nothing"])
def test_an_opened_index_takes_one_write_after_the_other(tmp_path, first, how, upkeep):
    "Also where the first only shortens lists, and nothing of it is read any more."
    x = rows(0, 4000)
    index = IVF(D, 50, "euclidean")
    if upkeep: index.upkeep = Upkeep()
    index.train(x); index.add(x); index.save(tmp_path/"i.ivf")
    index = IVF.load(tmp_path/"i.ivf", **how)
    lists = index.lists
    held_ids, ends = np.asarray(lists.ids[lists.positions()]), np.cumsum(lists.sizes)
    gone = {"whole lists": held_ids[ends[-4]:], "ends of lists": held_ids[ends[lists.sizes > 0] - 1], "nothing": held_ids[:0]}[first]
    del lists
    index.remove(gone)
    truth = {i: v for i, v in enumerate(x) if i not in set(gone.tolist())}
    for step in range(3):
        new = rows(step + 1, 40)
        ids = np.arange(10_000 + 40 * step, 10_040 + 40 * step)
        index.add(new, ids); truth |= dict(zip(ids.tolist(), new))
    index.remove([10_000, 10_001]); truth.pop(10_000); truth.pop(10_001)
    assert sorted(held(index).tolist()) == sorted(truth)
    ids = np.array(sorted(truth))
    flat = FlatIndex(D, "euclidean"); flat.add(np.stack([truth[i] for i in ids.tolist()]), ids)
    q = rows(7, 5)
    for a, b in zip(index.search(q, 7, nprobe=10**6), flat.search(q, 7)): assert (a == b).all()

def test_steps_are_paid_for_by_rows_however_they_come(monkeypatch):
    "One at a time or by the hundred: as many steps; and a write without rows takes one."
    from minivecdb.ivf import upkeep as ivf_balance
    taken_steps = []
    monkeypatch.setattr(ivf_balance._Work, "call_home", lambda self, n: taken_steps.append(n))
    monkeypatch.setattr(ivf_balance._Work, "mend", lambda self: True)
    monkeypatch.setattr(ivf_balance._Work, "look", lambda self: True)
    told = []
    for batch in (1, 7, 128):
        index = IVF(D, 600, "euclidean"); index.upkeep = Upkeep()
        index.train(rows(0, 6000)); index.add(rows(0, 6000))
        taken_steps.clear()
        x = rows(2, 7 * 128 + 1)
        for i in range(0, len(x), batch): index.add(x[i:i + batch])
        told.append(sum(taken_steps))
    assert len(set(told)) == 1 and 7 * 128 - 64 < told[0] <= 7 * 128 + 1
    taken_steps.clear(); index.remove([])
    assert len(taken_steps) == 1

def test_centroids_that_stay_are_not_made_ready_again():
    "After lists were given up, a write that changes no centroid leaves them as they were."
    index = kept_even()
    for step in range(60): index.add(rows(step, 20, step / 20))
    for i in range(0, 900, 50): index.remove(np.arange(i, i + 50))
    assert index.upkeep.merges
    for _ in range(400):
        before = index.coarse
        index.remove([])
        if index.coarse is before: break
    assert index.coarse is before
