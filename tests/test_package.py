"The package as a whole: what an import costs, what is documented, what is declared, and fastcore 2."
import ast, configparser, importlib, inspect, json, os, pkgutil, re, subprocess, sys
from pathlib import Path
import pytest
import minivecdb

HEAVY = ("torch", "sentence_transformers", "transformers", "numba", "huggingface_hub", "fast_pytorch_kmeans", "sklearn", "pandas", "matplotlib")
FOUND = [m for m in pkgutil.walk_packages(minivecdb.__path__, "minivecdb.") if not m.name.endswith("_modidx")]
MODULES = sorted(m.name.removeprefix("minivecdb.") for m in FOUND if not m.ispkg)
CHAPTERS = sorted(m.name.removeprefix("minivecdb.") for m in FOUND if m.ispkg)

def pages(repository):
    "The notebooks."
    return sorted(p for p in (repository/"nbs").rglob("*.ipynb") if not any(part.startswith(".") for part in p.parts))

def module(name): return importlib.import_module(f"minivecdb.{name}")

@pytest.fixture(scope="session")
def config(repository):
    parser = configparser.ConfigParser(delimiters=["="])
    parser.read(repository/"settings.ini", encoding="utf-8")
    return parser["DEFAULT"]

@pytest.fixture(scope="session")
def tracked(repository):
    "The files of the repository."
    done = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True)
    if done.returncode: pytest.skip("not a git checkout")
    return [repository/name for name in done.stdout.decode().split("\0") if name]

# --- imports --------------------------------------------------------------------------------------------

def loaded_after(run_python, code): return run_python(f"import sys\n{code}\nprint([m for m in {HEAVY} if m in sys.modules])").splitlines()[-1]

def test_an_import_brings_in_nothing_heavy(run_python):
    assert loaded_after(run_python, "import minivecdb, minivecdb.vector_storage") == "[]"

def test_importing_the_index_and_the_main_job_brings_in_nothing_heavy(run_python):
    assert loaded_after(run_python, "import minivecdb.ivf_index, minivecdb.gen_embeddings, minivecdb.headlines, minivecdb.cli") == "[]"

def test_exact_search_on_a_loaded_storage_brings_in_nothing_heavy(run_python):
    assert loaded_after(run_python, "from minivecdb import *\nfrom minivecdb import FlatIndex\ns = VectorStorage.load('data/headline_embeddings.json')\n"
                                    "assert FlatIndex.from_storage(s).search(s.get(3)[0], 5)[1][0, 0] == 3") == "[]"

def test_a_search_in_a_small_index_waits_for_no_compiler(run_python):
    "Building asks torch for clusters; searching compiles nothing."
    found = loaded_after(run_python, "from minivecdb import VectorStorage, IVFIndex\ns = VectorStorage.load('data/headline_embeddings.json')\n"
                                     "ix = IVFIndex(s).build()\nassert ix.search(s.get(3)[0])[0].id == 3")
    assert "numba" not in found and "sentence_transformers" not in found and "transformers" not in found

def test_the_names_a_reader_expects_are_at_the_top():
    for name in ("VectorStorage", "FlatIndex", "IVF", "IVFIndex", "build_index", "run_kmeans", "vers", "euclidean", "neg_dot", "func_map", "recall", "get_embedding", "get_embeddings", "set_num_threads", "MinivecdbError"):
        assert hasattr(minivecdb, name), name

# --- documents ------------------------------------------------------------------------------------------

def public_functions(name):
    "(name, function) of every exported function and of every public method of every exported class; a protocol only names its methods."
    m = module(name)
    for n in m.__all__:
        thing = getattr(m, n)
        if inspect.isfunction(thing): yield n, thing
        if inspect.isclass(thing) and not getattr(thing, "_is_protocol", False):
            for k, v in vars(thing).items():
                v = v.fget if isinstance(v, property) else getattr(v, "__func__", v)
                if inspect.isfunction(v) and v.__module__.startswith("minivecdb") and (k == "__init__" or not k.startswith("_")): yield f"{n}.{k}", v

@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_documented(name):
    m = module(name)
    only_methods = "@patch" in Path(m.__file__).read_text(encoding="utf-8")   # such a module exports no name
    assert m.__doc__ and (m.__all__ or only_methods)
    missing = [n for n in m.__all__ if (inspect.isfunction(t := getattr(m, n)) or inspect.isclass(t)) and not (t.__dict__.get("__doc__") if inspect.isclass(t) else t.__doc__)]
    inherited = lambda n: any(getattr(getattr(base, n.split(".")[1], None), "__doc__", None) for base in getattr(m, n.split(".")[0]).__mro__[1:]) if "." in n else False
    missing += [n for n, f in public_functions(name) if not f.__doc__ and not n.endswith("__init__") and not inherited(n)]
    assert missing == []

@pytest.mark.parametrize("name", MODULES)
def test_every_public_parameter_is_annotated(name):
    missing = [f"{n}({p.name})" for n, f in public_functions(name) for p in inspect.signature(f).parameters.values() if p.annotation is p.empty and p.name not in ("self", "cls")]
    assert missing == []

@pytest.mark.parametrize("name", CHAPTERS)
def test_a_face_says_what_its_chapter_is_and_offers_its_rooms(name, repository):
    tree = ast.parse((repository/"minivecdb"/name/"__init__.py").read_text(encoding="utf-8"))
    doc, *imports = tree.body
    assert ast.get_docstring(tree).endswith(".")
    assert all(isinstance(i, ast.ImportFrom) and i.level == 1 and i.names[0].name == "*" for i in imports)
    assert {i.module for i in imports} == {m.rpartition(".")[2] for m in MODULES if m.startswith(f"{name}.")}

def test_no_number_stands_twice_in_a_folder(repository):
    for folder in (repository/"nbs", *(p for p in (repository/"nbs").iterdir() if p.is_dir())):
        numbers = [m[0] for p in folder.iterdir() if (m := re.match(r"\d+(?=_)", p.name))]
        assert len(numbers) == len(set(numbers)), folder

@pytest.mark.parametrize("name", MODULES)
def test_library_code_does_not_print(name):
    tree = ast.parse(Path(module(name).__file__).read_text(encoding="utf-8"))
    assert [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "print"] == []

@pytest.mark.parametrize("name", MODULES)
def test_a_users_mistake_is_never_an_assert_and_files_are_never_unpickled(name):
    tree = ast.parse(Path(module(name).__file__).read_text(encoding="utf-8"))
    assert [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert) or (isinstance(n, ast.ExceptHandler) and n.type is None)] == []
    names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names} | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert not names & {"pickle", "cPickle", "joblib", "dill", "shelve", "marshal", "eval", "exec"}

# --- declarations ---------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def declared(repository):
    "What setup.py hands to setuptools."
    code = "import json, setuptools, runpy; setuptools.setup = lambda **k: print(json.dumps(k)); runpy.run_path('setup.py')"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])

def test_setup_hands_on_what_settings_say(config, declared):
    assert (declared["name"], declared["version"], declared["python_requires"]) == (config["lib_name"], minivecdb.__version__, ">=3.10") and config["version"] == minivecdb.__version__
    assert declared["install_requires"] == config["requirements"].split()
    extras = {k.removesuffix("_requirements"): v.split() for k, v in config.items() if k.endswith("_requirements")}
    assert declared["extras_require"] == extras and {"dev", "fast"} <= set(extras)
    assert declared["entry_points"]["console_scripts"] == config["console_scripts"].split() == ["minivecdb=minivecdb.cli:main"]

def test_the_pins_for_development_only(config):
    assert {"nbdev==2.4.14", "fastcore<2", "execnb<0.2", "ghapi<2"} <= set(config["dev_requirements"].split())
    assert not any(r.startswith("nbdev") for r in config["requirements"].split()) and "<" not in next(r for r in config["requirements"].split() if r.startswith("fastcore"))
    assert config["min_python"] == "3.10"

def test_what_is_imported_is_declared(config):
    "Every third-party module that the library imports belongs to a requirement or an extra."
    known = {"transformers": "sentence-transformers", "llvmlite": "numba", "huggingface_hub": "sentence-transformers"}   # these come with it
    listed = {re.split(r"[<>=!~\[]", r)[0] for k, v in config.items() if k.endswith("requirements") for r in v.split()}
    for name in MODULES:
        for node in ast.walk(ast.parse(Path(module(name).__file__).read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {n.split(".")[0] for n in names} - set(sys.stdlib_module_names) - {"minivecdb"}: assert known.get(top, top.replace("_", "-")) in listed, f"{name} imports {top}"

def test_the_navigation_has_one_source(repository):
    assert (repository/"nbs"/"_quarto.yml").is_symlink() and (repository/"nbs"/"_quarto.yml").resolve() == repository/"_quarto.yml"

def test_notebooks_have_cell_ids(repository):
    for path in pages(repository):
        nb = json.loads(path.read_text(encoding="utf-8"))
        assert (nb["nbformat"], nb["nbformat_minor"]) == (4, 5) and all(c.get("id") for c in nb["cells"]), path.name

def test_every_module_has_its_notebook(repository):
    exported = {m[1] for p in pages(repository) if (m := re.search(r"#\| default_exp (\S+?)[\"\\]", p.read_text(encoding="utf-8")))}
    assert set(MODULES) == exported

def test_the_readme_lists_every_page_under_its_title(repository):
    def title(path): return next(m[1] for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if (m := re.search(r"(?m)^# (.+)$", "".join(c["source"]))))
    rows = [line for line in (repository/"README.md").read_text(encoding="utf-8").split("\n") if line.startswith("|") and ".ipynb" in line]
    listed = [(path, title) for row in rows for title, path in re.findall(r"\[([^\]]+)\]\(nbs/([^)]+\.ipynb)\)", row)]
    titles = {p.relative_to(repository/"nbs").as_posix(): title(p).replace("`", "") for p in pages(repository)}
    assert len(listed) == len(dict(listed)) and dict(listed) == {p: t for p, t in titles.items() if p != "index.ipynb"}

# --- the repository -------------------------------------------------------------------------------------

def test_the_data_is_committed(tracked, repository):
    assert {repository/"data"/"headlines.csv", repository/"data"/"headline_embeddings.json"} <= set(tracked)

def test_no_file_names_a_place_on_one_machine(tracked):
    "Paths of a home, a workplace or a checkout have no business in a file that everyone gets."
    places = re.compile("|".join("/" + "/".join(p) for p in (("root", ""), ("work", ""), ("home", r"\w+/"), ("Users", r"\w+/"), ("tmp", "w/"))).replace("//", "/").encode())
    found = {}
    for path in tracked:
        if path.is_symlink() or not path.is_file(): continue
        hits = {m[0].decode() for m in re.finditer(rb"(?<![\w.:/~-])(?:" + places.pattern + rb")", path.read_bytes())}
        if hits: found[path.name] = hits
    assert found == {}

def test_no_page_shows_where_the_package_lies(repository):
    "A warning that nobody caught prints the path of the module that gave it, and an error that of a temporary file."
    shown = re.compile(r"/(minivecdb|ipykernel_\d+)/\S+\.py:\d+: \w+Warning|/tmp/tmp\w+")
    found = {}
    for path in (repository/"nbs").rglob("*.ipynb"):
        outputs = [o for c in json.loads(path.read_text(encoding="utf-8"))["cells"] for o in c.get("outputs", [])]
        hits = {m[0] for o in outputs if o["output_type"] == "stream" for m in shown.finditer("".join(o["text"]))}
        if hits: found[path.name] = hits
    assert found == {}

# --- fastcore 2 -----------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def fastcore_2(tmp_path_factory):
    "A folder with fastcore 2, to be put before the installed one."
    folder = tmp_path_factory.mktemp("fastcore_2")
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--target", str(folder), "fastcore>=2,<3"], capture_output=True, text=True)
    if done.returncode: pytest.skip(f"fastcore 2 cannot be installed beside the package: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return folder

def test_the_library_works_with_fastcore_2(fastcore_2, run_python, tmp_path):
    run_python(f"""
import sys
import fastcore
assert fastcore.__version__.startswith("2."), fastcore.__version__
import minivecdb
from minivecdb import FlatIndex, Hit, IVFIndex, VectorStorage, build_index
from fastcore.foundation import L
s = VectorStorage(3, model="m")
assert s.add([1, 0, 0], {{"n": 0}}) == 0 and s.add_bulk(L([0, 1, 0], [0, 0, 1]), L({{"n": 1}}, {{"n": 2}})) == [1, 2] and s.add(L(.5, .5, 0)) == 3
assert s.delete(3) and isinstance(s.get_all(), L) and s.get_all().itemgot(2) == [{{"n": 0}}, {{"n": 1}}, {{"n": 2}}]
s.save({str(tmp_path/"s.json")!r})
s = VectorStorage.load({str(tmp_path/"s.json")!r})
assert s.model == "m" and "3 vectors" in s._repr_markdown_()
for metric in ("cosine", "euclidean", "dot"):
    ix = IVFIndex(s, distance_fn=metric).build()
    hits = ix.search([.1, .9, 0], k=2)
    assert isinstance(hits, L) and isinstance(hits[0], Hit) and [h.id for h in hits] == [1, 0] and hits.itemgot(1) == [{{"n": 1}}, {{"n": 0}}]
    assert FlatIndex.from_storage(s, metric).search(L(.1, .9, 0), 2)[1].tolist() == [[1, 0]]
assert ix.add_vectors_bulk([L(0, 5, 0)], [{{"n": 4}}]) == [4] and ix.search([0, 1, 0], 1)[0].metadata == {{"n": 4}}
assert len(build_index(s)[0]) == 1
from minivecdb import cli, headlines, gen_embeddings
assert cli.main(["stats", {str(tmp_path/"s.json")!r}]) == 0
assert headlines.ask(ix, "question", model=gen_embeddings.FunctionEmbedder(lambda texts: [[0, 1, 0]] * len(texts), "m", 3))[0].id == 4
""", PYTHONPATH=str(fastcore_2))

def test_the_tests_of_tables_have_their_libraries():
    "What the extra `tables` brings is in `dev` too, or the tests of data frames and Parquet would be passed over wherever it matters."
    c = configparser.ConfigParser(delimiters=["="]); c.read(Path(__file__).resolve().parent.parent/"settings.ini", encoding="utf-8")
    assert set(c["DEFAULT"]["tables_requirements"].split()) <= set(c["DEFAULT"]["dev_requirements"].split())
