"What is tortured, and how it is broken on purpose to see whether the harness notices."
import contextlib, os, re, sqlite3, stat, sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock
from .recorder import Witness

def open_toy(path: Path, d: int):
    from .toy import Toy
    return Toy(path, d)

def small_files():
    "Let a few rows be enough for a fold, for the way straight into a file, for a second segment, and for columns that are kept: states are small here."
    import minivecdb.durable.index
    for name, enough in (("SMALL_BYTES", 2 << 10), ("FOLD_BYTES", 8 << 10), ("SEGMENT_BYTES", 32 << 10), ("MAPPED_BYTES", 8 << 10), ("COLUMN_ROWS", 20), ("PASSING_ROWS", 16)):
        found = [m for n, m in sys.modules.items() if n.startswith("minivecdb.") and hasattr(m, name)]
        if not found: raise RuntimeError(f"no module of minivecdb has {name} any more: make files small in another way")
        for m in found: setattr(m, name, enough)

def open_durable(path: Path, d: int):
    from minivecdb import VectorStorage
    small_files()
    return VectorStorage.open(path, d, timeout=1) # nobody else is there, so no wait is right

SUBJECTS: dict[str, Callable] = {"toy": open_toy, "durable": open_durable}

# --- mutants: each takes away one of the things that keep a write, below or around the product ----------------------

def _normal() -> contextlib.AbstractContextManager:
    "Every connection runs with synchronous=NORMAL, whatever it is told."
    def weaker(sql): return re.sub(r"(synchronous\s*[=(]\s*)(FULL|EXTRA|2|3)\b", r"\1NORMAL", sql, flags=re.I) if isinstance(sql, str) else sql
    real = sqlite3.connect
    def connect(*args, factory=sqlite3.Connection, **kw):
        class Weaker(factory):
            def execute(self, sql, *a): return super().execute(weaker(sql), *a)
            def executescript(self, sql): return super().executescript(weaker(sql))
        db = real(*args, factory=Weaker, **kw)
        db.execute("PRAGMA synchronous=FULL")
        return db
    return mock.patch.object(sqlite3, "connect", connect)

def _own_folder_syncs() -> contextlib.AbstractContextManager:
    "Python's syncs of folders do nothing; SQLite's own stay."
    real = os.fsync
    return mock.patch.object(os, "fsync", lambda fd: None if stat.S_ISDIR(os.fstat(fd if isinstance(fd, int) else fd.fileno()).st_mode) else real(fd))

MUTANTS = {
    "no sync of the vectors": dict(skip="vectors-"),
    "no sync of SQLite's files": dict(skip="meta.sqlite"),
    "no sync of any folder": dict(skip_folder="/"),
    "no sync of folders but SQLite's": _own_folder_syncs,
    "synchronous=NORMAL": _normal,
    "published before synced": dict(defer="vectors-", until="-wal"),
}

MUTANTS_BESIDE = {"no sync of a backup": dict(skip=".part/"), "no sync of an export": dict(skip=".tmp")} # for what is made beside a storage

@contextlib.contextmanager
def mutated(name: str | None, witness: Witness) -> Iterator[None]:
    "Run with one of the MUTANTS."
    how = (MUTANTS | MUTANTS_BESIDE)[name] if name else None
    if callable(how):
        with how(): yield
        return
    witness.mutate(**(how or {}))
    try: yield
    finally: witness.mutate()

def _no_checksums() -> contextlib.AbstractContextManager:
    "Every checksum is 0 and fits."
    import zlib
    return mock.patch.object(zlib, "crc32", lambda *a: 0)

@contextlib.contextmanager
def _writes_on() -> Iterator[None]:
    "A handle forgets that a write of it failed."
    from minivecdb.durable.storage import DurableStorage
    real = DurableStorage._fail
    def fail(self, *a, **kw):
        error = real(self, *a, **kw)
        self._failed = None
        return error
    with mock.patch.object(DurableStorage, "_fail", fail): yield

def _unseen() -> contextlib.AbstractContextManager:
    "A matrix is given out as it is mapped."
    import numpy as np
    import minivecdb.durable.index
    from minivecdb.durable.storage import DurableStorage
    return mock.patch.object(DurableStorage, "_uncompared", lambda self, s, all: np.empty(0, np.int64))

@contextlib.contextmanager
def _two_commits() -> Iterator[None]:
    "A migration commits half way."
    from . import migrate
    with mock.patch.object(migrate, "HALFWAY", ("PRAGMA user_version=2", "COMMIT", "BEGIN IMMEDIATE")): yield

def _undoes_commits() -> contextlib.AbstractContextManager:
    "A commit whose answer did not arrive is taken for one that did not happen."
    import minivecdb.durable.index
    from minivecdb.durable.appends import Change
    def roll_back(self):
        if self.con.in_transaction: self.run("ROLLBACK")
        return True
    return mock.patch.object(Change, "roll_back", roll_back)

def _closes_once() -> contextlib.AbstractContextManager:
    "A handle that was about to let go does not do it again."
    from minivecdb.durable.storage import DurableStorage
    real = DurableStorage._abandon
    return mock.patch.object(DurableStorage, "_abandon", lambda self: None if self._closed else real(self))

@contextlib.contextmanager
def _keeps_when_dropped() -> Iterator[None]:
    "Locks, readers and views that an interrupt skipped stay."
    import minivecdb.durable.index
    from minivecdb.durable import snapshots as durable_snapshots, storage as durable_storage
    from minivecdb.durable import lock as writer_lock
    with contextlib.ExitStack() as stack:
        for owner in (durable_snapshots.Reader, durable_storage._View, writer_lock.WriterLock): stack.enter_context(mock.patch.object(owner, "__del__", lambda self: None))
        yield

def _descriptor() -> contextlib.AbstractContextManager:
    "Opening for writing looks into the database by itself."
    from minivecdb.durable import opening
    def peek(meta): os.close(os.open(meta, os.O_RDONLY))
    return mock.patch.object(opening, "refuse_newer", peek)

def _wrapping_sizes() -> contextlib.AbstractContextManager:
    "Sizes of lists are added in 64 bits."
    from minivecdb.ivf import checked as checked_index
    def check_sizes(path, sizes, n, what="rows"):
        if sizes.sum() != n: checked_index.refuse(path, "sizes do not add up")
    return mock.patch.object(checked_index, "check_sizes", check_sizes)

def _unseen_rows() -> contextlib.AbstractContextManager:
    "Rows of a file are not looked at."
    from minivecdb.ivf.checked import RowCheck
    return mock.patch.multiple(RowCheck, check=lambda *a: None, check_all_ids=lambda *a: None)

def _any_file() -> contextlib.AbstractContextManager:
    "Whatever a path names is opened."
    from minivecdb.core import files
    return mock.patch.object(files, "open_plain", lambda path, flags=os.O_RDONLY, links=True: os.open(path, flags))

@contextlib.contextmanager
def _no_identity() -> Iterator[None]:
    "Nobody compares to which storage a file belongs."
    from minivecdb.durable import opening, snapshots as durable_snapshots
    with mock.patch.object(opening, "check_owner", lambda *a: None), mock.patch.object(durable_snapshots, "check_owner", lambda *a: None): yield

@contextlib.contextmanager
def _any_column() -> Iterator[None]:
    "A column file is believed, whichever state of whichever storage it shows."
    import minivecdb.durable.columns
    from minivecdb.durable import column_files
    from minivecdb.durable.storage import DurableStorage
    with mock.patch.object(column_files, "may_follow", lambda *a: True), mock.patch.object(DurableStorage, "_agrees", lambda *a: True): yield

def _any_code() -> contextlib.AbstractContextManager:
    "Codes of a column file are not looked at."
    import minivecdb.durable.columns
    from minivecdb.durable import column_files
    return mock.patch.object(column_files, "_check_codes", lambda path, c: None)

MUTANTS_OF_FILES = {"sizes that wrap": "ivf", "rows of a file that nobody looked at": "ivf", "any kind of file is opened": "places", "files of two storages": "mixed", "a column of any state": "mixed", "codes without values": "folder"} # -> the kind of crafted files that must catch it
_OF_FILES = {"sizes that wrap": _wrapping_sizes, "rows of a file that nobody looked at": _unseen_rows, "any kind of file is opened": _any_file, "files of two storages": _no_identity, "a column of any state": _any_column, "codes without values": _any_code}

_OF_HANDLES = {"undoes a commit that happened": _undoes_commits, "lets go only once": _closes_once, "keeps what was dropped": _keeps_when_dropped, "a descriptor of the database": _descriptor}

MUTANTS_ABOVE = _OF_FILES | _OF_HANDLES | {"no checksums": _no_checksums, "goes on after a failed write": _writes_on, "a matrix that was not compared": _unseen, "a migration in two commits": _two_commits} # for parts that need no recording

def broken(name: str | None) -> contextlib.AbstractContextManager:
    "Run with one of the MUTANTS_ABOVE."
    return MUTANTS_ABOVE[name]() if name else contextlib.nullcontext()
