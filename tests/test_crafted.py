"Files that somebody made by hand, and files of the wrong kind: what reads them refuses, in words of its own."
import json, os, struct, zlib
import numpy as np
import pytest
from minivecdb import IVF, VectorStorage
from minivecdb.gen_embeddings import CacheWarning, EmbeddingCache
from minivecdb.json_files import ReadError, open_to_read, read_text_bytes
from minivecdb.text_tables import read_rows
from minivecdb.vector_storage import FileFormatError, MinivecdbError
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
