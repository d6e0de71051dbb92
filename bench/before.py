"""This code against another checkout of it, in turns: `python -m bench.before OTHER [--rows 20000]`.

Each checkout runs in a process of its own, which stays. The two work in turns and never at once.
Processor time of one thread counts; a ratio above .97 means as fast as before, or faster."""
import argparse, json, os, subprocess, sys
from pathlib import Path
import numpy as np

HERE = Path(__file__).resolve().parent.parent

WORKER = """
import json, sys, time
import numpy as np
import minivecdb
from minivecdb.datasets import docstring_embeddings
from minivecdb.ivf import IVF
minivecdb.set_num_threads(1)
n = int(sys.argv[1])
x = docstring_embeddings(n + 1000)[0]
x, q = x[1000:], np.ascontiguousarray(x[:1000])
index = {}
for codec in ("flat", "rabitq", "int8"):
    index[codec] = IVF(x.shape[1], codec=codec).train(x)
    index[codec].add(x)
def alone(codec): return lambda: [index[codec].search(v, 10, nprobe=16) for v in q[:200]]
def fresh(codec, each, times):
    def add():
        ivf = IVF(x.shape[1], 50, codec=codec)
        ivf.train(x[:2000]); ivf.add(x[:2000])
        start = time.process_time()
        for i in range(times): ivf.add(q[i * each:(i + 1) * each])
        return time.process_time() - start
    return add
calls = {f"one query, {c}": alone(c) for c in index}
calls |= {"batch of 1,000, flat": lambda: index["flat"].search(q, 10, nprobe=16)}
calls |= {f"add of 1, 200 times, {c}": fresh(c, 1, 200) for c in index}
calls |= {f"add of 5, 100 times, {c}": fresh(c, 5, 100) for c in index}
def add_all():
    ivf = IVF(x.shape[1], 100).train(x[:3000])
    start = time.process_time()
    ivf.add(x)
    return time.process_time() - start
calls["add of all at once, flat"] = add_all
for call in calls.values(): call(); call()
answers = [np.concatenate([a.ravel() for v in q[:50] for a in index[c].search(v, 10, nprobe=16)])
           for c in index]
print(json.dumps([list(calls), [a.sum() for a in answers]]), flush=True)
for name in sys.stdin:
    start = time.process_time()
    inside = calls[name.strip()]()
    whole = time.process_time() - start
    print(inside if isinstance(inside, float) else whole, flush=True)
"""

class Checkout:
    "A process that runs one checkout."
    def __init__(self, path: Path, rows: int):
        env = os.environ | {"PYTHONPATH": str(path)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-c", WORKER, str(rows)]
        self.process = subprocess.Popen(command, cwd=path, env=env, text=True, **pipes)
        self.names, self.answers = json.loads(self.process.stdout.readline())

    def seconds(self, name: str) -> float:
        "Processor time of one measurement."
        print(name, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("other", type=Path)
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--only", default="")
    given = options.parse_args()
    old, new = (Checkout(path, given.rows) for path in (given.other.resolve(), HERE))
    assert old.answers == new.answers, (old.answers, new.answers)
    for name in new.names:
        if given.only not in name: continue
        pairs = []
        for turn in range(given.rounds):
            both = (old, new)[::-1 if turn % 2 else 1]
            found = [(c is new, c.seconds(name)) for c in both]
            pairs.append([seconds for _, seconds in sorted(found)])
        before, now = np.array(pairs).T
        print(f"{name}: before {before.min() * 1e3:.2f} ms, now {now.min() * 1e3:.2f}; before / now "
              f"{before.min() / now.min():.2f}, median of pairs {np.median(before / now):.2f}",
              flush=True)

if __name__ == "__main__": main()
