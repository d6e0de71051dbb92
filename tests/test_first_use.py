"What the first use of an index compiles, and whether the person who waits is told."
import os, pty, shutil, signal, subprocess, sys
import numpy as np, pytest
from minivecdb.core import kernels

SEARCH = """
import numpy as np, minivecdb
x = np.random.default_rng(0).standard_normal((6000, 64)).astype(np.float32)
storage = minivecdb.VectorStorage(64)
storage.add_bulk(x)
index = minivecdb.IVFIndex(storage).build()
for i in range(3): assert index.search(x[i], 1)[0].id == i
"""
TURN = """
import numpy as np
from minivecdb.distances import random_signs, rotated
x = np.random.default_rng(0).standard_normal((40, 96)).astype(np.float32)
print(rotated(x, random_signs(96, 0), compiled={compiled}).tobytes().hex())
"""
AT_ONCE = "from minivecdb.core.kernels import watch_compiler\nwatch_compiler().after = 0.\n"   # not after a second


def run(code, cache, tty=False):
    "The code in a new process that keeps compiled code in `cache`: (standard output, standard error)."
    env = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    ours, theirs = pty.openpty() if tty else (None, subprocess.PIPE)
    done = subprocess.run([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, stderr=theirs, timeout=300)
    assert done.returncode == 0, done.stderr
    if not tty: return done.stdout.decode(), done.stderr.decode()
    os.close(theirs)
    told = b""
    try:
        while some := os.read(ours, 4096): told += some
    except OSError: pass # the end
    os.close(ours)
    return done.stdout.decode(), told.decode()


def test_a_small_index_compiles_nothing(tmp_path):
    run(SEARCH, tmp_path)
    assert not list(tmp_path.rglob("*.nbi"))


def test_a_wait_is_told_once_and_to_a_person(tmp_path):
    plain, told = run(TURN.format(compiled=False), tmp_path/"a", tty=True)
    assert told == ""
    compiled, told = run(AT_ONCE + TURN.format(compiled=True), tmp_path/"a", tty=True)
    assert told.replace("\r", "") == kernels.NOTICE
    loaded, told = run(TURN.format(compiled=True), tmp_path/"a", tty=True)
    assert told == "" and plain == compiled == loaded
    # another program reads standard error
    assert run(AT_ONCE + TURN.format(compiled=True), tmp_path/"b") == (plain, "")


@pytest.mark.parametrize("on_disk, before, after", [(0, 4.9e10, 5.1e10), (30, .9e10, 1.1e10)])
def test_kernels_are_taken_once_they_have_paid(monkeypatch, on_disk, before, after):
    "With others compiled already, too: that clustering is compiled does not make a search worth compiling."
    names = frozenset(f"some.kernel_{i}" for i in range(on_disk))
    monkeypatch.setattr(kernels, "kernels_on_disk", lambda: names)
    monkeypatch.setattr(kernels.Kernel, "ready", 0)
    monkeypatch.setattr(kernels.Kernel, "spent", before)
    assert not kernels.pays(1e6)
    monkeypatch.setattr(kernels.Kernel, "ready", 3)
    assert kernels.pays(1e6) == (on_disk > 0)
    monkeypatch.setattr(kernels.Kernel, "spent", after)
    assert kernels.pays(1e6) and not kernels.pays(10)


def test_a_single_query_waits_for_no_compiler(monkeypatch):
    @kernels.kernel()
    def doubled(x): return 2 * x
    monkeypatch.setattr(kernels, "kernels_on_disk", frozenset)
    monkeypatch.setattr(kernels.Kernel, "ready", 3)
    assert [doubled.soon(4e7) for _ in range(4)] == [False, False, True, True] and doubled.compiled is None
    doubled.wanted = 0.
    name = f"{__name__.split('.')[-1]}.{doubled.__qualname__}"
    monkeypatch.setattr(kernels, "kernels_on_disk", lambda: frozenset([name]))
    assert doubled.soon(1.)


def test_threads_that_come_at_once_share_one_dispatcher():
    "Four threads make the first call of a kernel together; none finds that its types are not compiled."
    from threading import Barrier, Thread
    made, wrong = [], []
    for _ in range(20):
        @kernels.kernel(cache=False)
        def inner(a): return a[0] + 1
        inner.function.__globals__["inner_kernel"] = inner
        @kernels.kernel(cache=False)
        def outer(a): return inner_kernel(a) * 2
        barrier, x = Barrier(4), np.arange(3.)
        def first():
            barrier.wait()
            try: made.append((outer, outer.dispatcher()))
            except Exception as error: wrong.append(error)
        threads = [Thread(target=first) for _ in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
    assert not wrong and len({(id(k), id(d)) for k, d in made}) == 20
    assert outer.compiled_for(x)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_child_does_not_wait_for_a_thread_of_its_parent():
    "A process is forked while one of its threads makes a compiled function."
    from threading import Event, Thread
    @kernels.kernel(cache=False)
    def first(a): return a[0]
    held, free = Event(), Event()
    def hold():
        with kernels.Kernel.making: held.set(); free.wait(60)
    thread = Thread(target=hold)
    thread.start(); held.wait()
    if (child := os.fork()) == 0:
        signal.alarm(10)
        first.dispatcher()
        os._exit(7)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    free.set(); thread.join()
    assert code == 7


def test_code_stays_compiled_while_other_packages_are_loaded(tmp_path):
    "Some packages are loaded in the middle of the work: what was compiled before and after is of one digest."
    digests = """
import gc, minivecdb, numpy as np
from minivecdb.core.kernels import Kernel, sources_digest
kernels = [k for k in gc.get_objects() if isinstance(k, Kernel) and hasattr(k, "function")]
def digests(): return [sources_digest(k.function) for k in kernels]
before = digests()
with minivecdb.core.kernels.one_blas_thread(): pass
x = np.random.default_rng(0).standard_normal((4000, 16)).astype(np.float32)
minivecdb.IVF(16, 20).train(x).add(x)
import fast_pytorch_kmeans, pyarrow
assert len(before) > 50 and before == digests()
"""
    run(digests, tmp_path)


def test_a_function_of_no_module_is_none_of_ours():
    numba, notice = pytest.importorskip("numba"), kernels.watch_compiler()
    made = {}
    exec("def f(x): return x + 1", made)
    made["f"].__module__, depth = None, notice.depth
    assert numba.njit(made["f"])(1) == 2 and notice.depth == depth


def test_files_of_kernels_are_found_by_name(tmp_path, monkeypatch):
    cold = "import numpy as np\nfrom minivecdb.distances import product\nproduct(np.ones(3, np.float32), np.ones(3, np.float32))"
    run(cold, tmp_path)
    seen = run("from minivecdb.distances import product, apart\nprint(product.on_disk(), apart.on_disk())", tmp_path)[0]
    assert seen.split() == ["True", "False"]


def test_files_of_kernels_are_found_beside_the_modules(repository, tmp_path):
    "Where no other place is named, numba keeps compiled code in the folder of each chapter."
    package = tmp_path/"minivecdb"
    shutil.copytree(repository/"minivecdb", package, ignore=shutil.ignore_patterns("__pycache__"))
    env = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    env["PYTHONPATH"] = str(tmp_path)
    def python(code):
        return subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    python("import numpy as np\nfrom minivecdb.distances import product\nproduct(*np.ones((2, 3), np.float32))")
    seen = python("import minivecdb\nfrom minivecdb.distances import product, apart\n"
                  "print(minivecdb.__file__, product.on_disk(), apart.on_disk())").stdout
    assert seen.split() == [str(package/"__init__.py"), "True", "False"]
