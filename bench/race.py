"""The best of ours beside the best of the others, as the sweep found them: loaded into one process and asked in turns.

The sweep measures each library in a process of its own, minutes apart, and a machine can change in minutes. What decides a bar is
measured here once more, A B, B A, A B …, and every ratio is the median of the turns' ratios.
"""
import time
from pathlib import Path
import numpy as np
from minivecdb.exact import recall
from bench.bars import PAUSE, in_turns
from bench.data import K, Data
from bench.peers import Peer, make
from bench.sweep import saved_at

BLOCK, COLD, PASSES = 64, 4, 3   # single queries in a turn; how many of them do not count, since another library was busy before; how often each is asked

def runners(entries: list[dict], i: int = 1, ours: int = 2, peers: int = 3) -> list[dict]:
    "Who takes part: of the configurations that reached level i and could be saved, the fastest of ours and of the others, in a batch and alone."
    there = [e for e in entries if "error" not in e and e["levels"][i] and e.get("saved")]
    chosen = {}
    for mine, most in ((True, ours), (False, peers)):
        for key in (lambda e: -e["levels"][i]["queries_per_second"], lambda e: e["levels"][i]["p50"]):
            for e in sorted((e for e in there if e["name"].startswith("minivecdb") == mine), key=key)[:most]: chosen[e["name"]] = e["levels"][i]
    return [{"name": name, "batch": level["setting"], "single": level["single_setting"]} for name, level in chosen.items()]

def opened(names: list[str], data: Data, clusters: int, threads: int) -> tuple[dict[str, Peer], dict[str, str]]:
    "Saved indexes by name; and what went wrong with others."
    there, failed, x = {}, {}, data.base
    for name in names:
        try:
            there[name] = make(name, x.shape[1], clusters, threads)
            there[name].mapped = False   # all of them in memory; only exact vectors that are apart stay in their file
            there[name].load(saved_at(data, name, threads), x)
        except Exception as error: there.pop(name, None); failed[name] = repr(error)[:200]
    return there, failed

def race(data: Data, clusters: int, threads: int, box: float, entries: list[dict]) -> dict:
    "A batch and single queries, the setting of each library as the sweep chose it."
    there, failed = opened([e["name"] for e in entries], data, clusters, threads)
    queries, truth = np.array(data.report), data.report_truth
    settings = {e["name"]: e for e in entries if e["name"] in there}
    found = {"failed": failed, "recall": {}, "single_recall": {}}
    for name, peer in there.items():
        for what, key in (("recall", "batch"), ("single_recall", "single")): found[what][name] = recall(peer.search(queries, K, **settings[name][key]), truth)
    return found | {"batch": batches(there, settings, queries, box), "single": alone(there, settings, queries, threads, box)}

def batches(there: dict[str, Peer], settings: dict, queries: np.ndarray, box: float) -> list[dict]:
    "Each of ours against each of the others: their time / ours, in turns."
    def call(name): return lambda: there[name].search(queries, K, **settings[name]["batch"])
    pairs = [(mine, other) for mine in there for other in there if mine.startswith("minivecdb") and not other.startswith("minivecdb")]
    return [{"ours": mine, "peer": other} | in_turns(call(other), call(mine), box / max(1, len(pairs))) for mine, other in pairs]

def alone(there: dict[str, Peer], settings: dict, queries: np.ndarray, threads: int, box: float) -> dict[str, dict]:
    """Latencies of queries that come alone: each library answers 64 in its turn, and every other turn goes in the opposite order. All of
    it is done three times, as far apart as the box allows, and a query's latency is the median of its three: what a machine does
    for others in between, for a moment here and there, then counts for nobody. The percentile with all of them counted is told, too."""
    passes, blocks = [], None
    for _ in range(PASSES):
        times, end, done = {name: [] for name in there}, time.monotonic() + box / PASSES, 0
        for turn, at in enumerate(range(0, len(queries) - BLOCK + 1, BLOCK)):
            if time.monotonic() > end if blocks is None else turn == blocks: break
            for name in list(there)[::1 if turn % 2 else -1]:
                peer, setting = there[name], settings[name]["single"]
                if threads > 1: time.sleep(PAUSE)
                for j in range(at, at + BLOCK):
                    query = queries[j:j + 1]
                    start = time.perf_counter(); peer.search(query, K, **setting); took = time.perf_counter() - start
                    if j >= at + COLD: times[name].append(took)
            done += 1
        blocks = done
        passes.append(times)
    each = {name: np.array([times[name] for times in passes]) for name in there}   # [passes, queries]
    typical = {name: np.median(t, axis=0) for name, t in each.items()}
    return {name: {"p50": float(np.median(t)), "p99": float(np.percentile(t, 99)), "p99_of_all": float(np.percentile(each[name], 99)), "queries": len(t), "setting": settings[name]["single"],
                   "ratios": {mine: float(np.median(typical[mine] / t)) for mine in there if mine.startswith("minivecdb")}} for name, t in typical.items()}
