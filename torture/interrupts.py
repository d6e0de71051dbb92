"""An exception at every point: ^C while a storage is opened, written, compacted, folded, kept, copied or closed.

Two ways. `points` counts what an operation passes (every line of the project's own code, every call of something
else, before and after it) and raises at the k-th, for each k: no point is left out. `signals` lets a timer raise at
random moments while random steps run, as a person does.

After each: the change is wholly there or wholly absent and nothing acknowledged is lost; the handle goes on rightly or
says that it must be opened again; the folder opens in this process and in another one that stays; closing twice, or
dropping the handle, frees the lock."""
import hashlib, json, os, random, shutil, signal, subprocess, sys, threading, time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
import numpy as np
from .faults import own, say
from .power import D, Tally
from .recorder import ROOT, environment, limit, scratch
from .story import WIDE_MIX, Model, Step, beside_wrong, contents, expected, next_step
from .subjects import small_files

class Stop(KeyboardInterrupt):
    "The exception that is raised."

REPEATS = 1
OURS = str(ROOT/"minivecdb") + os.sep

class Points:
    """Count the points of an operation, and raise at one of them.

    A point is a line of ours, or a call that ours makes. A loop over rows passes the same place for each row; the first
    `REPEATS` times count."""
    def __init__(self, at: int = 0): self.at, self.seen, self.where, self.ours, self.times = at, 0, "", {}, Counter()

    def is_ours(self, frame) -> bool:
        if frame is None: return False
        file = frame.f_code.co_filename
        if (known := self.ours.get(file)) is None: known = self.ours[file] = os.path.abspath(file).startswith(OURS)
        return known

    def point(self, frame, what: str):
        place = frame.f_code, frame.f_lineno, what
        self.times[place] += 1
        if self.times[place] > REPEATS: return
        self.seen += 1
        if self.seen != self.at: return
        self.where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name} ({what})"
        self.off()
        raise Stop

    def trace(self, frame, event: str, arg: Any):
        if self.is_ours(frame): self.point(frame, "call"); return self.line
        if self.is_ours(frame.f_back): self.point(frame, "call below")

    def line(self, frame, event: str, arg: Any):
        if event == "line": self.point(frame, "line")
        return self.line

    def profile(self, frame, event: str, arg: Any):
        if event not in ("c_call", "c_return") or not self.is_ours(frame): return
        if event == "c_call" and arg.__name__ == "__exit__": return   # Python looks for signals behind a call: between a body and its lock's end no ^C can come
        self.point(frame, f"{event} {arg.__name__}")

    def off(self): sys.settrace(None); sys.setprofile(None)

    def run(self, call: Callable) -> tuple[Any, bool]: # (its answer, whether it was interrupted)
        "Call it with the points on."
        try:
            try:
                sys.setprofile(self.profile); sys.settrace(self.trace)
                return call(), False
            finally: self.off()
        except Stop: return None, True

# --- the other process, which stays ------------------------------------------------------------------------

def digest(found: dict, next_id: int) -> str:
    "A fingerprint of all rows."
    h = hashlib.blake2b(str(next_id).encode())
    for id in sorted(found): h.update(repr((id, found[id][0], sorted(found[id][1].items()))).encode())
    return h.hexdigest()

def answer_for_ever():
    "The life of the other process: a line with a folder and a mode in, a line with what it holds out."
    from minivecdb import VectorStorage
    small_files()
    if sys.argv[1:] == ["later"]:
        from .migrate import later_version
        later_version()
    for line in sys.stdin:
        path, mode = json.loads(line)
        limit(20)
        try:
            with VectorStorage.open(path, mode=mode, timeout=1) as s:
                told = digest(contents(s), s.next_id)
                if mode == "rw" and (problems := s.check()): told = f"check: {problems[:2]}"
        except Exception as e: told = say(e)
        limit(0)
        print(json.dumps(told), flush=True)

class Other:
    "Another process that looks at folders."
    def __init__(self, version: str = ""): self.version = version; self.start()
    def start(self):
        self.process = subprocess.Popen([sys.executable, "-c", "from torture.interrupts import answer_for_ever as a; a()", self.version], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": environment_path()})
    def ask(self, path: Path, mode: str) -> str:
        self.process.stdin.write(json.dumps([str(path), mode]) + "\n"); self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line: return json.loads(line)
        self.process.wait(); self.start()
        return "the other process died, or took longer than 20 seconds"
    def end(self): self.process.stdin.close(); self.process.wait()

def environment_path() -> str: return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

# --- what is interrupted -----------------------------------------------------------------------------------

def opened(place: Path, mode: str = "rw"):
    from minivecdb import VectorStorage
    small_files()
    return VectorStorage.open(place/"s.mvdb", D if mode == "rw" else None, mode=mode, timeout=.3)

@dataclass
class Scene:
    "An operation on a copy of a prepared folder. start: what is there before, untraced; act: what is interrupted."
    base: Path
    model: Model
    start: Callable[[Path], dict]
    act: Callable[[dict, Path], Any]
    step: Step | None = None # what it changes
    also: Callable[[dict, Path], str | None] = field(default=lambda held, place: None) # what else must be right

def history(home: Path, name: str, more: list[Step] = (), crash: bool = False) -> tuple[Path, Model]:
    "A folder with rows in a file and in SQLite, deleted ones, and a file that was exported; closed, or as a crash leaves it."
    place, model = home/name, Model()
    place.mkdir()
    storage = opened(place)
    for do, n in (("bulk", 80), ("add", 0), ("bulk", 3), ("update", 0), ("delete", 0), ("purge", 5), ("export", 0), *((s.do, s.n) for s in more)):
        changes = do in ("update", "delete", "purge")
        step = Step(do, model.tags, n, list(model.rows)[len(model.rows) // 2] if changes else -1)
        step.expect(model, step.take(storage, D))
        model = step.apply(model)
    if crash: shutil.copytree(place, home/f"{name} crashed"); place = home/f"{name} crashed"
    storage.close()
    return place, model

def step_of(do: str, model: Model) -> Step:
    "The step that is interrupted."
    n = {"bulk": 100, "small bulk": 3, "stream": 150, "purge": 30, "erase": 1921, "merge": 1990, "restate": 1950}.get(do, 0)
    id = list(model.rows)[len(model.rows) // 3] if do in ("update", "delete", "purge") else -1
    return Step(do.removeprefix("small "), model.tags, n, id, next(iter(model.beside)) if do == "import" else "")

STEPS = ("add", "small bulk", "bulk", "stream", "update", "delete", "purge", "erase", "merge", "restate", "compact", "fold", "backup", "repair", "export", "export json", "import")

def writing(home: Path, do: str) -> Scene:
    "A step on an open handle."
    base, model = history(home, "base")
    step = step_of(do, model)
    return Scene(base, model, lambda place: {"storage": opened(place)}, lambda held, place: step.take(held["storage"], D), step)

def folding(home: Path) -> Scene:
    "An add that is one too many, after which the storage folds by itself and moves its log."
    base, model = history(home, "base")
    storage = opened(base)
    while storage._head.recent * 4 * D < 8 << 10:   # more than so much is folded, see `small_files`
        step = Step("add", model.tags)
        step.expect(model, step.take(storage, D)); model = step.apply(model)
    storage.close()
    step = Step("add", model.tags)
    def start(place):
        storage = opened(place)
        storage._logged = 1001
        return {"storage": storage}
    return Scene(base, model, start, lambda held, place: step.take(held["storage"], D), step)

def opening(home: Path, what: str) -> Scene:
    "Opening a folder: a new one, one in order, what a crash left, one that is read, one of an older format."
    import minivecdb.durable.index   # or the first opening would pass the points of an import, too
    if what == "new": (home/"base").mkdir(); base, model = home/"base", Model()
    else: base, model = history(home, "base", crash=what != "closed")
    if what == "leftovers":
        for name in ("vectors-7-3.f32", ".index-9.ivf.1f2e3d4c.tmp", ".column-0123456789abcdef.col.1f2e3d4c.tmp", "column-0123456789abcdef.col"): (base/"s.mvdb"/name).write_bytes(bytes(64))
        with open(next((base/"s.mvdb").glob("vectors-0-*")), "ab") as f: f.write(bytes(3200))
    if what == "log alone": (base/"s.mvdb"/"meta.sqlite-shm").unlink()
    if what == "older":
        from .migrate import later_version
        later_version()
    mode = "r" if what in ("read", "log alone") else "rw"
    def act(held, place): held["storage"] = opened(place, mode); return len(held["storage"])
    return Scene(base, model, lambda place: {}, act)

def closing(home: Path, what: str) -> Scene:
    "Closing a handle that wrote, or one that read."
    base, model = history(home, "base", crash=what == "after a crash")
    step = Step("add", model.tags)
    def start(place):
        if what == "reader": storage = opened(place, "r"); len(storage); return {"storage": storage}
        storage = opened(place)
        step.take(storage, D); len(storage)
        return {"storage": storage}
    return Scene(base, model if what == "reader" else step.apply(model), start, lambda held, place: held["storage"].close())

def indexing(home: Path, what: str) -> Scene:
    "The index beside a storage: kept, opened, caught up, and built again by a compaction."
    import warnings
    from minivecdb import FlatIndex, IVFIndex
    from minivecdb.durable.index import IndexFileWarning
    warnings.simplefilter("ignore", IndexFileWarning); warnings.simplefilter("ignore", UserWarning)
    base, model = history(home, "base")
    options = {"distance_fn": "euclidean", "n_clusters": 4, "nprobe": 4}
    storage = opened(base)
    IVFIndex(storage, **options).build().save()
    for do in ("bulk", "delete"):
        step = step_of(do, model)
        step.expect(model, step.take(storage, D)); model = step.apply(model)
    storage.close()
    def start(place):
        storage = opened(place)
        return {"storage": storage} | ({} if what == "open" else {"index": IVFIndex.open(storage, **options)})
    def act(held, place):
        if what == "open": held["index"] = IVFIndex.open(held["storage"], **options)
        elif what == "save": held["index"].save()
        elif what == "compact": held["storage"].compact()
        else: held["index"].catch_up()
    def prepared(place):
        held = start(place)
        if what != "open": held["storage"].delete(next(iter(model.rows)))
        return held
    def also(held, place):
        "The index finds what exact search finds: this one, and one that is opened now; its options are kept."
        storage = held["storage"]
        asked = IVFIndex.open(storage)
        if (asked.nprobe, asked.n_clusters, asked.metric.name) != (4, 4, "euclidean"): return "the options of the index are lost"
        flat = FlatIndex.from_storage(storage, "euclidean")
        for index in [*filter(None, [held.get("index")]), IVFIndex.open(storage, **options)]:
            for query in flat.rows[:3]:
                if index.search(query, 5).attrgot("id") != flat.search(query, 5)[1][0].tolist(): return "the index finds other rows than exact search"
    deleted = Step("delete", id=next(iter(model.rows))).apply(model)
    return Scene(base, model if what == "open" else deleted, prepared, act, also=also)

def reading(home: Path) -> Scene:
    "Reading in every way, through a handle that goes on reading."
    base, model = history(home, "base")
    some = list(model.rows)[:3]
    def start(place):
        storage = opened(place, "r")
        return {"storage": storage, "n": len(storage)}
    def act(held, place):
        s = held["storage"]
        s.get(some[0]); s.take(some); s.metadata_of(some); s.find({"year": {"$gte": 1950}}, limit=2); list(s); s.get_all()
    return Scene(base, model, start, act)

def filtering(home: Path, what: str) -> Scene:
    "The first filter, which writes the columns of all keys; or one whose column is far behind, and is written again."
    base, model = history(home, "base")
    if what == "first":
        for file in (base/"s.mvdb").glob("column-*.col"): file.unlink()
    else:
        step = step_of("purge", model)
        with opened(base) as storage: step.expect(model, step.take(storage, D))
        model = step.apply(model)
    return Scene(base, model, lambda place: {"storage": opened(place)}, lambda held, place: held["storage"].count({"year": {"$gte": 1950}}))

SCENES: dict[str, Callable[[Path], Scene]] = {
    **{do: lambda home, do=do: writing(home, do) for do in STEPS}, "add that folds": folding, "read": reading,
    **{f"open {what}": lambda home, what=what: opening(home, what) for what in ("new", "closed", "crashed", "leftovers", "read", "log alone", "older")},
    **{f"close {what}": lambda home, what=what: closing(home, what) for what in ("writer", "after a crash", "reader")},
    **{f"filter {what}": lambda home, what=what: filtering(home, what) for what in ("first", "behind")},
    **{f"index {what}": lambda home, what=what: indexing(home, what) for what in ("save", "open", "catch up", "compact")},
}

# --- what must be right afterwards -------------------------------------------------------------------------

def which(storage, candidates: list[Model]) -> Model | str:
    "The state a storage is in, or how it differs from all that it may be in."
    found, next_id = contents(storage), storage.next_id
    for m in candidates:
        if found == expected(m, D) and next_id == m.next_id: return m
    return f"{len(found)} rows and next id {next_id}, expected {' or '.join(f'{len(m.rows)} and {m.next_id}' for m in candidates)}"

def in_thread(call: Callable) -> Any:
    "Call from another thread, which must not wait for ever."
    answer = []
    def work():
        try: answer.append(call())
        except Exception as e: answer.append(e)
    thread = threading.Thread(target=work, daemon=True)
    thread.start(); thread.join(5)
    if not answer: raise TimeoutError("another thread waits for ever")
    if isinstance(answer[0], Exception): raise answer.pop().with_traceback(None)   # no name for it here: its frames hold the handle
    return answer[0]

class Verdict:
    "Everything that is looked at after an interrupt; raises AssertionError where something is wrong."
    def __init__(self, place: Path, candidates: list[Model], other: Other, tally: Tally):
        self.place, self.candidates, self.other, self.tally = place, candidates, other, tally

    def settle(self, m: Model | str, where: str):
        if isinstance(m, str): raise AssertionError(f"{where}: {m}")
        self.candidates = [m]

    def handle(self, storage, scene: Scene | None = None, held: dict | None = None):
        "The handle reads one of the states; it writes, or says in its own words that it must be opened again."
        try:
            self.settle(which(storage, self.candidates), "the handle reads")
            if storage.mode == "rw":
                step = Step("add", self.candidates[0].tags + 500)
                in_thread(lambda: step.expect(self.candidates[0], step.take(storage, D)))
                self.candidates = [step.apply(self.candidates[0])]
                self.settle(which(storage, self.candidates), "the handle reads after its own write")
                if scene and (wrong := scene.also(held, self.place)): raise AssertionError(wrong)
            else: self.follows(storage)
            self.tally.counts["the handle went on"] += 1
        except Exception as e:
            if not own(e): raise
            if "again" not in str(e) and storage.mode == "rw": raise AssertionError(f"does not say that it must be opened again: {say(e)}")
            self.tally.counts["the handle says that it must be opened again"] += 1

    def follows(self, reader):
        "A handle that reads sees what another one writes now."
        step = Step("add", self.candidates[0].tags + 400)
        with opened(self.place) as writer: step.expect(self.candidates[0], step.take(writer, D))
        self.candidates = [step.apply(self.candidates[0])]
        self.settle(which(reader, self.candidates), "the handle reads after another one wrote")

    def ask(self, mode: str):
        "What the other process sees is one of the states."
        told = self.other.ask(self.place/"s.mvdb", mode)
        seen = [m for m in self.candidates if digest(expected(m, D), m.next_id) == told]
        if not seen: raise AssertionError(f"another process ({mode}): {told if ' ' in told else 'other rows'}")
        self.candidates = seen[:1]

    def opens(self, there: str = "rw"): # there: how the other process opens it
        "The folder opens for writing, here and there, is sound, and takes a step."
        storage = opened(self.place)
        try:
            self.settle(which(storage, self.candidates), "opened again")
            if problems := storage.check(): raise AssertionError(f"check: {problems[:2]}")
            step = Step("add", self.candidates[0].tags + 600)
            step.expect(self.candidates[0], step.take(storage, D))
            self.candidates = [step.apply(self.candidates[0])]
        finally: storage.close()
        self.ask(there)

def judge(scene: Scene, held: dict, place: Path, other: Other, tally: Tally, done: bool, k: int):
    "Look at everything after the k-th point."
    step = scene.step
    after = [step.apply(scene.model)] if step else [scene.model]
    candidates = after if done or not step else [step.cut_short(scene.model)] if step.name else [scene.model, *after]
    new = not scene.model.next_id and not step
    v = Verdict(place, candidates, other, tally)
    storage = held.get("storage")
    if storage is not None:
        v.handle(storage, scene, held)
        if not new: v.ask("r")
        if k % 2: storage.close()
        held.clear(); del storage   # dropping it is enough
    v.opens("r" if k % 4 else "rw")   # it has read already, with the handle still there
    if step and step.name and (wrong := beside_wrong(place, candidates[0], D)): raise AssertionError(wrong)

def passed(scene: Scene, place: Path) -> int:
    "How many points the operation passes when nothing interrupts it."
    shutil.rmtree(place, ignore_errors=True); shutil.copytree(scene.base, place)
    held, counted = scene.start(place), Points()
    counted.run(lambda: scene.act(held, place))
    return counted.seen

def meet(scene: Scene, name: str, place: Path, k: int, other: Other, tally: Tally) -> bool: # whether it came so far
    "Raise at the k-th point of a scene, and look at everything."
    shutil.rmtree(place, ignore_errors=True); shutil.copytree(scene.base, place)
    limit(30)
    held, met = scene.start(place), Points(k)
    try:
        _, stopped = met.run(lambda: scene.act(held, place))
        judge(scene, held, place, other, tally, not stopped, k)
    except Exception as e: tally.fail(f"{name}, point {k}, {met.where}: {say(e)}")
    finally: held.clear(); limit(0)
    return bool(met.where)

def points(subject: str, scenes: list[str], every: int = 1, first: int = 1, start: int = 0, progress: str = "", enough: int = 10) -> Tally:
    "Each point of some scenes, or every so many."
    tally, home, case = Tally(), scratch(), 0
    other = Other("later" if scenes == ["open older"] else "")
    sys.unraisablehook = lambda told: tally.counts.update(["raised where Python drops exceptions"])
    try:
        for name in scenes:
            (home/name).mkdir()
            scene, place = SCENES[name](home/name), home/"live"
            for k in range(first, passed(scene, place) + 1, every):
                case += 1
                if case <= start: continue
                if progress: Path(progress).write_text(json.dumps([case - 1, f"{name}, point {k}"]))
                if not meet(scene, name, place, k, other, tally): continue
                tally.states += 1
                tally.counts[name] += 1
                if len(tally.failures) >= enough: return tally
    finally:
        limit(0); other.end(); shutil.rmtree(home, ignore_errors=True)
    return tally

# --- signals at random moments -----------------------------------------------------------------------------

class Timer:
    "Raises `Stop` in the main thread after a while, by a signal; only while it is armed."
    def __init__(self): self.armed = False; signal.signal(signal.SIGALRM, self.ring)
    def ring(self, *_):
        if self.armed: self.armed = False; raise Stop
    def run(self, call: Callable, seconds: float) -> tuple[Any, bool]: # (its answer, whether it was interrupted)
        try:
            try:
                self.armed = True
                signal.setitimer(signal.ITIMER_REAL, seconds)
                return call(), False
            finally: self.armed = False; signal.setitimer(signal.ITIMER_REAL, 0)
        except Stop: return None, True

def signals(subject: str, times: int, seed: int = 0, enough: int = 10) -> Tally:
    "So many random steps with a signal in each; the folder is a fresh one now and then."
    tally, home, other, timer, rng = Tally(), scratch(), Other(), Timer(), random.Random(seed)
    mix = {do: n for do, n in WIDE_MIX.items() if do not in ("backup", "repair", "export", "export json", "import")} | {"compact": 10, "fold": 10, "reopen": 25}
    took: dict[str, float] = {}
    sys.unraisablehook = lambda told: tally.counts.update(["raised where Python drops exceptions"])
    try:
        base, first = history(home, "base")
        place, model, storage = home/"live", None, None
        while tally.states < times and len(tally.failures) < enough:
            if model is None or len(model.rows) > 400 or rng.random() < .01:
                if storage is not None: storage.close()
                shutil.rmtree(place, ignore_errors=True); shutil.copytree(base, place)
                model, storage = first, opened(place)
            step = next_step(rng, model, mix, bulks=(3, 40, 150))
            held = {"storage": storage}
            def act():
                if step.do != "reopen": return step.take(storage, D)
                held["storage"].close(); held["storage"] = opened(place)
            begun = time.perf_counter()
            note = f"seed {seed}, signal {tally.states}, {step}"
            try:
                _, stopped = timer.run(act, max(2e-6, rng.uniform(0, 1.1) * took.get(step.do, .005)))
                took[step.do] = .9 * took.get(step.do, .005) + .1 * (time.perf_counter() - begun)
                storage = held.pop("storage")
                after = step.apply(model)
                if not stopped: model = after; continue
                v = Verdict(place, [after] if after.rows == model.rows and after.next_id == model.next_id else [model, after], other, tally)
                v.handle(storage)
                v.ask("r")
                if rng.random() < .5: storage.close()
                storage = None
                v.opens()
                model, storage = v.candidates[0], opened(place)
            except Exception as e: tally.fail(f"{note}: {say(e)}"); model = storage = None
            tally.states += 1
            tally.counts[step.do] += 1
    finally:
        other.end(); shutil.rmtree(home, ignore_errors=True)
    return tally
