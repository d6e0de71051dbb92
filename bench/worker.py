"""One measurement in a process of its own: `python -m bench.worker task.json result.json`. The environment already limits the threads."""
import json, sys, time
from pathlib import Path
from minivecdb import set_num_threads
from bench import bars, machine
from bench.data import Data
from bench.peers import missing
from bench.race import race
from bench.sweep import memory, sweep

def run(task: dict) -> object:
    "Do what a task says."
    set_num_threads(task["threads"])
    data = Data(task["data"]["name"], Path(task["data"]["folder"]), task["data"]["note"])
    common = data, task["clusters"], task["threads"]
    if task["what"] == "machine": return machine.limits(data.base.shape[1]) | machine.describe() | {"missing": missing()}
    if task["what"] == "sweep": return sweep(task["name"], *common, task["box"])
    if task["what"] == "race": return race(*common, task["box"], task["entries"])
    if task["what"] == "memory": return memory(task["name"], *common, task["setting"])
    if task["what"] == "ivfflat": return bars.against_ivfflat(*common, task["box"])
    if task["what"] == "building": return bars.building(*common, task["box"])
    if task["what"] == "fast_ivf": return bars.against_fast_ivf(*common, task["box"])
    if task["what"] == "first": return bars.first_search(*common)
    if task["what"] == "codecs": return bars.codecs_at_equal_bytes(task["quick"])
    raise ValueError(f"unknown task {task['what']!r}")

def main():
    task, target = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    start = time.perf_counter()
    result = run(task)
    target.write_text(json.dumps({"result": result, "seconds": time.perf_counter() - start}))

if __name__ == "__main__": main()
