"""An index kept even while its data doubles and moves to other topics, against one that is never maintained and one built from scratch.

`python -m bench.drift` writes results/drift.json: a synthetic mixture, 100,000 to 200,000 rows, and docstring sentences where bench/.cache has them.
Settings were chosen with --seed 0 and 2, another mixture and other orders of the sentences; what is reported has seed 1."""
import argparse, json, time
from pathlib import Path
import numpy as np
from minivecdb import IVF, FlatIndex, recall, set_num_threads
from minivecdb.distances import prepare_queries
from minivecdb.ivf import default_clusters
from minivecdb.ivf import Upkeep
from minivecdb.ivf.upkeep import _Work
from minivecdb.kmeans import run_kmeans
from minivecdb.kmeans import assign
from bench.data import CACHE
from bench.machine import describe

RESULTS = Path(__file__).parent/"results"/"drift.json"

def drifting(n: int, d: int = 384, topics: int = 2000, seed: int = 0) -> np.ndarray: # [2.1 n, d]
    """Rows in the order of their arrival. The first half is about the first half of the topics; then new topics appear one after
    the other, and take over until nothing else is written about. Shapes and sizes of the topics are those of `bench.data.mixture`."""
    rng, total = np.random.default_rng(seed), 2 * n + n // 10
    spectrum = (1 + np.arange(d))**-.6
    centres = rng.standard_normal((topics, d)) * spectrum
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    t = np.maximum(0, 2 * np.arange(total) / total - 1)   # 0 in the first half, then up to 1
    born = np.concatenate([np.zeros(topics // 2), np.linspace(0, .8, topics - topics // 2)])
    weight, half = rng.permutation((1 + np.arange(topics))**-.7), topics // 2
    old = rng.choice(half, total, p=weight[:half] / weight[:half].sum())
    so_far, u = np.cumsum(weight[half:]), rng.random(total)
    alive = np.maximum(1, np.searchsorted(born[half:], t, side="right"))
    new = half + np.searchsorted(so_far, u * so_far[alive - 1])
    labels = np.where(rng.random(total) < np.minimum(1, 1.5 * t), new, old)
    lean = np.where(labels < half, rng.integers(0, half, total), half + (rng.random(total) * alive).astype(int))
    x = np.empty((total, d), np.float32)
    for c in np.unique(labels):
        which = np.flatnonzero(labels == c)
        directions = rng.standard_normal((24, d)) * spectrum**.5
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        local = rng.standard_normal((len(which), 24)) * (1 + np.arange(24))**-.4
        x[which] = centres[c] + .7 * rng.random((len(which), 1)) * centres[lean[which]] + .35 * local @ directions + .3 * rng.standard_normal((len(which), d)) / d**.5
    return x

def by_topic(x: np.ndarray, seed: int = 0) -> np.ndarray: # the same rows in another order
    "Sentences as they would come if one half of all topics were written about first, then the others one after the other."
    rng = np.random.default_rng(seed)
    topics = run_kmeans(x[rng.permutation(len(x))[:10_000]], 60, seed, "cosine")[0]
    labels, order = assign(prepare_queries(x, FlatIndex(1).metric)[0], topics, "cosine")[0], rng.permutation(60)
    first = np.cumsum(np.bincount(labels, minlength=60)[order]) <= len(x) / 2
    time_of = np.where(first, 0., 1 + np.arange(60) / 60)[np.argsort(order)]
    key = time_of[labels] + rng.random(len(x)) * np.where(first[np.argsort(order)][labels], 1, .1)
    return x[np.argsort(key, kind="stable")]

def docstrings() -> np.ndarray | None:
    "The largest set of embedded sentences that the benchmark has prepared."
    found = sorted(CACHE.glob("docstrings-*/base.npy"), key=lambda p: p.stat().st_size)
    return np.load(found[-1]) if found else None

class Story:
    "Rows that arrive, and held-out queries of the same times."
    def __init__(self, x: np.ndarray, seed: int):
        asked = np.random.default_rng(seed).random(len(x)) < .05
        self.rows, self.queries, self.asked_at = x[~asked], x[asked], np.cumsum(~asked)[asked]
        self.n = len(self.rows) // 2

    def questions(self, now: int, since: int = 0, most: int = 1000) -> np.ndarray:
        "Queries from the time between two rows."
        some = np.flatnonzero((self.asked_at <= now) & (self.asked_at >= since))
        return self.queries[np.random.default_rng(0).permutation(some)[:most]]

def built(rows: np.ndarray, upkeep: bool = False) -> IVF:
    index = IVF(rows.shape[1])
    if upkeep: index.upkeep = Upkeep()
    index.train(rows); index.add(rows)
    return index

def look(index: IVF, q: np.ndarray, truth: np.ndarray, nprobe: int) -> dict:
    stats = index.get_stats()
    return {"recall": float(recall(index.search(q, 10, nprobe=nprobe)[1], truth)), "scored": float(index.search_cost(q, nprobe=nprobe)[0].mean()), "lists": stats["n_clusters"], "largest": stats["max_cluster_size"],
            "imbalance": stats["imbalance"], "error": stats["quantization_error"]}

def by_itself() -> list[float]: # one entry, to which seconds are added
    "Clock what upkeep does in a write besides adding the rows."
    total = [0.]
    for name in ("mend", "refine", "look", "call_home", "remember"):
        def clocked(self, *args, does=getattr(_Work, name)):
            start = time.process_time()
            try: return does(self, *args)
            finally: total[0] += time.process_time() - start
        setattr(_Work, name, clocked)
    return total

STEPS = by_itself()

def timed(story: Story, batch: int, moments: list[int], compare: bool, look_at=None) -> tuple[dict, float]: # seconds of each add by what was done, and of the first build
    "Add the second half in batches, and at some moments look."
    start = time.process_time(); never = built(story.rows[:story.n]); build = time.process_time() - start
    kept, n, seconds = built(story.rows[:story.n], True), story.n, {"assignment": [], "never": [], "kept": [], "steps": []}
    def clock(what, call):
        start = time.process_time(); call(); seconds[what].append(time.process_time() - start)
    for moment in moments:
        while n < moment:
            x = story.rows[n:n + min(batch, moment - n)]
            clock("assignment", lambda: assign(prepare_queries(x, kept.metric)[0], kept.coarse.rows, "cosine"))
            if compare: clock("never", lambda: never.add(x))
            STEPS[0] = 0.
            clock("kept", lambda: kept.add(x))
            seconds["steps"].append(STEPS[0])
            n += len(x)
        if look_at: look_at(n, kept, never)
    return {k: np.array(v) for k, v in seconds.items() if v}, build

def run(story: Story, nprobe: int, batch: int, looks: int, compare: bool = True, passes: int = 1, show=print) -> dict:
    """Add the second half in batches; at some moments, hold the three against exact search. With several passes the same work is
    done again, and of each add the least time counts: a page that the host has to find, or a neighbour on the machine, comes once."""
    exact, found, moments = FlatIndex(story.rows.shape[1]), [], np.linspace(story.n, len(story.rows), looks).astype(int).tolist()
    def look_at(n, kept, never):
        exact.add(story.rows[len(exact):n])
        row, fresh = {"rows": int(n)}, built(story.rows[:n]) if compare else None
        for kind, since in (("all", 0), ("recent", max(0, n - story.n // 5))):
            q = story.questions(n, since)
            truth = exact.search(q, 10)[1]
            row[kind] = {"kept": look(kept, q, truth, nprobe)} | ({"never": look(never, q, truth, nprobe), "rebuilt": look(fresh, q, truth, nprobe)} if compare else {})
        found.append(row | {"splits": kept.upkeep.splits, "merges": kept.upkeep.merges})
        show(line(found[-1]))
    every = [timed(story, batch, moments, compare, look_at if i == 0 else None) for i in range(passes)]
    added, first = len(story.rows) - story.n, every[0][0]
    took = {k: np.min([seconds[k] for seconds, _ in every], axis=0) for k in first}
    cost = {k: float(v.sum() / added * 1e6) for k, v in took.items()}
    told = lambda v: {"median": float(np.median(v) * 1e3), "p99": float(np.quantile(v, .99) * 1e3), "longest": float(v.max() * 1e3), "above 50 ms": int((v > .05).sum()), "of": len(v)}
    return {"rows": [story.n, len(story.rows)], "dimension": story.rows.shape[1], "nprobe": nprobe, "batch": batch, "passes": passes, "moments": found, "microseconds_per_row": cost, "build_seconds": every[0][1],
            "maintenance_per_assignment": (cost["kept"] - cost["never"]) / cost["assignment"] if compare else None, "milliseconds_of_one_add": {k: told(v) for k, v in took.items()},
            "with everything counted": [told(seconds["kept"]) | {"maintenance / assignment": float((seconds["kept"].sum() - seconds["never"].sum()) / seconds["assignment"].sum()) if compare else None} for seconds, _ in every]}

def line(row: dict) -> str:
    told = [f"{row['rows']:>8,} rows, {row['splits']} splits, {row['merges']} merges"]
    for kind in ("all", "recent"): told += [f"    {kind:7}" + " | ".join(f"{name} {x['recall']:.3f} at {x['scored']:,.0f} ({x['lists']} lists, largest {x['largest']}, imbalance {x['imbalance']:.2f}, error {x['error']:.3f})" for name, x in row[kind].items())]
    return "\n".join(told)

def bars(found: dict) -> dict:
    "What was asked: the worst moment counts."
    told = {}
    for kind in ("all", "recent"):
        some = [m[kind] for m in found["moments"]]
        told |= {f"recall / rebuild's, {kind}": min(m["kept"]["recall"] / m["rebuilt"]["recall"] for m in some), f"vectors scored / rebuild's, {kind}": max(m["kept"]["scored"] / m["rebuilt"]["scored"] for m in some)}
    return told | {"maintenance / assignment": found["maintenance_per_assignment"], "its steps by themselves / assignment": found["microseconds_per_row"]["steps"] / found["microseconds_per_row"]["assignment"], "longest add, ms": found["milliseconds_of_one_add"]["kept"]["longest"], "p99 of adds, ms": found["milliseconds_of_one_add"]["kept"]["p99"], "adds above 50 ms": found["milliseconds_of_one_add"]["kept"]["above 50 ms"]}

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nprobe", type=int, default=32)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--looks", type=int, default=6)
    parser.add_argument("--passes", type=int, default=3, help="how often the same work is done; of each add the least time counts")
    parser.add_argument("--data", nargs="*", default=["mixture", "docstrings"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help=f"also write the measurements, for example to {RESULTS.name}")
    a = parser.parse_args()
    set_num_threads(a.threads)
    told = {"machine": describe(), "threads": a.threads, "seed": a.seed, "runs": {}}
    for name in a.data:
        x = drifting(a.rows, seed=a.seed) if name == "mixture" else docstrings()
        if x is None: print(f"{name}: not in bench/.cache, left out"); continue
        if name == "docstrings": x = by_topic(x, a.seed)
        story = Story(x, a.seed)
        for batch in a.batch:
            print(f"{name}, {story.n:,} rows double, {batch} at a time", flush=True)
            found = run(story, a.nprobe, batch, a.looks, passes=a.passes, show=lambda s: print(s, flush=True))
            told["runs"][f"{name}, {batch} at a time"] = found | {"bars": bars(found)}
            print(json.dumps({k: found[k] for k in ("microseconds_per_row", "milliseconds_of_one_add")}, indent=1), bars(found), flush=True)
            if a.out: a.out.write_text(json.dumps(told, indent=1) + "\n")

if __name__ == "__main__": main()
