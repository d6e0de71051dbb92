"""Migrations: a folder of an old format is opened by a later version, which is killed, loses its power or meets a failing disk.

The later version is made up here: two more formats, the first of which makes a table out of every row, the second of which
rewrites every row. Whatever happens, the folder is of the old format or of the newest, never of the one between, and holds
everything."""
import errno, os, random, shutil, signal, sqlite3, time
from pathlib import Path
from .faults import MODES, Attempt, left_behind
from .power import D, Tally, examine, record, verdict, words_of
from .powercut import Disk, cuts, write_image
from .recorder import KILL, Witness, read_log, scratch
from .story import Model
from .subjects import SUBJECTS

HALFWAY = () # what a mutant says between two migrations
EXTRA = "CREATE TABLE extra (id INTEGER PRIMARY KEY, size INTEGER)"

def later_version():
    "Let this process be a version with two more formats."
    import sys
    from minivecdb.durable import format as durable_format
    from minivecdb.durable.segments import disk
    if "extra" in durable_format.SCHEMA: return
    def measure(con):
        disk.execute(con, EXTRA.replace("TABLE", "TABLE IF NOT EXISTS"))
        disk.execute(con, "INSERT OR REPLACE INTO extra SELECT id, length(metadata) FROM rows")
        for sql in HALFWAY: con.execute(sql)
    def rewrite(con): disk.execute(con, "UPDATE rows SET metadata = metadata || ''"); disk.execute(con, "UPDATE rows SET metadata = CAST(metadata AS TEXT)")
    durable_format.MIGRATIONS += [measure, rewrite]
    durable_format.SCHEMAS[durable_format.FORMAT] = dict(durable_format.SCHEMA)   # as it was
    durable_format.SCHEMA["extra"] = EXTRA
    newest = durable_format.FORMAT + 2
    for module in [m for n, m in sys.modules.items() if n.startswith("minivecdb.") and hasattr(m, "FORMAT")]: module.FORMAT = newest

def open_later(path: Path, d: int):
    from .subjects import open_durable
    storage = open_durable
    later_version()
    return storage(path, d)

SUBJECTS["later"] = open_later

def format_of(place: Path) -> tuple[int, int]: # (format, tables), read from a copy
    "What format a folder is of, with what its log says."
    copy = place.with_name("format")
    shutil.rmtree(copy, ignore_errors=True); shutil.copytree(place/"s.mvdb", copy)
    con = sqlite3.connect(copy/"meta.sqlite")
    try: return con.execute("PRAGMA user_version").fetchone()[0], con.execute("SELECT count(*) FROM sqlite_master WHERE type='table'").fetchone()[0]
    finally: con.close()

def halfway(place: Path, old: tuple[int, int]) -> str | None:
    "Whether a folder is between two formats."
    found = format_of(place)
    return None if found in (old, (old[0] + 2, old[1] + 1)) else f"format {found[0]} with {found[1]} tables"

def settled(place: Path, old: tuple[int, int], model: Model) -> str | None:
    "What is wrong with a folder after a migration that was cut short, or was not."
    return halfway(place, old) or verdict("later", place, [model])

def migration(subject: str, states: int = 600, ks: int = 80, seed: int = 0, enough: int = 20) -> Tally:
    "Power cuts, kills and failing calls while a folder of an old format is opened."
    witness, tally, home = Witness(), Tally(), scratch()
    try:
        bases = [(name, folder, model, format_of(folder)) for name, folder, model in left_behind(home/"old")]
        later_version()
        for i, (name, folder, model, old) in enumerate(bases):
            if len(tally.failures) >= enough: break
            with_power_cuts(name, folder, model, old, home, witness, tally, -(-states * (i + 1) // len(bases)), seed + i)
            if len(tally.failures) >= enough: break
            with_kills(name, folder, model, old, home, witness, tally, ks)
            with_failures(name, folder, model, old, home, witness, tally, ks)
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def fresh(folder: Path, place: Path):
    shutil.rmtree(place, ignore_errors=True); shutil.copytree(folder, place)

def with_power_cuts(name: str, folder: Path, model: Model, old: tuple, home: Path, witness: Witness, tally: Tally, until: int, seed: int):
    live, log = home/"live", home/"log"
    for again in range(20):
        fresh(folder, live)
        before = Disk(live)
        record("later", live, log, seed + 100 * again, 3, witness, model=model.copy())
        calls = read_log(log, live)
        chance = (until - tally.states) / (5.5 * max(1, sum(c.op != "M" and not c.path.endswith("-shm") for c in calls)))
        def whole():
            "Every state that a cut may leave, the format looked at first."
            for cut in cuts(calls, before, random.Random(seed + again), each=4, chance=chance):
                write_image(cut.image, home/"looked"/"at")
                if wrong := halfway(home/"looked"/"at", old): tally.fail(f"{name}, power cut at call {cut.call}: {wrong}")
                tally.counts["power cuts"] += 1
                yield cut
        examine("later", whole(), words_of(calls), model, home/"state", tally, until, f"migration, {name}, seed {seed + 100 * again}")
        if tally.states >= until or tally.failures: return

def with_kills(name: str, folder: Path, model: Model, old: tuple, home: Path, witness: Witness, tally: Tally, ks: int):
    for k in range(1, ks + 1):
        live = home/"killed"
        fresh(folder, live)
        pid = os.fork()
        if pid == 0:
            witness.begin(live); witness.arm(k, 0, KILL)
            try: open_later(live/"s.mvdb", D)
            finally: os._exit(0)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status): return
        tally.states += 1; tally.counts["kills"] += 1
        if wrong := settled(live, old, model): tally.fail(f"{name}, killed at call {k} of the migration: {wrong}")

def with_failures(name: str, folder: Path, model: Model, old: tuple, home: Path, witness: Witness, tally: Tally, ks: int):
    for k in range(1, ks + 1):
        for error in ("EIO", "ENOSPC"):
            for mode in ("once", "for ever", "torn"):
                live = home/"failing"
                fresh(folder, live)
                witness.begin(live); witness.arm(k, getattr(errno, error), MODES[mode])
                a = Attempt("later", live, model.copy(), witness, tally, f"migration, {name}, k={k} {error} {mode}")
                a.steps(0)
                hit = witness.hits
                a.closes(); witness.end()
                if not hit: return
                tally.states += 1; tally.counts["failing calls"] += 1
                if wrong := settled(live, old, model): a.wrong(wrong)
