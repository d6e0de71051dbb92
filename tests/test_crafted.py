"Files that somebody made by hand, and files of the wrong kind: what reads them refuses, in words of its own."
import contextlib, json, os, struct, subprocess, sys, zlib
from datetime import date, datetime
from pathlib import Path
import numpy as np
import pytest
from minivecdb import FilterError, FlatIndex, IVF, IVFIndex, VectorStorage, distance_matrix
from minivecdb import make_codec, set_num_threads
from minivecdb.durable import repair_folder
from minivecdb.gen_embeddings import CacheWarning, EmbeddingCache
from minivecdb.core.files import ReadError, new_file, open_to_read, read_text_bytes
from minivecdb.kmeans import kmeans
from minivecdb.storage.text_tables import read_rows
from minivecdb.core.errors import FileFormatError, MinivecdbError, VectorError
from torture.crafted import put_together, taken_apart

X = np.random.default_rng(0).standard_normal((400, 8)).astype(np.float32)
CODECS = ("flat", "bf16", "int8", "int8-dimension", "rabitq", "rabitq2", "pq4x8", "pca4")

def saved(path, codec="flat", spill=None):
    "An index file, taken apart."
    index = IVF(8, 8, "cosine", codec, spill=spill)
    index.train(X); index.add(X, ids=np.random.default_rng(1).permutation(400)); index.save(path)
    return taken_apart(path.read_bytes())

def ways(path):
    "Every way to open a file, and to look at all of it."
    for mmap in (True, False, "pread"):
        for verify in (None, True, False): yield lambda: IVF.load(path, mmap=mmap, verify=verify).search(X, 3, nprobe=8)

# --- index files ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("codec", CODECS)
def test_sizes_that_add_up_only_modulo_2_to_the_64_are_refused(tmp_path, codec):
    version, head, arrays = saved(tmp_path/"a.ivf", codec)
    arrays["sizes"][:] = [2**63 - 1, 2**63 - 1, 402, 0, 0, 0, 0, 0]
    assert arrays["sizes"].sum() == 400
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    for way in ways(tmp_path/"a.ivf"):
        with pytest.raises(FileFormatError, match="18446744073709552016"): way()

def test_sizes_of_copies_that_wrap_are_refused(tmp_path):
    version, head, arrays = saved(tmp_path/"a.ivf", spill=1)
    arrays["copies.sizes"][:] = [2**63 - 1, 2**63 - 1, len(arrays["copies.ids"]) + 2, 0, 0, 0, 0, 0]
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    with pytest.raises(FileFormatError, match="lists of copies hold"): IVF.load(tmp_path/"a.ivf")

@pytest.mark.parametrize("wrong, told", [({7: -1}, "ids from -1"), ({7: 2**62}, "4611686018427387904"), ({7: 400}, "to 400"), ({7: "the next"}, "comes twice"), ({"all": 5}, "comes twice")])
@pytest.mark.parametrize("codec", ["flat", "rabitq2"])
def test_ids_negative_repeated_and_huge_are_refused(tmp_path, codec, wrong, told):
    version, head, arrays = saved(tmp_path/"a.ivf", codec)
    for at, value in wrong.items():
        if at == "all": arrays["ids"][:] = value
        else: arrays["ids"][at] = arrays["ids"][-1] if value == "the next" else value
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    for way in ways(tmp_path/"a.ivf"):
        with pytest.raises(FileFormatError, match=told): way()

def test_ids_with_wide_gaps_are_compared_once_all_lists_were_read(tmp_path):
    version, head, arrays = saved(tmp_path/"a.ivf")
    arrays.pop("order"); arrays["ids"] *= 10**15; head["next_id"] = 10**18
    (tmp_path/"good.ivf").write_bytes(put_together(version, head, dict(arrays)))
    assert IVF.load(tmp_path/"good.ivf").search(X, 3, nprobe=8)[1].max() >= 10**15
    arrays["ids"][0] = arrays["ids"][-1]
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    for way in ways(tmp_path/"a.ivf"):
        with pytest.raises(FileFormatError, match="comes twice"): way()

def test_an_order_of_other_ids_is_refused_also_when_all_lists_were_read(tmp_path):
    version, head, arrays = saved(tmp_path/"a.ivf")
    arrays["order"][3] = 10**9
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    index = IVF.load(tmp_path/"a.ivf")
    index.search(X, 3, nprobe=8)
    with pytest.raises(FileFormatError, match="order of insertion"): index.search(X, 3, mask=np.ones(400, bool))
    with pytest.raises(FileFormatError, match="order of insertion"): index.add(X[:1])

@pytest.mark.parametrize("codec, at", [("flat", 3), ("bf16", 3), ("int8", -1), ("rabitq", 11), ("rabitq2", 9)])
def test_codes_that_stand_for_no_numbers_are_refused(tmp_path, codec, at):
    version, head, arrays = saved(tmp_path/"a.ivf", codec)
    if codec == "flat": arrays["codes"][5, at] = np.nan
    elif codec == "bf16": arrays["codes"][5, at] = 0x7f80
    elif codec == "int8": arrays["codes"][5, -4:] = np.float32([np.inf]).view(np.uint8)
    else: arrays["codes"][0, 64 * 3 + 256:][:4] = np.float32([np.nan]).view(np.uint8)   # an offset, the second word behind three planes
    (tmp_path/"a.ivf").write_bytes(put_together(version, head, arrays))
    for way in ways(tmp_path/"a.ivf"):
        with pytest.raises(FileFormatError, match="finite"): way()

@pytest.mark.parametrize("field", [{"dimension": True}, {"dimension": 2**40}, {"next_id": 10**40}, {"next_id": -1}, {"codec": {"codec": "pca8-" * 500 + "flat"}}, {"codec": []}, {"span": [None, 1]}, {"note": "text"}, {"upkeep": [1e999, 2]}, {"metric": 7}, {"spill": -1}])
def test_fields_that_cannot_be_are_refused(tmp_path, field):
    version, head, arrays = saved(tmp_path/"a.ivf")
    (tmp_path/"a.ivf").write_bytes(put_together(version, head | field, arrays))
    with pytest.raises(FileFormatError): IVF.load(tmp_path/"a.ivf")

def test_shapes_whose_product_wraps_and_headers_without_end_are_refused(tmp_path):
    version, head, arrays = saved(tmp_path/"a.ivf")
    def wrap(entries): entries[-1]["shape"] = [2**33, 2**33]
    (tmp_path/"b.ivf").write_bytes(put_together(version, head, dict(arrays), wrap))
    with pytest.raises(FileFormatError, match="truncated"): IVF.load(tmp_path/"b.ivf")
    (tmp_path/"c.ivf").write_bytes(put_together(version, head, dict(arrays), raw_head=lambda text: "[" * 100_000))
    with pytest.raises(FileFormatError, match="not JSON"): IVF.load(tmp_path/"c.ivf")
    (tmp_path/"d.ivf").write_bytes(b"minivIVF" + struct.pack("<III", version, 2**31, 0)); os.truncate(tmp_path/"d.ivf", 2**33)
    with pytest.raises(FileFormatError, match="at most"): IVF.load(tmp_path/"d.ivf")
    with pytest.raises(ValueError, match="shorter note"): IVF.load(tmp_path/"a.ivf").save(tmp_path/"e.ivf", {"text": "x" * (5 << 20)})

def test_statistics_of_projections():
    index = IVF(8, 8, "cosine", "pca4"); index.train(X); index.add(X)
    assert 0 < index.get_stats()["quantization_error"] < 1

# --- what is no file ---------------------------------------------------------------------------------------------------

READERS = {"s.json": VectorStorage.load, "i.ivf": IVF.load, "f.index": IVF.from_faiss, "t.npy": lambda p: VectorStorage(4).add_bulk(p), "t.jsonl": lambda p: VectorStorage(4).add_bulk(p), "t.parquet": lambda p: VectorStorage(4).add_bulk(p), "t.csv": read_rows}

@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["pipe", "folder", "endless", "itself", "sparse"])
def test_what_is_no_file_is_refused(tmp_path, name, kind):
    "None waits, none reads without end, and each says so."
    path = tmp_path/name
    {"pipe": lambda: os.mkfifo(path), "folder": path.mkdir, "endless": lambda: path.symlink_to("/dev/zero"), "itself": lambda: path.symlink_to(name), "sparse": lambda: (path.write_bytes(b""), os.truncate(path, 1 << 40))}[kind]()
    with pytest.raises(MinivecdbError) as e: READERS[name](path)
    assert "not a regular file" in str(e.value) or kind == "sparse"

def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path/"a").write_text("text"); (tmp_path/"b").symlink_to("a")
    assert open_to_read(tmp_path/"b").read() == read_text_bytes(tmp_path/"b") == b"text"

def test_no_descriptors_left_says_so(tmp_path):
    import resource
    VectorStorage(2).save(tmp_path/"s.json")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 30, hard))
    held = []
    try:
        with pytest.raises(OSError):
            while True: held.append(os.open("/dev/null", os.O_RDONLY))
        with pytest.raises(ReadError, match="descriptors.*ulimit"): VectorStorage.load(tmp_path/"s.json")
    finally:
        for fd in held: os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

# --- caches --------------------------------------------------------------------------------------------------------------

def test_a_cache_is_not_made_in_the_database_of_another_program(tmp_path):
    with VectorStorage.open(tmp_path/"s.mvdb", 4) as s: s.add([1, 2, 3, 4])
    with pytest.warns(CacheWarning, match="another program"): EmbeddingCache(tmp_path/"s.mvdb"/"meta.sqlite").store([b"k" * 32], X[:1, :4])
    with VectorStorage.open(tmp_path/"s.mvdb", 4) as s: assert s.check() == [] and len(s) == 1

def test_rows_of_a_cache_are_vectors_of_finite_numbers(tmp_path):
    import sqlite3
    cache, key = EmbeddingCache(tmp_path/"c.sqlite"), b"k" * 32
    cache.store([key], X[:1])
    for dimension, vector in ((None, X[0].tobytes()), ("x", X[0].tobytes()), (1, np.float32([np.nan]).tobytes()), (2, np.float32([np.inf, 1]).tobytes())):
        with sqlite3.connect(tmp_path/"c.sqlite") as db: db.execute("UPDATE embeddings SET dimension = ?, vector = ?, checksum = ?", (dimension, vector, zlib.crc32(vector, zlib.crc32(key))))
        db.close()
        with pytest.warns(CacheWarning, match="damaged"): assert cache.find([key]) == {}

# --- identity --------------------------------------------------------------------------------------------------------------

def filled(path, value, who):
    "A storage with rows in a segment and one of a small write."
    with VectorStorage.open(path, dimension=16) as s:
        s.add_bulk(np.full((9000, 16), value), [{"who": who}] * 9000); s.add(np.full(16, value), {"who": who})
    return path

def refused(path, told):
    for mode in ("r", "rw"):
        with pytest.raises(MinivecdbError, match=told): VectorStorage.open(path, mode=mode)

@pytest.mark.parametrize("name", ["meta.sqlite", "LOCK"])
def test_files_of_another_storage_are_refused(tmp_path, name):
    a, b = filled(tmp_path/"a", 1., "a"), filled(tmp_path/"b", 2., "b")
    (a/name).write_bytes((b/name).read_bytes())
    refused(a, "files of two storages were mixed"); refused(a, "files of two storages were mixed")   # the first refusal changes nothing
    (a/"LOCK").unlink()   # the remedy that the error names
    with VectorStorage.open(a) as s:
        if name == "LOCK": assert s.get(0)[1] == s.get(9000)[1] == {"who": "a"}
        else:
            with pytest.raises(MinivecdbError): s.get(0)

def test_an_older_main_file_under_a_newer_log_is_refused(tmp_path):
    import shutil
    path = filled(tmp_path/"a", 1., "old")
    older = (path/"meta.sqlite").read_bytes()
    with VectorStorage.open(path) as s: s.update(3, metadata={"who": "new"})   # closing moves this into the main file
    s = VectorStorage.open(path); s.update(4, metadata={"who": "newer"})          # and this stays in the log
    shutil.copytree(path, tmp_path/"b"); s.close()
    with VectorStorage.open(tmp_path/"b", mode="r") as s: assert [s.get(i)[1]["who"] for i in (3, 4)] == ["new", "newer"]
    (tmp_path/"b"/"meta.sqlite").write_bytes(older)
    for shm in (True, False):
        if not shm: (tmp_path/"b"/"meta.sqlite-shm").unlink(missing_ok=True)
        refused(tmp_path/"b", "older copy")

@pytest.mark.parametrize("mode", ["r", "rw"])
@pytest.mark.parametrize("looked", [True, False])
def test_a_folder_that_was_replaced_under_an_open_handle_is_noticed(tmp_path, mode, looked):
    path = filled(tmp_path/"a", 1., "old")
    s = VectorStorage.open(path, mode=mode)
    if looked: s.get(3)
    os.rename(path, tmp_path/"away")
    for call in (lambda: s.get(1), lambda: len(s), s.to_arrays, lambda: s.count({"who": "old"})):
        with pytest.raises(MinivecdbError, match="moved away or removed") as e: call()
        assert "backup" not in str(e.value)
    filled(path, 2., "new")
    with pytest.raises(MinivecdbError, match="another folder has this name"): s.get(1)
    if mode == "rw":
        with pytest.raises(MinivecdbError): s.add(np.ones(16))
    s.close()
    for folder, who in ((path, "new"), (tmp_path/"away", "old")):
        with VectorStorage.open(folder) as s: assert s.get(1)[1] == {"who": who} and s.check() == []

def test_an_index_of_another_storage_is_not_adopted(tmp_path):
    from minivecdb import IVFIndex
    from minivecdb.durable.index import IndexFileWarning
    made = []
    for name, value in (("a", 1.), ("b", 2.)):
        with VectorStorage.open(tmp_path/name, dimension=8) as s:
            s.add_bulk(X * value); made.append(IVFIndex(s, n_clusters=4, codec="rabitq2").build().save().read_bytes())
    file, = (tmp_path/"a").glob("index-*.ivf"); file.write_bytes(made[1])
    with VectorStorage.open(tmp_path/"a") as s:
        with pytest.warns(IndexFileWarning, match="belongs to storage"): IVFIndex.open(s, n_clusters=4, codec="rabitq2")

def test_an_old_folder_gets_an_identity_when_it_is_opened_for_writing(tmp_path):
    import shutil
    from pathlib import Path
    from minivecdb.durable.format import FORMAT
    shutil.copytree(Path(__file__).parent/"fixtures"/"durable"/"format-1.mvdb", tmp_path/"a")
    with VectorStorage.open(tmp_path/"a", mode="r") as s:
        with s._lock as snapshot: assert snapshot.head.storage == 0
    for _ in range(2):
        with VectorStorage.open(tmp_path/"a") as s: found = s._head.storage; assert found > 0
    line = (tmp_path/"a"/"LOCK").read_bytes()
    assert b"storage=%016x" % found in line
    with VectorStorage.open(tmp_path/"a", mode="r") as s:
        with s._lock as snapshot: assert snapshot.head.storage == found and snapshot.reader.format == FORMAT

def test_a_backup_and_its_storage_have_one_identity_and_a_repaired_copy_its_own(tmp_path):
    path = filled(tmp_path/"a", 1., "a")
    with VectorStorage.open(path) as s:
        s.backup(tmp_path/"b"); s.repair(tmp_path/"c"); mine = s._head.storage
    with VectorStorage.open(tmp_path/"b") as s: assert s._head.storage == mine
    with VectorStorage.open(tmp_path/"c") as s: assert s._head.storage not in (0, mine)

# --- what is said when the storage is well ------------------------------------------------------------------------------------

def test_no_descriptors_left_is_not_taken_for_damage(tmp_path):
    "Whatever call meets it, the error names the cause; and the storage is well afterwards."
    import resource, subprocess, sys
    filled(tmp_path/"a", 1., "a")
    code = """
import os, resource, sys
from minivecdb import VectorStorage
from minivecdb.core import MinivecdbError
path = sys.argv[1]
warm = VectorStorage.open(path, mode='r'); warm.get(1); warm.close()
for spare in range(0, 7):
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    held = []
    try:
        while True: held.append(os.open('/dev/null', os.O_RDONLY))
    except OSError: pass
    for _ in range(spare): os.close(held.pop())
    for mode in ('r', 'rw'):
        try:
            with VectorStorage.open(path, mode=mode, timeout=0) as s: s.get(1); s.get_all(); mode == 'r' or s.add([1] * 16)
        except MinivecdbError as e:
            assert 'descriptors' in str(e) and 'backup' not in str(e), (spare, mode, repr(e))
    for fd in held: os.close(fd)
with VectorStorage.open(path) as s: assert s.check() == []
print('well')
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path/"a")], capture_output=True, text=True, timeout=120)
    assert done.stdout == "well\n", done.stderr[-1500:]

def test_a_path_with_two_slashes_opens(tmp_path):
    with VectorStorage.open(f"/{tmp_path}/a", 4) as s: s.add([1, 2, 3, 4])
    for mode in ("r", "rw"):
        with VectorStorage.open(f"/{tmp_path}/a", mode=mode) as s: assert len(s) == 1 and s.check() == []

@pytest.mark.parametrize("left", [["LOCK"], ["LOCK", "meta.sqlite"], []])
def test_a_creation_that_was_killed_early_says_so(tmp_path, left):
    (tmp_path/"a").mkdir()
    for name in left: (tmp_path/"a"/name).touch()
    for mode in ("r", "rw"):
        with pytest.raises(FileNotFoundError) as e: VectorStorage.open(tmp_path/"a", mode=mode, timeout=0)
        assert "backup" not in str(e.value)
    with VectorStorage.open(tmp_path/"a", 4) as s: s.add([1, 2, 3, 4])
    with VectorStorage.open(tmp_path/"a", mode="r") as s: assert len(s) == 1

@pytest.mark.parametrize("name", ["meta.sqlite", "LOCK", "vectors-0-0.f32", "meta.sqlite-wal", "index-9000.ivf"])
def test_nothing_is_saved_over_the_files_of_a_storage(tmp_path, name):
    path = filled(tmp_path/"a", 1., "a")
    index = IVF(8, 8); index.train(X); index.add(X)
    before = {p.name: p.read_bytes() for p in path.iterdir()}
    with VectorStorage.open(path, mode="r") as s:
        for save in (s.save, VectorStorage(2).save, index.save, index.to_faiss):
            with pytest.raises(FileFormatError, match="of the storage in"): save(path/name)
    assert {p.name: p.read_bytes() for p in path.iterdir()} == before
    index.save(path/"mine.ivf"); index.save(tmp_path/name)

def test_what_a_killed_backup_left_goes_at_the_next_opening(tmp_path):
    path = filled(tmp_path/"a", 1., "a")
    ours, theirs = tmp_path/".a.0123abcd.part", [tmp_path/".a.mine.part", tmp_path/".b.0123abcd.part"]
    for p in (ours, *theirs): (p/"a").mkdir(parents=True)
    with VectorStorage.open(path, mode="r"): assert ours.exists()
    VectorStorage.open(path).close()
    assert not ours.exists() and all(p.exists() for p in theirs)

def test_new_files_are_not_executable(tmp_path):
    path = filled(tmp_path/"a", 1., "a")
    assert all(p.stat().st_mode & 0o111 == 0 for p in path.iterdir())

def test_a_log_of_a_terabyte_is_not_copied(tmp_path):
    path = filled(tmp_path/"a", 1., "a")
    (path/"meta.sqlite-wal").write_bytes(b""); os.truncate(path/"meta.sqlite-wal", 1 << 43)
    with pytest.raises(ReadError, match="to be copied"): VectorStorage.open(path, mode="r")

def test_a_disk_too_full_for_the_checkpoint_still_opens(tmp_path, monkeypatch):
    import shutil, sqlite3
    from minivecdb.durable import segments
    path = filled(tmp_path/"a", 1., "a")
    s = VectorStorage.open(path); s.update(4, metadata={"who": "newer"}); shutil.copytree(path, tmp_path/"b"); s.close()
    real = segments.Disk.execute
    def full(self, con, sql, args=()):
        if "wal_checkpoint" in sql: raise sqlite3.OperationalError("database or disk is full")
        return real(self, con, sql, args)
    with monkeypatch.context() as m:
        m.setattr(segments.Disk, "execute", full)
        with VectorStorage.open(tmp_path/"b", timeout=0) as s: assert s.get(4)[1] == {"who": "newer"} and s.delete(5) and len(s) == 9000
    with VectorStorage.open(tmp_path/"b") as s: assert len(s) == 9000 and s.check() == []

def test_what_a_killed_export_left_goes_at_the_next_opening_for_writing(tmp_path):
    path = filled(tmp_path/"a", 1., "a")
    dies = "import os, sys\nfrom minivecdb.durable import DurableStorage\nreal = DurableStorage._blocks\ndef cut(*a):\n    yield from real(*a)\n    os.kill(os.getpid(), 9)\nDurableStorage._blocks = cut\nwith DurableStorage(sys.argv[1], mode='r') as s: s.export(sys.argv[2])"
    for suffix in ("json", "jsonl", "parquet"): subprocess.run([sys.executable, "-c", dies, path, tmp_path/f"x.{suffix}"])
    left = list(tmp_path.glob(".*.tmp"))
    assert len(left) == 3 and not list(tmp_path.glob("x.*"))
    theirs = [tmp_path/".x.json.mine.tmp", tmp_path/".x.json.0123abcd.tmp", tmp_path/".x.toml.0123abcd.tmp"]
    for p in theirs: p.write_text("[1]")
    with new_file(tmp_path/".y.json.0123abcd.tmp") as used:   # somebody is writing it
        VectorStorage.open(path, mode="r").close()
        assert all(p.exists() for p in left)
        VectorStorage.open(path).close()
        assert not any(p.exists() for p in left) and all(p.exists() for p in [*theirs, Path(used.name)])

@pytest.mark.parametrize("mode", [0o700, 0o750, 0o770])
def test_the_folder_decides_who_may_read_its_files(tmp_path, mode):
    path = tmp_path/"s.mvdb"
    path.mkdir(); path.chmod(mode)   # whatever the umask
    with VectorStorage.open(path, 4) as s:
        s.add_bulk(np.eye(4)); IVFIndex(s, n_clusters=2).build().save()
        s.backup(tmp_path/"b.mvdb"); s.repair(tmp_path/"r.mvdb"); s.compact()
        permissions = {f: {p.stat().st_mode & 0o777 for p in (tmp_path/f).iterdir()} for f in ("s.mvdb", "b.mvdb", "r.mvdb")}
    assert permissions == dict.fromkeys(permissions, {mode & 0o666}) and {(tmp_path/f).stat().st_mode & 0o777 for f in permissions} == {mode}

@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.parquet"])
def test_an_export_keeps_the_permissions_of_what_it_replaces(tmp_path, name):
    (tmp_path/name).touch(); (tmp_path/name).chmod(0o600)
    with VectorStorage.open(tmp_path/"s.mvdb", 4) as s: s.add_bulk(np.eye(4)); s.export(tmp_path/name)
    assert (tmp_path/name).stat().st_mode & 0o777 == 0o600 and (tmp_path/name).stat().st_size

HUGE = [2**70, -2**70, 10**400, 1e300, float("inf"), float("nan"), True, "x", [1], b"x", np.uint64(2**64 - 1), 1 + 2j, np.ones(2), None, datetime.max, date.min, range(2**62), "9" * 5000, "a\0b"]

def calls(s, index, x, path, n): # name -> a public call with the value n
    "Whatever takes a number, a vector, an id, a filter or a path."
    ivf = index.ivf
    return {
        "find": lambda: [s.find(limit=n), s.find(offset=n)], "order": lambda: s.find(order_by=n), "where": lambda: s.count({"a": n}), "above": lambda: s.find({"a": {"$gt": n}}), "in": lambda: s.find({"a": {"$in": [n]}}), "distinct": lambda: s.distinct(n),
        "get": lambda: s.get(n), "in storage": lambda: n in s, "delete": lambda: s.delete(n), "delete_bulk": lambda: s.delete_bulk([n]), "take": lambda: s.take([n]), "take many": lambda: s.take(np.atleast_1d(n)) if isinstance(n, (int, np.integer)) else None, "update": lambda: s.update(5, vector=n), "merge": lambda: s.update(5, merge=n),
        "add": lambda: s.add(n), "add numbers": lambda: s.add([n] * 4), "add metadata": lambda: s.add(x[0], {"z": n}), "add_bulk": lambda: s.add_bulk([[n] * 4]), "changes": lambda: s.changes_since(n),
        "k": lambda: index.search(x[0], n), "nprobe": lambda: index.search(x[0], 3, nprobe=n), "query": lambda: index.search([n] * 4, 3), "filter": lambda: index.search(x[0], 3, where={"a": n}), "rescore": lambda: IVFIndex(s, rescore=n).build(), "clusters": lambda: IVFIndex(s, n_clusters=n).build(),
        "ivf": lambda: ivf.search(x[:3], n), "radius": lambda: ivf.range_search(x[:3], n), "memory": lambda: IVF(4, 2, memory=n), "ids": lambda: ivf.add(x[:1], [n]), "remove": lambda: ivf.remove([n]), "flat": lambda: FlatIndex.from_storage(s).search(x[:2], n), "matrix": lambda: distance_matrix(n, x),
        "dimension": lambda: VectorStorage.open(path/"new.mvdb", n), "timeout": lambda: VectorStorage.open(path/"s.mvdb", timeout=n, mode="r").close(), "kmeans": lambda: kmeans(x, n), "codec": lambda: make_codec(n, 4), "threads": lambda: set_num_threads(n),
        **({} if not isinstance(n, str) or n == "x" else {"path": lambda: VectorStorage.open(n, 4), "load": lambda: VectorStorage.load(n), "save": lambda: s.save(n), "backup": lambda: s.backup(n) if hasattr(s, "backup") else s.save(n), "repair": lambda: repair_folder(n, n), "index": lambda: ivf.save(n)})}

@pytest.mark.filterwarnings("ignore:asked for:UserWarning", "ignore:the filter compares", "ignore:overflow encountered in cast")
@pytest.mark.parametrize("n", HUGE, ids=lambda n: f"{type(n).__name__} {n!r:.12}")
@pytest.mark.parametrize("durable", [False, True])
def test_no_call_lets_out_errors_of_other_libraries(tmp_path, durable, n):
    "Where a value cannot be, the error is one of ours or ValueError, TypeError, FileNotFoundError; where it can, there is an answer."
    x = np.random.default_rng(0).standard_normal((30, 4)).astype(np.float32)
    VectorStorage.open(tmp_path/"s.mvdb", 4).close()
    with VectorStorage.open(tmp_path/"d.mvdb", 4) if durable else contextlib.nullcontext(VectorStorage(4)) as s:
        s.add_bulk(x, [{"a": i} for i in range(30)])
        raw = {}
        for name, call in calls(s, IVFIndex(s, n_clusters=2).build(), x, tmp_path, n).items():
            try: call()
            except (MinivecdbError, FileNotFoundError, LookupError): pass
            except Exception as e:
                if type(e) not in (ValueError, TypeError): raw[name] = f"{type(e).__module__}.{type(e).__name__}: {e!s:.90}"
        assert raw == {} and len(s) >= 28

@pytest.mark.parametrize("column", ["struct", "map", "strings"])
def test_columns_that_hold_no_lists_are_no_vectors(column):
    pa = pytest.importorskip("pyarrow")
    made = {"struct": pa.array([{"a": 1}]), "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "strings": pa.array(["one"])}
    with pytest.raises(VectorError): VectorStorage(4).add_bulk(pa.table({"vector": made[column], "n": [1]}))

def test_a_filter_too_deep_to_be_printed_is_refused():
    deep = 1
    for _ in range(100_000): deep = [deep]
    with pytest.raises(FilterError): VectorStorage(4).find({"a": deep})

@pytest.mark.parametrize("k", [np.uint64(3), np.int8(3), np.uint8(3)])
def test_a_number_of_neighbours_may_be_of_any_integer_type(k):
    index, ivf = FlatIndex(8), IVF(8, 4)
    index.add(X); ivf.train(X); ivf.add(X)
    assert (index.search(X[:5], k)[1] == index.search(X[:5], 3)[1]).all() and (ivf.search(X[:5], k)[1] == ivf.search(X[:5], 3)[1]).all()

@pytest.mark.parametrize("ids", [[-5], [2**63], [-5, 2, 2**64 - 1]])
def test_ids_that_cannot_be_are_not_taken_for_damage(tmp_path, ids):
    with VectorStorage.open(tmp_path/"s.mvdb", 4) as s:
        s.add_bulk(np.eye(4))
        assert s.take(np.array(ids, np.int64 if min(ids) < 0 and max(ids) < 2**63 else object if min(ids) < 0 else np.uint64))[0].tolist() == [i for i in ids if i == 2]
