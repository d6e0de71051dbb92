"Columns kept beside a folder: derived, checked, and never the reason for a wrong answer."
import errno, json, os, random, shutil, struct, sys, zlib
from collections import Counter
import numpy as np, pytest
from hypothesis import given, strategies as st
from minivecdb import VectorStorage
from minivecdb.core import MetadataError, as_metadata
from minivecdb.durable import columns as durable_columns
from minivecdb.core import FileFormatError
from minivecdb.durable.column_files import column_name, kept_columns, read_column, state_at
from minivecdb.durable.format import database_bytes, metadata_text
from minivecdb.durable.snapshots import Reader
from minivecdb.filters import gathering as filter_gathering
from minivecdb.filters import Gathering, column_of, narrow

D = 2
FILTERS = [{"genre": "Food"}, {"year": {"$gte": 2001, "$lt": 2009}}, {"price": {"$lt": 1.5}}, {"tags": {"$contains": "b"}}, {"late": {"$exists": True}}, {"text": "text 7"}, {"a.b": 3},
           {"$not": {"genre": {"$in": ["Food", None]}}}, {"big": {"$gt": 2**70}}]

def meta(i: int) -> dict:
    "Every kind of value."
    m = {"genre": ("Food", "Sports", None)[i % 3], "year": 2000 + i % 12, "price": i / 4, "tags": ["a", "b"][:i % 3], "text": f"text {i}", "a": {"b": i % 5}}
    if i % 4 == 1: m["late"] = [True, 1, 1.0, {"x": [i % 2]}][i % 16 // 4]
    if i % 7 == 0: m["big"] = 2**70 + i % 3 - 1
    return m

@pytest.fixture(autouse=True)
def few(monkeypatch):
    "Few rows are many, and few values."
    monkeypatch.setattr(durable_columns, "COLUMN_ROWS", 20)
    monkeypatch.setattr(durable_columns, "PASSING_ROWS", 8)
    monkeypatch.setattr(filter_gathering, "FEW_VALUES", 15)

@pytest.fixture
def path(tmp_path): return tmp_path/"s.mvdb"

def fill(path, n=60, first=0):
    "A folder with rows, closed."
    with VectorStorage.open(path, D) as s: s.add_bulk(np.zeros((n, D)), [meta(i + first) for i in range(n)])

def kept(path) -> dict[str, bytes]: return {p.name: p.read_bytes() for p in path.iterdir() if p.suffix == ".col"}
def file_of(path, *key): return path/column_name(key)
def answers(storage) -> list: return [storage.columns.matching(f).tolist() for f in FILTERS]

def right(path) -> list:
    "What filters find without any file."
    memory = VectorStorage(D)
    with VectorStorage.open(path, mode="r") as s:
        rows = {int(i): m for i, _, m in s.get_all()}
        last = s.next_id
    for i in range(last): memory.add([0, 0], rows.get(i))
    memory.delete_bulk([i for i in range(last) if i not in rows])
    return answers(memory)

def check(path):
    "Every handle finds what there is; one that reads writes no byte."
    wanted, before = right(path), kept(path)
    for mode in ("r", "rw", "r"):
        with VectorStorage.open(path, mode=mode) as s: assert answers(s) == wanted
        if mode == "r" and before is not None: assert kept(path) == before
        before = None

@pytest.fixture
def rows_read(monkeypatch):
    "Rows of metadata that are read."
    read, real = [], durable_columns.DurableStorage.metadata_of
    monkeypatch.setattr(durable_columns.DurableStorage, "metadata_of", lambda self, ids: read.append(len(ids)) or real(self, ids))
    return read

# --- made of blocks -------------------------------------------------------------------------------

@given(st.lists(st.lists(st.integers(0, 40).map(meta), max_size=9), max_size=5))
def test_what_passed_by_is_what_was_turned(blocks):
    gathered, every = Gathering([("late",), ("a", "b")]), [m for b in blocks for m in b]
    for b in blocks: gathered.take(b)
    for path in [*gathered.parts]:
        c, same = gathered.column(path), column_of(every, path)
        assert c.codes.tolist() == same.codes.tolist() and c.numbers.tolist() == same.numbers.tolist() and c.dictionary.values == same.dictionary.values
        assert (c.whole, c.real, c.dictionary.only_strings) == (same.whole, same.real, same.dictionary.only_strings)

def test_keys_that_are_left_out(monkeypatch):
    gathered = Gathering([("text",)])
    for i in range(0, 60, 20): gathered.take([meta(j) | {f"k{j}": 1, "other": f"{j}"} for j in range(i, i + 20)])
    assert ("text",) in gathered.parts and ("other",) not in gathered.parts   # asked for, and too many values
    assert len(gathered.parts) <= filter_gathering.MOST_KEYS and ("k45",) not in gathered.parts   # not in the first block
    monkeypatch.setattr(filter_gathering, "GATHER_BYTES", 10)
    gathered.take([meta(99)])
    assert [*gathered.parts] == [("text",)]

@pytest.mark.parametrize("n", [0, 127, 128, -128, -129, 32767, 32768, 2**31 - 1, 2**31, -2**63, 2**63 - 1])
def test_narrow_loses_nothing(n): assert narrow(np.array([0, n], np.int64)).tolist() == [0, n]

def test_rows_are_laid_and_packed():
    every = [meta(i) for i in range(40)]
    for path in [("genre",), ("late",), ("price",), ("big",), ("tags",), ("nobody",)]:
        c = column_of(every, path)
        some = np.array([3, 30, 31, 12])
        packed, same = c.packed(some), column_of([every[i] for i in some], path)
        assert set(map(repr, packed.dictionary.values)) == set(map(repr, same.dictionary.values))
        for f in FILTERS: pass
        packed.lay(np.array([1, 2]), c.codes[:2], c.numbers[:2], c.dictionary.values, 4)
        same = column_of([every[3], every[0], every[1], every[12]], path)
        value = lambda c, i: (c.codes[i] if c.codes[i] < 7 else repr(c.dictionary.values[c.codes[i]]), c.numbers[i] if len(c.numbers) else 0)
        assert [value(packed, i) for i in range(4)] == [value(same, i) for i in range(4)]

# --- written with the rows, and at the first use --------------------------------------------------

def test_a_bulk_writes_the_columns_of_its_rows(path, rows_read):
    fill(path)
    assert {column_name((k,)) for k in ("genre", "year", "late", "tags")} <= kept(path).keys() and column_name(("text",)) not in kept(path)
    with VectorStorage.open(path, mode="r") as s:
        wanted = [i for i in range(60) if i % 3 == 0], [i for i in range(60) if 2001 <= 2000 + i % 12 < 2009]
        assert (s.columns.matching({"genre": "Food"}).tolist(), s.columns.matching(FILTERS[1]).tolist()) == wanted
    assert rows_read == []
    check(path)

def test_the_first_filter_writes_the_columns_of_all_keys(path, rows_read):
    fill(path)
    for name in kept(path): (path/name).unlink()
    with VectorStorage.open(path, mode="r") as s: s.count({"genre": "Food"})
    assert kept(path) == {} and sum(rows_read) == 60
    with VectorStorage.open(path) as s: s.count({"text": "text 7"})
    assert sum(rows_read) == 120 and {column_name((k,)) for k in ("genre", "year", "text")} <= kept(path).keys()
    with VectorStorage.open(path, mode="r") as s: assert s.count({"text": "text 7"}) == 1 and s.count({"year": 2003}) == 5
    assert sum(rows_read) == 120
    check(path)

def test_few_rows_have_no_files(path):
    fill(path, 19)
    with VectorStorage.open(path) as s: s.count({"genre": "Food"})
    assert kept(path) == {}

def test_bulks_carry_the_columns_on(path, rows_read):
    fill(path)
    for first in range(60, 120, 20): fill(path, 20, first)
    with VectorStorage.open(path, mode="r") as s:
        assert s.count({"genre": "Sports"}) == 40 and s.count(FILTERS[1]) == 80
        assert kept_columns(path, state_at(s._first_look()))[0]["year",].count == 120
    assert rows_read == []
    with VectorStorage.open(path) as s:
        s.update(3, metadata={"genre": "Food"}); s.delete(5)
        before = kept(path)
        s.add_bulk(np.zeros((8, D)), [meta(i) for i in range(8)])   # the rows in between would have to be read
    assert kept(path) == before
    check(path)

def test_a_small_bulk_leaves_the_files_as_they_are(path, monkeypatch):
    monkeypatch.setattr(durable_columns, "PASSING_ROWS", 1)
    fill(path, 64)
    before = kept(path)
    fill(path, 1)
    assert kept(path) == before
    fill(path, 17)
    assert kept(path) != before
    check(path)

def test_a_dictionary_that_is_used_again(path):
    same = {}
    def rows():
        for i in range(60): same.update(genre=f"g{i % 9}", year=i); yield np.zeros((1, D)), [same]
    with VectorStorage.open(path, D) as s: s.add_bulk(rows())
    with VectorStorage.open(path, mode="r") as s: assert s.columns.matching({"genre": "g4"}).tolist() == [*range(4, 60, 9)] and s.count({"year": {"$gte": 50}}) == 10

def test_a_bulk_that_failed_leaves_nothing(path):
    with VectorStorage.open(path, D) as s:
        with pytest.raises(MetadataError): s.add_bulk(np.zeros((60, D)), [meta(i) for i in range(59)] + [{"x": float("nan")}])
    assert kept(path) == {}

def test_a_file_that_is_far_behind_is_written_again(path, rows_read):
    fill(path)
    with VectorStorage.open(path) as s:
        for i in range(3): s.add([0, 0], meta(60 + i))
        s.columns.matching({"genre": "Food"})
        before = kept(path)
        for i in range(3): s.add([0, 0], meta(63 + i))
    with VectorStorage.open(path) as s: s.columns.matching({"genre": "Food"})
    after = kept(path)
    assert [n for n in after if after[n] != before[n]] == [column_name(("genre",))]
    check(path)

# --- states ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(8))
def test_filters_find_what_is_there_whatever_happens(path, seed):
    rng, at = random.Random(seed), 0
    fill(path, rng.choice((5, 30, 60)))
    storage = VectorStorage.open(path)
    for _ in range(25):
        ids = list(storage)
        do = rng.choice(("add", "bulk", "stream", "update", "where", "delete", "many", "compact", "reopen", "read", "lose", "fold", "filter"))
        at += 100
        if do == "add": storage.add([1, 1], meta(at))
        if do == "bulk": storage.add_bulk(np.zeros((n := rng.choice((1, 10, 40)), D)), [meta(at + i) for i in range(n)])
        if do == "stream": storage.add_bulk(iter([(np.zeros((7, D)), [meta(at + i + 7 * j) for i in range(7)]) for j in range(3)]))
        if do == "update" and ids: storage.update(rng.choice(ids), metadata=meta(at))
        if do == "where": storage.update(where={"year": 2003}, merge={"genre": "Food", "late": at})
        if do == "delete" and ids: storage.delete(rng.choice(ids))
        if do == "many": storage.delete_bulk(rng.sample(ids, len(ids) // 5))
        if do == "compact": storage.compact()
        if do == "fold": storage.fold()
        if do == "reopen": storage.close(); storage = VectorStorage.open(path)
        if do == "lose":
            for name in kept(path): (path/name).unlink() if rng.random() < .5 else None
        if do == "filter": answers(storage)
        if do in ("read", "compact", "bulk", "many"):
            with VectorStorage.open(path, mode="r") as r: assert answers(r) == right(path), do
    storage.close()
    check(path)

def test_deleted_values_are_in_no_file_after_a_compaction(path):
    fill(path)
    with VectorStorage.open(path) as s:
        s.update(9, metadata={"genre": "SECRET"}); s.count({"genre": "SECRET"})
        for i in range(4): s.add([0, 0], {"genre": "SECRET"})
    with VectorStorage.open(path) as s: assert s.count({"genre": "SECRET"}) == 5
    assert any(b"SECRET" in raw for raw in kept(path).values())
    with VectorStorage.open(path) as s:
        s.delete(where={"genre": "SECRET"})
        s.compact()
        assert not any(b"SECRET" in p.read_bytes() for p in path.iterdir())
    with VectorStorage.open(path) as s:
        s.count({"genre": "SECRET"})
        assert kept(path) and not any(b"SECRET" in raw for raw in kept(path).values())   # nor in one that is written now
    check(path)

def test_replaced_values_are_not_in_a_file_that_was_caught_up(path):
    fill(path)
    with VectorStorage.open(path) as s:
        for i in range(5): s.update(i, metadata={"genre": "SECRET"})
    with VectorStorage.open(path) as s: s.count({"genre": "SECRET"})
    assert b"SECRET" in file_of(path, "genre").read_bytes()
    with VectorStorage.open(path) as s:
        for i in range(5): s.update(i, metadata={"genre": "Food"})
    with VectorStorage.open(path) as s:
        s.count({"genre": "Food"}); s.compact()
        assert file_of(path, "genre").exists() and not any(b"SECRET" in p.read_bytes() for p in path.iterdir())
    check(path)

def test_a_compaction_keeps_files_that_hold_nothing_deleted(path):
    fill(path)
    before = kept(path)
    with VectorStorage.open(path) as s: s.add([0, 0], meta(60)); s.compact()
    assert kept(path) == before
    check(path)

def test_a_backup_that_is_put_back_meets_files_of_its_future(path, tmp_path):
    fill(path)
    with VectorStorage.open(path) as s:
        s.backup(tmp_path/"b.mvdb")
        for i in range(30): s.update(i, metadata={"genre": "Future"})
        s.count({"genre": "Future"})
    assert kept(tmp_path/"b.mvdb") == {}
    future = kept(path)
    for p in path.iterdir(): p.unlink() if p.suffix != ".col" else None
    for p in (tmp_path/"b.mvdb").iterdir(): shutil.copy(p, path/p.name)
    with VectorStorage.open(path, mode="r") as s: assert s.count({"genre": "Future"}) == 0
    with VectorStorage.open(path) as s:
        assert not [name for name, raw in future.items() if kept(path).get(name) == raw and name == column_name(("genre",))]
        for i in range(40): s.add([0, 0], meta(i))   # the changes are as many as the future had
    check(path)

def test_a_copy_that_went_its_own_way(path, tmp_path):
    fill(path)
    other = shutil.copytree(path, tmp_path/"other.mvdb")
    for p, genre, n in ((path, "Mine", 30), (other, "Theirs", 35)):
        with VectorStorage.open(p) as s:
            for i in range(n): s.add([0, 0], {"genre": genre})
            s.count({"genre": genre})
            for i in range(n - 28): s.add([0, 0], {"genre": genre})
    for name in kept(path): shutil.copy(path/name, other/name)
    for mode in ("r", "rw", "r"):
        with VectorStorage.open(other, mode=mode) as s: assert (s.count({"genre": "Theirs"}), s.count({"genre": "Mine"})) == (42, 0)
    check(other)

def test_files_of_another_storage(path, tmp_path):
    fill(path); fill(tmp_path/"other.mvdb", first=1)
    for name in kept(path): shutil.copy(path/name, tmp_path/"other.mvdb"/name)
    check(tmp_path/"other.mvdb")
    with VectorStorage.open(tmp_path/"other.mvdb"): pass
    assert not any(raw == kept(path).get(name) for name, raw in kept(tmp_path/"other.mvdb").items())

def test_a_folder_of_an_older_format_keeps_no_columns(path):
    from pathlib import Path
    for old in sorted((Path(__file__).parent/"fixtures").rglob("*.mvdb")):
        place = shutil.copytree(old, path.parent/f"{old.parent.name}-{old.name}")
        with VectorStorage.open(place, mode="r") as s: s.count({"year": 2000})
        assert kept(place) == {}

# --- files that cannot be used --------------------------------------------------------------------

def test_whatever_is_wrong_with_a_file_the_answer_is_right(path, tmp_path):
    fill(path)
    wanted, sound = right(path), kept(path)
    rng = random.Random(1)
    for case in range(100):
        name = rng.choice(sorted(sound))
        raw, file = bytearray(sound[name]), path/name
        how = rng.choice(("flip", "cut", "append", "zero", "swap", "empty"))
        at = rng.randrange(len(raw))
        if how == "flip": raw[at] ^= 1 << rng.randrange(8)
        if how == "cut": del raw[at:]
        if how == "append": raw += rng.randbytes(at + 1)
        if how == "zero": raw[at:at + 40] = bytes(len(raw[at:at + 40]))
        if how == "swap": raw = bytearray(sound[rng.choice(sorted(sound))])
        if how == "empty": raw = bytearray()
        file.write_bytes(raw)
        with VectorStorage.open(path, mode=rng.choice(("r", "rw"))) as s: assert answers(s) == wanted, (case, how, at)
        file.write_bytes(sound[name])

@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "endless", "socket", "unreadable"])
def test_what_is_no_file(path, tmp_path, kind):
    fill(path)
    wanted, file = right(path), file_of(path, "genre")
    raw = file.read_bytes(); file.unlink()
    if kind == "pipe": os.mkfifo(file)
    if kind == "folder": file.mkdir()
    if kind == "link": (tmp_path/"elsewhere").write_bytes(raw); file.symlink_to(tmp_path/"elsewhere")
    if kind == "endless": file.symlink_to("/dev/zero")
    if kind == "socket":
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            try: s.bind(str(file))
            except OSError: pytest.skip("the path is too long for a socket")
    if kind == "unreadable": file.write_bytes(raw); file.chmod(0)
    for mode in ("r", "rw", "r"):
        with VectorStorage.open(path, mode=mode) as s: assert answers(s) == wanted
    if kind in ("link", "endless"): assert file.is_file() and not file.is_symlink()

def crafted(raw: bytes, change) -> bytes:
    "A file whose header and body were changed, all checksums made right again."
    _, version, n, _ = struct.unpack_from("<8sIII", raw)
    head, body = json.loads(raw[20:20 + n]), bytearray(raw[20 + n:])
    body = change(head, body) or body
    head["crc32"] = zlib.crc32(body)
    text = json.dumps(head).encode()
    return struct.pack("<8sIII", b"minivCOL", version, len(text), zlib.crc32(text)) + text + body

CHANGES = {
    "a code without a value": lambda h, b: b.__setitem__(3, 100),
    "a negative code": lambda h, b: b.__setitem__(3, 200),
    "a code of numbers": lambda h, b: b.__setitem__(3, 1),
    "a wider type": lambda h, b: h.update(codes="<i2"),
    "an unknown type": lambda h, b: h.update(codes="<c8"),
    "numbers that are not there": lambda h, b: h.update(numbers="<i8"),
    "fewer rows": lambda h, b: h.update(count=59),
    "fewer rows and bytes": lambda h, b: h.update(count=59) or b[1:],
    "more rows": lambda h, b: h.update(count=61, next_id=61) or bytes(1) + b,
    "endless rows": lambda h, b: h.update(count=1 << 61, next_id=1 << 61),
    "a negative count": lambda h, b: h.update(count=-1),
    "rows that are no number": lambda h, b: h.update(count="60"),
    "a truth": lambda h, b: h.update(change=True),
    "an earlier change": lambda h, b: h.update(change=7, digest=1),
    "a later change": lambda h, b: h.update(change=61),
    "another digest": lambda h, b: h.update(digest=1),
    "another storage": lambda h, b: h.update(storage=1),
    "no storage": lambda h, b: h.update(storage=0),
    "another key": lambda h, b: h.update(key=["year"]),
    "no key": lambda h, b: h.update(key=[]),
    "a key of numbers": lambda h, b: h.update(key=[1]),
    "no state": lambda h, b: h.pop("digest") and None,
    "values twice": lambda h, b: h.update(values=13) or b[:60] + b'["Food","Food"]'[:13],
    "values that are one": lambda h, b: h.update(values=15) or b[:60] + b'["Food","Food"]',
    "values that move": lambda h, b: h.update(values=26) or b[:60] + b'["Sports","Sports","Food"]',
    "an earlier state that cannot be": lambda h, b: h.update(count=58, next_id=59, change=59, digest=1) or b[2:],
    "a value that is none": lambda h, b: h.update(values=9) or b[:60] + b'["Food",1]'[:9],
    "small integers": lambda h, b: h.update(values=10) or b[:60] + b'["Food",1]',
    "an object": lambda h, b: h.update(values=11) or b[:60] + b'["Food",{}]',
    "no list": lambda h, b: h.update(values=2) or b[:60] + b"{}",
    "something behind it": lambda h, b: h.update(values=19) or b[:60] + b'["Food","Sports"],1',
    "not a number": lambda h, b: h.update(values=12) or b[:60] + b'["Food",NaN]',
    "deep": lambda h, b: h.update(values=60_000) or b[:60] + b"[" * 30_000 + b"]" * 30_000,
    "bytes that are no text": lambda h, b: h.update(values=12) or b[:60] + b'["Food","\xff"]',
    "more texts than metadata": lambda h, b: h.update(values=10_000_000) or b[:60] + b'["' + b"x" * 9_999_996 + b'"]',
}

@pytest.mark.parametrize("name", CHANGES)
def test_a_crafted_file_with_right_checksums_is_not_believed(path, name):
    fill(path)
    file = file_of(path, "genre")
    raw = file.read_bytes()
    assert crafted(raw, lambda h, b: None) == raw
    file.write_bytes(crafted(raw, CHANGES[name]))
    check(path)

def test_texts_that_are_more_than_all_metadata_are_refused_before_they_are_read(path):
    fill(path)
    file = file_of(path, "genre")
    def change(h, b):   # everything else is right: a value more, which no row has
        body = bytes(b[:-1]) + b',"' + b"x" * 10_000_000 + b'"]'
        h["values"] += len(body) - len(b)
        return body
    file.write_bytes(crafted(file.read_bytes(), change))
    with VectorStorage.open(path, mode="r") as s:
        assert s.count({"genre": "Food"}) == 20
        with pytest.raises(FileFormatError, match="bytes of texts, and all metadata take"):
            read_column(file, state_at(s._first_look()), database_bytes(s.meta))

@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_float_that_is_none(path, value):
    fill(path)
    file = file_of(path, "price")
    with VectorStorage.open(path) as s: s.count({"price": 1.5})
    file.write_bytes(crafted(file.read_bytes(), lambda h, b: b[:60] + struct.pack("<d", value) + b[68:]))
    with VectorStorage.open(path, mode="r") as s: assert s.count({"price": {"$gte": 0}}) == 60

def test_left_overs_go_when_the_folder_is_opened_for_writing(path):
    fill(path)
    left = path/f".{column_name(('genre',))}.0123abcd.tmp"
    left.write_bytes(b"minivCOL")
    with VectorStorage.open(path, mode="r"): assert left.exists()
    with VectorStorage.open(path): assert not left.exists()

def test_a_file_that_cannot_be_written_is_not_missed(path, monkeypatch):
    def full(*args, **options): raise OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as m:
        m.setattr(durable_columns, "write_atomically", full)
        fill(path)
        with VectorStorage.open(path) as s: assert s.count({"genre": "Food"}) == 20
    assert kept(path) == {}
    check(path)

def test_a_file_is_taken_away_if_something_was_deleted_while_it_was_written(path, monkeypatch):
    fill(path)
    for name in kept(path): (path/name).unlink()
    real = durable_columns.write_atomically
    with VectorStorage.open(path) as s:
        def slowly(*args, **options):
            if 4 in s: s.delete(4); s.compact()
            real(*args, **options)
        monkeypatch.setattr(durable_columns, "write_atomically", slowly)
        assert s.count({"text": "text 4"}) == 1 and kept(path) == {}
        assert s.count({"text": "text 4"}) == 0
    check(path)

def test_a_child_process_writes_no_file(path):
    fill(path)
    for name in kept(path): (path/name).unlink()
    with VectorStorage.open(path) as s:
        pid = os.fork()
        if pid == 0:
            try: os._exit(0 if s.count({"genre": "Food"}) == 20 and not kept(path) else 1)
            finally: os._exit(2)
        assert os.waitpid(pid, 0)[1] == 0

def test_a_file_of_the_storage_is_not_overwritten(path):
    from minivecdb.core import FileFormatError
    fill(path)
    with VectorStorage.open(path) as s, pytest.raises(FileFormatError, match="is a file of the storage"): s.save(file_of(path, "genre"))

def test_memory_is_told(path):
    fill(path)
    with VectorStorage.open(path, mode="r") as s:
        s.count({"genre": "Food"}); s.count({"text": "text 7"})
        told = s.columns.memory_usage()
        assert told["text"] > told["genre"] > 60 * 4
        assert told["text"] >= 60 * 4 + sum(sys.getsizeof(f"text {i}") for i in range(60))   # nobody else holds them
    memory = VectorStorage(D)
    memory.add_bulk(np.zeros((60, D)), [meta(i) for i in range(60)])
    memory.count({"text": "text 7"})
    assert memory.columns.memory_usage()["text"] < told["text"]

# --- metadata as text -----------------------------------------------------------------------------

class Text(str): pass

values = st.one_of(st.none(), st.booleans(), st.integers(), st.integers(-2**9000, 2**9000), st.floats(), st.text(max_size=5), st.text(max_size=3).map(Text), st.just("\ud800"), st.just("x" * 3000),
                   st.lists(st.integers(), max_size=2), st.tuples(st.integers()), st.just({"a": (1, 2)}), st.just(np.float64(1.5)), st.just(np.int64(3)))

@given(st.one_of(st.none(), st.dictionaries(st.one_of(st.text(max_size=4), st.just(Text("k")), st.just("\ud800"), st.integers(0, 3)), values, max_size=4)))
def test_metadata_that_are_encoded_as_they_are_are_those_of_the_rules(metadata):
    def told(call):
        try: return call()
        except MetadataError as e: return str(e)
    strict = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    assert told(lambda: metadata_text(metadata)) == told(lambda: strict.encode(as_metadata(metadata)).encode())
