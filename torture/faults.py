"""Disks that fail: the k-th changing call gets an error, the disk or the file size runs out, the folder is read-only.

What is demanded: an error of the product's own, no acknowledgement after it from the same handle, reads that stay right, and
after reopening every acknowledged write and the failed one wholly or not at all, also when the power is cut then."""
import ast, ctypes, errno, os, random, resource, shutil, traceback
from pathlib import Path
from .power import D, Tally, verdict
from .powercut import Disk, write_image
from .recorder import FOR_EVER, ONCE, SHORT, TORN, Witness, read_log, scratch
from .story import BESIDE, Model, Step, beside_wrong, difference, next_step
from .subjects import SUBJECTS

SCENE = [Step("add"), Step("bulk", n=40), Step("add"), Step("update"), Step("delete"), Step("fold"), Step("stream", n=700), Step("purge", n=90),
         Step("compact"), Step("add"), Step("reopen"), Step("add"), Step("bulk", n=400), Step("delete"), Step("fold"), Step("update"), Step("compact"), Step("add")]

CARE = [Step("backup"), Step("merge", n=1990), Step("export"), Step("import"), Step("repair"), Step("restate", n=1950), Step("erase", n=1930), Step("export json"), Step("compact"), Step("add"), Step("backup"), Step("reopen"), Step("add")]
SCENES = {"writes": SCENE, "care": CARE}

def scene(model: Model, i: int, steps: list[Step] = SCENE) -> Step:
    "The i-th step, with ids and tags that fit what is there."
    do = steps[i % len(steps)]
    if do.do == "import":
        files = sorted(name for name in model.beside if name.startswith("export"))
        return Step("import", model.tags, source=files[-1]) if files else Step("add", model.tags)
    if do.do in BESIDE or do.do in ("erase", "merge", "restate"): return Step(do.do, model.tags, do.n)
    changes = do.do in ("update", "delete", "purge")
    id = list(model.rows)[len(model.rows) // 2] if changes and model.rows else -1
    return Step("add" if changes and id < 0 else do.do, model.tags, do.n, id)

def own(e: BaseException) -> bool:
    "Whether an error is one of the product's own."
    from minivecdb.core.errors import MinivecdbError
    return isinstance(e, MinivecdbError)

def say(e: BaseException) -> str: return f"{type(e).__name__}: {e}"

def prepare(subject: str, home: Path, steps: int = 12) -> tuple[Path, Model]:
    "A folder with some history, closed."
    place, model = home/"base", Model()
    place.mkdir(parents=True)
    storage = SUBJECTS[subject](place/"s.mvdb", D)
    for i in range(steps):
        step = scene(model, i)
        if step.do == "reopen": continue
        step.take(storage, D)
        model = step.apply(model)
    storage.close()
    return place, model

class Attempt:
    "One scene on a failing disk."
    def __init__(self, subject: str, place: Path, model: Model, witness: Witness, tally: Tally, note: str, scene_of: list[Step] = SCENE):
        self.subject, self.place, self.model, self.witness, self.tally, self.note, self.scene_of = subject, place, model, witness, tally, note, scene_of
        self.under_way, self.failed, self.refused = None, None, None
    def open(self): return SUBJECTS[self.subject](self.place/"s.mvdb", D)
    def wrong(self, text: str): self.tally.fail(f"{self.note}: {text}")

    def steps(self, n: int):
        "Take steps until one fails."
        self.storage = None
        try:
            self.storage = self.open()
            for i in range(n):
                self.under_way = step = scene(self.model, i, self.scene_of)
                self.witness.mark(step.word("begin"))
                if step.do == "reopen":
                    self.storage.close(); self.storage = None
                    self.storage = self.open()
                elif step.name and not self.makes_beside(step): continue
                elif not step.name: step.expect(self.model, step.take(self.storage, D))
                self.model, self.under_way = step.apply(self.model), None
                self.witness.mark(step.word("done"))
        except AssertionError as e: self.wrong(say(e))
        except Exception as e:
            self.failed = e
            if not own(e): self.wrong(f"not an error of its own at {self.under_way}: {say(e)} {traceback.format_exc(limit=-3)}")

    def makes_beside(self, step: Step) -> bool:
        "A step that makes something beside the storage; its failure is told, and the storage goes on."
        try: step.expect(self.model, step.take(self.storage, D))
        except AssertionError: raise
        except Exception as e:
            self.refused = e
            if not own(e): self.wrong(f"not an error of its own at {step}: {say(e)} {traceback.format_exc(limit=-3)}")
            self.model, self.under_way = step.cut_short(self.model), None
            self.tally.counts["things beside that were refused"] += 1
        return self.refused is None or self.under_way is not None

    def refuses(self):
        "After a failure, the handle may not acknowledge another write, and says so in its own words."
        if self.failed is None or self.storage is None: return
        for step in (Step("add", self.model.tags + 500), Step("bulk", self.model.tags + 600, 5), Step("stream", self.model.tags + 700, 50), Step("delete", id=next(iter(self.model.rows), -1)), Step("purge", n=3, id=next(iter(self.model.rows), 0)), Step("compact"), Step("fold")):
            try: answer = step.take(self.storage, D)
            except Exception as e:
                if not own(e): self.wrong(f"a refusal that is not its own: {say(e)}")
            else:
                if step.do in ("add", "bulk", "stream", "purge") or answer is True: self.wrong(f"acknowledged {step} with {answer!r} after {say(self.failed)}")

    def reads(self):
        "What the handle still reads must be right."
        if self.storage is None: return
        candidates = [self.model] + ([self.under_way.apply(self.model)] if self.under_way else [])
        try: wrong = difference_of_rows(self.storage, candidates)
        except Exception as e: wrong = None if own(e) else f"reading after the failure: {say(e)}"
        if wrong: self.wrong(f"reads wrong after {say(self.failed)}: {wrong}")

    def closes(self):
        try:
            if self.storage is not None: self.storage.close()
        except Exception as e:
            if not own(e): self.wrong(f"closing after the failure: {say(e)}")

    def reopened(self, check: bool = True) -> Model:
        "Hold the reopened folder against what was acknowledged; the state it is in."
        candidates = [self.model] + ([self.under_way.apply(self.model)] if self.under_way else [])
        if wrong := verdict(self.subject, self.place, candidates, write=False): self.wrong(f"after reopening, following {say(self.failed) if self.failed else 'no failure'} in {self.under_way}: {wrong}"); return self.model
        found = next(m for m in candidates if verdict(self.subject, self.place, [m]) is None)
        if check and self.subject != "toy":
            storage = self.open()
            if problems := storage.check(): self.wrong(f"check() after reopening: {problems[:2]}")
            storage.close()
        return found

def difference_of_rows(storage, candidates: list[Model]) -> str | None:
    "The same as `difference`, whatever the next id: a refused write may have used one up in memory."
    class Seen:
        next_id = property(lambda self: None)
        def get_all(self): return storage.get_all()
    out = [difference(Seen(), [Model(m.rows, None)], D) for m in candidates]
    return None if None in out else str(out)

def calls_of(subject: str, home: Path, steps: int, witness: Witness, scene_of: list[Step]) -> int:
    "How many changing calls the scene makes when nothing fails."
    base, model = prepare(subject, home/"count")
    witness.begin(base); witness.arm(0)
    attempt = Attempt(subject, base, model, witness, Tally(), "count", scene_of)
    attempt.steps(steps); attempt.closes()
    n = witness.calls
    witness.end()
    if attempt.failed or attempt.refused or attempt.tally.failures: raise RuntimeError(f"the scene fails by itself: {attempt.failed!r} {attempt.refused!r} {attempt.tally.failures}")
    return n

MODES = {"once": ONCE, "for ever": FOR_EVER, "short": SHORT, "torn": TORN}

def faults(subject: str, ks: list[int], errors: list[str] = ("EIO", "ENOSPC"), modes: list[str] = tuple(MODES), steps: int = 22, cut_every: int = 10, which: str = "writes") -> Tally:
    "Let the k-th changing call of a scene fail, for each k, error and mode. Every `cut_every`-th is also written to again, and then loses power."
    witness, tally, home = Witness(), Tally(), scratch()
    try:
        tally.counts["calls in the scene"] = calls_of(subject, home, steps, witness, SCENES[which])
        base, model = prepare(subject, home/"prepared")
        for k in ks:
            for error in errors:
                for mode in modes:
                    if mode == "short" and error != errors[0]: continue
                    place = home/"live"
                    shutil.rmtree(place, ignore_errors=True); shutil.copytree(base, place)
                    before, log = Disk(place), home/"log"
                    witness.begin(place, log); witness.arm(k, getattr(errno, error), MODES[mode])
                    a = Attempt(subject, place, model, witness, tally, f"{which}, k={k} {error} {mode}", SCENES[which])
                    a.steps(steps)
                    hit = witness.hits
                    if hit and mode != "short" and a.failed is None and a.refused is None: tally.counts["failures without consequence"] += 1
                    if mode == "short" and (a.failed or a.refused): a.wrong(f"a short write is no failure: {say(a.failed or a.refused)}")
                    a.refuses(); a.reads(); a.closes()
                    witness.arm(0)
                    tally.counts["hit" if hit else "not reached"] += 1
                    tally.states += bool(hit)
                    if hit and mode != "short" and (k + len(mode)) % cut_every == 0: then_cut(a, before, log, witness, tally, home, k)
                    else: witness.end(); a.reopened()
                    if len(tally.failures) >= 40: return tally
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def then_cut(a: Attempt, before: Disk, log: Path, witness: Witness, tally: Tally, home: Path, k: int):
    "The same machine goes on: reopen, write, acknowledge; then the power is cut."
    try:
        model = next((m for m in [a.model] + ([a.under_way.apply(a.model)] if a.under_way else []) if settle(a, m)), None)
        if model is None: witness.end(); a.reopened(); return
        storage = a.open()
        for i in range(4):
            step = Step("bulk" if i % 2 else "add", model.tags + 5000, 6 if i % 2 else 0)
            witness.mark(step.word("begin")); step.expect(model, step.take(storage, D)); witness.mark(step.word("done"))
            model = step.apply(model)
        witness.mark(b"cut")
        storage.close()
    finally: witness.end()
    calls = read_log(log, a.place)
    for c in calls[:next(i for i, c in enumerate(calls) if c.data == b"cut" and c.op == "M")]: before.apply(c, random.Random(k))
    for files, names in [("none", "none"), ("all", "none"), ("none", "all"), ("sectors", "some")]:
        write_image(before.image(random.Random(k), files, names), home/"cut")
        tally.counts["cuts after a failure"] += 1
        if wrong := verdict(a.subject, home/"cut", [model]): a.wrong(f"power cut after {say(a.failed) if a.failed else 'a failure'}, reopening and 4 acknowledged writes (files {files}, names {names}): {wrong}")

def settle(a: Attempt, m: Model) -> bool: return verdict(a.subject, a.place, [m]) is None

# --- a disk of two megabytes ---------------------------------------------------------------------------------

def small_disk() -> Path | None: # None where that is not permitted
    "Mount 2 MB of memory in a name space of this process only."
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare((0x00020000 if uid == 0 else 0x00020000 | 0x10000000)): return None
    if uid:
        Path("/proc/self/setgroups").write_text("deny"); Path("/proc/self/uid_map").write_text(f"0 {uid} 1"); Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None) # MS_REC | MS_PRIVATE: nothing of this reaches other processes
    home = scratch()
    return home if libc.mount(b"tmpfs", os.fsencode(home), b"tmpfs", 0, b"size=2m") == 0 else None

def fill(subject: str, place: Path, tally: Tally, witness: Witness, note: str, seed: int, relieve) -> None:
    "Write until nothing more fits; then there must be room again, and everything acknowledged."
    rng = random.Random(seed)
    a = Attempt(subject, place, Model(), witness, tally, note)
    try:
        a.storage = a.open()
        for i in range(100_000):
            a.under_way = step = next_step(rng, a.model, {"add": 10, "bulk": 60, "delete": 10, "fold": 5, "compact": 3}, bulks=(5, 100, 2000))
            step.expect(a.model, step.take(a.storage, D))
            a.model, a.under_way = step.apply(a.model), None
    except Exception as e:
        a.failed = e
        if not own(e): a.wrong(f"not an error of its own: {say(e)}")
    if a.failed is None: a.wrong("the disk never filled"); return
    tally.counts["rows acknowledged before it was full"] += len(a.model.rows)
    a.refuses(); a.reads(); a.closes()
    try:
        storage = a.open()
        try: wrong = difference_of_rows(storage, [a.model] + ([a.under_way.apply(a.model)] if a.under_way else []))
        finally: storage.close()
        if wrong: a.wrong(f"reopened on the full disk: {wrong}")
    except Exception as e:
        if not own(e): a.wrong(f"opening on a full disk: {say(e)}")
        tally.counts["full disks that do not open for writing"] += 1
    if subject == "durable": reads_when_full(a)
    relieve()
    a.reopened()
    tally.states += 1

def reads_when_full(a: Attempt):
    "A full disk can still be read."
    from minivecdb import VectorStorage
    try:
        with VectorStorage.open(a.place/"s.mvdb", mode="r") as storage:
            if wrong := difference_of_rows(storage, [a.model] + ([a.under_way.apply(a.model)] if a.under_way else [])): a.wrong(f"read on the full disk: {wrong}")
    except Exception as e: a.wrong(f"reading on a full disk: {say(e)}")

def full(subject: str, how: str, times: int) -> Tally:
    "how: disk (2 MB, pretended) | mount (2 MB, a real file system) | size (limit on the size of a file)"
    witness, tally, home = Witness(), Tally(), scratch()
    if how == "mount":
        small = small_disk()
        if small is None: tally.counts["not permitted"] += 1; return tally
    for i in range(times):
        place = (small if how == "mount" else home)/f"live{i}"
        place.mkdir()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        def relieve():
            if how == "disk": witness.room(-1)
            if how == "size": resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            if how == "mount": os.unlink(small/"ballast")
        if how == "disk": witness.begin(place); witness.room(2 << 20)
        if how == "size": resource.setrlimit(resource.RLIMIT_FSIZE, ((300 + 37 * i) << 10, limits[1]))
        if how == "mount": (small/"ballast").write_bytes(bytes((800 + 31 * i) << 10))
        fill(subject, place, tally, witness, f"{how} {i}", i, relieve)
        witness.end()
        shutil.rmtree(place, ignore_errors=True)
    if how == "mount": ctypes.CDLL(None).umount(os.fsencode(small))
    shutil.rmtree(home, ignore_errors=True)
    return tally

# --- a folder that may only be read ------------------------------------------------------------------------------

def left_behind(home: Path) -> list[tuple[str, Path, Model]]:
    "The same history closed properly, and as a kill leaves it: with a write-ahead log that is still needed."
    closed, model = prepare("durable", home/"closed")
    step = Step("add", model.tags)
    storage = SUBJECTS["durable"](closed/"s.mvdb", D)
    step.take(storage, D); model = step.apply(model)
    killed = home/"killed"
    shutil.copytree(closed, killed)
    storage.close()
    without = home/"without"
    shutil.copytree(killed, without)
    (without/"s.mvdb"/"meta.sqlite-shm").unlink(missing_ok=True)
    return [("closed", closed, model), ("killed", killed, model), ("killed, no shm", without, model)]

def exact_image(folder: Path) -> dict: # also of SQLite's shared memory
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}

def lock_up(folder: Path):
    for p in sorted(folder.rglob("*")): p.chmod(0o444 if p.is_file() else 0o555)
    folder.chmod(0o555)

def reads_without_writing(folder: Path, model: Model, note: str, tally: Tally):
    "Open for reading, read everything, close: the answers are right and no byte of the folder changes."
    from minivecdb import VectorStorage
    before = exact_image(folder)
    try:
        storage = VectorStorage.open(folder/"s.mvdb", mode="r")
        wrong = difference(storage, [model], D)
        if wrong: tally.fail(f"{note}: {wrong}")
        for step in (Step("add", 1), Step("delete", id=next(iter(model.rows)))):
            try: step.take(storage, D); tally.fail(f"{note}: a storage opened for reading took {step}")
            except Exception as e:
                if not own(e): tally.fail(f"{note}: not an error of its own: {say(e)}")
        if exact_image(folder) != before: tally.fail(f"{note}: reading wrote: {sorted(k for k, v in exact_image(folder).items() if before.get(k) != v)}")
        storage.close()
    except Exception as e: tally.fail(f"{note}: {say(e)}")
    if exact_image(folder) != before: tally.fail(f"{note}: something changed: {sorted(k for k, v in (exact_image(folder) | before).items() if before.get(k) != exact_image(folder).get(k))}")
    tally.states += 1

def refused_for_writing(folder: Path, note: str, tally: Tally):
    "Opening for writing what cannot be written is an error of its own, and changes nothing."
    before = exact_image(folder)
    try: SUBJECTS["durable"](folder/"s.mvdb", D).close(); tally.fail(f"{note}: opened for writing")
    except Exception as e:
        if not own(e): tally.fail(f"{note}: not an error of its own: {say(e)}")
    if exact_image(folder) != before: tally.fail(f"{note}: a refused opening changed something")

def as_nobody(work) -> tuple[int, list[str]]: # states, failures
    "Run in a child that may not write read-only folders; root may always, so it becomes somebody else."
    def other(tally):
        if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)
        work(tally)
    return in_child(other)

def in_child(work) -> tuple[int, list[str]]: # states, failures
    "Run in a child process."
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        tally = Tally()
        try:
            work(tally)
        except BaseException as e: tally.fail(say(e))
        finally: os.write(writing, repr((tally.states, tally.failures)).encode()); os._exit(0)
    os.close(writing)
    with open(reading, "rb") as f: found = f.read()
    os.waitpid(pid, 0)
    return ast.literal_eval(found.decode()) if found else (0, ["the reader died"])

def mounted_readonly(tally: Tally):
    "The same on a file system that is mounted read-only, where not even root may write; in a process of its own, whose mounts end with it."
    def work(t: Tally):
        small = small_disk()
        if small is None: return
        bases = left_behind(small)
        if ctypes.CDLL(None, use_errno=True).mount(None, os.fsencode(small), None, 0x20 | 0x1, None): return # MS_REMOUNT | MS_RDONLY
        for name, folder, model in bases:
            reads_without_writing(folder, model, f"{name}, read-only mount", t)
            refused_for_writing(folder, f"{name}, read-only mount", t)
    states, failures = in_child(work)
    tally.states += states
    tally.counts["on a read-only mount"] += states
    for f in failures: tally.fail(f)

def readonly(subject: str = "durable") -> Tally:
    "Read-only folders, and reading that writes nothing."
    witness, tally, home = Witness(), Tally(), scratch()
    home.chmod(0o755)
    for name, folder, model in left_behind(home):
        witness.begin(folder, home/"log")
        reads_without_writing(folder, model, f"{name}, writable folder", tally)
        witness.end()
        if calls := [c for c in read_log(home/"log", folder)]: tally.fail(f"{name}: opened for reading, yet: {[(c.op, c.path) for c in calls[:5]]}")
        lock_up(folder)
        def work(t):
            reads_without_writing(folder, model, f"{name}, read-only folder", t)
            refused_for_writing(folder, f"{name}, read-only folder", t)
        states, failures = as_nobody(work)
        tally.states += states
        for f in failures: tally.fail(f)
    mounted_readonly(tally)
    for p in home.rglob("*"):
        if p.is_dir(): p.chmod(0o755)
    shutil.rmtree(home, ignore_errors=True)
    return tally
