"""The evaluation page's functions on a small index, and the benchmark from end to end on tiny data, without its peers: counts and results, never times."""
import json, subprocess, sys, time
from pathlib import Path
import numpy as np, pytest
from minivecdb import FlatIndex, recall
from minivecdb.exact.evaluation import *

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path: sys.path.append(str(ROOT))

rng = np.random.default_rng(0)
x, queries = rng.standard_normal((600, 16), np.float32), rng.standard_normal((40, 16), np.float32)
exact = FlatIndex(16); exact.add(x)
truth = exact.search(queries, 10)[1]

class Slices:
    "A stand-in: list j holds every twentieth row from j on; a search reads the first `nprobe` lists."
    searches = 0
    def search(self, q, k=10, *, nprobe=20):
        self.searches += 1
        ids = np.flatnonzero(np.arange(600) % 20 < nprobe)
        index = FlatIndex(16); index.add(x[ids], ids=ids)
        return index.search(q, k)
    def search_cost(self, q, *, nprobe=20): return np.full(len(q), 30 * nprobe), np.full(len(q), 30 * nprobe * 64)
    def get_stats(self): return {"n_clusters": 20}

class Bare:
    "Only searches."
    def search(self, q, k=10): return exact.search(q, k)

class WithExact(Bare):
    def exact_search(self, q, k): return exact.search(q, k)

def test_evaluate_counts_and_recall():
    e = evaluate(Slices(), queries, 10, truth, repeat=1, nprobe=5)
    assert e.recall == recall(Slices().search(queries, 10, nprobe=5)[1], truth) and 0 < e.recall < 1
    assert (e.vectors_scored, e.bytes_read, e.k, e.n_queries, e.options) == (150, 9600, 10, 40, {"nprobe": 5})
    assert e.queries_per_second > 0 and 0 < e.p50 <= e.p90 <= e.p99

def test_exact_is_one():
    for given in ({"truth": truth}, {"exact": exact}): assert evaluate(Slices(), queries, 10, repeat=1, **given).recall == 1
    assert evaluate(WithExact(), queries, 10, repeat=1).recall == 1

def test_one_query_and_an_index_that_does_not_count():
    e = evaluate(Bare(), queries[0], 10, truth[0], repeat=1)
    assert (e.recall, e.vectors_scored, e.bytes_read, e.n_queries) == (1, None, None, 1)
    assert "vectors scored" not in e._repr_markdown_() and "recall@10" in repr(e)

def test_number_of_searches():
    index = Slices()
    evaluate(index, queries, 10, truth, repeat=2, singles=7)
    assert index.searches == 1 + (1 + 2) + (7 + 7)   # recall; warm-up and two batches; at most ten to warm up, and seven

@pytest.mark.parametrize("call, words", [
    (lambda: evaluate(Bare(), queries), "has no exact_search"),
    (lambda: evaluate(Bare(), queries[:0], 10, truth[:0]), "no queries"),
    (lambda: evaluate(Bare(), queries, 10, truth[:5]), "expected the true ids of 40 queries"),
    (lambda: evaluate(Bare(), queries, 20, truth), "at least 20 each"),
    (lambda: benchmark_nprobe(Bare(), queries, truth=truth), "does not say how many clusters"),
    (lambda: tune_nprobe(Bare(), queries, truth=truth), "does not say how many clusters"),
    (lambda: tune_nprobe(Slices(), queries, 0, truth=truth), "above 0"),
    (lambda: tune_nprobe(Slices(), queries, 1.01, truth=truth), "at most 1"),
    (lambda: tune_nprobe(Slices(), queries, 1, truth=truth, most=3), "with nprobe=3")])
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words): call()

def test_benchmark():
    table = benchmark_nprobe(Slices(), queries, truth=truth, repeat=1, singles=5)
    assert [e.options["nprobe"] for e in table] == [1, 2, 4, 8, 16, 20]
    assert [e.vectors_scored for e in table] == [30, 60, 120, 240, 480, 600] and table[-1].recall == 1
    assert len(table._repr_markdown_().split("\n")) == 8 and len(repr(table).split("\n")) == 6
    assert table.at_recall(1).options == {"nprobe": 20} and table.at_recall(1.5) is None
    assert [e.options["nprobe"] for e in benchmark_nprobe(Slices(), queries, nprobes=(3, 5), truth=truth, repeat=1, singles=1)] == [3, 5]

def test_every_setting_of_a_benchmark_is_warm_before_the_first_is_timed():
    calls = []
    class Told(Slices):
        def search(self, q, k, *, nprobe):
            calls.append((nprobe, len(q)))
            return super().search(q, k, nprobe=nprobe)
    benchmark_nprobe(Told(), queries, nprobes=iter((1, 2, 4)), truth=truth, repeat=1, singles=5)
    assert calls[:33] == [call for n in (1, 2, 4) for call in ((n, 40), *[(n, 1)] * 10)]
    assert [n for n, _ in calls[33:]] == [n for n in (1, 2, 4) for _ in range(1 + 2 + 10)]

def test_plot():
    pytest.importorskip("matplotlib").use("agg")
    left, right = benchmark_nprobe(Slices(), queries, nprobes=(3, 5), truth=truth, repeat=1, singles=1).plot(label="slices")
    assert len(left.lines) == 1 and len(right.lines) == 2

def test_plot_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"): Evaluations().plot()

@pytest.mark.parametrize("target", [.3, .5, .8, .95, 1])
def test_tuned_is_the_smallest(target):
    found = [recall(Slices().search(queries, 10, nprobe=n)[1], truth) for n in range(1, 21)]
    assert tune_nprobe(Slices(), queries, target, truth=truth) == 1 + int(np.argmax(np.array(found) >= target))

def test_smallest():
    for most in range(1, 40):
        for answer in range(1, most + 1): assert smallest(lambda n: n, answer, most) == answer
    with pytest.raises(TuningError): smallest(lambda n: n, 8, 7)

def test_turns():
    calls = []
    ratio, a, b = time_ratio(lambda: calls.append("a"), lambda: calls.append("b"), 4, warm=False)
    assert calls == list("abbaabba") and a.shape == b.shape == (4,) and ratio > 0

def test_import_is_light():
    done = subprocess.run([sys.executable, "-c", "import sys, minivecdb.exact.evaluation; print([m for m in ('torch', 'matplotlib', 'sentence_transformers') if m in sys.modules])"], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")

# --- the benchmark ----------------------------------------------------------------------------------------------

def test_benchmark_data(tmp_path):
    from bench import data
    made = data.prepare("mixture", 800, 50, 100, cache=tmp_path)
    assert made.base.shape == (800, 384) and made.tune.shape == (50, 384) and made.report_truth.shape == (100, 10)
    np.testing.assert_allclose(np.linalg.norm(made.base, axis=1), 1, atol=1e-5)
    every = np.concatenate([made.base, made.tune, made.report])
    assert len(np.unique(every, axis=0)) == 950   # no query is indexed
    np.testing.assert_array_equal(made.tune_truth, data.exact_ids(made.base, made.tune))
    again = data.prepare("mixture", 800, 50, 100, cache=tmp_path)
    assert again.folder == made.folder
    few = np.concatenate([x, np.zeros((1, 16), np.float32)])
    np.save(tmp_path/"few.npy", few)
    made = data.prepare(str(tmp_path/"few.npy"), 100_000, 2000, 10_000, cache=tmp_path)
    assert (len(made.base), len(made.tune), len(made.report)) == (420, 60, 120)   # the zero row has no direction

def test_benchmark_report():
    from bench import report
    assert report.frontier([(.9, 10), (.8, 5), (.95, 4), (.7, 20)]) == [(.7, 20), (.9, 10), (.95, 4)]
    missing = {"bars": {"ivfflat": {"error": "No module named 'faiss'"}}}
    table = report.bars_table(missing)
    assert table.count("not measured") == 5 and "No module named 'faiss'" in table
    good = {"bars": {"ivfflat": {"result": {"queries": 10_000, "recall": .951, "faiss_recall": .951, "nprobe": 9, "batch": {"ratio": 9., "a_seconds": 9., "b_seconds": 1.}, "single": {"ratio": 1.2, "p50": 1., "p99": 1., "faiss_p50": 1., "faiss_p99": 1.}}}}}
    batch, single = report.ivfflat_bars(good["bars"]["ivfflat"])
    assert (batch["met"], single["met"]) == ("yes", "no")

def test_benchmark_settings_are_refined_around_each_level():
    "Any library with a dial is asked between the last setting below a level and the first above it; not where there is nothing between."
    from types import SimpleNamespace
    from bench import sweep
    asked, truth = [], np.tile(np.arange(10), (100, 1))
    class Dialled:
        def grid(self): return [[{"ef": e} for e in (4, 16, 64, 256, 1024)], [{"ef": 8}]]
        def search(self, q, k, ef):
            asked.append(ef)
            return np.where(np.arange(1000).reshape(100, 10) < 1000 * (1 - 1 / ef), truth, -1)[:len(q)]
    data = SimpleNamespace(tune=np.zeros((100, 4), np.float32), tune_truth=truth)
    rows = sweep.explored(Dialled(), data, time.monotonic() + 60)
    for level in sweep.LEVELS:
        needed = next(e for e in range(1, 1025) if np.ceil(1000 * (1 - 1 / e)) / 1000 >= level + sweep.MARGIN)
        best = min(r["setting"]["ef"] for r in rows if r["recall"] >= level + sweep.MARGIN)
        assert needed <= best <= needed + max(1, best // 16)
    assert asked.count(8) == 1 and len(asked) == len(rows) + 1   # one to warm up

def test_benchmark_frontier():
    "The bars against the best of all: from the turns where both took part, else from the sweep; each says whether it is met."
    from bench import race, report
    def entry(name, rate, p50, **more): return {"name": name, "build_seconds": 3., "explored": [{"recall": .96}], "built_bytes": 1, "saved": True,
        "levels": [None, {"level": .95, "recall": .951, "queries_per_second": rate, "p50": p50, "p99": 1.6 * p50, "setting": {"n": 1}, "single_setting": {"n": 2}, "needed": 4000., "vectors_scored": 4100., "bytes_read": 1e6, "single_cost": None}, None]} | more
    run = {"machine": {"result": {"gflops": 100., "gbytes_per_s": 10.}}, "d": 384, "n": 1000, "report": 500, "bars": {}, "sweep": [
        entry("minivecdb flat", 20_000, 2e-4), entry("minivecdb rabitq + rescore", 9_000, 6e-5, memory={"result": {"index_bytes": 84_000, "exact_bytes": 1_536_000}}),
        entry("faiss IVF,Flat", 2_000, 1e-3, build_seconds=10.), entry("scann SOAR", 15_000, 9e-5), entry("fast-ivf", 1_000, 1e-2, saved=False), {"name": "usearch", "error": "no"}]}
    assert [r["name"] for r in race.runners(run["sweep"])] == ["minivecdb flat", "minivecdb rabitq + rescore", "scann SOAR", "faiss IVF,Flat"]
    def met(): ours, peers = report.at_level(run); return [b["met"] for b in (report.batch_bar(run, ours, peers), report.product_bar(run, ours), *report.single_bars(run, ours, peers), report.build_bar(run, ours), report.memory_bar(run, ours))]
    assert met() == ["no", "yes", "yes", "yes", "yes", "yes"]
    run["race"] = {"result": {"failed": {}, "recall": {"minivecdb flat": .95, "scann SOAR": .95}, "single_recall": {"minivecdb flat": .95, "scann SOAR": .95},
        "batch": [{"ours": "minivecdb flat", "peer": "scann SOAR", "ratio": 1.6, "a_seconds": .8, "b_seconds": .5}], "single": {"minivecdb flat": {"p50": 2e-4, "p99": 5e-4}, "scann SOAR": {"p50": 1e-4, "p99": 2e-4}}}}
    assert met() == ["yes", "yes", "no", "no", "yes", "yes"]
    assert report.frontier_table(run, report.Path("nowhere")).count("\n") == 9 and report.rabitq_bar(run)["met"].startswith("not measured")

def test_benchmark_end_to_end(tmp_path):
    "One configuration of ours and one peer that is not installed here, in processes of their own."
    np.save(tmp_path/"tiny.npy", rng.standard_normal((700, 16), np.float32))
    command = [sys.executable, "-m", "bench.run", "--quick", "--data", str(tmp_path/"tiny.npy"), "--n", "500", "--clusters", "8", "--box", "1", "--parts", "sweep,race",
               "--only", "minivecdb flat,no such peer", "--python", sys.executable, "--out", str(tmp_path/"results"), "--cache", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path/"results/quick-tiny-1.json").read_text())
    entry, = run["sweep"]
    assert entry["name"] == "minivecdb flat" and entry["explored"][-1]["recall"] >= .99 and entry["levels"][2]["recall"] > .97
    assert entry["levels"][2]["vectors_scored"] <= 500 + 8 and run["machine"]["result"]["gflops"] > 0
    assert not list(tmp_path.glob("tiny-*/saved-*"))   # gigabytes, at full size
    assert "minivecdb flat" in (tmp_path/"results/quick.md").read_text()

def test_benchmark_names_what_is_missing():
    from bench.run import measure
    answer = measure(sys.executable, {"what": "sweep", "name": "no such", "data": {"name": "", "folder": "", "note": ""}, "clusters": 1, "threads": 1, "box": 1}, 60)
    assert "error" in answer
