"""From measurements to tables and pictures: Markdown to print, JSON and PNG in bench/results."""
import json
from pathlib import Path
from minivecdb.evaluate import as_table

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

def text(run: dict) -> str:
    "One data set at one number of threads."
    limits = get(run["machine"], "result") or {}
    parts = [f"## {run['note']}: {run['n']:,} × {run['d']}, {run['threads']} thread(s)",
             f"{run['clusters']} clusters; tuned on {run['tune']:,} queries, reported on {run['report']:,} others; recall@10. {limits.get('processor', '')}, measured {run['date']}: matrix product {limits.get('gflops', 0):.0f} GFLOP/s, memory {limits.get('gbytes_per_s', 0):.1f} GB/s."]
    if run.get("bars"): parts += ["### Bars", bars_table(run)]
    if run["sweep"]:
        parts += ["Queries per second are of a batch, p50 and p99 of queries that come alone, each at the setting that was fastest for it among those that reached the level on the tuning queries; the recall beside them is that of the reporting queries. MB is what the index occupies after a load and all queries, less what was there before, exact vectors apart; in parentheses what a build left, where nothing could be saved. Scored and kB are our own counts for a query; more than 100% of the bandwidth means that the processor's caches held the data."]
        for i, level in enumerate((.90, .95, .99)): parts += [f"### Recall {level:.2f}", level_table(run, i)]
        if missing := limits.get("missing"): parts += [f"Missing here: {', '.join(missing)}."]
        if failed := [f"- {e['name']}: {e['error']}" for e in run["sweep"] if "error" in e]: parts += ["### Not measured", "\n".join(failed)]
        if short := [f"- {e['name']} reached {max((r['recall'] for r in e['explored']), default=0):.3f}" for e in run["sweep"] if "error" not in e and not e["levels"][2]]: parts += ["### Below .99 on the tuning queries, at every setting tried in its time", "\n".join(short)]
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

def write(runs: list[dict], folder: Path, quick: bool = False) -> str:
    "Store all measurements so far, one JSON file and picture per run and one page for all; returns the text of the last."
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        stem = f"{'quick-' if quick else ''}{run['data']}-{run['threads']}"
        (folder/f"{stem}.json").write_text(json.dumps(run, indent=1) + "\n")
        if run["sweep"]: picture(run, folder/f"{stem}.png")
    (folder/f"{'quick' if quick else 'report'}.md").write_text("\n\n".join(["# Benchmark", *map(text, runs)]) + "\n")
    return text(runs[-1])
