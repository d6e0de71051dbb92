"A storage against a plain dictionary, call by call, with a failing disk in between: hypothesis chooses the calls."
import errno, shutil
import numpy as np
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from minivecdb import VectorStorage
from minivecdb.core.errors import MinivecdbError
from .power import Tally
from .subjects import small_files
from .recorder import FOR_EVER, ONCE, TORN, Witness, scratch

D = 3
number = st.floats(width=32, allow_nan=False, allow_infinity=False)
vector = st.lists(number, min_size=D, max_size=D)
scalar = st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec="utf-8"), max_size=20)
metadata = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), st.recursive(scalar, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), x, max_size=3), max_leaves=6), max_size=4)
TALLY, WITNESS, HOME = Tally(), None, None

def exact(x) -> bytes: return np.array(x, np.float32).tobytes()
def same(a, b) -> bool:
    "Equal, and of equal types: 1, 1.0 and True are three things in a file."
    if type(a) is not type(b): return False
    if isinstance(a, dict): return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list): return len(a) == len(b) and all(map(same, a, b))
    return a == b and repr(a) == repr(b)

class Against(RuleBasedStateMachine):
    "What both backends share. `self.rows`: id -> (bytes of the vector, metadata)."
    def __init__(self):
        super().__init__()
        self.folder = HOME/f"example{TALLY.counts['examples']}"
        self.folder.mkdir()
        TALLY.counts["examples"] += 1
        self.rows, self.next_id, self.failure = {}, 0, None
        self.storage = self.make()
        self.reading, self.changed = self.storage.changes, set()

    def attempt(self, call, rows: dict, next_id: int, changed=()):
        "Make a call that should lead to this state; with a failure pending, it may instead leave the old one."
        TALLY.states += 1
        if self.failure: WITNESS.begin(self.folder); WITNESS.arm(*self.failure)
        try: answer = call()
        except MinivecdbError as e:
            if not self.failure or not WITNESS.hits: raise AssertionError(f"raised {e!r} though nothing failed") from e
            WITNESS.end()
            TALLY.counts["failures that were told"] += 1
            self.failure = None
            self.recover((self.rows, self.next_id), (rows, next_id))
            return None
        finally:
            if self.failure and WITNESS.hits: TALLY.counts["failures met"] += 1
            WITNESS.end()
        self.failure = None
        self.rows, self.next_id = rows, next_id
        self.changed |= set(changed)
        return answer

    def state(self): return {int(i): (exact(v), m) for i, v, m in self.storage.get_all()}, self.storage.next_id
    def is_in(self, rows, next_id) -> bool:
        found, n = self.state()
        return n == next_id and found.keys() == rows.keys() and all(found[i][0] == rows[i][0] and same(found[i][1], rows[i][1]) for i in rows)
    @rule(x=vector, m=metadata)
    def add(self, x, m):
        answer = self.attempt(lambda: self.storage.add(x, m), self.rows | {self.next_id: (exact(x), m)}, self.next_id + 1, [self.next_id])
        assert answer in (None, self.next_id - 1)

    @rule(xs=st.lists(st.tuples(vector, metadata), max_size=12), block=st.integers(0, 300))
    def add_bulk(self, xs, block):
        xs = xs + [([i, 1, 2], {"i": i}) for i in range(block)]
        ids = range(self.next_id, self.next_id + len(xs))
        answer = self.attempt(lambda: list(self.storage.add_bulk([x for x, _ in xs], [m for _, m in xs])), self.rows | {i: (exact(x), m) for i, (x, m) in zip(ids, xs)}, ids.stop, ids)
        assert answer in (None, list(ids))

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), x=st.none() | vector, m=st.none() | metadata)
    def update(self, data, x, m):
        id = data.draw(st.sampled_from(sorted(self.rows)))
        old = self.rows[id]
        self.attempt(lambda: self.storage.update(id, x, m), self.rows | {id: (old[0] if x is None else exact(x), old[1] if m is None else m)}, self.next_id, [id])

    @rule(marks=st.lists(st.integers(0, 3), max_size=6))
    def add_marked(self, marks):
        ids = range(self.next_id, self.next_id + len(marks))
        rows = {i: (exact([k, 0, 1]), {"mark": k, "i": i}) for i, k in zip(ids, marks)}
        self.attempt(lambda: self.storage.add_bulk([[k, 0, 1] for k in marks], [m for _, m in rows.values()]), self.rows | rows, ids.stop, ids)

    def marked(self, k: int) -> list[int]: return [i for i, (_, m) in self.rows.items() if type(m.get("mark")) is int and m["mark"] == k]

    @rule(k=st.integers(0, 3))
    def delete_by_filter(self, k):
        gone = self.marked(k)
        answer = self.attempt(lambda: self.storage.delete(where={"mark": k}), {i: r for i, r in self.rows.items() if i not in set(gone)}, self.next_id, gone)
        assert answer in (None, len(gone))

    @rule(k=st.integers(0, 3), new=st.integers(0, 3), merge=st.booleans())
    def update_by_filter(self, k, new, merge):
        ids, change = self.marked(k), {"mark": new, "by": "filter"}
        rows = {i: (self.rows[i][0], (self.rows[i][1] | change) if merge else change) for i in ids}
        answer = self.attempt(lambda: self.storage.update(where={"mark": k}, **{"merge" if merge else "metadata": change}), self.rows | rows, self.next_id, ids)
        assert answer in (None, len(ids))

    @rule(data=st.data())
    def delete(self, data):
        id = data.draw(st.sampled_from([*sorted(self.rows), self.next_id, -1]))
        there = id in self.rows
        answer = self.attempt(lambda: self.storage.delete(id), {i: r for i, r in self.rows.items() if i != id}, self.next_id, [id] if there else [])
        assert answer in (None, there)

    @rule(x=st.sampled_from([[1, 2], [1, 2, float("nan")], "abc", [[1, 2, 3]], [1e300, 0, 0]]), m=st.sampled_from([{}, {"a": {1}}, {1: 2}, 7]))
    def refused(self, x, m):
        for call in (lambda: self.storage.add(x, {}), lambda: self.storage.add_bulk([[1, 2, 3], x], [{}, {}]), lambda: self.storage.add_bulk([[1, 2, 3]], [{}, {}])):
            try: call()
            except MinivecdbError: continue
            raise AssertionError(f"took {x!r}")

    @rule(k=st.integers(1, 14), error=st.sampled_from((errno.EIO, errno.ENOSPC)), mode=st.sampled_from((ONCE, FOR_EVER, TORN)))
    def next_call_fails(self, k, error, mode): self.failure = (k, error, mode)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def get_and_take(self, data):
        id = data.draw(st.sampled_from(sorted(self.rows)))
        v, m = self.storage.get(id)
        assert exact(v) == self.rows[id][0] and same(m, self.rows[id][1])
        m["changed"] = v[0] = 7   # what was given out is the caller's own
        ids, rows = self.storage.take([id, self.next_id, *list(self.rows)[:3]])
        assert all(exact(r) == self.rows[i][0] for i, r in zip(ids.tolist(), rows))

    @rule()
    def changes(self):
        since = self.storage.changes_since(self.reading)
        assert since is None or set(since.tolist()) == self.changed, (since, self.changed)
        self.reading, self.changed = self.storage.changes, set()

    @invariant()
    def agrees(self):
        assert self.is_in(self.rows, self.next_id), f"differs: {self.state()} instead of {self.rows, self.next_id}"
        assert len(self.storage) == len(self.rows) and list(self.storage) == sorted(self.rows)
        ids, matrix = self.storage.to_arrays()
        assert ids.tolist() == sorted(self.rows) and all(exact(r) == self.rows[i][0] for i, r in zip(ids.tolist(), matrix))

    def teardown(self): WITNESS.end(); shutil.rmtree(self.folder, ignore_errors=True)

class Memory(Against):
    "In memory, saved whole: what can fail is saving."
    def make(self): return VectorStorage(D)
    def attempt(self, call, rows, next_id, changed=()):
        failure, self.failure = self.failure, None
        try: return super().attempt(call, rows, next_id, changed)
        finally: self.failure = failure

    @initialize()
    def first_save(self): self.storage.save(self.folder/"x.json"); self.saved = dict(self.rows), self.next_id

    @rule()
    def save_and_load(self):
        failure, self.failure = self.failure, None
        TALLY.states += 1
        if failure: WITNESS.begin(self.folder); WITNESS.arm(*failure)
        try: self.storage.save(self.folder/"x.json"); self.saved = dict(self.rows), self.next_id
        except OSError: TALLY.counts["failures that were told"] += 1; assert failure and WITNESS.hits
        finally: WITNESS.end()
        mine, self.storage = self.storage, VectorStorage.load(self.folder/"x.json")
        assert self.is_in(*self.saved) or self.is_in(self.rows, self.next_id)   # the old file, or the new one
        self.saved = ({i: r for i, r in self.state()[0].items()}, self.storage.next_id)
        self.storage = mine

class Durable(Against):
    "In a folder."
    def make(self): return VectorStorage.open(self.folder/"s.mvdb", D, timeout=.2)

    def recover(self, *allowed):
        "The handle refuses to write; a new one finds the state before the failed call or after it."
        try: self.storage.add([1, 2, 3], {})
        except MinivecdbError: pass
        else: raise AssertionError("acknowledged a write after a failure")
        try: self.storage.close()
        except MinivecdbError: pass
        self.storage = self.make()
        match = [a for a in allowed if self.is_in(*a)]
        assert match, f"after a failure: {self.state()}, expected one of {allowed}"
        self.rows, self.next_id = match[0]
        self.reading, self.changed = self.storage.changes, set()

    @rule()
    def reopen(self):
        def again(): self.storage.close(); self.storage = self.make()
        self.attempt(again, self.rows, self.next_id)
    @rule()
    def fold(self): self.attempt(self.storage.fold, self.rows, self.next_id)
    @rule()
    def compact(self): self.attempt(self.storage.compact, self.rows, self.next_id)
    @rule(share=st.integers(1, 5), unknown=st.booleans())
    def delete_bulk(self, share, unknown):
        gone = sorted(self.rows)[::share] + [self.next_id] * unknown
        there = [i for i in gone if i in self.rows]
        answer = self.attempt(lambda: self.storage.delete_bulk(gone), {i: r for i, r in self.rows.items() if i not in set(gone)}, self.next_id, there)
        assert answer in (None, len(there))
    @rule()
    def reader_sees_the_same(self):
        with VectorStorage.open(self.folder/"s.mvdb", mode="r") as reader:
            mine, self.storage = self.storage, reader
            try: assert self.is_in(self.rows, self.next_id)
            finally: self.storage = mine
    @rule()
    def check(self): assert self.storage.check() == []

    def beside(self, make, path):
        "Something made beside the storage: it holds the same, or its failure was told and there is nothing; the storage goes on either way."
        TALLY.states += 1
        failure, self.failure, made = self.failure, None, True
        if failure: WITNESS.begin(self.folder); WITNESS.arm(*failure)
        try: make(path)
        except MinivecdbError:
            if not failure or not WITNESS.hits: raise
            TALLY.counts["failures that were told"] += 1
            made = False
        finally: WITNESS.end()
        TALLY.counts[f"made beside: {path.name.split('-')[0]}"] += made
        if made or path.exists(): return path
    def holds_the_same(self, path):
        if path is None: return
        with VectorStorage.open(path, mode="r") as copy:
            mine, self.storage = self.storage, copy
            try: assert self.is_in(self.rows, self.next_id) and copy.check() == []
            finally: self.storage = mine
    def new_name(self, kind: str): TALLY.counts["names"] += 1; return self.folder/f"{kind}-{TALLY.counts['names']}"
    @rule()
    def backup(self): self.holds_the_same(self.beside(self.storage.backup, self.new_name("backup")))
    @rule()
    def repair(self): self.holds_the_same(self.beside(self.storage.repair, self.new_name("repair")))
    @rule(ending=st.sampled_from([".json", ".jsonl"]))
    def out_and_back_in(self, ending):
        path = self.beside(self.storage.export, self.new_name("export").with_suffix(ending))
        if path is None: return
        with VectorStorage.open(self.new_name("filled"), D) as new:
            assert new.restore(path) == len(self.rows)
            mine, self.storage = self.storage, new
            try: assert self.is_in(self.rows, self.next_id if ending == ".json" else new.next_id)
            finally: self.storage = mine
    def teardown(self):
        WITNESS.end()
        try: self.storage.close()
        except MinivecdbError: pass
        super().teardown()

def model(subject: str, backend: str, steps: int, seed: int = 0) -> Tally:
    "At least so many calls. backend: memory | durable"
    global TALLY, WITNESS, HOME
    import hypothesis
    TALLY, WITNESS, HOME = Tally(), Witness(), scratch()
    small_files()
    machine = {"memory": Memory, "durable": Durable}[backend]
    try:
        while TALLY.states < steps and not TALLY.failures:
            left = max(10, (steps - TALLY.states) // 25)
            chosen = settings(max_examples=min(left, 40), stateful_step_count=50, deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck), derandomize=False, report_multiple_bugs=False)
            try: run_state_machine_as_test(hypothesis.seed(seed * 100_003 + TALLY.counts['examples'])(machine), settings=chosen)
            except BaseException as e:
                if isinstance(e, KeyboardInterrupt): raise
                notes = "\n".join(getattr(e, "__notes__", []))
                TALLY.fail(f"{backend}: {type(e).__name__}: {e}\n{notes}"[:4000])
    finally: WITNESS.end(); shutil.rmtree(HOME, ignore_errors=True)
    return TALLY
