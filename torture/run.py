"All of it, as one table: `make torture`, or `python -m torture.run [--quick] [part …]`. Writes torture/results.json."
import argparse, hashlib, json, os, platform, re, sqlite3, subprocess, sys, tempfile, time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from . import recorder
from . import answers, strangers
from .subjects import MUTANTS, MUTANTS_BESIDE, MUTANTS_OF_FILES

@dataclass
class Part:
    "A line of the table. jobs: what each worker is told."
    name: str
    bar: str
    jobs: list
    wants_failures: bool = False # a mutant must be caught
    alone: bool = False          # needs the machine to itself
    witness: bool = True         # needs the recorder, and so a compiler
    states: int = 0
    failures: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    seconds: float = 0. # of all its workers together
    skipped: str = ""

def scenes(quick: bool) -> list[list[str]]:
    "The scenes of the part on interrupts, by worker."
    from .interrupts import SCENES
    if not quick: return [[name] for name in SCENES]
    names = [name for name in SCENES if name != "open older"]   # which wants a process of its own
    return [names[0::2], names[1::2]]

CRAFTED = ( # kind, what it makes, cases in full and for a minute
    ("ivf", "index files by hand, all checksums right", 800, 60), ("faiss", "numbers of faiss files", 300, 30), ("folder", "tables, LOCK and index of a folder, all seals right", 300, 20),
    ("places", "pipes, endless, sparse, older and other files where one should be", 400, 30), ("mixed", "files of another storage, or of an older state, in a folder", 200, 15))

def shared(n: int, parts: int) -> list[int]: return [n // parts + (i < n % parts) for i in range(parts)]

def plan(quick: bool, subject: str = "durable") -> list[Part]:
    "What is run. quick: a tenth or less of everything."
    def scale(full, short): return short if quick else full
    def job(what, **order): return {"what": what, "subject": subject, **order}
    cases = scale(10_000, 300)
    ks = list(range(1, scale(200, 200) + 1, scale(1, 13)))
    return [
        Part("kill", "a writer killed at a random moment: nothing acknowledged is lost, torn or back", [job("kill.kill", kills=k, seed=i) for i, k in enumerate(shared(scale(300, 12), 2))]),
        Part("power", "the power cut at every call, recorded below SQLite: nothing acknowledged is lost", [job("power.power", seeds=list(range(100 * i, 100 * i + scale(12, 1))), states=n) for i, n in enumerate(shared(cases, scale(4, 2)))]),
        *[Part(f"mutant: {m}", "must be caught", [job("power.power", seeds=list(range(4)), states=1500, mutant=m)], wants_failures=True) for m in MUTANTS],
        *[Part(f"mutant: {m}", "must be caught", [job("power.power", seeds=list(range(8)), states=3000, mutant=m)], wants_failures=True) for m in MUTANTS_BESIDE],
        Part("mutant: no checksums", "must be caught", [job("damage.damage", cases=30, seed=5, enough=3, broken="no checksums")], wants_failures=True, witness=False),
        Part("mutant: a matrix that was not compared", "must be caught", [job("damage.damage", cases=40, seed=5, enough=3, broken="a matrix that was not compared")], wants_failures=True, witness=False),
        Part("mutant: a migration in two commits", "must be caught", [job("migrate.migration", states=60, ks=60, enough=1, broken="a migration in two commits")], wants_failures=True),
        Part("mutant: goes on after a failed write", "must be caught", [job("faults.faults", ks=list(range(5, 120, 9)), errors=["EIO"], modes=["once"], broken="goes on after a failed write")], wants_failures=True),
        Part("faults", "the k-th changing call fails, k = 1…200 and every third to 640, EIO and ENOSPC, once, for ever, short, half written", [job("faults.faults", ks=ks[i::4], cut_every=scale(10, 10), **({"errors": ["EIO"] if i % 2 else ["ENOSPC"], "modes": ["once", "torn"]} if quick else {})) for i in range(4)] + ([] if quick else [job("faults.faults", ks=list(range(201 + 3 * i, 640, 6)), modes=["once", "for ever"]) for i in range(2)])),
        Part("faults: care", "the same while a backup, a repair, an export or an import is made, and rows change by filter", [job("faults.faults", which="care", ks=ks[i::4], **({"errors": ["EIO"] if i % 2 else ["ENOSPC"], "modes": ["once"]} if quick else {"modes": ["once", "for ever", "torn"]})) for i in range(4)]),
        Part("migrations", "a later version opens an old folder, and is killed, loses its power or meets a failing disk: the old format or the newest, and everything there", [job("migrate.migration", states=scale(1500, 60), ks=scale(120, 5), seed=i) for i in range(scale(2, 1))]),
        Part("interrupts: points", "an exception at every line, and around every call, of all that touches a folder: the change wholly there or wholly absent, the handle goes on or says that it must be opened again", [job("interrupts.points", scenes=s, every=151 if quick else 1, first=5 + i if quick else 1) for i, s in enumerate(scenes(quick))], witness=False),
        Part("interrupts: signals", "signals at random moments: the same", [job("interrupts.signals", times=n, seed=i) for i, n in enumerate(shared(scale(3000, 60), scale(4, 1)))], witness=False),
        *[Part(f"mutant: {b}", "must be caught", [job("interrupts.points", scenes=[s], first=first, enough=1, broken=b)], wants_failures=True, witness=False) for b, s, first in (("undoes a commit that happened", "fold", 150), ("lets go only once", "close writer", 40), ("keeps what was dropped", "read", 1))],
        Part("ten processes", "10 processes on one folder, each with a reader that stays and writers that come and go: no error, every acknowledged row there once", [job("processes.ten", writes=scale(2000, 60), processes=scale(10, 6))], alone=True, witness=False),
        Part("mutant: a descriptor of the database", "must be caught", [job("processes.ten", writes=400, seed=1, broken="a descriptor of the database")], wants_failures=True, alone=True, witness=False),
        Part("full disk", "2 MB of disk, pretended and mounted; a limit on the size of a file", [job("faults.full", how=h, times=scale(6, 1)) for h in ("disk", "mount", "size")]),
        Part("read-only", "a read-only folder or file system is read and not written; mode='r' changes no byte", [job("faults.readonly")]),
        Part("traffic", "4 writers and 4 readers on one folder, compactions included", [job("traffic.traffic", seconds=scale(60, 3))], alone=True, witness=False),
        Part("damage", "flipped bits, truncations, zeroed pages in every kind of file: 0 silent, 0 dead", [job("damage.damage", cases=n, seed=i, index=not quick) for i, n in enumerate(shared(scale(2300, 30), 2))], witness=False),
        Part("index_kill", "killed while the index is maintained or saved: it finds what exact search finds, and is not lost", [job("index.index_kill", kills=n, seed=i) for i, n in enumerate(shared(scale(300, 12), 2))], witness=False),
        Part("index_damage", "an index file deleted, damaged, renamed, too old: exact search agrees, a warning names the file", [job("index.index_damage", cases=n, seed=i) for i, n in enumerate(shared(scale(300, 24), 2))], witness=False),
        Part("mutant: an index without checksums", "must be caught", [job("index.index_damage", cases=60, seed=7, broken="no checksums")], wants_failures=True, witness=False),
        *[Part(f"model: {b}", "calls against a plain dictionary, with I/O errors", [job("model.model", backend=b, steps=n, seed=i) for i, n in enumerate(shared(scale(10_000, 300), scale(2, 1)))]) for b in ("memory", "durable")],
        *([] if quick else [Part(f"atheris: {k}", "the same, with inputs that coverage chooses", [dict(what="atheris", kind=k, seconds=90)], witness=False) for k in ("json", "folder")]),
        *[Part(f"fuzz: {k}", "own exceptions only, bounded memory", [job("fuzz.fuzz", kind=k, cases=n, seed=i) for i, n in enumerate(shared(scale(full, short), scale(2, 1)))], witness=False) for k, full, short in (("json", 40_000, 1500), ("meta", 3000, 120), ("folder", 1000, 60))],
        *[Part(f"crafted: {k}", f"{bar}: refused in own words, or answered rightly; no dead process, bounded memory and time", [job("crafted.crafted", kind=k, cases=n, seed=i) for i, n in enumerate(shared(scale(full, short), scale(2, 1)))], witness=False) for k, bar, full, short in CRAFTED],
        *[Part(f"mutant: {m}", "must be caught", [job("crafted.crafted", kind=k, cases=120, seed=9, enough=2, broken=m)], wants_failures=True, witness=False) for m, k in MUTANTS_OF_FILES.items()],
        Part("answers", "distances and neighbours against float64, recall against faiss's IVF of as many lists and bytes", [job("answers.answers", cases=n, first=i * 1_000_000, **({"most": 50_000} if quick else {})) for i, n in enumerate(shared(scale(2000, 16), scale(4, 1)))], witness=False),
        *[Part(f"mutant: answers: {m}", "must be caught", [job("answers.answers", cases=60, first=7_000_000, most=200_000, mutant=m, enough=1)], wants_failures=True, witness=False) for m in (() if quick else answers.MUTANTS)], # short ones have a test of their own
        Part("strangers", "tables as people have them: every value kept, or an error with row and column", [job("strangers.strangers", cases=n, first=i * 1_000_000) for i, n in enumerate(shared(scale(2000, 200), scale(2, 1)))], witness=False),
        *[Part(f"mutant: tables: {m}", "must be caught", [job("strangers.strangers", cases=1000, first=7_000_000, mutant=m, enough=2)], wants_failures=True, witness=False) for m in (() if quick else strangers.MUTANTS)], # a test of their own is the short run
    ]

def finish(part: Part, found: dict):
    part.states += found["states"]
    part.failures += found["failures"]
    part.counts.update(found["counts"])

ATHERIS = recorder.HERE/".venv"/"bin"/"python"

def atheris(part: Part, kind: str, seconds: int, what: str):
    "atheris in its own environment; it stops at the first failure."
    if not ATHERIS.exists() or subprocess.run([ATHERIS, "-c", "import atheris"], capture_output=True).returncode: part.skipped = "atheris is not installed in torture/.venv"; return
    with tempfile.TemporaryDirectory() as home:
        report = Path(home)/"report"
        p = subprocess.run([ATHERIS, "-m", "torture.fuzz_atheris", kind, str(seconds)], cwd=recorder.ROOT, capture_output=True, text=True, env=os.environ | {"TORTURE_REPORT": str(report), "PYTHONPATH": str(recorder.ROOT)})
        found = json.loads(report.read_text()) if report.exists() else {"states": 0, "errors": {}, "accepted": 0}
    finish(part, {"states": found["states"], "counts": found["errors"] | {"accepted": found["accepted"]}, "failures": ["\n".join(l for l in (p.stdout + p.stderr).splitlines() if not l.startswith(("#", "INFO:", "WARNING:")))[-2500:]] if p.returncode else []})

def fingerprint() -> str:
    "Of all code that a job runs."
    digest = hashlib.sha256()
    for p in sorted([*(recorder.ROOT/"minivecdb").rglob("*.py"), *recorder.HERE.glob("*.[pc]*")]): digest.update(p.read_bytes())
    return digest.hexdigest()

def one(part: Part, order: dict, resume: bool = False, until: float = 0.):
    "Run a job, or take what an earlier run of the same code found."
    start = time.perf_counter()
    found = Part(part.name, part.bar, [], part.wants_failures, witness=part.witness)
    place = recorder.ROOT/"build"/"torture"/hashlib.sha256(f"{CODE}{part.name}{json.dumps(order)}".encode()).hexdigest()[:24]
    if resume and place.exists(): found = Part(part.name, part.bar, [], **json.loads(place.read_text()))
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(".part")
        if not resume: beside.unlink(missing_ok=True)
        attempt(found, order, str(beside), until)
        found.seconds = time.perf_counter() - start
        kept = {k: getattr(found, k) for k in ("states", "failures", "counts", "seconds", "skipped")}
        if not until or time.time() < until: place.write_text(json.dumps(kept))
    finish(part, {"states": found.states, "failures": found.failures, "counts": found.counts})
    part.seconds += found.seconds
    part.skipped = part.skipped or found.skipped

CODE = fingerprint()

def listened(p: subprocess.Popen) -> tuple[str, str]: # (its last line, its errors)
    "What a worker says; failures are shown as they come."
    out, err = "", []
    reader = Thread(target=lambda: err.append(p.stderr.read()))
    reader.start()
    for line in p.stdout:
        if line.startswith("failed: "): print(line, end="", flush=True)
        else: out = line
    reader.join()
    p.wait()
    return out, err[0]

def attempt(part: Part, order: dict, kept: str = "", until: float = 0.):
    "Run a worker, and another one behind it when it dies over a case."
    if order["what"] == "atheris": return atheris(part, **order)
    order = dict(order)
    resumes = order["what"] in ("damage.damage", "fuzz.fuzz", "crafted.crafted", "strangers.strangers", "answers.answers", "interrupts.points")
    with tempfile.TemporaryDirectory() as home:
        if resumes: order["progress"] = f"{home}/progress"
        if order["what"] == "answers.answers": order |= {"kept": kept, "until": until}
        while True:
            p = recorder.work(witness=part.witness, **order)
            out, err = listened(p)
            if p.returncode == 0: finish(part, json.loads(out)); break
            case, note = json.loads(Path(order["progress"]).read_text()) if resumes and os.path.exists(order["progress"]) else (None, "")
            part.failures.append(f"a process died ({p.returncode}) {note}: {err[-1500:]}")
            part.counts["dead processes"] += 1
            if case is not None: part.states += 1 if "kept" in order else case + 1 - order.get("start", 0)
            if case is None or part.wants_failures or part.counts["dead processes"] >= 20: break   # a mutant is caught
            order["start"] = case + 1

def run(parts: list[Part], workers: int = 2, show=lambda part: None, resume: bool = False, until: float = 0.):
    "Run the parts, a few workers at a time."
    for part in parts:
        if (why := recorder.why_not()) and part.witness: part.skipped = why
        mutant = answers.MUTANTS.get(part.name.removeprefix("mutant: answers: "))
        if mutant and mutant[2] and answers.faiss_or_none() is None: part.skipped = "faiss is not installed in torture/.venv"
    with ThreadPoolExecutor(workers) as pool:
        waiting = [(p, [pool.submit(one, p, j, resume, until) for j in p.jobs]) for p in parts if not p.alone and not p.skipped]
        for p, jobs in waiting:
            for j in jobs: j.result()
            show(p)
    for p in parts:
        if p.alone and not p.skipped: [one(p, j, resume) for j in p.jobs]; show(p)

def passed(p: Part) -> bool: return bool(p.skipped) or bool(p.failures) == p.wants_failures and (p.wants_failures or p.states > 0)

def line(p: Part) -> str:
    "One line of the table."
    told = f"skipped: {p.skipped}" if p.skipped else ("caught" if p.failures else "NOT CAUGHT") if p.wants_failures else str(len(p.failures))
    return f"{p.name:42}{p.states:>9,}  {told:>10}{p.seconds:>9.1f} s{'' if passed(p) else '   FAILED'}"

def keep(path: Path, told: list[dict]):
    "Write the results; parts that were not run this time keep their last line."
    old = json.loads(path.read_text())["parts"] if path.exists() else []
    new = {p["name"]: p for p in told}
    order = [p.name for p in plan(False)]
    parts = sorted((new | {p["name"]: p for p in old if p["name"] not in new}).values(), key=lambda p: order.index(p["name"]) if p["name"] in order else len(order))
    path.write_text(json.dumps({"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "system": f"{platform.system()} {platform.machine()}", "cpus": os.cpu_count(), "parts": parts}, indent=1) + "\n")

def told(p: Part) -> dict:
    "What is kept of a part."
    return {"name": p.name, "bar": p.bar, "states": p.states, "failures": len(p.failures), "caught": re.sub(r"/\S*/(?=s\.mvdb|backup-|export-|torture/|minivecdb/|x\.)", "", p.failures[0])[:300] if p.wants_failures and p.failures else None, "seconds": round(p.seconds, 1),
            "skipped": p.skipped, "passed": passed(p), "counts": dict(sorted(p.counts.items()))}

def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("parts", nargs="*", help="names, or their beginnings; all when none is given")
    arguments.add_argument("--quick", action="store_true", help="a minute's worth")
    arguments.add_argument("--subject", default="durable", help="durable, or toy where that makes sense")
    arguments.add_argument("--resume", action="store_true", help="go on after a run of the same code that was stopped: finished jobs are not run again")
    arguments.add_argument("--minutes", type=float, help="stop trying answers after so long; --resume goes on from there")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--results", default=str(recorder.HERE/"results.json"))
    a = arguments.parse_args()
    parts = [p for p in plan(a.quick, a.subject) if not a.parts or any(p.name.startswith(x) for x in a.parts)]
    start = time.perf_counter()
    print(f"{'what':42}{'states':>9}  {'failures':>10}{'worker time':>11}")
    def show(p: Part):
        print(line(p), flush=True)
        if not a.quick: keep(Path(a.results), [told(p)])
    run(parts, a.workers, show, a.resume, time.time() + 60 * a.minutes if a.minutes else 0.)
    seconds = time.perf_counter() - start
    print(f"{seconds:.0f} s with {a.workers} workers")
    for p in parts:
        if not passed(p):
            print(f"\n{p.name}: {p.bar}")
            for f in p.failures[:12]: print("  -", f[:1200])
    if not all(map(passed, parts)): sys.exit(1)

if __name__ == "__main__": main()
