"""From measurements to tables and pictures: Markdown to print, JSON and PNG in bench/results."""
import json
from pathlib import Path
from minivecdb.exact import as_table

def get(answer: dict | None, *path):
    "What stands at a path of a measurement, or None where it failed."
    for step in path:
        if answer is None: return None
        answer = answer.get(step) if isinstance(answer, dict) else answer[step]
    return answer

def bar(name: str, must: str, aim: str, measured: str, met: bool | None, why: str = "") -> dict[str, str]:
    return {"bar": name, "must": must, "aim": aim, "measured": measured, "met": {True: "yes", False: "no", None: "not measured" + (f": {why}" if why else "")}[met]}

def ivfflat_bars(found: dict | None) -> list[dict]:
    r, why = get(found, "result"), get(found, "error") or ""
    if r is None: return [bar("batch against IndexIVFFlat", "≥ 8×", "12×", "", None, why), bar("single query against IndexIVFFlat", "≤ 1.0×", "0.5×", "", None, why)]
    b, s = r["batch"], r["single"]
    return [bar(f"batch of {r['queries']:,}, recall {r['recall']:.3f} (faiss {r['faiss_recall']:.3f}), nprobe {r['nprobe']}", "≥ 8×", "12×", f"{b['ratio']:.2f}× ({b['a_seconds']:.2f} s / {b['b_seconds']:.2f} s)", b["ratio"] >= 8 and r["recall"] >= min(.95, r["faiss_recall"]) - 1e-4),
            bar("single query, same clusters and nprobe", "≤ 1.0×", "0.5×", f"{s['ratio']:.2f}× (p50 {1e3 * s['p50']:.2f} ms / {1e3 * s['faiss_p50']:.2f} ms, p99 {1e3 * s['p99']:.2f} / {1e3 * s['faiss_p99']:.2f})", s["ratio"] <= 1)]

def building_bar(found: dict | None) -> list[dict]:
    r = get(found, "result")
    if r is None: return [bar("train + add against IndexIVFFlat", "≤ 0.8×", "0.3×", "", None, get(found, "error") or "")]
    return [bar("train + add, at no less recall per probe", "≤ 0.8×", "0.3×", f"{r['ratio']:.2f}× ({r['a_seconds']:.1f} s / {r['b_seconds']:.1f} s), recall per probe {r['mean']:+.4f} on average, {r['worst']:+.4f} at worst", r["ratio"] <= .8 and r["mean"] >= -.001 and r["worst"] >= -.005)]

def fast_ivf_bars(found: dict | None) -> list[dict]:
    rows = get(found, "result")
    if rows is None: return [bar("against fast-ivf", "both at least as good", "2×", "", None, get(found, "error") or "")]
    return [bar(f"fast-ivf {r['name']}, nprobe 10", "both at least as good", "2×", f"recall {r['recall']:.3f} / {r['their_recall']:.3f}, {r['ratio']:.2f}× as fast", r["recall"] >= r["their_recall"] - 5e-4 and r["ratio"] >= 1) for r in rows]

def first_bar(found: dict | None) -> list[dict]:
    r = get(found, "result")
    if r is None: return [bar("first search in a fresh process", "< 1 s", "0.5 s", "", None, get(found, "error") or "")]
    return [bar("first search in a fresh process, import and load included", "< 1 s", "0.5 s", f"{r['total']:.2f} s (numpy {r['import_numpy']:.2f}, minivecdb {r['import_minivecdb']:.2f}, load {r['load']:.3f}, search {r['first']:.3f}; the next one {1e3 * r['second']:.1f} ms)", r["total"] < 1)]

def codec_bars(found: dict | None) -> list[dict]:
    rows = get(found, "result")
    if rows is None: return [] if found is None else [bar("codecs at equal bytes", "≥ −0.005", "better", "", None, get(found, "error") or "")]
    return [bar(f"{r['codec']} against faiss {r['peer']}, {r['bytes']:.0f} and {r['faiss_bytes']:.0f} bytes", "≥ −0.005", "better", f"{r['recall']:.4f} / {r['faiss_recall']:.4f}: {r['recall'] - r['faiss_recall']:+.4f}", r["recall"] - r["faiss_recall"] >= -.005) for r in rows]

def bars_table(run: dict) -> str:
    found = run.get("bars", {})
    rows = ivfflat_bars(found.get("ivfflat")) + building_bar(found.get("building")) + codec_bars(found.get("codecs")) + fast_ivf_bars(found.get("fast_ivf")) + first_bar(found.get("first"))
    return as_table(rows)

def at_level(run: dict, i: int = 1) -> tuple[list[dict], list[dict]]:
    "The configurations that reached a level: (ours, the others), the fastest in a batch first."
    there = sorted((e for e in run["sweep"] if "error" not in e and e["levels"][i]), key=lambda e: -e["levels"][i]["queries_per_second"])
    return [e for e in there if e["name"].startswith("minivecdb")], [e for e in there if not e["name"].startswith("minivecdb")]

def batch_bar(run: dict, ours: list[dict], peers: list[dict]) -> dict:
    "Our best configuration against the best of the others, in turns where both could be loaded into one process; never more than the sweep allows for one that could not."
    name, raced, r = f"batch of {run['report']:,}: against the best of all peers in any configuration", get(run.get("race"), "result"), lambda e: e["levels"][1]["queries_per_second"]
    if not ours or not peers: return bar(name, "≥ 1.5×", "3.5×", "", None, "nothing to compare with")
    mine, pairs = ours[0]["name"], get(raced, "batch") or []
    best = max({p["ours"] for p in pairs}, key=lambda m: min(p["ratio"] for p in pairs if p["ours"] == m), default=None)
    if best is None: ratio, text = r(ours[0]) / r(peers[0]), f"{mine} {r(ours[0]):,.0f} a second, {peers[0]['name']} {r(peers[0]):,.0f}, each in its own process"
    else:
        worst = min((p for p in pairs if p["ours"] == best), key=lambda p: p["ratio"])
        ratio, text = worst["ratio"], f"{best} {worst['b_seconds']:.3f} s, {worst['peer']} {worst['a_seconds']:.3f} s, in turns; recall {raced['recall'][best]:.3f} and {raced['recall'][worst['peer']]:.3f}"
        absent = [e for e in peers if e["name"] not in {p["peer"] for p in pairs} and r(e) > max(r(o) for o in peers if o["name"] == worst["peer"])]
        if absent: ratio, text = min(ratio, r(ours[0]) / r(absent[0])), text + f"; {absent[0]['name']} could not take part: {r(absent[0]):,.0f} a second in the sweep"
    return bar(name, "≥ 1.5×", "3.5×", f"{ratio:.2f}× ({text})", ratio >= 1.5)

def product_bar(run: dict, ours: list[dict]) -> dict:
    "Centroids and different vectors in the probed lists, once each: what has to be multiplied for a batch, however it is done."
    name, limits = "fraction of the measured matrix-product rate in that batch, needed products only", get(run["machine"], "result")
    if not ours or limits is None or not ours[0]["levels"][1].get("needed"): return bar(name, "≥ 20%", "40%", "", None)
    level = ours[0]["levels"][1]
    share = 2 * run["d"] * level["needed"] * level["queries_per_second"] / 1e9 / limits["gflops"]
    return bar(name, "≥ 20%", "40%", f"{share:.0%} ({ours[0]['name']}, {level['needed']:,.0f} products per query, {limits['gflops']:.0f} GFLOP/s in float32)", share >= .2)

def single_bars(run: dict, ours: list[dict], peers: list[dict]) -> list[dict]:
    "One query: the median against the best of the others, and our own slow ones."
    names = "single query, median: against the best of all peers", "single query, 99th percentile against its own median"
    alone = get(run.get("race"), "result", "single") or {e["name"]: {"p50": e["levels"][1]["p50"], "p99": e["levels"][1]["p99"]} for e in ours + peers}
    how = "in turns" if get(run.get("race"), "result", "single") else "each in its own process"
    mine, others = ({n: a for n, a in alone.items() if n.startswith("minivecdb") == own} for own in (True, False))
    if not mine: return [bar(names[0], "≤ 1.0×", "0.5×", "", None), bar(names[1], "≤ 2×", "1.5×", "", None)]
    best = min(mine, key=lambda n: mine[n]["p50"])
    tail = mine[best]["p99"] / mine[best]["p50"]
    every = f"; {mine[best]['p99_of_all'] / mine[best]['p50']:.2f}× with every interruption of this machine, where the best of the others has {min(o['p99_of_all'] / o['p50'] for o in others.values()):.2f}×" if others and "p99_of_all" in mine[best] else ""
    of_three = ", each query's median of three" if "p99_of_all" in mine[best] else ""
    rows = [bar(names[1], "≤ 2×", "1.5×", f"{tail:.2f}× ({best}: {1e3 * mine[best]['p99']:.3f} ms{of_three}{every})", tail <= 2)]
    if not others: return [bar(names[0], "≤ 1.0×", "0.5×", "", None, "nothing to compare with")] + rows
    other = min(others, key=lambda n: others[n]["p50"])
    ratio, text = mine[best]["p50"] / others[other]["p50"], f"{best} {1e3 * mine[best]['p50']:.3f} ms, {other} {1e3 * others[other]['p50']:.3f} ms, {how}"
    if recalls := get(run.get("race"), "result", "single_recall"): text += f"; recall {recalls[best]:.3f} and {recalls[other]:.3f}"
    absent = [e for e in peers if e["name"] not in others and e["levels"][1]["p50"] < others[other]["p50"]]
    if absent: ratio, text = mine[best]["p50"] / min(e["levels"][1]["p50"] for e in absent), text + f"; {absent[0]['name']} could not take part: {1e3 * absent[0]['levels'][1]['p50']:.3f} ms in the sweep"
    return [bar(names[0], "≤ 1.0×", "0.5×", f"{ratio:.2f}× ({text})", ratio <= 1)] + rows

def build_bar(run: dict, ours: list[dict]) -> dict:
    "Building, in turns, with lists as usual; and what the sweep took for the fastest configurations."
    r, name = get(run.get("bars", {}).get("building"), "result"), "train + add against IndexIVFFlat"
    flat = next((e for e in run["sweep"] if e["name"] == "faiss IVF,Flat" and "error" not in e), None)
    swept = "; ".join(f"{e['name']} {e['build_seconds'] / flat['build_seconds']:.2f}× in the sweep" for e in ours) if flat else ""
    if r is None and not swept: return bar(name, "≤ 0.6×", "0.3×", "", None)
    ratio = r["ratio"] if r else min(e["build_seconds"] for e in ours) / flat["build_seconds"]
    return bar(name, "≤ 0.6×", "0.3×", f"{ratio:.2f}×" + (f" in turns ({r['a_seconds']:.1f} s / {r['b_seconds']:.1f} s)" if r else "") + (f"; {swept}" if swept else ""), ratio <= .6)

def memory_bar(run: dict, ours: list[dict]) -> dict:
    "What an index occupies that keeps its exact vectors on disk; never less than it counts itself, since the system may have taken back pages."
    name, held = f"resident bytes per vector ({run['d']} dimensions, exact vectors on disk, apart)", [(max(m["index_bytes"], m.get("own_count") or 0) / run["n"], m["exact_bytes"] / run["n"], e["name"], m.get("own_count")) for e in ours if "rescore" in e["name"] and (m := get(e.get("memory"), "result"))]
    if not held: return bar(name, "≤ 128", "80", "", None)
    least = min(held, key=lambda h: h[0])
    own = f"; {least[3] / run['n']:.0f} by its own count" if least[3] else ""
    return bar(name, "≤ 128", "80", f"{least[0]:.0f} ({least[2]}{own}; exact vectors apart: {least[1]:,.0f}); " + ", ".join(f"{n} {b:.0f}" for b, _, n, _ in sorted(held, key=lambda h: h[0])[1:]), least[0] <= 128)

def rabitq_bar(run: dict) -> dict:
    name, rows = "recall at equal bytes against faiss's RaBitQ", [r for r in get(run.get("bars", {}).get("codecs"), "result") or [] if r["codec"].startswith("rabitq")]
    if not rows: return bar(name, "≥ −0.005", "better", "", None)
    return bar(name, "≥ −0.005", "better", ", ".join(f"{r['bytes']:.0f} bytes {r['recall'] - r['faiss_recall']:+.4f}" for r in rows), all(r["recall"] - r["faiss_recall"] >= -.005 for r in rows))

def compressed_bar(folder: Path) -> dict:
    "What `python -m bench.compressed > bench/results/compressed.jsonl` and `--peer >>` left there."
    name, path = "fast-ivf's CompressedFastIVF: recall@10 and batch, 128 and 64 dimensions kept", folder/"compressed.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    def of(library, kept): return next((r for r in rows if r["library"] == library and r["kept"] == kept and r.get("nprobe") == 10 and "rescore" not in r), None)
    pairs = [(kept, a, b) for kept in (128, 64) if (a := of("minivecdb", kept)) and (b := of("fast-ivf", kept))]
    if not pairs: return bar(name, "at least as good", "better", "", None, "no results/compressed.jsonl; bench/NOTES.md has figures of before")
    return bar(name, "at least as good", "better", "; ".join(f"{kept}: recall {a['recall@10']:.3f} / {b['recall@10']:.3f}, {a['batch s']:.2f} s / {b['batch s']:.2f} s" for kept, a, b in pairs), all(a["recall@10"] >= b["recall@10"] and a["batch s"] <= b["batch s"] for _, a, b in pairs))

def frontier_table(run: dict, folder: Path) -> str:
    "Ours against the best of every library, at recall .95."
    ours, peers = at_level(run)
    return as_table([batch_bar(run, ours, peers), product_bar(run, ours), *single_bars(run, ours, peers), build_bar(run, ours), memory_bar(run, ours), rabitq_bar(run), compressed_bar(folder)])

def share_of_machine(run: dict, level: dict) -> dict[str, str]:
    "What part of the machine's own rates our counts come to: arithmetic for the batch, bandwidth for a single query."
    limits, cost = get(run["machine"], "result"), level.get("single_cost")
    if limits is None or not level["vectors_scored"]: return {}
    batch = 2 * run["d"] * level["vectors_scored"] * level["queries_per_second"] / 1e9 / limits["gflops"]
    single = cost[1] / level["p50"] / 1e9 / limits["gbytes_per_s"] if cost else None
    return {"of matrix product": f"{batch:.0%}"} | ({} if single is None else {"of bandwidth": f"{single:.0%}"})

def level_row(run: dict, entry: dict, level: dict) -> dict[str, str]:
    "One line of the table of a recall level."
    memory = get(entry, "memory", "result")
    counts = {"scored": f"{level['vectors_scored']:,.0f}", "kB": f"{level['bytes_read'] / 1e3:,.0f}"} if level["vectors_scored"] else {}
    held = {"MB": f"{memory['index_bytes'] / 1e6:,.0f}", "exact MB": f"{memory['exact_bytes'] / 1e6:,.0f}"} if memory else {"MB": f"({entry['built_bytes'] / 1e6:,.0f} built)"}
    return {"index": entry["name"], "recall": f"{level['recall']:.3f}", "queries/s": f"{level['queries_per_second']:,.0f}", "p50 ms": f"{1e3 * level['p50']:.2f}", "p99 ms": f"{1e3 * level['p99']:.2f}", "build s": f"{entry['build_seconds']:.1f}"} | held | counts | share_of_machine(run, level) | {"setting": " ".join(f"{n}={v}" for n, v in level["setting"].items())}

COLUMNS = ("index", "recall", "queries/s", "p50 ms", "p99 ms", "build s", "MB", "exact MB", "scored", "kB", "of matrix product", "of bandwidth", "setting")

def level_table(run: dict, i: int) -> str:
    "All configurations at one level, the fastest first."
    entries = [e for e in run["sweep"] if "error" not in e and e["levels"][i]]
    entries.sort(key=lambda e: -e["levels"][i]["queries_per_second"])
    rows = [level_row(run, e, e["levels"][i]) for e in entries]
    return as_table([{n: row.get(n, "") for n in COLUMNS} for row in rows]) if rows else "none reached it"

def text(run: dict, folder: Path = Path(__file__).parent/"results") -> str:
    "One data set at one number of threads."
    limits = get(run["machine"], "result") or {}
    with_ = f" with {', '.join(limits['instructions'])}" if limits.get("instructions") else ""
    parts = [f"## {run['note']}: {run['n']:,} × {run['d']}, {run['threads']} thread(s)",
             f"{run['clusters']} clusters; tuned on {run['tune']:,} queries, reported on {run['report']:,} others; recall@10. {limits.get('processor', '')}{with_}, measured {run['date']}: matrix product {limits.get('gflops', 0):.0f} GFLOP/s, memory {limits.get('gbytes_per_s', 0):.1f} GB/s." + (f" Bars of {dates['bars']}, the rest of {dates['sweep']}." if len(set((dates := run.get("dates", {})).values())) > 1 else "")]
    if run.get("bars"): parts += ["### Bars", bars_table(run)]
    if run["sweep"]:
        parts += ["### Ahead of every library, at recall .95", frontier_table(run, folder)]
        if failed := get(run.get("race"), "result", "failed"): parts += ["Not in the turns: " + "; ".join(f"{n}: {e}" for n, e in failed.items())]
        parts += ["Queries per second are of a batch, p50 and p99 of queries that come alone, each at the setting that was fastest for it among those that reached the level on the tuning queries; the recall beside them is that of the reporting queries. MB is what the index occupies after a load and all queries, less what was there before, exact vectors apart; in parentheses what a build left, where nothing could be saved. Scored and kB are our own counts for a query; more than 100% of the bandwidth means that the processor's caches held the data."]
        for i, level in enumerate((.90, .95, .99)): parts += [f"### Recall {level:.2f}", level_table(run, i)]
        if missing := limits.get("missing"): parts += [f"Missing here: {', '.join(missing)}."]
        if failed := [f"- {e['name']}: {e['error']}" for e in run["sweep"] if "error" in e]: parts += ["### Not measured", "\n".join(failed)]
        if short := [f"- {e['name']} " + (f"reached {max(r['recall'] for r in e['explored']):.3f}" if e["explored"] else "was still compiling when its time was over") for e in run["sweep"] if "error" not in e and not e["levels"][2]]: parts += ["### Below .99 on the tuning queries, at every setting tried in its time", "\n".join(short)]
    return "\n\n".join(parts)

def frontier(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    "The points (recall, rate) that no other beats in both."
    best, kept = 0., []
    for recall, rate in sorted(points, reverse=True):
        if rate > best: best = rate; kept.append((recall, rate))
    return kept[::-1]

def picture(run: dict, path: Path) -> bool:
    "Batch throughput against recall, each library at its best; False without matplotlib."
    try:
        import matplotlib
        matplotlib.use("agg")
        import matplotlib.pyplot as plt
    except ImportError: return False
    fig, ax = plt.subplots(figsize=(8, 4.6), layout="constrained")
    for i, e in enumerate(e for e in run["sweep"] if "error" not in e and e["explored"]):
        points = frontier([(r["recall"], run["tune"] / r["seconds"]) for r in e["explored"] if r["recall"] >= .7])
        ours = e["name"].startswith("minivecdb")
        if points: ax.plot(*zip(*points), "o-" if ours else ".--", lw=2 if ours else 1, color=plt.cm.tab20(i % 20), label=e["name"])
    ax.set(yscale="log", xlabel="recall@10 on the tuning queries", ylabel="queries per second, in a batch", title=f"{run['data']}, {run['n']:,} × {run['d']}, {run['threads']} thread(s)")
    ax.legend(frameon=False, fontsize=7, ncols=2, loc="lower left")
    fig.savefig(path, dpi=110)
    plt.close(fig)
    return True

def stored_at(run: dict, folder: Path) -> Path: return folder/f"{'quick-' if run['quick'] else ''}{run['data']}-{run['threads']}.json"

def write(runs: list[dict], folder: Path, quick: bool = False) -> str:
    "Store all measurements so far, one JSON file and picture per run and one page for all; returns the text of the last."
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        path = stored_at(run, folder)
        path.write_text(json.dumps(run, indent=1) + "\n")
        if run["sweep"]: picture(run, path.with_suffix(".png"))
    (folder/f"{'quick' if quick else 'report'}.md").write_text("\n\n".join(["# Benchmark", *(text(run, folder) for run in runs)]) + "\n")
    return text(runs[-1], folder)
