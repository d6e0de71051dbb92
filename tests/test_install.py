"""What works with which libraries: the base install, and the base install without numba.

Libraries are blocked by a finder in a process of its own. Each script prints what it found; without a library it must
print the same, or an error that names what to install. `MINIVECDB_LARGE=1` adds 120,000 rows, for which torch's product
of whole numbers would otherwise be used.
"""
import configparser, json, os, re, subprocess
from pathlib import Path
import pytest
from minivecdb.core.kernels import DISTRIBUTION

TORCH = ("torch", "fast_pytorch_kmeans", "sentence_transformers", "transformers", "tokenizers", "huggingface_hub", "scipy", "sklearn")
BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {names!r}: raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Blocked())
"""
WORK = """
import hashlib, json, tempfile, warnings
from pathlib import Path
import numpy as np
import minivecdb
from minivecdb import IVF, FlatIndex, IVFIndex, VectorStorage
from minivecdb.core import MissingExtraError
out, folder, rng = {}, Path(tempfile.mkdtemp()), np.random.default_rng(0)
n, d = 5000, 32
x = (rng.normal(size=(40, d))[rng.integers(0, 40, n)] + .6 * rng.normal(size=(n, d))).astype(np.float32)
q = x[::250] + .1 * rng.normal(size=(20, d)).astype(np.float32)
def digest(*arrays): return hashlib.sha256(b''.join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()[:16]
def attempt(name, work):
    try: out[name] = work()
    except MissingExtraError as e: out[name] = f'missing: {e}'
def ivf(codec, metric, **more):
    index = IVF(d, metric=metric, codec=codec, seed=1, **more)
    index.train(x); index.add(x)
    distances, ids = index.search(q, 10, nprobe=12)
    index.save(folder/'index.ivf')
    again = IVF.load(folder/'index.ivf').search(q, 10, nprobe=12)[1]
    one = np.concatenate([index.search(row, 10, nprobe=12)[1] for row in q])
    index.remove(np.arange(0, n, 7))
    return [digest(ids), digest(again), digest(one), digest(index.search(q, 10, nprobe=12)[1])]
for codec in ('flat', 'bf16', 'int8', 'rabitq', 'rabitq4', 'pq8x8', 'pca16'):
    attempt(f'ivf {codec}', lambda: ivf(codec, 'cosine'))
for metric in ('euclidean', 'dot'): attempt(f'ivf {metric}', lambda: ivf('flat', metric))
attempt('ivf spill', lambda: ivf('flat', 'cosine', spill=1.))
attempt('ivf ae', lambda: ivf('ae16', 'cosine')[:0])
exact = FlatIndex(d)
exact.add(x)
attempt('flat', lambda: [digest(*exact.search(q, 10))])
def storages(durable):
    s = VectorStorage.open(folder/'s.mvdb', d) if durable else VectorStorage(d)
    s.add_bulk(x, [{'year': 2000 + i % 20, 'kind': 'ab'[i % 2]} for i in range(n)])
    s.delete(17); s.update(18, x[3])
    where = {'year': {'$gte': 2010}, 'kind': 'a'}
    index = IVFIndex(s).build()
    found = [[h.id for h in index.search(row, 5, where=where)] + [h.id for h in index.search(row, 5)] for row in q]
    count = s.count(where)
    if durable: s.close()
    else: s.save(folder/'s.json'); assert len(VectorStorage.load(folder/'s.json')) == n - 1
    return [count, digest(np.array(found))]
attempt('memory', lambda: storages(False)); attempt('durable', lambda: storages(True))
def kmeans():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        centroids, preds = minivecdb.run_kmeans(x, 20); minivecdb.run_kmeans(x[:100], 5)
    return [len(np.unique(preds)), sum('[kmeans]' in str(w.message) for w in told)]
attempt('run_kmeans', kmeans)
print(json.dumps(out))
"""
LARGE = """
import hashlib, json
import numpy as np
from minivecdb import IVF
rng = np.random.default_rng(0)
x = (rng.normal(size=(300, 256)).astype(np.float32)[rng.integers(0, 300, 120_000)] + .6 * rng.normal(size=(120_000, 256)).astype(np.float32)).astype(np.float32)
index = IVF(256, seed=1); index.train(x); index.add(x)
distances, ids = index.search(x[::2000], 10, nprobe=16)
print(json.dumps([hashlib.sha256(a.tobytes()).hexdigest() for a in (distances, ids)]))
"""

def outcome(run_python, work, *blocked): return json.loads(run_python(BLOCK.format(names=blocked) + work).splitlines()[-1])

@pytest.fixture(scope="module")
def with_everything(run_python): return outcome(run_python, WORK)

@pytest.mark.parametrize("blocked, allowed", [(TORCH, {"ivf ae": "[kmeans]"}), ((*TORCH, "numba", "llvmlite"), None)])
def test_the_same_without(blocked, allowed, with_everything, run_python):
    found = outcome(run_python, WORK, *blocked)
    assert found.pop("run_kmeans") == [20, 1] and with_everything["run_kmeans"] == [20, 0]
    missing = {name: what for name, what in found.items() if isinstance(what, str)}
    assert all(f"pip install '{DISTRIBUTION}" in what for what in missing.values())
    if allowed is not None: assert missing.keys() == allowed.keys() and all(part in missing[name] for name, part in allowed.items())
    assert {"flat", "memory", "durable", "ivf flat", "ivf int8"}.isdisjoint(missing)
    assert {name: what for name, what in found.items() if name not in missing} == {name: what for name, what in with_everything.items() if name not in missing and name != "run_kmeans"}

@pytest.mark.skipif(not os.environ.get("MINIVECDB_LARGE"), reason="MINIVECDB_LARGE is not set: about a minute")
def test_the_same_without_torch_where_whole_numbers_pay(run_python):
    assert outcome(run_python, LARGE) == outcome(run_python, LARGE, *TORCH)

def test_a_search_from_the_shell_loads_little(run_python):
    "One question over a few thousand rows: neither torch nor a compiler, and less than 200 MB."
    code = ("import sys, os\nfrom minivecdb.cli import main\n"
            "assert main(['search', 'data/headline_embeddings.json', 'a question that no cache knows ' + str(os.getpid()), '-k', '3']) == 0\n"
            "heavy = [m for m in ('torch', 'sentence_transformers', 'transformers', 'tokenizers', 'numba', 'scipy', 'pandas', 'pyarrow', 'polars') if m in sys.modules]\n"
            "peak = [int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')] if os.path.exists('/proc/self/status') else [0]\n"
            "print([heavy, peak[0] / 1e3])")
    heavy, peak = json.loads(run_python(code).splitlines()[-1].replace("'", '"'))
    assert heavy == [] and peak < 200, (heavy, peak)

# --- the distribution --------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def settings(repository):
    parser = configparser.ConfigParser(delimiters=["="]); parser.read(repository/"settings.ini", encoding="utf-8")
    return parser["DEFAULT"]

def names(requirements): return {re.split(r"[<>=!~\[]", r)[0] for r in requirements.split()}

def test_the_base_install_is_small(settings):
    assert names(settings["requirements"]) == {"fastcore", "numpy", "numba", "threadpoolctl", "tqdm"}

def test_all_is_the_sum_of_the_extras(settings):
    extras = [settings[f"{e}_requirements"].split() for e in ("text", "kmeans", "models", "fast", "tables")]
    assert sorted(settings["all_requirements"].split()) == sorted(r for e in extras for r in e)

def test_the_name_is_kept_once(settings): assert settings["lib_name"] == DISTRIBUTION != settings["lib_path"] == "minivecdb"

def test_nobody_is_told_to_install_a_stranger(repository):
    "The index has another project called minivecdb: no text may advise to install that."
    stranger = re.compile(r"pip3? install [^`\n]*?(?<![\w./-])['\"]?minivecdb(?!-book)\b(?![-/.])")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True)
    if done.returncode: pytest.skip("not a git checkout")
    assert stranger.search("run `pip install minivecdb`") and stranger.search("pip install -U 'minivecdb[tables]'") and not stranger.search("pip install 'minivecdb-book[text]'")
    wrong = {}
    for name in done.stdout.decode().split("\0"):
        path = repository/name
        if not name or path == Path(__file__) or path.suffix in (".png", ".json", ".csv") or path.is_symlink() or not path.is_file(): continue
        if hits := [m[0] for m in stranger.finditer(path.read_text(encoding="utf-8", errors="replace"))]: wrong[name] = hits
    assert wrong == {}

# --- compiled code after an update -------------------------------------------------------------------------------

def test_compiled_code_follows_the_kernels_that_it_calls(repository, tmp_path):
    "The caller's file stays as it is; the kernel that it calls changes in another file: nothing old may run."
    import shutil, sys
    shutil.copytree(repository/"minivecdb", tmp_path/"minivecdb", ignore=shutil.ignore_patterns("__pycache__"))
    def callee(value): (tmp_path/"minivecdb"/"callee.py").write_text(f"from .core import kernel\n@kernel()\ndef inner(x): return x + {value}\n")
    (tmp_path/"minivecdb"/"caller.py").write_text("from .core import kernel\nfrom .callee import inner\n@kernel()\ndef outer(x): return 10 * inner(x)\n")
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    def run(): return subprocess.run([sys.executable, "-c", "from minivecdb.caller import outer; print(outer(1.))"], env=env, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()
    callee(1); assert run() == "20.0" == run()
    callee(2); assert run() == "30.0"
