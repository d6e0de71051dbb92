"Type stubs: what editors and type checkers see of the classes, methods that @patch adds among it."
import json, importlib, importlib.util, inspect, os, pkgutil, re, subprocess, sys
import jedi
import pytest
import minivecdb

MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(minivecdb.__path__, "minivecdb.") if not m.name.endswith("_modidx")]
CLASSES = sorted({c for m in MODULES for n in getattr(m, "__all__", []) if inspect.isclass(c := getattr(m, n)) and c.__module__ == m.__name__}, key=lambda c: (c.__module__, c.__name__))

@pytest.fixture(scope="module")
def stubs(repository):
    "The module that makes them."
    spec = importlib.util.spec_from_file_location("stubs", repository/"tools"/"stubs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

@pytest.fixture(scope="module")
def mypy(repository, tmp_path_factory):
    "What mypy says about some code: its messages."
    folder = tmp_path_factory.mktemp("mypy")
    def run(code, *options):
        (path := folder/"example.py").write_text(code, encoding="utf-8")
        done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", folder/"cache", "--no-error-summary", *options, path],
                              cwd=repository, env=os.environ | {"MYPYPATH": str(repository)}, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr + done.stdout
        return [re.sub(r"^.*?: (?=error|note)", "", line) for line in done.stdout.splitlines()]
    return run

def public(c):
    "The public members of a class that this package wrote."
    own = [base for base in c.__mro__ if base.__module__.startswith("minivecdb")]
    return {name for base in own for name in vars(base) if not name.startswith("_")}

def completed(c):
    "What an editor offers for an object of a class."
    code = f"from {c.__module__} import {c.__name__}\ndef f(x: {c.__name__}):\n    x."
    return {found.name: found for found in jedi.Script(code).complete(3, 6)}

# --- they are what the classes are ------------------------------------------------------------------------

def test_stubs_are_made_from_the_modules_of_today(stubs, repository):
    made = stubs.stubs()
    assert set(made) == set((repository/"minivecdb").rglob("*.pyi")) and len(made) > 60
    assert [p.name for p, text in made.items() if p.read_text(encoding="utf-8") != text] == [], "run python tools/stubs.py"

@pytest.mark.parametrize("c", CLASSES, ids=lambda c: c.__name__)
def test_an_editor_completes_every_public_member(c):
    assert public(c) - set(completed(c)) == set()

def test_what_patch_adds_is_among_them():
    "Without this, the test above could pass over classes that have nothing to show."
    from minivecdb import IVF, IVFIndex, VectorStorage
    from minivecdb.durable.storage import DurableStorage
    assert len(CLASSES) > 60 and sum(len(public(c)) for c in CLASSES) > 400
    assert {"search", "add", "train", "save", "load", "to_faiss", "build", "get_stats"} <= set(completed(IVF))
    assert {"add", "add_bulk", "find", "where", "save", "load", "open"} - {"where"} <= set(completed(VectorStorage))
    assert {"backup", "compact", "export", "add_bulk"} <= set(completed(DurableStorage))
    assert {"search", "open", "add_vectors_bulk"} <= set(completed(IVFIndex))

def test_an_editor_shows_parameters_and_documents():
    from minivecdb import IVF
    search = completed(IVF)["search"]
    assert "nearest of the vectors in the probed lists" in search.docstring()
    [signature] = jedi.Script("import minivecdb\nminivecdb.IVF(3).search(").get_signatures(2, 24)
    assert [p.name for p in signature.params][:3] == ["queries", "k", "nprobe"] and "int | None" in signature.params[2].description

# --- mypy -------------------------------------------------------------------------------------------------

GIVEN = """from collections.abc import Iterator
import numpy as np
import minivecdb
x = np.zeros((10, 384), np.float32)
queries = x
def read_blocks() -> Iterator[np.ndarray]: yield x
"""

def test_mypy_is_clean_on_the_examples_of_the_readme_and_the_first_steps(mypy, repository):
    blocks = re.findall(r"```python\n(.*?)```", (repository/"README.md").read_text(encoding="utf-8"), re.S)
    cells = json.loads((repository/"nbs/start/first_steps.ipynb").read_text(encoding="utf-8"))["cells"]
    blocks += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    assert len(blocks) >= 8
    assert mypy("\n".join(blocks), "--allow-redefinition") == []   # `index` is one thing in one example and another in the next

def test_mypy_is_clean_on_the_stubs_themselves(mypy, repository):
    assert mypy("", *sorted(map(str, (repository/"minivecdb").rglob("*.pyi")))) == []

MISTAKES = {
    "minivecdb.IVF(384).serch(x)": 'error: "IVF" has no attribute "serch"; maybe "search"?  [attr-defined]',
    "minivecdb.IVF(384).search(x, number=3)": 'error: Unexpected keyword argument "number" for "search" of "IVF"  [call-arg]',
    "minivecdb.VectorStorage('384')": 'error: Argument 1 to "VectorStorage" has incompatible type "str"; expected "int"  [arg-type]',
    "minivecdb.VectorStorage.open('a.mvdb').backpu('b.mvdb')": 'error: "DurableStorage" has no attribute "backpu"; maybe "backup"?  [attr-defined]',
    "minivecdb.IVF.load('a.ivf').get_stats().append(3)": 'error: "dict[str, Any]" has no attribute "append"  [attr-defined]',
}

def test_mypy_sees_mistakes(mypy):
    assert [m for m in mypy(GIVEN + "\n".join(MISTAKES)) if m.startswith("error")] == list(MISTAKES.values())

# --- they are installed -----------------------------------------------------------------------------------

def test_stubs_and_the_typed_mark_are_packaged(repository, tmp_path):
    done = subprocess.run([sys.executable, "setup.py", "-q", "build", "--build-base", tmp_path/"base", "--build-lib", tmp_path/"lib"], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    here, there = ({p.relative_to(root) for pattern in ("*.py", "*.pyi", "py.typed", "*.html") for p in (root/"minivecdb").rglob(pattern)} for root in (repository, tmp_path/"lib"))
    assert here == there and any(p.name == "py.typed" for p in there)
