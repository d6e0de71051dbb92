"The walls of the house: what breaks a rule may only become less. `python tools/house.py --update` writes that down."
import importlib.util, json, operator, subprocess, sys
import pytest

@pytest.fixture(scope="module")
def house(repository):
    "The module that counts."
    spec = importlib.util.spec_from_file_location("house", repository/"tools"/"house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

@pytest.fixture(scope="module")
def offenders(house): return house.House().offenders()

@pytest.fixture(scope="module")
def allowed(house, repository): return house.read_allowed(repository/house.ALLOWED)

def test_no_rule_is_broken_more_often_than_before(house, offenders, allowed):
    assert (worse := house.complaints(offenders, allowed)) == [], "\n".join(worse)

def test_what_became_better_is_written_down(house, offenders, allowed):
    assert house.by_rule(house.count(offenders)) == house.by_rule(allowed), "run python tools/house.py --update, and commit tests/house.txt"

# --- every rule sees what breaks it ------------------------------------------------------------------------

def page(number, name, code): return f"# %% auto #0\n__all__ = []\n\n# %% ../nbs/{number}_{name}.ipynb #1\n{code}\n"

SOUND = {
    "core/errors.py": page("90_core/10", "errors", "class Failure(Exception): pass\ndef check(x): return x"),
    "core/__init__.py": "from .errors import Failure, check\n",
    "shapes.py": page("10", "shapes", "from .core import check\nclass Shape:\n    def __init__(self, side): self._side = side\n"
                                      "    def area(self): return self._side**2"),
    "codecs/plain.py": page("20_codecs/10", "plain", "class Codec:\n    lossless = True\n    def ask(self): return self.lossless"),
    "codecs/__init__.py": "from .plain import Codec\n",
    "app.py": page("30", "app", "from .shapes import Shape\nfrom .codecs import Codec\nfrom minivecdb.core import check"),
    "__init__.py": "from .shapes import Shape\nfrom . import app\n",
}

BROKEN = [   # rule, file, code that is added to it
    ("later import", "shapes.py", "from .app import Codec"),
    ("later import", "shapes.py", "def late():\n    from . import app"),
    ("later import", "shapes.py", "import minivecdb.app"),
    ("later import", "shapes.py", "def late():\n    from minivecdb.codecs import Codec"),
    ("later import", "core/errors.py", "from ..shapes import Shape"),
    ("past a face", "app.py", "from .codecs.plain import Codec"),
    ("past a face", "app.py", "from .core import errors"),
    ("private name", "app.py", "from .core.errors import _hidden"),
    ("private name", "app.py", "def peek(shape): return shape._side"),
    ("foreign patch", "app.py", "@patch\ndef grow(self: Shape): pass"),
    ("foreign patch", "app.py", "@patch_to(Shape)\ndef grow(self): pass"),
    ("foreign patch", "app.py", "@patch(as_prop=True)\ndef grown(self: Shape): pass"),
    ("replaced method", "shapes.py", "@patch\ndef area(self: Shape): pass"),
    ("replaced method", "shapes.py", "@patch\ndef grow(self: Shape): pass\n@patch\ndef grow(self: Shape): pass"),
    ("rebound class", "app.py", "if not hasattr(Shape, 'size'): Shape.size = Shape.area"),
    ("rebound class", "app.py", "setattr(Shape, 'size', Shape.area)"),
    ("rebound class", "app.py", "class Shape(Shape): pass"),
    ("rebound class", "app.py", "Shape = make(Shape)"),
    ("codec question", "app.py", "def ask(codec): return codec.lossless"),
    ("codec question", "app.py", "def ask(codec): return isinstance(codec, (str, Codec))"),
    ("codec question", "app.py", "def ask(self): return hasattr(self.codec, 'bits')"),
    ("__dict__", "app.py", "def copy(x, y): x.__dict__.update(y)"),
    ("__dict__", "app.py", "def copy(x): return vars(x)"),
    ("long line", "app.py", "x = '" + "x" * 95 + "'"),
    ("long page", "app.py", "\n# %% ../nbs/30_app.ipynb #2\n".join("\n".join(["x = 1"] * 59) for _ in range(6))),
    ("long cell", "app.py", "\n".join(["x = 1"] * 61)),
    ("many parameters", "app.py", "def f(a, b, c, d, e, f, g, h, i): pass"),
    ("many parameters", "app.py", "def _f(a, b, c, d, e, f, g, h, *, i): pass"),
]

def built(folder, changes=()):
    "A small house, with code added to some of its files."
    texts = dict(SOUND)
    for file, code in changes: texts[file] += code + "\n"
    for file, text in texts.items():
        (path := folder/"minivecdb"/file).parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder

def test_a_sound_house_breaks_no_rule(house, tmp_path):
    assert house.House(built(tmp_path)).offenders() == []

@pytest.mark.parametrize("rule, file, code", BROKEN)
def test_a_rule_sees_what_breaks_it(house, tmp_path, rule, file, code):
    found = [o for o in house.House(built(tmp_path, [(file, code)])).offenders() if o.rule == rule]
    assert [o.file for o in found] == [f"minivecdb/{file}"]
    assert found[0].line > 1 and found[0].what

def test_every_rule_has_a_case_and_a_remedy(house):
    assert {rule for rule, *_ in BROKEN} == set(house.RULES) == set(house.REMEDY)

def test_what_looks_like_an_offender_and_is_none(house, tmp_path):
    "A public verb's options, a class's own private names and its patches, names of other libraries, the generated head of a module."
    code = ("def search(self, a, b, c, d, e, f, g, h, *, i, j): pass\n"
            "def own(np): return np._private\n"
            "class Own:\n    def __init__(self): self._mine = 1\n"
            "@patch\ndef read(self: Own): return self._mine\n"
            "codec_name = 'flat'\n")
    root = built(tmp_path, [("app.py", code)])
    head = root/"minivecdb"/"app.py"
    head.write_text("__all__ = [" + "'name', " * 20 + "]\n" + head.read_text())
    assert house.House(root).offenders() == []

# --- the ratchet ------------------------------------------------------------------------------------------

LONG = "x = '" + "x" * 95 + "'"

def test_code_may_move_between_files_and_not_become_more(house, tmp_path):
    found = lambda *changes: house.House(built(tmp_path, changes)).offenders()
    allowed = house.count(found(("app.py", LONG), ("shapes.py", LONG)))
    assert house.complaints(found(("app.py", LONG), ("app.py", LONG)), allowed, tmp_path) == []
    [text] = house.complaints(found(("app.py", LONG), ("app.py", LONG), ("shapes.py", LONG)), allowed, tmp_path)
    assert text.startswith("long line: 3, and at most 2 are allowed. Remedy:") and "minivecdb/app.py:" in text and "shapes.py" not in text

def test_new_offenders_are_told_from_old_ones(house, tmp_path):
    def git(*args): subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=tmp_path, check=True, capture_output=True)
    root = built(tmp_path, [("app.py", LONG)])
    (root/"tests").mkdir()
    house.write_allowed(root/house.ALLOWED, house.count(house.House(root).offenders()))
    git("init"); git("add", "-A"); git("commit", "-m", "first")
    path = root/"minivecdb"/"app.py"
    text = path.read_text()
    path.write_text(text.replace(LONG, LONG.replace("x =", "newer =") + "\n" + LONG))
    [complaint] = house.complaints(house.House(root).offenders(), house.read_allowed(root/house.ALLOWED), root)
    assert complaint.count("minivecdb/app.py:") == 1 and "newer" in complaint

def test_allowed_counts_survive_a_merge_of_both_sides(house, tmp_path):
    counts = house.count([house.Offender("long line", "a.py", n, "x") for n in range(5)] + [house.Offender("private name", "b.py", 1, "x")])
    path = tmp_path/"house.txt"
    house.write_allowed(path, counts)
    assert house.read_allowed(path) == counts
    path.write_text(path.read_text().replace("long line 5", "long line 4\nlong line 5"))
    assert house.read_allowed(path)["long line", "a.py"] == 5

def test_update_lowers_and_never_raises(house, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(house, "ROOT", built(tmp_path, [("app.py", LONG)]))
    monkeypatch.setattr(house, "House", lambda root=tmp_path, real=house.House: real(root))
    monkeypatch.setattr(sys, "argv", ["house.py", "--update"])
    (tmp_path/"tests").mkdir()
    house.main()
    before = (tmp_path/house.ALLOWED).read_text()
    assert "long line 1" in before
    built(tmp_path, [("app.py", LONG), ("app.py", LONG)])
    with pytest.raises(SystemExit, match="long line: 2, and at most 1"): house.main()
    assert (tmp_path/house.ALLOWED).read_text() == before
    built(tmp_path)
    house.main()
    assert "long line" not in (tmp_path/house.ALLOWED).read_text()

# --- the way that a reader walks --------------------------------------------------------------------------

ROADS = {   # functions, chapters, moves: they may only fall
    "flat batch": (60, 5, 49),
    "flat query": (8, 3, 3),
    "bits batch": (17, 3, 326),
    "bits query": (9, 3, 5),
    "folder query": (49, 5, 46),
    "folder query after an add": (174, 9, 167),
}

def test_a_search_leads_a_reader_no_further_than_before(repository, run_python):
    code = """
import importlib.util, json
spec = importlib.util.spec_from_file_location("trace", "tools/trace.py")
trace = importlib.util.module_from_spec(spec)
spec.loader.exec_module(trace)
walks = {road: trace.walk(road) for road in trace.ROADS}
print(json.dumps({road: [w.functions, len(w.chapters), w.moves] for road, w in walks.items()}))
"""
    found = {road: tuple(counts) for road, counts in json.loads(run_python(code)).items()}
    assert found.keys() == ROADS.keys()
    further = {road: found[road] for road in ROADS if any(map(operator.gt, found[road], ROADS[road]))}
    assert further == {}, "python tools/trace.py --list ROAD names the steps"
