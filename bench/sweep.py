"""One configuration of one library: build it, find the cheapest settings on the tuning queries, report on the others."""
import gc, re, time
from pathlib import Path
import numpy as np
from minivecdb.exact import batch_seconds, single_seconds
from minivecdb.exact import recall
from bench.data import K, Data
from bench.machine import resident, settle
from bench.peers import Peer, emptied, make

LEVELS = (.90, .95, .99)
MARGIN = .002   # what a setting must reach above the level on the tuning queries: others may fare a little worse

def tried(peer: Peer, data: Data, tune: np.ndarray, setting: dict) -> dict:
    "Recall and seconds of a setting, on the tuning queries."
    start = time.perf_counter()
    found = peer.search(tune, K, **setting)
    return {"setting": setting, "recall": recall(found, data.tune_truth), "seconds": time.perf_counter() - start}

def explored(peer: Peer, data: Data, deadline: float) -> list[dict]:
    """Every setting that is worth trying: first along each series until it gains nothing more, then, for every library alike, between
    the last setting below a level and the first above it. Series take seven tenths of the time at most."""
    tune, grid, all_series, start = np.array(data.tune), peer.grid(), [], time.monotonic()
    peer.search(tune[:10], K, **grid[0][0])   # whatever it compiles or allocates first, which may take as long as it likes
    start, deadline = time.monotonic(), deadline + time.monotonic() - start
    first_end = start + .7 * (deadline - start)
    for i, series in enumerate(grid):
        rows, best, flat, now = [], 0., 0, time.monotonic()
        end = now + max(0., first_end - now) / (len(grid) - i)   # every series gets its share of the time
        for setting in series:
            if time.monotonic() > end: break
            rows.append(tried(peer, data, tune, setting))
            flat = flat + 1 if rows[-1]["recall"] < best + .0005 else 0
            best = max(best, rows[-1]["recall"])
            if best >= LEVELS[-1] + MARGIN or flat >= 3: break
        all_series.append(rows)
    for _, level, rows in crossings(all_series): refine(peer, data, tune, rows, level, deadline)
    return [row for rows in all_series for row in rows]

def crossings(all_series: list[list[dict]]) -> list[tuple]: # (order, level, series)
    "Where series pass a level: .95 before the others, and the series first that is fastest there."
    found = []
    for i, level in enumerate((.95, .90, .99)):
        for j, rows in enumerate(all_series):
            above = [r["seconds"] for r in rows if r["recall"] >= level + MARGIN]
            if above: found.append(((i, above[0], j), level, rows))
    return sorted(found, key=lambda f: f[0])

def refine(peer: Peer, data: Data, tune: np.ndarray, rows: list[dict], level: float, deadline: float):
    "Halve the way between the last setting of a series below a level and the first above it, until they are a sixteenth apart."
    if not (dial := dial_of(rows)): return
    while time.monotonic() < deadline:
        rows.sort(key=lambda r: r["setting"][dial])
        at = next(i for i, r in enumerate(rows) if r["recall"] >= level + MARGIN)
        if not at: return
        low, high = (rows[i]["setting"][dial] for i in (at - 1, at))
        if high - low <= max(1, high // 16): return
        rows.append(tried(peer, data, tune, rows[at]["setting"] | {dial: (low + high) // 2}))

def dial_of(rows: list[dict]) -> str | None:
    "The number that grows along a series."
    return next((name for name, value in rows[-1]["setting"].items() if value != rows[0]["setting"][name]), None)

def candidates(rows: list[dict], level: float, most: int = 6) -> list[dict]:
    "The fastest settings that reach a level."
    return sorted((r for r in rows if r["recall"] >= level + MARGIN), key=lambda r: r["seconds"])[:most]

def best_setting(peer: Peer, data: Data, rows: list[dict], single: bool) -> dict:
    "The fastest of a few settings, measured again with more care."
    if len(rows) == 1: return rows[0]["setting"]
    tune = np.array(data.tune)
    def seconds(setting):
        if single: return float(np.median(single_seconds(lambda q: peer.search(q, K, **setting), tune[:60])))
        return batch_seconds(lambda: peer.search(tune, K, **setting), 2)
    return min((r["setting"] for r in rows), key=seconds)

def singles(peer: Peer, queries: np.ndarray, setting: dict, seconds: float) -> np.ndarray:
    "Latencies of as many queries as fit into some seconds, at least 20."
    first = single_seconds(lambda q: peer.search(q, K, **setting), queries[:20])
    more = queries[20:20 + int(seconds / max(1e-6, np.median(first)))]
    return np.concatenate([first, single_seconds(lambda q: peer.search(q, K, **setting), more)]) if len(more) else first

def reported(peer: Peer, data: Data, level: float, rows: list[dict], seconds: float) -> dict | None:
    "What a level costs, on the reporting queries; None if no setting reached it."
    if not (few := candidates(rows, level)): return None
    batch, single = best_setting(peer, data, few, False), best_setting(peer, data, few, True)
    rate = len(data.tune) / next(r["seconds"] for r in rows if r["setting"] == batch)
    m = min(len(data.report), max(500, int(seconds * rate / 3)))   # fewer queries where a library is slow
    queries, truth = np.array(data.report[:m]), data.report_truth[:m]
    found = recall(peer.search(queries, K, **batch), truth)
    took, alone = batch_seconds(lambda: peer.search(queries, K, **batch), 3), singles(peer, queries, single, seconds / 3)
    counted = peer.cost(queries[:1000], **batch)
    return {"level": level, "needed": peer.needed(queries[:300], **batch), "recall": found, "setting": batch, "single_setting": single, "single_recall": recall(peer.search(queries, K, **single), truth), "batch_queries": m, "queries_per_second": m / took,
            "p50": float(np.median(alone)), "p99": float(np.percentile(alone, 99)), "single_queries": len(alone), "vectors_scored": counted and counted[0], "bytes_read": counted and counted[1],
            "single_cost": peer.cost(queries[:1000], **single)}

def sweep(name: str, data: Data, clusters: int, threads: int, box: float) -> dict:
    "Everything about one configuration, within about `box` seconds once it is built."
    x, before = data.base, resident()["anonymous"]
    peer = make(name, x.shape[1], clusters, threads)
    start = time.perf_counter()
    peer.build(x)
    built = time.perf_counter() - start
    gc.collect()
    grown = resident()["anonymous"] - before
    rows = explored(peer, data, time.monotonic() + box)
    result = {"name": name, "build_seconds": built, "built_bytes": grown, "explored": rows, "exact_apart": peer.exact_apart,
              "levels": [reported(peer, data, level, rows, box / 8) for level in LEVELS]}
    if peer.saves:
        try: peer.save(emptied(saved_at(data, name, threads))); result["saved"] = True
        except Exception as error: result["not_saved"] = repr(error)[:200]   # its memory is then not measured
    return result

def saved_at(data: Data, name: str, threads: int) -> Path: return data.folder/f"saved-{re.sub(r'[^a-zA-Z0-9]+', '-', name)}-{threads}"

def memory(name: str, data: Data, clusters: int, threads: int, setting: dict) -> dict: # bytes
    "In a fresh process: what a saved index occupies after it has answered all reporting queries, less what was there before."
    queries, x = np.array(data.report), data.base
    peer = make(name, x.shape[1], clusters, threads)
    saved = saved_at(data, name, threads)
    peer.warm(x); settle()
    before, exact_before = resident(str(saved)), resident(str(data.folder/"base.npy"))["files"]
    peer.load(saved, x)
    for i in range(0, len(queries), 1000): peer.search(queries[i:i + 1000], K, **setting)
    settle()
    after, rows = resident(str(saved)), resident(str(data.folder/"base.npy"))["files"] - exact_before
    total = sum(after.values()) - sum(before.values())
    exact = x.nbytes if peer.exact_apart else rows
    return {"index_bytes": total - (x.nbytes if peer.exact_apart else 0), "exact_bytes": exact, "own_count": peer.counted_bytes(), "anonymous": after["anonymous"] - before["anonymous"], "mapped": after["files"] - before["files"]}
