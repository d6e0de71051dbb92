"The durable storage: what its pages do not show. Locks and forks, failures at each call, sources, hostile folders, old formats, compaction against a dictionary."
import gc, json, os, random, shutil, signal, sqlite3, stat, struct, subprocess, sys, threading, time, warnings
from pathlib import Path
import numpy as np
import pytest
from fastcore.foundation import L
from minivecdb import FlatIndex, IVFIndex, VectorStorage
from minivecdb.durable import appends as durable_appends, format as durable_format
from minivecdb.durable import snapshots as durable_snapshots, opening as durable_opening, segments
from minivecdb.storage import frames, json_rows, tables
from minivecdb.cli import main
from minivecdb.durable.index import IndexFileWarning
from minivecdb.durable import check_folder, repair_folder
from minivecdb.durable.storage import ClosedError, DurableStorage, ReadOnlyError, WriteError
from minivecdb.durable.lock import LockedError
from minivecdb.durable.segments import DamageError, disk
from minivecdb.core.kernels import MissingExtraError
from minivecdb.core.errors import DimensionError, FileFormatError, MetadataError, MinivecdbError
from minivecdb.core.errors import ModelError, UnknownIdError, VectorError

FIXTURES = Path(__file__).resolve().parent/"fixtures"/"durable"
RNG = np.random.default_rng(0)

@pytest.fixture
def path(tmp_path): return tmp_path/"s.mvdb"

@pytest.fixture
def three(path):
    with VectorStorage.open(path, 3, model="model-m") as s:
        s.add_bulk([[1, 2, 3], [0, -1, .5], [1e-3, 0, 7]], [{"n": 0}, {"n": 1, "tags": ["ä", None]}, None])
        yield s

def content(s): return {"dimension": s.dimension, "model": s.model, "next_id": s.next_id, "rows": [(i, v.tolist(), m) for i, v, m in s.get_all()]}
def files(path): return {p.name: p.read_bytes() for p in sorted(path.iterdir())}
def in_process(code, *args): return subprocess.Popen([sys.executable, "-c", "import os, sys, time\nimport numpy as np\nfrom minivecdb import VectorStorage\n" + code, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

# --- opening --------------------------------------------------------------------------------------------

def test_a_new_storage_needs_a_dimension_and_an_existing_one_is_compared(path):
    for mode in ("r", "rw"):
        with pytest.raises(FileNotFoundError, match="s.mvdb"): VectorStorage.open(path, mode=mode)
    with pytest.raises(FileNotFoundError): VectorStorage.open(path, 3, mode="r")
    assert not path.exists()
    with VectorStorage.open(path, 3, model="m") as s: assert isinstance(s, VectorStorage) and (s.dimension, s.model, len(s)) == (3, "m", 0)
    with VectorStorage.open(path) as s: assert (s.dimension, s.model) == (3, "m")
    with pytest.raises(DimensionError, match="expected 4.*got 3"): VectorStorage.open(path, 4)
    with pytest.raises(ModelError, match="other"): VectorStorage.open(path, model="other")
    with VectorStorage.open(path, 3, model="m", timeout=0): pass   # the refused ones hold no lock

@pytest.mark.parametrize("wrong, error", [({"dimension": 0}, DimensionError), ({"dimension": 65_537}, DimensionError), ({"dimension": 3, "mode": "w"}, ValueError), ({"dimension": 3, "model": 5}, ModelError)])
def test_wrong_arguments_make_nothing(path, wrong, error):
    with pytest.raises(error): VectorStorage.open(path, **wrong)
    assert not path.exists()

@pytest.mark.parametrize("timeout", [None, "5", -1, float("nan"), True, [1]])
@pytest.mark.parametrize("mode", ["r", "rw"])
def test_a_timeout_that_is_none_makes_nothing(path, timeout, mode):
    with pytest.raises(ValueError, match="number of seconds from 0 up, got"): VectorStorage.open(path, 3, timeout=timeout, mode=mode)
    assert not path.exists()

def test_a_forgotten_handle_frees_the_lock_at_once(path):
    "Also after a search by metadata, and after leaving a function without closing."
    gc.disable()
    try:
        def forgets():
            s = VectorStorage.open(path, 3, timeout=0)
            s.add([1, 2, 3], {"n": 1}); s.find({"n": 1}); s.count({"n": {"$gt": 0}}); s.get_all(); s.to_arrays(); s.fold(); s.compact(); next(s.blocks()); list(s)
        for _ in range(3): forgets()
        s = VectorStorage.open(path, timeout=0); index = IVFIndex(s).build(); index.search([1, 2, 3], 1, where={"n": 1}); del s, index
        with VectorStorage.open(path, timeout=0) as s: assert len(s) == 3 and s.check() == []
    finally: gc.enable()

def test_a_lock_that_was_removed_is_named_and_nothing_is_lost(three, path):
    (path/"LOCK").unlink()
    with pytest.raises(LockedError, match="LOCK: was removed or replaced"): three.add([1, 1, 1])
    with VectorStorage.open(path, timeout=1) as second:
        assert second.add([4, 4, 4]) == 3
        for call in (lambda: three.add([1, 1, 1]), lambda: three.delete(0), three.compact, three.fold):
            with pytest.raises(LockedError, match="LOCK: was removed or replaced.*open the storage again"): call()
        assert second.add([5, 5, 5]) == 4 and second.check() == []
    three.close()
    with VectorStorage.open(path, timeout=0) as s: assert len(s) == 5 and s.check() == []

@pytest.mark.parametrize("named", [True, False])   # without /proc the file itself is compared
@pytest.mark.parametrize("how", ["removed", "replaced"])
@pytest.mark.parametrize("call", ["add", "add_bulk", "delete", "update", "fold", "compact"])
def test_no_file_is_touched_once_the_lock_is_lost(three, path, call, how, named):
    three.compact(); three.add([7, 7, 7])
    if not named: three._writer._named = ""
    before = {k: v for k, v in files(path).items() if k.startswith("vectors")}
    if how == "removed": (path/"LOCK").unlink()
    else: (path/"new").write_bytes((path/"LOCK").read_bytes()); (path/"new").rename(path/"LOCK")
    with pytest.raises(LockedError, match="LOCK: was removed or replaced"):
        {"add": lambda: three.add([1, 1, 1]), "add_bulk": lambda: three.add_bulk(np.ones((40_000, 3))), "delete": lambda: three.delete(0), "update": lambda: three.update(0, metadata={"n": 1}), "fold": three.fold, "compact": three.compact}[call]()
    assert {k: v for k, v in files(path).items() if k.startswith("vectors")} == before
    three.close()
    with VectorStorage.open(path, timeout=1) as s: assert len(s) == 4 and s.check() == []

def test_a_lock_that_is_removed_during_a_bulk_add_takes_it_back(three, path):
    def rows(): yield np.ones((40_000, 3)); (path/"LOCK").unlink(); VectorStorage.open(path, timeout=1).close(); yield np.ones((2, 3))
    with pytest.raises(LockedError, match="LOCK: was removed or replaced"): three.add_bulk(rows())
    with VectorStorage.open(path, timeout=1) as second: assert second.add([4, 4, 4]) == 3 and second.check() == []
    three.close()
    with VectorStorage.open(path) as s: assert len(s) == 4 and s.check() == []

def test_a_file_or_a_strange_folder_is_not_a_storage(path, tmp_path):
    (tmp_path/"f.json").write_text("{}")
    with pytest.raises(FileFormatError, match="not a folder"): VectorStorage.open(tmp_path/"f.json")
    path.mkdir(); (path/"mine.txt").write_text("mine")
    with pytest.raises(FileNotFoundError): VectorStorage.open(path)
    con = sqlite3.connect(path/"meta.sqlite"); con.execute("CREATE TABLE mine (a)"); con.commit(); con.close()
    before = files(path)["meta.sqlite"]
    for mode in ("r", "rw"):
        with pytest.raises(FileFormatError): VectorStorage.open(path, 3, mode=mode)
    assert files(path)["meta.sqlite"] == before and (path/"mine.txt").read_text() == "mine"

def test_everything_is_refused_after_close_and_close_may_come_twice(three):
    three.close(); three.close()
    for call in (lambda: three.get(0), lambda: three.add([1, 1, 1]), lambda: len(three), three.compact):
        with pytest.raises(ClosedError, match="closed"): call()
    assert "closed" in repr(three)

def test_a_closed_storage_leaves_no_log_and_few_files(three, path):
    three.fold(); three.close()
    assert sorted(files(path)) == ["LOCK", "meta.sqlite", "vectors-0-0.f32"]

@pytest.mark.parametrize("name", ["meta.sqlite", "meta.sqlite-wal", "meta.sqlite-shm", "LOCK", "vectors-0-0.f32"])
@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_links_and_other_things_in_place_of_files_are_refused(three, path, tmp_path, name, kind):
    three.fold(); three.close()
    if (path/name).exists(): (path/name).rename(tmp_path/"away")
    else: (tmp_path/"away").touch()
    if kind == "link": (path/name).symlink_to(tmp_path/"away")
    elif kind == "folder": (path/name).mkdir()
    else: os.mkfifo(path/name)
    before = (tmp_path/"away").read_bytes()
    for mode in ("rw", "r"):
        with pytest.raises((FileFormatError, OSError)) as e: VectorStorage.open(path, mode=mode, timeout=.2)
        assert name in str(e.value)
    assert (tmp_path/"away").read_bytes() == before

# --- formats --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("folder", sorted(FIXTURES.glob("*.mvdb")), ids=lambda p: p.stem)
def test_folders_of_every_format_open(folder, path):
    expected = json.loads(folder.with_suffix(".json").read_text())
    shutil.copytree(folder, path)
    before = files(path)
    with VectorStorage.open(path, mode="r") as s:
        assert s.check() == [] and {str(i): [v, m] for i, v, m in content(s)["rows"]} == {i: [np.float32(expected["vectors"][i]).tolist(), expected["metadatas"][i]] for i in expected["vectors"]}
        assert (s.dimension, s.model, s.next_id) == (expected["dimension"], expected["model"], expected["next_id"])
    assert files(path) == before
    with VectorStorage.open(path) as s:
        assert s.check() == [] and s.add([9] * s.dimension) == expected["next_id"]
        s.compact()
        assert len(s) == len(expected["vectors"]) + 1 and s.check() == []
    assert VectorStorage.load(folder.with_suffix(".json")).next_id == expected["next_id"]

def test_there_is_a_folder_of_every_format():
    formats = {struct.unpack(">i", (p/"meta.sqlite").read_bytes()[60:64])[0] for p in FIXTURES.glob("*.mvdb")}
    assert formats == set(range(1, durable_format.FORMAT + 1))

@pytest.mark.parametrize("mode", ["r", "rw"])
def test_a_newer_format_is_refused_without_writing(three, path, mode):
    three.close()
    con = sqlite3.connect(path/"meta.sqlite"); con.execute(f"PRAGMA user_version={durable_format.FORMAT + 1}"); con.close()
    before = files(path)
    with pytest.raises(FileFormatError, match=f"format {durable_format.FORMAT + 1}.*newer"): VectorStorage.open(path, mode=mode)
    assert files(path) == before

def test_migrations_run_in_order_in_one_transaction(three, path, monkeypatch):
    three.close()
    schema = durable_format.SCHEMA | {"extra": "CREATE TABLE extra (a INTEGER)"}
    for module in (durable_format, durable_opening, durable_snapshots): monkeypatch.setattr(module, "FORMAT", 4)
    monkeypatch.setattr(durable_format, "SCHEMA", schema)
    def fail(con): raise sqlite3.OperationalError("database or disk is full")
    steps = [*durable_format.MIGRATIONS[:2], lambda con: con.execute(schema["extra"]), fail]
    monkeypatch.setattr(durable_opening, "MIGRATIONS", steps)
    with pytest.raises(WriteError, match="full"): VectorStorage.open(path)
    con = sqlite3.connect(path/"meta.sqlite")
    assert con.execute("PRAGMA user_version").fetchone() == (2,) and con.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)
    con.close()
    steps[3] = lambda con: con.execute("UPDATE head SET one = one")
    with VectorStorage.open(path) as s: assert len(s) == 3 and s.add([1, 1, 1]) == 3
    with VectorStorage.open(path, mode="r") as s: assert len(s) == 4

# --- one writer, many readers -----------------------------------------------------------------------------

def test_a_second_writer_waits_and_then_names_the_first(three, path):
    start = time.monotonic()
    with pytest.raises(LockedError, match=f"process {os.getpid()}") as e: VectorStorage.open(path, timeout=.3)
    assert .25 < time.monotonic() - start < 3 and isinstance(e.value, TimeoutError)
    threading.Timer(.2, three.close).start()
    with VectorStorage.open(path, timeout=5) as s: assert s.add([1, 1, 1]) == 3

def test_another_process_is_named_and_its_death_frees_the_lock(three, path):
    three.close()
    other = in_process("s = VectorStorage.open(sys.argv[1]); s.add([4, 4, 4]); print('in', flush=True); time.sleep(60)", path)
    assert other.stdout.readline() == "in\n"
    with pytest.raises(LockedError, match=f"process {other.pid} is writing"): VectorStorage.open(path, timeout=.1)
    with VectorStorage.open(path, mode="r") as reader:
        assert reader.get(3)[0].tolist() == [4, 4, 4]
        other.send_signal(signal.SIGKILL); other.wait()
        with VectorStorage.open(path, timeout=0) as s:
            s.delete(3)
            assert list(reader) == [0, 1, 2]

@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_reads_but_does_not_write_and_does_not_keep_the_lock(three, path, run_python):
    three.close()
    run_python(f"""
import os, signal, time
from minivecdb import VectorStorage
from minivecdb.durable import ReadOnlyError
s = VectorStorage.open({str(path)!r})
s.get(0)
r, w = os.pipe(); back, done = os.pipe()
child = os.fork()
if child == 0:
    try: s.add([1, 1, 1])
    except ReadOnlyError as e: assert "child" in str(e)
    else: os._exit(1)
    assert s.get(1)[0].tolist() == [0, -1, .5] and len(s) == 3
    os.write(done, b"x"); os.read(r, 1)
    assert len(s) == 4
    s.close()
    os._exit(0)
os.read(back, 1)
s.add([2, 2, 2])
os.write(w, b"x")
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert s.add([3, 3, 3]) == 4 and s.check() == []
child = os.fork()
if child == 0: time.sleep(60); os._exit(0)
s._abandon()   # what the end of this process does to its files
VectorStorage.open({str(path)!r}, timeout=5).close()   # the child holds nothing
os.kill(child, signal.SIGKILL); os.waitpid(child, 0)
""")

@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody who may not write")
@pytest.mark.parametrize("crashed", [False, True])
def test_a_folder_that_may_not_be_written_is_read(path, crashed, tmp_path):
    other = in_process("s = VectorStorage.open(sys.argv[1], 3)\nfor i in range(5): s.add([i, i, i])\ns.fold() if len(sys.argv) > 2 else None\ns.close() if len(sys.argv) > 2 else os._exit(9)", path, *([] if crashed else ["closed"]))
    other.wait()
    for p in (path, *path.iterdir()): p.chmod(0o555 if p.is_dir() else 0o444)
    for p in path.parents:
        if p.stat().st_mode & 0o005 != 5: p.chmod(p.stat().st_mode | 0o005)
    for shm in (True, False):
        if not shm: (path/"meta.sqlite-shm").unlink(missing_ok=True)
        before = files(path)
        code = "os.setgid(65534); os.setuid(65534)\ns = VectorStorage.open(sys.argv[1], mode='r')\nassert s.check() == [], s.check()\nprint(len(s), s.get(4)[0].tolist())\nfor p, said in ((sys.argv[1], 'with mode'), (sys.argv[1] + '.new', 'take another folder')):\n  try: VectorStorage.open(p, 3)\n  except Exception as e: print(type(e).__name__); print(said if said in str(e) and 'may not write' in str(e) else e)"
        done = subprocess.run([sys.executable, "-c", "import os, sys\nimport minivecdb.durable.index\nfrom minivecdb import VectorStorage\n" + code, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == ["5 [4.0, 4.0, 4.0]", "ReadOnlyError", "with mode", "ReadOnlyError", "take another folder"]
        assert files(path) == before

def crashed(path, rows=5): in_process("s = VectorStorage.open(sys.argv[1], 3)\nfor i in range(int(sys.argv[2])): s.add([i, i, i])\nos.kill(os.getpid(), 9)", path, rows).wait()

def test_a_reader_of_what_a_dead_writer_left_keeps_no_writer_of_its_process_out(path):
    crashed(path)
    with VectorStorage.open(path, mode="r") as r, VectorStorage.open(path, mode="r") as other:
        assert len(r) == len(other) == 5
        with VectorStorage.open(path, timeout=0) as s: assert s.add([9, 9, 9]) == 5 and len(r) == 6 and len(other) == 6
        assert r.get(5)[0].tolist() == [9, 9, 9] and r.check() == []
    crashed(path)
    r = VectorStorage.open(path, mode="r")
    with r._lock:     # it is reading: the writer waits, and says for whom
        with pytest.raises(LockedError, match="another handle of this process is reading"): VectorStorage.open(path, timeout=.1)
        assert len(r) == 11
        started = threading.Thread(target=lambda: VectorStorage.open(path).close()); started.start(); time.sleep(.1)
    started.join(10)
    assert not started.is_alive() and len(r) == 11
    with VectorStorage.open(path, timeout=0) as s: s.add([1, 1, 1]); assert len(r) == 12
    r.close()

def test_threads_read_on_while_writers_come_after_a_crash(path):
    crashed(path, 20)
    r, stop, errors = VectorStorage.open(path, mode="r"), threading.Event(), []
    def read():
        try:
            while not stop.wait(.001): n = len(r); assert n >= 20 and r.get(n - 1)[0].shape == (3,)
        except BaseException as e: errors.append(e)
    threads = [threading.Thread(target=read) for _ in range(3)]
    for t in threads: t.start()
    try:
        for i in range(4):
            with VectorStorage.open(path) as s: s.add([1, 1, 1])
            crashed(path, 1)
    finally:
        stop.set()
        for t in threads: t.join()
    assert not errors and len(r) == 28
    r.close()

def test_readers_go_on_while_a_bulk_add_and_a_compaction_run(three, path):
    entered, go_on = threading.Event(), threading.Event()
    def slow():
        yield np.ones((10, 3)); entered.set(); assert go_on.wait(10); yield np.ones((10, 3))
    thread = threading.Thread(target=lambda: three.add_bulk(slow()))
    thread.start(); entered.wait(10)
    with VectorStorage.open(path, mode="r") as reader: assert len(three) == len(reader) == 3 and three.get(1)[1] == reader.get(1)[1] and len(list(reader)) == 3
    go_on.set(); thread.join()
    assert len(three) == 23
    with VectorStorage.open(path, mode="r") as reader:
        with reader._lock:
            three.fold(); three.delete_bulk(range(5, 20)); old = three.compact()
            assert len(reader) == 23 and len(reader.get_all()) == 23 and not old.erased
        assert len(reader) == 8
    assert three.compact().erased

def test_a_matrix_outlives_compaction_and_close(path):
    x = RNG.standard_normal((30_000, 64), np.float32)
    s = VectorStorage.open(path, 64)
    s.add_bulk(x)
    ids, rows = s.to_arrays()
    s.delete_bulk(range(0, 30_000, 3)); s.compact(); s.close()
    shutil.rmtree(path)
    np.testing.assert_array_equal(rows, x)
    with pytest.raises(ValueError): rows[0] = 1

def test_a_write_inside_a_write_is_refused(three):
    def nested(): yield np.ones((1, 3)); three.add([1, 1, 1]); yield np.ones((1, 3))
    with pytest.raises(MinivecdbError, match="inside another"): three.add_bulk(nested())
    assert len(three) == 3 and three.add([1, 1, 1]) == 3

def test_reading_only_refuses_every_write(three, path):
    three.fold()
    with VectorStorage.open(path, mode="r") as r:
        for call in (lambda: r.add([1, 1, 1]), lambda: r.add_bulk([[1, 1, 1]]), lambda: r.delete(0), lambda: r.update(0, metadata={}), r.fold, r.compact, lambda: r.restore(three)):
            with pytest.raises((ReadOnlyError, MinivecdbError)): call()
    assert len(three) == 3

# --- failures ---------------------------------------------------------------------------------------------

def fail_after(call, times=0):
    "`call`, until it has been called so often; then an error instead."
    left = [times]
    def failing(*args):
        if left[0] == 0: raise OSError(28, "No space left on device")
        left[0] -= 1
        return call(*args)
    return failing

@pytest.mark.parametrize("name, k", [("execute", k) for k in range(5)] + [("executemany", 0), ("executemany", 1), ("write", 0), ("write", 1), ("fdatasync", 0), ("fsync_dir", 0), ("create", 0), ("commit", 0)])
def test_a_bulk_add_that_fails_at_any_call_stores_nothing_and_ends_writing(three, path, monkeypatch, name, k):
    before = content(three)
    monkeypatch.setattr(disk, name, fail_after(getattr(disk, name), k))
    x = np.ones((40_000, 3))
    try: three.add_bulk(x)
    except WriteError as e: assert isinstance(e, OSError) and "space" in str(e)
    else: pytest.skip(f"{name} is not called {k + 1} times")
    with pytest.raises(WriteError, match="earlier write failed"): three.add([1, 1, 1])
    assert content(three) == before
    monkeypatch.undo()
    with pytest.raises(WriteError): three.add([1, 1, 1])
    three.close()
    with VectorStorage.open(path) as s:
        assert s.check() == [] and s.next_id in (3, 40_003) and s.add([1, 1, 1]) == s.next_id - 1
        assert s.next_id in (4, 40_004) and (name in ("commit", "write") or s.next_id == 4)

def test_a_commit_that_raised_is_wholly_there_or_wholly_absent(three, path, monkeypatch):
    real = disk.commit
    def late(con): real(con); raise sqlite3.OperationalError("disk I/O error")
    monkeypatch.setattr(disk, "commit", late)
    with pytest.raises(WriteError, match="wholly stored or wholly absent"): three.add_bulk([[5, 5, 5]] * 2)
    monkeypatch.undo(); three.close()
    with VectorStorage.open(path) as s: assert len(s) == 5 and s.check() == []

# --- interrupts, threads, forks (torture/interrupts.py meets every point; these are the plain cases) ---------

@pytest.fixture
def interruptible():
    "A process that was started in the background ignores ^C."
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

COMMITS = {
    "add": lambda s: s.add([7, 7, 7], {"n": 7}),
    "add_bulk": lambda s: s.add_bulk(np.full((30_000, 3), 7.)),
    "update": lambda s: s.update(1, [7, 7, 7]),
    "update by filter": lambda s: s.update(where={"n": 0}, merge={"n": 7}),
    "delete": lambda s: s.delete(1),
    "delete_bulk": lambda s: s.delete_bulk([0, 1]),
    "fold": lambda s: s.fold(),
    "compact": lambda s: s.compact(),
}

@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("name", COMMITS)
def test_an_interrupt_around_the_commit_loses_nothing(three, path, monkeypatch, interruptible, name, happened):
    three.add([4, 5, 6]); three.delete(2)
    before = content(three)
    other = path.with_name("other.mvdb")
    three.backup(other)
    with VectorStorage.open(other) as s: COMMITS[name](s); after = content(s)
    real = disk.commit
    def commit(con):
        if happened: real(con)
        os.kill(os.getpid(), signal.SIGINT); time.sleep(1)
    monkeypatch.setattr(disk, "commit", commit)
    with pytest.raises(KeyboardInterrupt): COMMITS[name](three)
    monkeypatch.undo()
    if happened:   # nobody knows
        with pytest.raises(WriteError, match="wholly stored or wholly absent.*open the storage again") as e: three.add([1, 1, 1])
        assert "free the disk" not in str(e.value)
    else:          # rolled back, so the handle goes on
        assert content(three) == before and three.check() == []
        assert three.add([1, 1, 1]) == before["next_id"] and three.delete(before["next_id"])
        before["next_id"] += 1
    three.close()
    with VectorStorage.open(path) as s:
        assert content(s) == (after if happened else before) and s.check() == []
        assert s.add([1, 2, 3]) == s.next_id - 1

def test_an_interrupted_close_frees_the_lock_and_may_be_repeated(three, path, monkeypatch, interruptible):
    def checkpoint(*args): os.kill(os.getpid(), signal.SIGINT); time.sleep(1)
    monkeypatch.setattr(disk, "execute", checkpoint)
    with pytest.raises(KeyboardInterrupt): three.close()
    monkeypatch.undo()
    with VectorStorage.open(path, timeout=0) as s: assert len(s) == 3
    three.close()
    with pytest.raises(ClosedError): len(three)

def test_a_view_that_an_interrupt_skipped_shows_no_old_state(three, path):
    "An interrupt may come in place of a with statement's end."
    reader = VectorStorage.open(path, mode="r")
    reader._lock.__enter__()
    three.add([1, 1, 1])
    assert len(reader) == len(list(reader)) == 4

def test_threads_of_one_handle_write_one_after_the_other(three):
    seen = []
    def work():
        for _ in range(30): seen.extend(three.add_bulk(RNG.random((20, 3))))
    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert sorted(seen) == list(range(3, 1803)) and len(three) == 1803 and three.check() == []

def test_a_child_forked_while_a_thread_writes_does_not_hang(path, run_python):
    run_python("""
import os, threading, time, numpy as np
from minivecdb import VectorStorage
s = VectorStorage.open(%r, 8)
def write():
    while True: s.add_bulk(np.random.rand(40, 8))
threading.Thread(target=write, daemon=True).start()
time.sleep(.3)
for call in (s.close, lambda: s.add(np.ones(8)), lambda: s.fold(), lambda: s.compact()):
    for _ in range(3):
        if not (pid := os.fork()):
            try: call()
            except Exception as e: assert type(e).__name__ == "ReadOnlyError", e
            os._exit(7)
        end = time.monotonic() + 20
        while (done := os.waitpid(pid, os.WNOHANG)) == (0, 0) and time.monotonic() < end: time.sleep(.01)
        if done == (0, 0): os.kill(pid, 9)
        assert os.waitstatus_to_exitcode(done[1]) == 7, "hangs"
os._exit(0)
""" % str(path))

def locks_on(path):
    "How many POSIX locks this process holds on a file."
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    inode = f":{os.stat(path).st_ino}"
    return sum(l[1] == "POSIX" and l[4] == str(os.getpid()) and l[5].endswith(inode) for l in lines)

@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no list of locks on this system")
@pytest.mark.parametrize("call", ["open for writing", "open a newer one", "check_folder", "repair_folder", "backup", "export", "save", "reader"])
def test_nothing_drops_the_locks_that_sqlite_holds(path, tmp_path, call):
    "POSIX takes a process all its locks on a file when it closes any descriptor of it."
    writer = in_process("s = VectorStorage.open(sys.argv[1], 2); s.add([1, 2]); print(1, flush=True); input()", path)
    writer.stdout.readline()
    reader = VectorStorage.open(path, mode="r")
    with reader._lock:
        held = locks_on(path/"meta.sqlite")
        assert held
        if call == "open for writing":
            with pytest.raises(LockedError): VectorStorage.open(path, timeout=0)
        if call == "open a newer one":
            with pytest.raises(DimensionError): VectorStorage.open(path, 3, mode="r")
        if call == "check_folder": assert check_folder(path) == []
        if call == "repair_folder": assert repair_folder(path, tmp_path/"repaired.mvdb").kept == 1
        if call == "backup": reader.backup(tmp_path/"backup.mvdb")
        if call == "export": reader.export(tmp_path/"x.jsonl")
        if call == "save": reader.save(tmp_path/"x.json")
        if call == "reader": VectorStorage.open(path, mode="r").close()
        assert locks_on(path/"meta.sqlite") == held
    reader.close()
    writer.communicate("\n")
    assert segments._kept_open == [] or call == "repair_folder"
    segments.close_database(os.open(path/"LOCK", os.O_RDONLY))
    assert segments._kept_open == []

def test_a_failed_open_holds_no_lock(three, path, monkeypatch):
    three.close()
    for name in ("write", "connect", "execute"):
        monkeypatch.setattr(disk, name, fail_after(getattr(disk, name)))
        with pytest.raises(WriteError): VectorStorage.open(path)
        monkeypatch.undo()
        VectorStorage.open(path, timeout=0).close()

def test_a_full_disk_in_python_and_below(path):
    if not hasattr(os, "fork"): pytest.skip("no fork here")
    code = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
s = VectorStorage.open(sys.argv[1], 64)
s.add_bulk(np.ones((1000, 64)))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
from minivecdb.durable import WriteError
try: s.add_bulk(np.ones((2000, 64)))
except WriteError as e: print("refused")
"""
    other = in_process(code, path)
    assert other.communicate()[0] == "refused\n"
    with VectorStorage.open(path) as s: assert len(s) == 1000 and s.check() == []

def test_bytes_and_files_that_no_commit_knows_are_removed(three, path):
    three.fold(); three.close()
    with open(path/"vectors-0-0.f32", "ab") as f: f.write(b"garbage")
    (path/"vectors-7-1.f32").write_bytes(b"left behind"); (path/"notes.txt").write_text("mine")
    with VectorStorage.open(path) as s:
        assert (path/"vectors-0-0.f32").stat().st_size == 36 and not (path/"vectors-7-1.f32").exists() and (path/"notes.txt").exists()
        assert s.check() == []

MINE = ["vectors-mine.f32", "vectors-1.f32", "vectors-01-0.f32", "vectors-0-0.f32.bak", "index-pq.ivf", "index-01.ivf", ".index-mine.tmp", ".index-3.ivf.tmp", ".index-pq.ivf.0a1b2c3d.tmp"]

def test_files_that_the_storage_did_not_name_are_never_removed(path):
    path.mkdir()
    for name in MINE: (path/name).write_bytes(b"mine")
    for _ in range(2):
        with VectorStorage.open(path, 4) as s:
            s.add_bulk(np.eye(4)); IVFIndex(s).build().save(); s.delete(0 if 0 in s else 4); s.compact()
        assert all((path/name).read_bytes() == b"mine" for name in MINE)

@pytest.mark.parametrize("how", ["backup", "missing", "empty", "only the lock tells", "another database"])
def test_a_storage_that_lost_its_main_file_is_refused_and_left_alone(three, path, tmp_path, how):
    if how != "only the lock tells": three.fold()
    if how == "backup": three.backup(tmp_path/"b.mvdb"); path = tmp_path/"b.mvdb"
    three.close()
    (path/"meta.sqlite").unlink()
    if how == "empty": (path/"meta.sqlite").touch()
    if how == "another database": (con := sqlite3.connect(path/"meta.sqlite")).execute("PRAGMA journal_mode=WAL"); con.close()
    before = files(path)
    for arguments in ({"dimension": 3}, {}, {"mode": "r"}) if how != "another database" else ({"dimension": 3}, {}):
        with pytest.raises(DamageError, match="meta.sqlite: missing or empty.*restore.*another folder"): VectorStorage.open(path, **arguments)
        assert all(files(path)[k] == v for k, v in before.items() if k != "LOCK") and (how == "another database" or files(path) == before)
    assert "meta.sqlite" in check_folder(path)[0]

# --- damage -----------------------------------------------------------------------------------------------

def test_a_lost_acknowledged_commit_is_noticed(path):
    other = in_process("s = VectorStorage.open(sys.argv[1], 3)\nfor i in range(5): s.add([i, i, i])\nos._exit(9)", path)
    other.wait()
    wal = path/"meta.sqlite-wal"
    with open(wal, "r+b") as f: f.truncate(wal.stat().st_size - 4096)
    (path/"meta.sqlite-shm").unlink()
    for mode in ("r", "rw"):
        with pytest.raises(DamageError, match="was acknowledged"): VectorStorage.open(path, mode=mode)
    assert "acknowledged" in check_folder(path)[0]
    saved = repair_folder(path, path.with_name("saved.mvdb"))
    assert saved.kept == 4
    with VectorStorage.open(path.with_name("saved.mvdb")) as s: assert list(s) == [0, 1, 2, 3] and s.add([9, 9, 9]) == 4

@pytest.mark.parametrize("sql, told", [
    ("UPDATE rows SET metadata = '{\"n\":9}' WHERE id = 1", "row 1"), ("UPDATE rows SET crc = crc + 1 WHERE id = 1", "row 1"), ("DELETE FROM rows WHERE id = 1", "row 1 is missing"),
    ("UPDATE rows SET metadata = 5 WHERE id = 1", "row 1"), ("UPDATE rows SET crc = 'x' WHERE id = 1", "row 1"), ("UPDATE rows SET id = 7 WHERE id = 1", "row 1"),
    ("UPDATE recent SET vector = zeroblob(12) WHERE id = 1", "row 1"), ("UPDATE recent SET vector = 'short' WHERE id = 1", "row 1"), ("DELETE FROM recent WHERE id = 1", "row 1 has no vector"), ("UPDATE recent SET vector = 5", "row 0"),
    ("UPDATE head SET count = 2", "head"), ("DELETE FROM head", "head"), ("UPDATE head SET dimension = 'x'", "head"), ("INSERT INTO rows SELECT 2 + id, metadata, crc FROM rows WHERE id > 0", "row"),
    ("INSERT INTO gone VALUES (1, 1, 0)", "gone"), ("UPDATE log SET n = 2", "log"), ("DELETE FROM log", "log"), ("INSERT INTO extents VALUES (0, 1, 0, 0, 0)", "extents"), ("INSERT INTO segments VALUES (0, 0, 5, 0)", "segments"),
    ("CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM rows; END", "tables"), ("DROP TABLE log", "tables"), ("CREATE VIEW v AS SELECT 1", "tables")])
def test_damage_in_the_tables_is_told(three, path, sql, told):
    three.close()
    con = sqlite3.connect(path/"meta.sqlite")
    con.execute(sql); con.commit(); con.close()
    problems = check_folder(path)
    assert problems and any(told in p and "meta.sqlite" in p for p in problems), problems
    try:
        with VectorStorage.open(path, mode="r") as s:
            s.get(1); s.get_all(); s.to_arrays(); s.changes_since(0)
    except MinivecdbError: pass

@pytest.mark.parametrize("number", [1 << 40, 1 << 61, -1])
@pytest.mark.parametrize("column", ["dimension", "count", "next_id", "recent", "changes"])
def test_impossible_numbers_are_refused_before_memory_is_asked_for(three, path, column, number):
    three.close()
    con = sqlite3.connect(path/"meta.sqlite")
    values = list(con.execute(durable_format.SELECT_HEAD).fetchone()[:-1])
    values[durable_format.Head._fields.index(column)] = number
    con.execute(durable_format.UPDATE_HEAD, (*values, durable_format.seal(*values))); con.commit(); con.close()
    with pytest.raises(MinivecdbError):
        with VectorStorage.open(path) as s: s.to_arrays(); s.changes_since(0); list(s); assert s.check() == []; raise MinivecdbError("told by nothing else" if column != "changes" else "fine")

def test_a_truncated_or_missing_segment_is_named(three, path):
    three.fold(); three.close()
    raw = (path/"vectors-0-0.f32").read_bytes()
    (path/"vectors-0-0.f32").write_bytes(raw[:-1])
    for mode in ("r", "rw"):
        with pytest.raises(DamageError, match="vectors-0-0.f32.*truncated"): VectorStorage.open(path, mode=mode)
    (path/"vectors-0-0.f32").unlink()
    for mode in ("r", "rw"):
        with pytest.raises((DamageError, FileNotFoundError), match="vectors-0-0.f32"): VectorStorage.open(path, mode=mode)
    assert "vectors-0-0.f32" in check_folder(path)[0]

LAST = (1 << 53) - 1 # the largest id

def far_apart(tmp_path, ids):
    "A storage with given ids, made through a file."
    (tmp_path/"far.jsonl").write_text("".join(json.dumps({"id": i, "vector": [i % 7, 1, 2, 3], "metadata": {"i": i, "text": "x" * 60}}) + "\n" for i in ids))
    with VectorStorage.open(tmp_path/"far.mvdb", 4) as s: s.restore(tmp_path/"far.jsonl")
    return tmp_path/"far.mvdb"

@pytest.mark.parametrize("ids", [[LAST], [0, LAST], [*range(3000), 1 << 30, *range(1 << 40, (1 << 40) + 3000), LAST]], ids=len)
def test_repair_takes_as_long_as_there_are_rows_and_not_as_ids(path, tmp_path, ids):
    path = far_apart(tmp_path, ids)
    saved = repair_folder(path, tmp_path/"saved.mvdb")
    assert saved[:3] == (len(ids), {}, 0)
    with VectorStorage.open(tmp_path/"saved.mvdb") as s: assert list(s) == ids and s.next_id == LAST + 1 and s.check() == [] and s.get(LAST)[1]["i"] == LAST

@pytest.mark.parametrize("left", [0, 1, 3])
def test_ids_end_below_2_to_53_and_what_was_stored_still_opens(tmp_path, left):
    path = far_apart(tmp_path, [5, LAST - left])
    memory = VectorStorage(4); memory._next_id = LAST + 1 - left
    with VectorStorage.open(path) as s:
        for storage in (s, memory):
            assert [storage.add([1, 1, 1, 1]) for _ in range(left)] == list(range(LAST + 1 - left, LAST + 1))
            for call in (lambda: storage.add([1, 1, 1, 1]), lambda: storage.add_bulk(np.ones((100_000, 4))), lambda: storage.add_bulk(np.ones((2, 4)))):
                with pytest.raises(MinivecdbError, match="at most 0 more vectors.*new storage"): call()
        assert s.next_id == memory.next_id == LAST + 1 and s.check() == []
        s.update(5, metadata={"n": 1}); s.compact(); assert s.delete(5)
        s.save(tmp_path/"far.json")
    with VectorStorage.open(path) as s: assert len(s) == len(VectorStorage.load(tmp_path/"far.json")) == left + 1 and s.get(LAST)[0].shape == (4,) and s.check() == []

@pytest.mark.parametrize("also", [None, "gone", "head", "extents", "recent"])
def test_repair_passes_over_damage_between_ids_that_lie_far_apart(tmp_path, also):
    ids = [*range(3000), *range(1 << 40, (1 << 40) + 3000), LAST - 1, LAST]
    path = far_apart(tmp_path, ids)
    con = sqlite3.connect(path/"meta.sqlite")
    size, = con.execute("PRAGMA page_size").fetchone()
    roots = dict(con.execute("SELECT name, rootpage FROM sqlite_master"))
    con.close()
    raw = (path/"meta.sqlite").read_bytes()
    at = raw.index(b'{"i":%d,' % ((1 << 40) + 1500)) // size
    for page in [at, at + 1] + ([roots[also] - 1] if also else []):
        with open(path/"meta.sqlite", "r+b") as f: f.seek(size * page); f.write(bytes(size))
    saved = repair_folder(path, tmp_path/"saved.mvdb", dimension=4)
    if also == "extents": assert saved.kept == 0 and len(saved.lost) > 5800   # nothing tells where the vectors are
    else: assert 5700 < saved.kept < 6002
    assert any("table rows" in n for n in saved.notes) and len(saved.notes) < 50_000
    assert check_folder(tmp_path/"saved.mvdb") == []

def test_repair_asks_for_the_dimension_where_the_head_no_longer_tells_it(tmp_path):
    with DurableStorage(tmp_path/"s.mvdb", 4) as s: s.add_bulk(np.eye(4, dtype=np.float32))
    con = sqlite3.connect(tmp_path/"s.mvdb"/"meta.sqlite")
    con.execute("UPDATE head SET dimension = 0"); con.commit(); con.close()
    with pytest.raises(DamageError, match="meta.sqlite: how long the vectors are.*give repair the dimension"): repair_folder(tmp_path/"s.mvdb", tmp_path/"saved.mvdb")
    assert not (tmp_path/"saved.mvdb").exists()
    saved = repair_folder(tmp_path/"s.mvdb", tmp_path/"saved.mvdb", dimension=4)
    assert (saved.kept, saved.lost) == (4, {}) and any("table head" in n for n in saved.notes)

# --- sources ----------------------------------------------------------------------------------------------

X = RNG.standard_normal((300, 4), np.float32)
M = [{"name": f"n{i}", "year": 1990 + i, "tags": [i, None]} for i in range(300)]

def pandas_frame(): pd = pytest.importorskip("pandas"); return pd.DataFrame({"vector": list(X), "name": [m["name"] for m in M], "year": [m["year"] for m in M], "tags": [m["tags"] for m in M]})
def polars_frame(): pl = pytest.importorskip("polars"); return pl.DataFrame({"vector": X.tolist(), "name": [m["name"] for m in M], "year": [m["year"] for m in M], "tags": [m["tags"] for m in M]}, schema_overrides={"vector": pl.List(pl.Float32)})
def polars_arrays(): pl = pytest.importorskip("polars"); return polars_frame().with_columns(pl.col("vector").cast(pl.Array(pl.Float32, 4)))
def arrow_table(): pa = pytest.importorskip("pyarrow"); return pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(X.reshape(-1)), 4), "metadata": [json.dumps(m) for m in M]})
def arrow_lists(): pa = pytest.importorskip("pyarrow"); return pa.table({"vector": pa.array(X.tolist(), pa.list_(pa.float64())), "name": [m["name"] for m in M], "year": [m["year"] for m in M], "tags": [m["tags"] for m in M]})
def arrow_reader(): return arrow_table().to_reader(max_chunksize=70)
def arrow_sliced(): pa = pytest.importorskip("pyarrow"); t = arrow_table(); return pa.concat_tables([t.slice(0, 100), t.slice(100, 200)])
def parquet_file(folder): pq = pytest.importorskip("pyarrow.parquet"); pq.write_table(arrow_table(), folder/"x.parquet", row_group_size=64); return folder/"x.parquet"
def json_lines(folder): (folder/"x.jsonl").write_text("".join(json.dumps({"vector": x.tolist()} | m) + "\n" for x, m in zip(X, M))); return str(folder/"x.jsonl")
def json_lines_with_metadata(folder): (folder/"x.ndjson").write_text("\n".join(json.dumps({"id": 5, "vector": x.tolist(), "metadata": m}) for x, m in zip(X, M)) + "\n\n"); return folder/"x.ndjson"
SOURCES = {f.__name__: f for f in (pandas_frame, polars_frame, polars_arrays, arrow_table, arrow_lists, arrow_reader, arrow_sliced, parquet_file, json_lines, json_lines_with_metadata)} | {
    "array": lambda: (X, M), "float64": lambda: (X.astype(float), iter(M)), "columns first": lambda: (np.asfortranarray(X), L(M)), "list": lambda: (X.tolist(), M), "L": lambda: (L(X.tolist()).map(L), M), "rows": lambda: (list(X), M),
    "blocks": lambda: (iter([X[:100], X[100:100], X[100:].tolist()]), M), "pairs": lambda: (((X[i:i + 7], M[i:i + 7]) for i in range(0, 300, 7)), None), "mapped": lambda: (X.view(np.ndarray), (m for m in M))}

def expected_metadata(name): return [{**m, "id": 5} for m in M] if name == "json_lines_with_metadata" else M   # a table's own ids are kept

@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("block", [frames.BLOCK_BYTES, 16 * 50])
def test_rows_come_from_anywhere(path, tmp_path, monkeypatch, name, block):
    monkeypatch.setattr(frames, "BLOCK_BYTES", block)
    make = SOURCES[name]
    source = make(tmp_path) if "folder" in make.__code__.co_varnames[:make.__code__.co_argcount] else make()
    vectors, metas = source if isinstance(source, tuple) else (source, None)
    with VectorStorage.open(path, 4) as s:
        s.add(X[0])
        assert s.add_bulk(vectors, metas, progress=name == "array") == list(range(1, 301))
        np.testing.assert_array_equal(s.to_arrays()[1][1:], X)
        assert s.get_all().itemgot(2)[1:] == expected_metadata(name) and s.check() == [] and s.changes_since(1).tolist() == list(range(1, 301))

def test_a_matrix_in_a_file(path, tmp_path):
    np.save(tmp_path/"x.npy", X); np.save(tmp_path/"o.npy", np.array([object()]), allow_pickle=True); (tmp_path/"t.npy").write_bytes(b"\x93NUMPY")
    with VectorStorage.open(path, 4) as s:
        assert len(s.add_bulk(tmp_path/"x.npy", M)) == 300 and s.get(7)[1] == M[7]
        for bad in ("o.npy", "t.npy", "x.txt"):
            with pytest.raises(FileFormatError): s.add_bulk(tmp_path/bad)
        with pytest.raises(FileNotFoundError): s.add_bulk(tmp_path/"none.npy")

BAD_LINES = {"not JSON": b"{", "a list": b"[1]", "no vector": b'{"v": [1, 2, 3, 4]}', "short": b'{"vector": [1, 2]}', "text": b'{"vector": "abcd"}', "nan": b'{"vector": [1, 2, 3, NaN]}', "nested": b'{"vector": [[1, 2, 3, 4]]}', "null": b'{"vector": null}',
             "metadata is a list": b'{"vector": [1, 2, 3, 4], "metadata": [1]}', "not UTF-8": b'{"vector": [1, 2, 3, 4], "x": "\xff"}', "deep": b'{"vector": [1, 2, 3, 4], "x": ' + b"[" * 200 + b"]" * 200 + b"}", "far too deep": b'{"vector": ' + b"[" * 100_000}

@pytest.mark.parametrize("name", BAD_LINES)
@pytest.mark.parametrize("fast", [True, False])
def test_a_bad_line_stores_nothing(three, path, tmp_path, monkeypatch, name, fast):
    if not fast: monkeypatch.setattr(json_rows, "orjson", None)
    good = b'{"vector": [1, 2, 3], "year": 1990}\n'
    (tmp_path/"x.jsonl").write_bytes(good * 3 + BAD_LINES[name].replace(b"1, 2, 3, 4", b"1, 2, 3") + b"\n" + good)
    before = content(three)
    with pytest.raises(MinivecdbError): three.add_bulk(tmp_path/"x.jsonl")
    assert content(three) == before and three.add([1, 1, 1]) == 3

@pytest.mark.parametrize("vectors, metas, error", [
    (iter([np.ones((2, 3)), np.ones((2, 4))]), None, DimensionError), (iter([np.ones((2, 3)), [[1, 2, np.nan]]]), None, VectorError), (np.ones((5, 3)), [{}] * 4, MetadataError), (np.ones((5, 3)), [{}] * 6, MetadataError),
    (iter([(np.ones((2, 3)), [{}])]), None, MetadataError), (iter([(np.ones((2, 3)), [{}, {}])]), [{}, {}], MetadataError), (np.ones((4, 3)), [{}, {}, {1: 2}, {}], MetadataError), (iter(["abc"]), None, MinivecdbError), (5, None, MinivecdbError)], ids=lambda x: str(x).partition(" at 0x")[0])
def test_a_bad_block_stores_nothing(three, vectors, metas, error):
    before = content(three)
    with pytest.raises(error): three.add_bulk(vectors, metas)
    assert content(three) == before and three.changes == 3

def test_an_error_names_the_row_of_the_whole(path):
    x = np.zeros((20_000, 384), np.float32); x[12_345, 6] = np.inf
    with VectorStorage.open(path, 384) as s:
        with pytest.raises(VectorError, match="vector 12345 has inf at position 6"): s.add_bulk(x)
        assert len(s) == 0

@pytest.mark.parametrize("name", SOURCES)
def test_memory_takes_the_same_sources(tmp_path, name):
    make = SOURCES[name]
    source = make(tmp_path) if "folder" in make.__code__.co_varnames[:make.__code__.co_argcount] else make()
    vectors, metas = source if isinstance(source, tuple) else (source, None)
    with VectorStorage(4) as s:
        s.add(X[0])
        assert s.add_bulk(vectors, metas, progress=name in ("array", "list", "blocks")) == list(range(1, 301))
        np.testing.assert_array_equal(s.to_arrays()[1][1:], X)
        assert s.get_all().itemgot(2)[1:] == expected_metadata(name) and s.check() == [] and s.changes_since(1).tolist() == list(range(1, 301))
        with pytest.raises(ValueError, match="whole numbers"): s.delete_bulk([3, "x"])
        assert s.delete_bulk(i for i in (3, 3, 5, 999)) == 2 and s.delete_bulk([]) == 0 and len(s) == 299
    s.close(); s.close()
    assert len(s) == 299

@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_durable_code_runs_in_memory(path, tmp_path, kind):
    "The same program over both; what goes wrong goes wrong in the same way, and changes nothing."
    with VectorStorage(4) if kind == "memory" else VectorStorage.open(path, 4) as s:
        assert s.add_bulk(iter([X[:0], X[:3], X[3:5]]), M[:5], progress=True) == [0, 1, 2, 3, 4] and s.add_bulk(iter([])) == []
        np.save(tmp_path/"x.npy", X)
        assert len(s.add_bulk(tmp_path/"x.npy", iter(M), progress=True)) == 300 and s.delete_bulk(range(5, 305)) == 300
        for vectors, metas, error, said in ((iter([X[:2], [[1, 2, np.nan, 3]]]), None, VectorError, "vector 2 has nan"), (iter([X[:2]]), [{}], MetadataError, "got 2 vectors but 1 metadata"), (iter([X[:2], X[:2]]), [{}, {}, {}, {1: 2}], MetadataError, "vector 3: "), (X[:2], [{}, [1]], MetadataError, "vector 1: "),
                                            (iter([(X[:2], [{}, {}])]), [{}, {}], MetadataError, "give no other"), ("x.txt", None, FileFormatError, "expected a file")):
            with pytest.raises(error, match=said): s.add_bulk(vectors, metas)
        assert (len(s), s.next_id, s.changes, s.check(progress=True)) == (5, 305, 605, [])

@pytest.mark.parametrize("sizes", [(), (0,), (0, 0), (0, 3, 2), (0, 3), (0, 0, 3, 0, 2), (3, 0, 2), (3, 0, 0), (0, 70_000, 0, 2)])
def test_an_empty_block_takes_nothing_with_it(path, sizes):
    "Wherever it stands in a stream, every row of the others arrives, with its own metadata."
    x = np.arange(4 * sum(sizes), dtype=np.float32).reshape(-1, 4)
    ends = np.cumsum(sizes).astype(int)
    with VectorStorage.open(path, 4) as s:
        assert s.add_bulk((x[b - n:b] for n, b in zip(sizes, ends)), ({"i": i} for i in range(len(x)))) == list(range(len(x)))
        assert s.add_bulk((x[b - n:b], [{"i": i} for i in range(b - n, b)]) for n, b in zip(sizes, ends)) == list(range(len(x), 2 * len(x)))
        np.testing.assert_array_equal(s.to_arrays()[1], np.concatenate([x, x]))
        assert [m["i"] for m in s.metadata_of(range(2 * len(x)))] == list(range(len(x))) * 2 and s.check() == []
        with pytest.raises(MetadataError, match="got 0 vectors but 1 metadata"): s.add_bulk(iter([x[:0]]), [{}])

def faulty(kind, tmp_path, x, metas):
    "Rows and metadata with a fault in one, as some kind of source."
    if kind == "array": return x, metas
    if kind == "list": return x.tolist(), metas
    if kind == "stream": return (x[a:a + 700] for a in range(0, len(x), 700)), metas
    if kind == "pairs": return ((x[a:a + 700].tolist(), metas[a:a + 700]) for a in range(0, len(x), 700)), None
    if kind == "npy": np.save(tmp_path/"x.npy", x); return tmp_path/"x.npy", metas
    if kind == "mapped": np.save(tmp_path/"x.npy", x.astype(float)); return np.load(tmp_path/"x.npy", mmap_mode="r"), metas
    if kind == "lines": (tmp_path/"x.jsonl").write_text("\n" + "".join(json.dumps({"vector": v, "metadata": m}) + "\n" for v, m in zip(x.tolist(), metas))); return tmp_path/"x.jsonl", None
    if kind == "pandas": return pytest.importorskip("pandas").DataFrame({"vector": list(x), "metadata": list(map(json.dumps, metas))}), None
    if kind == "polars": pl = pytest.importorskip("polars"); return pl.DataFrame({"vector": x.tolist(), "metadata": list(map(json.dumps, metas))}), None
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1]), "metadata": list(map(json.dumps, metas))})
    if kind == "arrow": return table, None
    pytest.importorskip("pyarrow.parquet").write_table(table, tmp_path/"x.parquet", row_group_size=1000); return tmp_path/"x.parquet", None

KINDS = ["array", "list", "stream", "pairs", "npy", "mapped", "lines", "pandas", "polars", "arrow", "parquet"]

@pytest.mark.parametrize("kind", KINDS)
def test_an_error_names_the_row_of_the_whole_whatever_the_source(path, tmp_path, kind):
    x, metas = np.ones((2500, 1024), np.float32), [{"i": i} for i in range(2500)]
    x[2400, 7] = np.nan
    with VectorStorage.open(path, 1024) as s:
        with pytest.raises(VectorError, match="line 2402 has .* at position 7" if kind == "lines" else "vector 2400 has nan at position 7"): s.add_bulk(*faulty(kind, tmp_path, x, metas))
        x[2400, 7], metas[2400] = 1, [1]
        with pytest.raises(MetadataError, match="line 2402: .*got list" if kind == "lines" else "vector 2400: .*got list"): s.add_bulk(*faulty(kind, tmp_path, x, metas))
        assert len(s) == s.next_id == 0

@pytest.mark.parametrize("wrong, said", [(lambda v: None, "vector 2400 .*missing|vector 2400: expected numbers"), (lambda v: v[:-1], "expected 1024 dimensions, got 1023 in vector 2400"), (lambda v: [None, *v[1:]], "vector 2400.*(missing number|expected numbers|nan)")], ids=["missing", "short", "missing number"])
@pytest.mark.parametrize("kind", ["arrow", "pandas", "polars", "list"])
def test_a_vector_that_is_none_is_named_by_its_row(path, kind, wrong, said):
    rows = [[1.] * 1024] * 2400 + [wrong([1.] * 1024)] + [[1.] * 1024] * 3
    library = {"arrow": "pyarrow", "pandas": "pandas", "polars": "polars"}.get(kind)
    if library: rows = getattr(pytest.importorskip(library), {"arrow": "table"}.get(kind, "DataFrame"))({"vector": rows})
    with VectorStorage.open(path, 1024) as s, pytest.raises(MinivecdbError, match=said): s.add_bulk(rows)

def test_missing_metadata_in_a_frame_is_none_and_columns_may_have_any_name(path):
    pd = pytest.importorskip("pandas")
    with VectorStorage.open(path, 2) as s:
        for missing in (None, float("nan"), pd.NA): s.add_bulk(pd.DataFrame({"vector": [[1, 2], [3, 4]], "metadata": ['{"a":1}', missing]}))
        s.add_bulk(pd.DataFrame({"vector": [[1, 2]], 7: ["x"]}))
        assert s.get_all().itemgot(2) == [{"a": 1}, {}] * 3 + [{"7": "x"}]
        with pytest.raises(VectorError, match="a name of its own"): s.add_bulk(pd.DataFrame([[[1, 2], 1, 2]], columns=["vector", 7, "7"]))

def test_a_file_of_another_shape_is_refused_by_name(path, tmp_path):
    with VectorStorage.open(path, 4) as s:
        for shape in ((), (4,), (2, 2, 4)):
            np.save(tmp_path/"x.npy", np.ones(shape))
            with pytest.raises(DimensionError, match=r"x.npy: expected a matrix of shape \(n, 4\), got shape"): s.add_bulk(tmp_path/"x.npy", progress=True)
        for name in ("x.json", "x.jsonl", "x.parquet"):
            if name.endswith("parquet"): pytest.importorskip("pyarrow")
            with pytest.raises(FileNotFoundError) as e: s.export(tmp_path/"nowhere"/name)
            assert e.value.filename == str(tmp_path/"nowhere") and "make it first" in str(e.value)

def test_an_exported_parquet_file_with_a_flipped_byte_is_never_silently_another(path, tmp_path):
    "Its pages carry checksums; what a flip in the footer can do is fail, or change nothing."
    pytest.importorskip("pyarrow")
    rng = random.Random(0)
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(X, M); s.export(tmp_path/"x.parquet"); expected = content(s)["rows"]
    raw, refused = (tmp_path/"x.parquet").read_bytes(), 0
    footer = len(raw) - 8 - struct.unpack("<i", raw[-8:-4])[0]
    for n in range(60):
        flipped = bytearray(raw); flipped[rng.randrange(4, footer)] ^= 1 << rng.randrange(8)
        (tmp_path/"y.parquet").write_bytes(flipped)
        with VectorStorage.open(tmp_path/f"{n}.mvdb", 4) as back:
            try: back.restore(tmp_path/"y.parquet")
            except MinivecdbError: refused += 1; assert len(back) == 0; continue
            assert content(back)["rows"] == expected
    assert refused > 40

def test_a_mapped_matrix_is_added_in_bounded_memory(path, tmp_path):
    if not os.path.exists("/proc/self/status"): pytest.skip("no /proc here")
    np.save(tmp_path/"x.npy", np.ones((60_000, 384)))
    code = """
def own(): return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("RssAnon")) / 1024
s = VectorStorage.open(sys.argv[1], 384); s.add(np.ones(384))
x, before, most = np.load(sys.argv[2], mmap_mode="r"), own(), [0]
s.add_bulk(x, ({} for i in range(len(x)) if not i % 500 and most.append(own()) or True))
print(len(s), int(max(most) - before))
"""
    n, grown = map(int, in_process(code, path, tmp_path/"x.npy").communicate()[0].split())
    assert n == 60_001 and grown < 75    # MB; the vectors are 184 as float64

def test_a_missing_library_names_its_extra(three, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path/"x.parquet").write_bytes(b"PAR1")
    for call in (lambda: three.add_bulk(tmp_path/"x.parquet"), lambda: three.export(tmp_path/"y.parquet")):
        with pytest.raises(MissingExtraError, match=r"minivecdb-book\[tables\]"): call()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.mvdb", "x.parquet"]

def test_a_damaged_parquet_file_is_refused(three, tmp_path):
    pytest.importorskip("pyarrow")
    for raw in (b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"x" * 1000):
        (tmp_path/"x.parquet").write_bytes(raw)
        with pytest.raises(FileFormatError, match="x.parquet"): three.add_bulk(tmp_path/"x.parquet")
    assert len(three) == 3

def test_parquet_there_and_back(three, path, tmp_path):
    pytest.importorskip("pyarrow")
    three.delete(1); three.export(tmp_path/"x.parquet")
    with VectorStorage.open(tmp_path/"b.mvdb", 3, model="model-m") as back:
        assert back.restore(tmp_path/"x.parquet") == 2 and content(back) == content(three) and back.check() == []
    with VectorStorage.open(tmp_path/"c.mvdb", 4) as other, pytest.raises(DimensionError): other.restore(tmp_path/"x.parquet")

def test_a_stream_is_added_in_bounded_memory(path):
    code = """
def peak(): return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM")) / 1024
s = VectorStorage.open(sys.argv[1], 384); s.add(np.ones(384))
before = peak()
s.add_bulk((np.full((2000, 384), i, np.float32), [{"i": i}] * 2000) for i in range(60))
added = peak() - before
s.delete_bulk(range(0, 120_000, 7)); s.compact()
print(int(added), int(peak() - before), len(s))
"""
    if not os.path.exists("/proc/self/status"): pytest.skip("no /proc here")
    other = in_process(code, path)
    added, compacted, n = map(int, other.communicate()[0].split())
    assert n == 120_001 - 17_143 and added < 60 and compacted < 110   # MB; the vectors are 184

# --- against a dictionary -----------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(4))
def test_random_work_agrees_with_a_dictionary(path, monkeypatch, seed):
    "Small segments, so that every boundary is crossed; closed and opened again in between."
    monkeypatch.setattr(segments, "segment_rows", lambda d: 37); monkeypatch.setattr(durable_appends, "segment_rows", lambda d: 37)
    from minivecdb.durable import bulk as durable_bulk
    monkeypatch.setattr(durable_bulk, "segment_rows", lambda d: 37); monkeypatch.setattr(durable_bulk, "SMALL_BYTES", 200)
    rng, truth, s, next_id, seen = random.Random(seed), {}, VectorStorage.open(path, 2), 0, []
    def row(): return [float(np.float32(rng.random())), float(rng.randrange(9))]
    for step in range(220):
        kind = rng.choice(["add", "add", "bulk", "big", "update", "update", "delete", "delete many", "fold", "compact", "reopen"])
        if kind == "add": x = row(); assert s.add(x, {"s": step}) == next_id; truth[next_id] = (x, {"s": step}); next_id += 1
        elif kind in ("bulk", "big"):
            xs = [row() for _ in range(rng.randrange(20 if kind == "bulk" else 120))]
            assert s.add_bulk(xs, [{"s": step, "i": i} for i in range(len(xs))]) == list(range(next_id, next_id + len(xs)))
            truth |= {next_id + i: (x, {"s": step, "i": i}) for i, x in enumerate(xs)}; next_id += len(xs)
        elif kind == "update" and truth: id, x = rng.choice(list(truth)), row(); s.update(id, x); truth[id] = (x, truth[id][1])
        elif kind == "delete" and truth: id = rng.choice(list(truth)); assert s.delete(id); del truth[id]
        elif kind == "delete many": gone = [i for i in truth if rng.random() < .2]; assert s.delete_bulk(gone + [next_id + 5]) == len(gone); [truth.pop(i) for i in gone]
        elif kind == "fold": s.fold()
        elif kind == "compact": s.compact(); assert sum(p.stat().st_size for p in path.glob("vectors-*")) == 8 * len(truth)
        elif kind == "reopen": s.close(); s = VectorStorage.open(path)
        assert (len(s), s.next_id, list(s)) == (len(truth), next_id, sorted(truth))
        if step % 5 == 0:
            ids, rows = s.to_arrays()
            np.testing.assert_array_equal(rows, np.array([truth[i][0] for i in sorted(truth)], np.float32).reshape(-1, 2))
            assert [(i, v.tolist(), m) for i, v, m in s.get_all()] == [(i, *truth[i]) for i in sorted(truth)] and s.check() == []
            some = [rng.randrange(next_id + 2) for _ in range(20)] if next_id else []
            np.testing.assert_array_equal(s.take(some)[0], [i for i in some if i in truth])
    s.close()

# --- what uses a storage ------------------------------------------------------------------------------------

def test_indexes_work_the_same_over_both(path):
    memory, folder = VectorStorage(8), VectorStorage.open(path, 8)
    x = RNG.standard_normal((400, 8), np.float32)
    for s in (memory, folder): s.add_bulk(x, [{"i": i} for i in range(400)])
    indexes = [IVFIndex(s, nprobe=3).build() for s in (memory, folder)]
    for s in (memory, folder): s.delete(17); s.update(3, vector=x[9]); s.add(x[5], {"i": "again"})
    for q in x[:20]:
        a, b = ([(h.id, h.distance, h.metadata) for h in i.search(q, 5)] for i in indexes)
        assert a == b
    assert FlatIndex.from_storage(memory).search(x[:20], 5)[1].tolist() == FlatIndex.from_storage(folder).search(x[:20], 5)[1].tolist()
    assert indexes[1].add_vectors_bulk([[1.] * 8], [{"new": 1}]) == [401] and indexes[1].search([1.] * 8, 1)[0].metadata == {"new": 1}
    folder.close()

def test_filters_mean_the_same_in_a_folder_and_in_memory(path):
    "Every row and condition of the tests of filters, over both; changes by a filter are one commit each."
    from test_filters import MEANING
    rows = [{} if value is MEANING[0][0] else {"k": value} for value, _, _ in MEANING]
    memory = VectorStorage(1); memory.add_bulk(np.zeros((len(rows), 1)), rows)
    with VectorStorage.open(path, 1) as folder:
        folder.add_bulk(np.zeros((len(rows), 1)), rows)
        for where in [{"k": c} for _, c, _ in MEANING]: assert folder.find(where).itemgot(0) == memory.find(where).itemgot(0), where
        assert folder.metadata_of([3, 10**6, 0]) == memory.metadata_of([3, 10**6, 0]) and folder.distinct("k") == memory.distinct("k")
        for change in (lambda s: s.update(where={"k": {"$exists": True}}, merge={"m": [1]}), lambda s: s.update(where={"m": {"$contains": 1}}, metadata={"n": 2}), lambda s: s.update(0, merge={"n": 3}), lambda s: s.delete(where={"n": {"$gt": 2}})):
            before, seen = folder._head.commits, (folder.changes, memory.changes)
            assert change(folder) == change(memory) > 0 and folder._head.commits == before + 1
            assert folder.changes_since(seen[0]).tolist() == memory.changes_since(seen[1]).tolist()
            assert folder.get_all().itemgot(2) == memory.get_all().itemgot(2) and folder.check() == []
        for wrong in (lambda: folder.delete(), lambda: folder.delete(1, where={"n": 1}), lambda: folder.update(1, metadata={}, merge={}), lambda: folder.update(where={"n": 1}, vector=[1.]), lambda: folder.delete(where={})):
            with pytest.raises((TypeError, MinivecdbError, ValueError)): wrong()
    with VectorStorage.open(path, mode="r") as reader: assert reader.count({"n": 2}) == memory.count({"n": 2}) and IVFIndex(reader).build().search([0.], 2, where={"n": 2}).itemgot(2) == IVFIndex(memory).build().search([0.], 2, where={"n": 2}).itemgot(2)

def reopened(storage, why=None, **options):
    "The index beside a storage; `why` must stand in the warning, or there must be none."
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        index = IVFIndex.open(storage, **options)
    told = [str(w.message) for w in told if w.category is IndexFileWarning]
    assert len(told) == (why is not None) and all(why in t and str(storage.path) in t for t in told), told
    return index

def same_as_exact(storage, index, queries):
    "With every list probed, an index finds what exact search finds."
    flat = FlatIndex.from_storage(storage, index.metric.name)
    for q in queries:
        hits, (distances, ids) = index.search(q, 7, nprobe=10**6), flat.search(q, 7)
        assert (hits.attrgot("id"), hits.attrgot("distance")) == (ids[0][ids[0] >= 0].tolist(), distances[0][ids[0] >= 0].tolist())

def test_an_index_file_that_cannot_be_used_is_named_and_built_again(path):
    q = RNG.standard_normal((20, 8), np.float32)
    with VectorStorage.open(path, 8) as s:
        reopened(s)   # nothing there, and nothing to be missed
        s.add_bulk(RNG.standard_normal((300, 8), np.float32))
        first = reopened(s)   # the empty one, caught up
        file = lambda: next(path.glob("index-*"))
        same_as_exact(s, first, q)
        s.add(np.full(8, 5)); s.delete(3)
        index = reopened(s)
        same_as_exact(s, index, q)
        assert index.save().name == f"index-{s.changes}.ivf" == file().name and len(list(path.glob("index-*"))) == 1
        same_as_exact(s, reopened(s, "not what was asked for", distance_fn="euclidean"), q)
        data = file().read_bytes()
        for harm, why in ((lambda p: p.write_bytes(data[:-9]), "truncated"), (lambda p: p.write_bytes(data[:3]), "not an index file"), (lambda p: p.unlink(), "no index"), (lambda p: p.rename(path/"index-4.ivf"), "not the one it is named after"),
                          (lambda p: p.rename(path/"index-99999.ivf"), "not the one it is named after"), (lambda p: p.write_bytes(data[:len(data) // 2] + b"xyz" + data[len(data) // 2 + 3:]), "damaged")):
            IVFIndex(s).build().save()
            data = file().read_bytes()
            harm(file())
            same_as_exact(s, reopened(s, why), q)
            same_as_exact(s, reopened(s), q)   # mended
        (path/".index-7.ivf.0123abcd.tmp").write_bytes(b"of a process that was killed")
        index.save()
        assert not list(path.glob(".index*"))
        file().write_bytes(b"")
        with VectorStorage.open(path, mode="r") as r:
            same_as_exact(r, reopened(r, "not an index file"), q)
            with pytest.raises(MinivecdbError): IVFIndex(r).build().save()
    with pytest.raises(TypeError, match="VectorStorage.open"): IVFIndex(VectorStorage(2)).build().save()

def test_an_index_of_another_copy_of_the_storage_is_not_used(path, tmp_path):
    with VectorStorage.open(path, 4) as s: s.add_bulk(np.eye(4)); s.backup(tmp_path/"copy.mvdb")
    with VectorStorage.open(path) as s, VectorStorage.open(tmp_path/"copy.mvdb") as other:
        s.add([1, 2, 3, 4]); other.add([4, 3, 2, 1])
        shutil.copy(IVFIndex(s).build().save(), other.path)
        same_as_exact(other, reopened(other, "another copy"), np.eye(4))
        for _ in range(3): s.add([0, 0, 0, 1])
        for p in other.path.glob("index-*"): p.unlink()
        shutil.copy(IVFIndex(s).build().save(), other.path)
        same_as_exact(other, reopened(other, "older copy"), np.eye(4))

def test_a_log_that_no_longer_reaches_back_is_said_and_the_index_built_again(path):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.eye(4)); IVFIndex(s).build().save()
        while s.changes_since(4) is not None:
            s.add_bulk(np.ones((3000, 4))); s.delete(where={"x": {"$exists": False}})
        s.add([1, 0, 0, 0])
        same_as_exact(s, reopened(s, "no longer reaches back"), np.eye(4))

def test_an_index_is_not_built_from_damaged_rows(path):
    with VectorStorage.open(path, 8) as s: s.add_bulk(RNG.standard_normal((400, 8), np.float32)); s.fold()
    segment = next(path.glob("vectors-*"))
    with open(segment, "r+b") as f: f.seek(32 * 123); f.write(b"abcd")
    with VectorStorage.open(path) as s, pytest.warns(IndexFileWarning), pytest.raises(MinivecdbError, match="row 123"): IVFIndex.open(s)

FOLLOWER = """
import sys, numpy as np
from minivecdb import VectorStorage, IVFIndex, FlatIndex
storage = VectorStorage.open(sys.argv[1], mode="r")
index = IVFIndex.open(storage)
print("ready", flush=True)
for line in sys.stdin:
    q = np.array(line.split(), np.float32)
    print(*index.search(q, 5, nprobe=10**6).attrgot("id"), flush=True)
"""

def test_another_process_finds_what_was_just_committed(path):
    "Each of the commits here is seen by the next search there, splits and merges of its own lists included."
    rng = np.random.default_rng(3)
    with VectorStorage.open(path, 6) as s:
        s.add_bulk(rng.standard_normal((200, 6), np.float32)); IVFIndex(s).build().save()
        other = subprocess.Popen([sys.executable, "-c", FOLLOWER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert other.stdout.readline() == "ready\n"
            for i in range(40):
                q = (rng.standard_normal(6) + i / 4).astype(np.float32)
                if i % 4 == 3: s.delete(where={"i": i - 1})
                else: s.add_bulk(q + .1 * rng.standard_normal((25, 6)), [{"i": i}] * 25)
                other.stdin.write(" ".join(map(repr, q.tolist())) + "\n"); other.stdin.flush()
                assert other.stdout.readline().split() == [str(j) for j in FlatIndex.from_storage(s).search(q, 5)[1][0]], i
        finally: other.kill(); other.wait(); other.stdin.close(); other.stdout.close()

def test_a_storage_is_not_pickled(three):
    import copy
    with pytest.raises(TypeError, match="open it by its path"): copy.deepcopy(three)

def test_a_backup_is_a_storage_and_never_overwrites(three, path, tmp_path):
    three.fold(); three.add([7, 7, 7])
    three.backup(tmp_path/"b.mvdb", progress=False)
    with pytest.raises(FileExistsError, match="b.mvdb"): three.backup(tmp_path/"b.mvdb")
    with VectorStorage.open(tmp_path/"b.mvdb") as b: assert content(b) == content(three) and b.add([1, 1, 1]) == 4
    assert len(three) == 4 and [p.name for p in tmp_path.iterdir() if "part" in p.name] == []

def test_the_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    VectorStorage(2).save("e.json")
    assert main(["import", "a.mvdb", "e.json"]) == 0 and main(["import", "a.mvdb", "e.json"]) == 1
    with VectorStorage.open("a.mvdb") as s: s.add_bulk(np.ones((50, 2))); s.fold(); s.delete(3)
    for command in ("check a.mvdb --quiet", "compact a.mvdb", "export a.mvdb a.jsonl", "import b.mvdb a.jsonl --dimension 2", "backup a.mvdb c.mvdb --quiet", "stats c.mvdb"): assert main(command.split()) == 0, command
    with open("c.mvdb/vectors-1-1.f32", "r+b") as f: f.seek(8 * 20); f.write(b"abcd")
    capsys.readouterr()
    assert main(["check", "c.mvdb", "--quiet"]) == 1 and "row 21" in capsys.readouterr().err
    assert main(["repair", "c.mvdb", "d.mvdb"]) == 0 and "48 rows saved, 1 lost" in capsys.readouterr().out
    with VectorStorage.open("a.mvdb", timeout=0):
        monkeypatch.setattr(VectorStorage, "open", lambda *a, **k: DurableStorage(*a, **k | {"timeout": .05}))
        assert main(["compact", "a.mvdb"]) == 1 and f"process {os.getpid()}" in capsys.readouterr().err
    assert main(["check", "nowhere.mvdb"]) == 1 and "nowhere.mvdb" in capsys.readouterr().err

# --- the whole matrix -----------------------------------------------------------------------------------------

def flip(file, at):
    with open(file, "r+b") as f: f.seek(at); b = f.read(1); f.seek(at); f.write(bytes([b[0] ^ 1]))

def test_a_damaged_row_gives_no_matrix_no_index_and_no_neighbours(path):
    x = RNG.standard_normal((3000, 64), np.float32)
    with VectorStorage.open(path, 64) as s: s.add_bulk(x); s.delete(7)
    flip(path/"vectors-0-0.f32", 256 * 1234 + 9)
    with VectorStorage.open(path, mode="r") as r:
        for ask in (r.to_arrays, lambda: FlatIndex.from_storage(r), lambda: IVFIndex(r).build(), lambda: list(r.blocks()), lambda: IVFIndex.open(r)):
            with pytest.raises(DamageError, match=r"vectors-0-0.f32: row 1234 \(place 1234\)"): ask()
        assert (r.to_arrays(verify=False)[1][1233] != x[1234]).sum() == 1

def test_only_what_is_new_is_compared_again(path, monkeypatch):
    compared = []
    real = DurableStorage._verified
    monkeypatch.setattr(DurableStorage, "_verified", lambda self, s, found: compared.extend(f[0] for f in found) or real(self, s, found))
    def look(s): compared.clear(); ids, rows = s.to_arrays(); return sorted(set(compared))
    s = VectorStorage.open(path, 8)
    s.add_bulk(RNG.standard_normal((20_000, 8), np.float32))
    assert look(s) == list(range(20_000)) and look(s) == []
    s.add(np.ones(8)); assert look(s) == [20_000]
    s.update(5, vector=np.ones(8)); s.delete(6); assert look(s) == [5, 20_000]     # what is still in SQLite is cheap
    s.fold(); assert look(s) == [5, 20_000] and look(s) == []
    s.add_bulk(RNG.standard_normal((9000, 8), np.float32)); assert look(s) == list(range(20_001, 29_001))
    s.compact(); assert len(look(s)) == 29_000 and look(s) == []                   # new files
    s.update(7, metadata={"a": 1}); assert look(s) == [7]
    s.close()
    with VectorStorage.open(path, mode="r") as r: assert len(look(r)) == 29_000

def test_blocks_are_one_commit_whatever_happens_between(path):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.arange(400).reshape(100, 4)); s.add(np.ones(4))
        walk = s.blocks(size=16 * 30)
        first = next(walk)
        s.delete(50); s.add(np.ones(4)); s.compact()
        rest = list(walk)
        assert np.concatenate([first[0], *(i for i, _ in rest)]).tolist() == list(range(101)) and len(s) == 101
        np.testing.assert_array_equal(np.concatenate([first[1], *(r for _, r in rest)])[:100], np.arange(400).reshape(100, 4))
        next(s.blocks()); s.add(np.ones(4))     # one that was not finished holds nothing up
    with VectorStorage.open(path, timeout=0) as s: assert s.check() == []

def test_a_disk_that_cannot_be_read_is_an_error_that_names_the_row(path, monkeypatch):
    with VectorStorage.open(path, 256) as s:
        s.add_bulk(RNG.standard_normal((1000, 256), np.float32))
        real = os.preadv
        def bad_sector(fd, buffers, at):
            if at <= 1024 * 600 < at + sum(map(len, buffers)): raise OSError(5, "Input/output error")
            return real(fd, buffers, at)
        monkeypatch.setattr(os, "preadv", bad_sector)
        for ask in (lambda: s.get(600), lambda: s.take([3, 600]), s.get_all, s.to_arrays):
            with pytest.raises(DamageError, match="vectors-0-0.f32: row .* cannot be read: Input/output error"): ask()
        assert len(s.check()) == 1 and "row 600 cannot be read" in s.check()[0] and s.get(599)[0].shape == (256,)
        saved = s.repair(path.with_name("saved.mvdb"))
        assert saved.kept == 999 and list(saved.lost) == [600]

def test_a_closed_or_damaged_storage_shows_itself(three, path):
    three.fold()
    assert "3 vectors" in three._repr_markdown_()
    flip(path/"vectors-0-0.f32", 5)
    assert repr(three) == three._repr_markdown_() == "DurableStorage(s.mvdb: 3 vectors of 3 dimensions, model model-m)"
    three.close()
    assert repr(three) == three._repr_markdown_() == "DurableStorage(s.mvdb, closed)"

# --- what appears whole, and what must not stay --------------------------------------------------------------------

def test_a_damaged_storage_is_not_backed_up_over_a_good_one(three, path, tmp_path):
    three.fold(); flip(path/"vectors-0-0.f32", 14)
    with pytest.raises(DamageError, match="vectors-0-0.f32: row 1 .*no backup"): three.backup(tmp_path/"b.mvdb")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.mvdb"]
    assert "row 1 " in check_folder(three.backup(tmp_path/"b.mvdb", verify=False))[0]

@pytest.mark.parametrize("name, k", [("mkdir", 0), ("mkdir", 1), ("create", 0), ("write", 0), ("fdatasync", 0), ("fdatasync", 1), ("fsync_dir", 0), ("rename", 0)])
def test_a_backup_that_fails_leaves_nothing_and_the_storage_goes_on(three, tmp_path, monkeypatch, name, k):
    three.fold()
    monkeypatch.setattr(disk, name, fail_after(getattr(disk, name), k))
    with pytest.raises(WriteError, match="b.mvdb: was not made.*space"): three.backup(tmp_path/"b.mvdb")
    monkeypatch.undo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.mvdb"] and three.add([1, 1, 1]) == 3
    three.backup(tmp_path/"b.mvdb")
    assert check_folder(tmp_path/"b.mvdb") == []

def test_what_a_killed_backup_left_goes_with_the_next_one_and_a_running_one_stays(three, tmp_path):
    from minivecdb.durable.care import appearing
    dead = tmp_path/".b.mvdb.00000000.part"; (dead/"b.mvdb").mkdir(parents=True); (dead/"b.mvdb"/"meta.sqlite").write_bytes(b"half")
    with appearing(tmp_path/"b.mvdb") as mine:
        assert not dead.exists()
        with pytest.raises(WriteError):
            with appearing(tmp_path/"b.mvdb") as yours: assert mine.exists() and mine != yours; raise OSError(5, "gone")
        assert mine.exists()
    assert (tmp_path/"b.mvdb").is_dir() and not list(tmp_path.glob(".*"))

@pytest.mark.parametrize("kind", [".json", ".jsonl", ".parquet"])
def test_an_export_that_fails_leaves_the_old_file(three, tmp_path, monkeypatch, kind):
    if kind == ".parquet": pytest.importorskip("pyarrow")
    three.export(tmp_path/f"x{kind}")
    before = (tmp_path/f"x{kind}").read_bytes()
    three.add([1, 1, 1])
    def full(*args): raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", full); monkeypatch.setattr(disk, "fdatasync", full)
    with pytest.raises(WriteError, match=f"x{kind}: was not written.*space"): three.export(tmp_path/f"x{kind}")
    monkeypatch.undo()
    assert (tmp_path/f"x{kind}").read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["s.mvdb", f"x{kind}"]
    with pytest.raises(FileNotFoundError): three.export(tmp_path/"none"/f"x{kind}")

def test_compaction_removes_a_kept_index_that_holds_what_was_deleted(path):
    x = RNG.standard_normal((300, 16), np.float32)
    def secret(): return [p.name for p in path.iterdir() if x[123].tobytes() in p.read_bytes()]
    with VectorStorage.open(path, 16) as s:
        s.add_bulk(x)
        IVFIndex(s).build().save()
        assert "index-300.ivf" in secret()
        s.add_bulk(x[:5] + 1); s.compact()
        assert "index-300.ivf" in secret()          # only adds: nothing in it that is gone
        s.delete(123); s.compact()
        assert secret() == [] and reopened(s).search(x[123], 1)[0].id != 123

@pytest.mark.parametrize("codec", ["flat", "rabitq4"])
def test_compaction_keeps_the_settings_of_a_kept_index(path, codec):
    x = RNG.standard_normal((2_000, 16), np.float32)
    def settings(i): return i.nprobe, i.codec, i.rescore, i.n_clusters, i.seed, i.spill, i.metric.name, i.upkeep
    with VectorStorage.open(path, 16) as s:
        s.add_bulk(x)
        given = dict(nprobe=9, codec=codec, rescore=30, n_clusters=40, seed=3, spill=1., metric="euclidean")
        index = IVFIndex(s, **given).build(); index.save()
        s.delete_bulk(range(100)); s.update(500, x[0]); s.compact()
        again = reopened(s)
        assert settings(again) == settings(index) and len(again.ivf) == 1_900 and again.ivf.coarse.rows.shape == (40, 16)
        assert [h.id for h in again.search(x[0], 1)] == [500] and again._seen == s.changes

def test_an_interrupt_while_compaction_builds_the_index_loses_no_setting(path, monkeypatch):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(RNG.standard_normal((300, 4))); IVFIndex(s, nprobe=9).build().save(); s.delete(7)
        def stop(self): raise KeyboardInterrupt
        with monkeypatch.context() as m, pytest.raises(KeyboardInterrupt):
            m.setattr(IVFIndex, "build", stop); s.compact()
        assert reopened(s).nprobe == 9 and s.check() == []
        s.compact(); assert reopened(s).nprobe == 9

def test_compaction_tells_of_an_index_that_it_cannot_build_again(path):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.eye(4)); kept = IVFIndex(s, nprobe=9).build().save(); s.delete(0)
        kept.write_bytes(kept.read_bytes()[:-9])
        with pytest.warns(IndexFileWarning, match="index-4.ivf.*compact removes it, and its settings"): s.compact()
        assert not kept.exists() and s.check() == []

def test_an_index_that_the_log_no_longer_reaches_is_built_with_its_settings(path):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.eye(4)); IVFIndex(s, nprobe=9, n_clusters=2).build().save()
        while s.changes_since(4) is not None:
            s.add_bulk(np.ones((3000, 4))); s.delete(where={"x": {"$exists": False}})
        s.add([1, 0, 0, 0])
        index = reopened(s, "no longer reaches back")
        assert (index.nprobe, index.n_clusters, len(index.ivf)) == (9, 2, 1)

def test_an_unfinished_index_file_is_removed_by_the_next_writer(three, path):
    three.close()
    (path/".index-3.ivf.0a1b2c3d.tmp").write_bytes(b"half"); (path/".mine.tmp").write_bytes(b"mine")
    VectorStorage.open(path).close()
    assert [p.name for p in path.iterdir() if p.name.startswith(".")] == [".mine.tmp"]

def test_a_parquet_file_of_one_row_group_is_read_in_bounded_memory(path, tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    x = RNG.standard_normal((60_000, 768), np.float32)
    pq.write_table(pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), 768)}), tmp_path/"x.parquet", row_group_size=1_000_000, use_dictionary=False, compression="none")
    code = """
import pyarrow.parquet
def peak(): return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM")) / 1024
s = VectorStorage.open(sys.argv[1], 768); s.add(np.ones(768))
before = peak(); n = len(s.add_bulk(sys.argv[2]))
print(n, int(peak() - before))
"""
    if not os.path.exists("/proc/self/status"): pytest.skip("no /proc here")
    n, grown = map(int, in_process(code, path, tmp_path/"x.parquet").communicate()[0].split())
    assert n == 60_000 and grown < 160    # MB; the vectors are 184, and twice that was held once

# ---- logs of large changes, copies that went their own way

@pytest.mark.parametrize("kept", [60, 1, 0])
def test_a_large_delete_leaves_a_sound_storage(path, kept):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.eye(4)[np.arange(12_000) % 4], [{"g": i % 12_000} for i in range(12_000)])
        index = IVFIndex(s).build(); index.save()
        s.delete(where={"g": {"$gte": kept}})
        assert len(s) == kept == s.count({"g": {"$gte": 0}}) and s.check() == []
        assert len(index.search([1, 0, 0, 0], k=100)) == min(100, kept)
    for mode in ("r", "rw"):
        with VectorStorage.open(path, mode=mode) as s, warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(IVFIndex.open(s).search([1, 0, 0, 0], k=100)) == kept
            assert s.changes_since(s.changes - 1) is not None

@pytest.mark.parametrize("codec", ["flat", "int8"])
def test_an_index_of_a_copy_that_went_its_own_way_is_not_adopted(tmp_path, codec):
    "Also after the storage has gone on, when the checksum of its present rows says nothing about those of then."
    rng = np.random.default_rng(0)
    a = VectorStorage.open(tmp_path/"a.mvdb", 4); a.add_bulk(rng.random((50, 4)))
    a.backup(tmp_path/"b.mvdb"); b = VectorStorage.open(tmp_path/"b.mvdb")
    a.add([1, 2, 3, 4]); b.add([4, 3, 2, 1.5])
    shutil.copy(IVFIndex(a, codec=codec).build().save(), b.path)
    b.add([0, 0, 0, 1])
    with pytest.warns(IndexFileWarning, match="another copy"): index = IVFIndex.open(b, codec=codec)
    assert index.search([4, 3, 2, 1.5], 1)[0].id == 50
    a.close(); b.close()

def test_an_index_chosen_by_itself_is_adopted(path):
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.random.default_rng(0).random((300, 4)))
        IVFIndex(s, codec="auto").build().save()
        s.add([1, 2, 3, 4])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert IVFIndex.open(s, codec="auto").search([1, 2, 3, 4], 1)[0].id == 300

def test_an_index_that_is_saved_while_it_is_opened(three, path, monkeypatch):
    "The file that was listed is gone: the one in its place is taken."
    from minivecdb.durable import index as durable
    index = IVFIndex(three).build(); index.save()
    load = durable.IVF.load
    def late(file, **options):
        if index is not None and file.exists() and not late.done:
            late.done = True
            three.add([9, 9, 9]); index.save()
        return load(file, **options)
    late.done = False
    monkeypatch.setattr(durable.IVF, "load", late)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert IVFIndex.open(three).search([9, 9, 9], 1)[0].id == three.next_id - 1

def test_a_vector_that_goes_while_it_is_measured_again():
    x = np.random.default_rng(0).standard_normal((500, 8))
    s = VectorStorage(8); s.add_bulk(x)
    index = IVFIndex(s, codec="int8", rescore=20).build()
    catch_up, gone = index.catch_up, iter([0, 1])
    def then_delete():
        catch_up()
        for i in gone: s.delete(i); break
    index.catch_up = then_delete
    assert 0 not in {h.id for h in index.search(x[0], 3)}
