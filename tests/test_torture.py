"The torture harness tried on small things first, then short runs of it on the durable storage: `make torture` runs it long."
import json, random, subprocess, sys
import pytest
from torture import recorder
from torture.powercut import Disk, folder_image, write_image
from torture.recorder import Call, read_log
from torture.subjects import MUTANTS

needs_witness = pytest.mark.skipif(recorder.why_not() is not None, reason=recorder.why_not() or "")

def work(what, **order):
    "Run a part of the harness in a process of its own; what it found."
    p = recorder.work(what, **order)
    out, err = p.communicate(timeout=600)
    assert p.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])

def call(op, path="", *, offset=0, data=b"", inode=1, other="", is_dir=False, error=0): return Call(op, is_dir, error, inode, offset, path, other, data)

def images(calls, n=300):
    "Every state a cut may leave after these calls."
    disk, rng = Disk(), random.Random(0)
    for c in calls: disk.apply(c, rng)
    return [disk.image(rng, *rng.choice([(f, g) for f in ("none", "all", "each", "sectors") for g in ("none", "all", "some", "first")])) for _ in range(n)]

# --- the model of a disk ----------------------------------------------------------------------------------

NEW = [call("C", "a"), call("S", "", is_dir=True)]

def test_what_was_synced_is_there_whatever_happens():
    calls = [*NEW, call("W", "a", data=b"x" * 3000), call("S", "a"), call("W", "a", offset=3000, data=b"y" * 3000)]
    assert all(i["a"][:3000] == b"x" * 3000 for i in images(calls))

def test_unsynced_sectors_are_torn_and_sizes_are_old_new_or_between():
    found = images([*NEW, call("W", "a", data=b"x" * 2048), call("W", "a", offset=2048, data=b"y" * 512)])
    sizes, sectors = {len(i["a"]) for i in found}, {i["a"][s * 512:s * 512 + 1] for i in found for s in range(4)}
    assert sizes == {0, 2048, 2560} and {b"x", b"\0"} <= sectors
    assert any(i["a"][:512].strip(b"x") and i["a"][512:1024] == b"x" * 512 for i in found)       # a later sector without an earlier one

def test_a_sector_holds_one_of_its_versions_never_a_later_write_without_the_earlier():
    calls = [*NEW, call("W", "a", data=b"0" * 512), call("S", "a"), call("W", "a", data=b"1" * 100), call("W", "a", offset=200, data=b"2" * 100)]
    assert {i["a"][:1] + i["a"][200:201] for i in images(calls)} == {b"00", b"10", b"12"}

def test_names_survive_only_where_their_folder_was_synced():
    found = images([call("C", "a"), call("W", "a", data=b"x"), call("S", "a")])
    assert {tuple(i) for i in found} == {(), ("a",)}
    assert all(i["a"] == b"x" for i in found if i)
    found = images([*NEW, call("W", "a", data=b"x"), call("S", "a"), call("R", "a", other="b"), call("C", "c", inode=2)])
    assert {tuple(i) for i in found} == {("a",), ("b",), ("a", "c"), ("b", "c")}                  # a renaming is whole
    assert {tuple(i) for i in images([*NEW, call("U", "a")])} == {(), ("a",)}
    assert {tuple(i) for i in images([*NEW, call("U", "a"), call("S", "", is_dir=True)])} == {()}

def test_a_truncation_that_was_not_synced_may_not_have_happened():
    calls = [*NEW, call("W", "a", data=b"x" * 1000), call("S", "a"), call("T", "a", offset=0), call("W", "a", data=b"y" * 10)]
    assert {len(i["a"]) for i in images(calls)} == {0, 10, 1000}

def test_a_failed_sync_leaves_its_writes_in_doubt_also_after_a_good_one():
    calls = [*NEW, call("W", "a", data=b"x" * 512), call("S", "a", error=5), call("W", "a", offset=512, data=b"y" * 512), call("S", "a")]
    found = set()
    for seed in range(50):
        disk, rng = Disk(), random.Random(seed)
        for c in calls: disk.apply(c, rng)
        found.add(disk.image(rng, "all", "all")["a"][:1])
    assert b"x" in found and b"\0" in found

def test_folders_and_their_contents_move_together(tmp_path):
    calls = [call("D", "d", inode=5, is_dir=True), call("C", "d/a", inode=6), call("W", "d/a", data=b"x", inode=6), call("R", "d", other="e", inode=5, is_dir=True)]
    disk = Disk()
    for c in calls: disk.apply(c, random.Random(0))
    assert disk.seen() == {"e": None, "e/a": b"x"}
    write_image(disk.seen(), tmp_path/"copy")
    assert folder_image(tmp_path/"copy") == disk.seen() == Disk(tmp_path/"copy").seen()

# --- the recorder -------------------------------------------------------------------------------------------

SCRIPT = '''
import os, sqlite3, shutil, sys
from pathlib import Path
import numpy as np
from torture.recorder import Witness
home = Path(sys.argv[1]); live = home/"live"; live.mkdir()
(live/"old").write_bytes(b"there before")
w = Witness(); w.begin(live, home/"log")
fd = os.open(live/"a", os.O_CREAT | os.O_RDWR)
os.write(fd, b"hello "); os.write(fd, b"world"); os.pwrite(fd, b"J", 0); os.pwritev(fd, [b"x" * 10, b"y" * 5000], 20)
os.ftruncate(fd, 4000); os.posix_fallocate(fd, 0, 6000); os.fdatasync(fd); os.close(fd)
with open(live/"a", "ab") as f: f.write(b"appended"); f.flush(); os.fsync(f.fileno())
(live/"d").mkdir(); (live/"d"/"t").write_text("text"); os.rename(live/"d"/"t", live/"d"/"u"); os.replace(live/"d"/"u", live/"a2")
os.link(live/"a", live/"linked"); os.truncate(live/"linked", 100); os.unlink(live/"old"); shutil.copyfile(live/"a", live/"copy")
os.chdir(live); Path("relative").write_bytes(b"r"); os.rmdir("d")
with open("a", "wb") as f: np.arange(4, dtype=np.float32).tofile(f) if sys.argv[2] == "stdio" else f.write(b"again")
db = sqlite3.connect(live/"x.db"); db.execute("pragma journal_mode=wal"); db.execute("create table t(x)"); w.mark(b"word")
db.execute("insert into t values (1)"); db.commit(); db.close()
w.end(); (live/"after").write_bytes(b"not seen")
'''

def under_witness(tmp_path, *args):
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), *args], env=recorder.environment(), capture_output=True, text=True, cwd=recorder.ROOT)
    assert done.returncode == 0, done.stderr
    calls, disk = read_log(tmp_path/"log", tmp_path/"live"), Disk()
    disk.apply(call("C", "old", inode=-1), random)
    disk.objects[disk.now["old"]].write(0, b"there before")
    for c in calls: disk.apply(c, random.Random(0))
    real = folder_image(tmp_path/"live")
    assert real.pop("after") == b"not seen"
    return calls, {p: d for p, d in disk.seen().items() if not p.endswith("-shm")}, real

@needs_witness
def test_the_recorder_sees_every_byte_of_python_and_of_sqlite(tmp_path):
    calls, seen, real = under_witness(tmp_path, "plain")
    assert seen == real
    assert {"C", "W", "T", "S", "R", "U", "L", "D", "X", "M"} <= {c.op for c in calls}
    word = next(i for i, c in enumerate(calls) if c.op == "M")
    after = [c for c in calls[word:] if c.path == "x.db-wal"]
    assert [c.op for c in after if c.op == "S"] and calls[word].data == b"word"

@needs_witness
def test_a_write_past_the_recorder_is_noticed(tmp_path):
    "numpy's tofile writes through C's own buffers, which a preloaded library cannot see; comparing the folder with the log shows it."
    _, seen, real = under_witness(tmp_path, "stdio")
    assert seen != real

# --- the whole of it, on the toy ---------------------------------------------------------------------------------

@needs_witness
def test_an_honest_store_loses_nothing_in_a_power_cut():
    found = work("power.power", subject="toy", seeds=[0, 1], states=400)
    assert found["failures"] == [] and found["states"] >= 400 and found["counts"]["second cuts"] > 0

@needs_witness
@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_mutant_of_the_honest_store_is_caught(mutant):
    assert work("power.power", subject="toy", seeds=[0, 1, 2], states=1500, mutant=mutant)["failures"]
