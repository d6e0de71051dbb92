"""The benchmark: `make bench`, `make bench ARGS="--quick"`, or `python -m bench.run --help`.

Each measurement is a fresh process with its number of threads set in the environment, and each has its box of time; a
peer that is missing, fails or runs out of time is reported and the rest goes on. Results go to bench/results.
"""
import argparse, json, os, shutil, signal, subprocess, sys, tempfile, time
from datetime import date
from pathlib import Path
from bench.data import CACHE, Data, prepare
from bench.peers import CONFIGS
from bench.race import runners
from bench.report import stored_at, write

ROOT, HERE = Path(__file__).resolve().parent.parent, Path(__file__).resolve().parent
LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS")

def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 rows, 128 clusters, 1,000 queries, one thread: about 7 minutes on two quiet cores")
    parser.add_argument("--data", default="docstrings,mixture", help="docstrings, mixture, or .npy files of shape (n, d); several with commas")
    parser.add_argument("--n", type=int, help="rows to index (100,000)")
    parser.add_argument("--tune", type=int, help="tuning queries (2,000)")
    parser.add_argument("--report", type=int, help="reporting queries (10,000)")
    parser.add_argument("--clusters", type=int, help="lists of every inverted file (1,024)")
    parser.add_argument("--threads", default=None, help="1, 2 or 1,2 (1,2)")
    parser.add_argument("--only", default="", help="configurations whose names contain one of these words, with commas")
    parser.add_argument("--parts", help="what to measure (bars,codecs,sweep,race,memory; what is not measured again stays as it was, with its date; memory only without --quick; race: the best of the sweep again, in turns)")
    parser.add_argument("--box", type=float, help="seconds of searching for each configuration (30)")
    parser.add_argument("--build-box", type=float, help="seconds a configuration may build (240)")
    parser.add_argument("--minutes", type=float, help="of sweeping for each data set and number of threads (25); configurations that would begin later are left out and named")
    parser.add_argument("--no-embed", action="store_true", help="use the sentences that are embedded already, however few")
    parser.add_argument("--python", default=None, help="interpreter with the peers (bench/.venv, else this one)")
    parser.add_argument("--out", type=Path, default=HERE/"results", help="folder for results")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for prepared data and saved indexes")
    a = parser.parse_args(arguments)
    small = {"n": 20_000, "tune": 500, "report": 1_000, "clusters": 128, "threads": "1", "box": 8, "build_box": 40, "minutes": 6, "parts": "bars,codecs,sweep,race", "data": "docstrings"}
    large = {"n": 100_000, "tune": 2_000, "report": 10_000, "clusters": 1024, "threads": "1,2", "box": 30, "build_box": 240, "minutes": 25, "parts": "bars,codecs,sweep,race,memory"}
    if a.quick and a.data == parser.get_default("data"): a.data = small["data"]
    for name, value in (small if a.quick else large).items():
        if getattr(a, name) is None: setattr(a, name, value)
    return a

def interpreter(given: str | None) -> str:
    "Where the peers are installed."
    there = HERE/".venv/bin/python"
    return given or (str(there) if there.exists() else sys.executable)

def environment(threads: int) -> dict[str, str]:
    return os.environ | {f"{library}_NUM_THREADS": str(threads) for library in LIBRARIES} | {"TQDM_DISABLE": "1", "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONWARNINGS": "ignore"}

def measure(python: str, task: dict, limit: float) -> dict:
    "One task in a process of its own: {'result', 'seconds'} or {'error'}."
    with tempfile.TemporaryDirectory() as folder:
        question, answer = Path(folder)/"task.json", Path(folder)/"result.json"
        question.write_text(json.dumps(task))
        process = subprocess.Popen([python, "-m", "bench.worker", str(question), str(answer)], cwd=ROOT, env=environment(task["threads"]), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try: _, complaint = process.communicate(timeout=limit)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL); process.communicate()
            if isinstance(error, subprocess.TimeoutExpired): return {"error": f"took more than {limit:.0f} s"}
            raise
        if process.returncode == 0 and answer.exists(): return json.loads(answer.read_text())
        return {"error": (complaint.strip().split("\n")[-1] or f"ended with code {process.returncode}")[:300]}

def shown(name: str, answer: dict):
    "A line of progress."
    print(f"  {name}: {answer['error'] if 'error' in answer else format(answer['seconds'], '.0f') + ' s'}", flush=True)

def measured(a: argparse.Namespace, data: Data, threads: int) -> dict:
    "All parts for one data set and number of threads."
    python, wanted = interpreter(a.python), a.parts.split(",")
    common = {"data": {"name": data.name, "folder": str(data.folder), "note": data.note}, "clusters": a.clusters, "threads": threads, "box": a.box}
    def ask(what, name, limit, **more):
        answer = measure(python, common | {"what": what, "name": name} | more, limit)
        shown(name, answer)
        return answer
    n, d = data.base.shape
    found = {"data": data.name, "note": data.note, "n": n, "d": d, "tune": len(data.tune), "report": len(data.report), "clusters": a.clusters, "threads": threads, "date": date.today().isoformat(), "quick": a.quick}
    print(f"{data.note}: {n:,} × {d}, {threads} thread(s), {a.clusters} clusters", flush=True)
    found["machine"] = ask("machine", "limits of the machine", 120)
    if missing := found["machine"].get("result", {}).get("missing"): print(f"  missing, so left out: {', '.join(missing)}", flush=True)
    limit = a.build_box * 2 + a.box * 3 + 180   # compiling fast-ivf's kernels is part of it
    if "bars" in wanted: found["bars"] = {what: ask(what, what, limit) for what in ("ivfflat", "building", "fast_ivf", "first")}
    if "codecs" in wanted: found.setdefault("bars", {})["codecs"] = ask("codecs", "codecs", limit, quick=a.quick)
    names, end = [n for n in CONFIGS if chosen(n, a)], time.monotonic() + 60 * a.minutes
    found["sweep"] = [swept(a, ask, name, end, data, "memory" in wanted) for name in names] if "sweep" in wanted else []
    if "race" in wanted and (entries := runners(found["sweep"])): found["race"] = ask("race", "the best again, in turns", 4 * a.box + 180, entries=entries)
    for folder in data.folder.glob("saved-*"): shutil.rmtree(folder, ignore_errors=True)
    return with_earlier(found, wanted, a.out)

def with_earlier(found: dict, wanted: list[str], folder: Path) -> dict:
    "What was not measured this time, from an earlier run of the same size, with its date."
    path, found["dates"] = stored_at(found, folder), {part: found["date"] for part in ("bars", "sweep") if part in wanted}
    old = json.loads(path.read_text()) if path.exists() else {}
    if all(old.get(what) == found[what] for what in ("note", "n", "tune", "report", "clusters")):
        for part, more in (("bars", ()), ("sweep", ("race",))):
            if part not in wanted and old.get(part):
                found |= {what: old[what] for what in (part, *more) if what in old}
                found["dates"][part] = old.get("dates", {}).get(part, old["date"])
        if "bars" in wanted and "codecs" not in wanted and "codecs" in old.get("bars", {}): found["bars"]["codecs"] = old["bars"]["codecs"]
    return found

def chosen(name: str, a: argparse.Namespace) -> bool:
    "fast-ivf compiles for half a minute in every process: a quick run has it among the bars only."
    return any(word in name for word in a.only.split(",")) if a.only else not (a.quick and name.startswith("fast-ivf"))

def swept(a: argparse.Namespace, ask, name: str, end: float, data: Data, with_memory: bool) -> dict:
    "One configuration: its sweep, then its memory in a process that only loads."
    if time.monotonic() > end: return {"name": name, "error": "left out: the minutes for this sweep were used up"}
    answer = ask("sweep", name, a.build_box + a.box * 2.5 + 20)
    if "error" in answer: return {"name": name, "error": answer["error"]}
    result = answer["result"]
    level = next((result["levels"][i] for i in (1, 0) if result["levels"][i]), None)
    if with_memory and level and "not_saved" not in result and not name.startswith("fast-ivf"): result["memory"] = ask("memory", name, 120 + a.box, setting=level["setting"])
    return result

def main(arguments: list[str] | None = None):
    a = options(arguments)
    runs = []
    for source in a.data.split(","):
        data = prepare(source, a.n, a.tune, a.report, embed=not a.no_embed, cache=a.cache)
        for threads in map(int, a.threads.split(",")):
            runs.append(measured(a, data, threads))
            a.parts = a.parts.replace("codecs", "")   # does not depend on the data set: once is enough
            print(write(runs, a.out, a.quick), flush=True)

if __name__ == "__main__": main()
