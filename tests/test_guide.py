"The Guide: each recipe answers at once, its pitfalls show real messages, and no error and no term is missing."
import importlib, pkgutil, re
from pathlib import Path
import nbformat, pytest
import minivecdb
from minivecdb import MinivecdbError

GUIDE = Path(__file__).resolve().parent.parent/"nbs/guide"
APART = "troubleshooting", "glossary", "command_line"
PAGES = sorted(GUIDE.glob("*.ipynb"))
RECIPES = [p for p in PAGES if not p.stem.endswith(APART)]

def cells(path: Path) -> list: return nbformat.read(path, as_version=4).cells
def shown(path: Path) -> list:
    "The cells that a reader of the site sees with their source."
    return [c for c in cells(path) if not re.match(r"#\| *(hide|echo: false)", c.source)]
def prose(path: Path) -> str: return "\n\n".join(c.source for c in cells(path) if c.cell_type == "markdown")
def page(name: str) -> Path: return next(p for p in PAGES if p.stem.endswith(name))

def package_classes(base: type) -> set[type]:
    "A class and all that are derived from it, as far as they are of this package."
    for module in pkgutil.walk_packages(minivecdb.__path__, "minivecdb."): importlib.import_module(module.name)
    def derived(c): return {c}.union(*(derived(d) for d in c.__subclasses__()))
    return {c for c in derived(base) if c.__module__.partition(".")[0] == "minivecdb"}

def test_a_dozen_recipes(): assert len(RECIPES) >= 13

@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_a_recipe_answers_in_two_sentences_and_ten_lines(path):
    title, answer, code = shown(path)[:3]
    assert re.match(r"# .+\?\n\n> .+", title.source)
    assert len(re.findall(r"[.?!](?:\s|$)", answer.source)) <= 3 and len(answer.source.split()) <= 70
    assert code.cell_type == "code" and code.outputs
    lines = [o for o in code.source.split("\n") if o.strip() and not o.startswith(("import", "from"))]
    assert len(lines) <= 14

@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_a_recipe_tells_pitfalls_with_what_is_said_then(path):
    after = shown(path)[[i for i, c in enumerate(shown(path)) if "## Pitfalls" in c.source][0]:]
    code = [c for c in after if c.cell_type == "code"]
    assert code and all(c.outputs for c in code)
    assert any(re.search(r"except (\w+|\(.*\)) as error|told", c.source) for c in code)

@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_pages_use_public_names_in_lines_that_fit(path):
    for cell in (c for c in cells(path) if c.cell_type == "code"):
        assert not re.search(r"\._[a-z]|import _", cell.source), cell.source
        code = [o for o in cell.source.split("\n") if not o.startswith("#|")]
        assert max(map(len, code), default=0) <= 100, max(code, key=len)

@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_figures_say_what_they_show(path):
    for cell in cells(path):
        if not any("image/svg+xml" in o.get("data", {}) or "image/png" in o.get("data", {}) for o in cell.get("outputs", [])): continue
        assert "#| fig-cap:" in cell.source and "#| fig-alt:" in cell.source

def test_every_error_and_every_warning_is_in_the_troubleshooting():
    page_text = "".join(o["data"]["text/markdown"] for c in cells(page("troubleshooting")) for o in c.get("outputs", []) if "text/markdown" in o.get("data", {}))
    entries = dict(re.findall(r"(?ms)^### (\w+)\n(.*?)(?=^#|\Z)", page_text))
    assert set(entries) == {c.__name__ for base in (MinivecdbError, Warning) for c in package_classes(base)}
    for entry in entries.values():
        assert "**What to do:**" in entry and re.search(r"(?s)```python\n.+?\n```\n\n```text\n.+?\n```", entry)

def test_a_term_is_told_in_two_sentences_with_its_page():
    entries = re.findall(r"(?ms)^### (.+?) \{#[\w-]+\}\n\n(.+?)(?=^###|\Z)", prose(page("glossary")))
    names = [name.lower() for name, _ in entries]
    assert names == sorted(names) and len(names) >= 40
    wanted = "recall", "nprobe", "centroid", "inverted list", "codec", "residual", "rescoring", "surrogate", "slack", "spill", "metric", "drift", "quantization"
    assert set(wanted) <= set(names)
    for name, text in entries:
        told, _, link = text.strip().rpartition(" See ")
        assert 1 <= len(re.findall(r"[.](?:\s|$)", told)) <= 3 and re.fullmatch(r"\[.+\]\(.+\.ipynb\)\.", link), name

def test_the_page_on_the_command_line_names_every_command_and_every_option_for_tables(capsys):
    from minivecdb.cli import main
    def help(*words):
        main([*words, "--help"])
        return capsys.readouterr().out
    text = prose(page("command_line"))
    commands = re.findall(r"(?m)^    (\w+) ", help().split("COMMAND\n")[-1])
    assert len(commands) >= 10 and [c for c in commands if f"`{c} " not in text and f"`{c}`" not in text] == []
    options = set(re.findall(r"(?m)^  (--[\w-]+)", help("index"))) - {"--text", "--out", "--quiet", "--dtype"}
    assert len(options) >= 6 and [o for o in options if f"`{o} " not in text] == []

# --- exercises of the book --------------------------------------------------------------------------------------

ROAD = ("00_vector_storage", "15_gen_embeddings", "20_distances/10_metric", "30_exact/10_flat", "40_kmeans/30_standard",
        "50_codecs/10_codec", "65_filters/10_language", "75_ivf_index")

@pytest.mark.parametrize("name", ROAD)
def test_a_page_of_the_road_has_exercises_with_folded_answers_that_ran(name):
    page = cells(GUIDE.parent/f"{name}.ipynb")
    first = next(i for i, c in enumerate(page) if re.match(r"## (Two|Three) exercises\n", c.source))
    questions = [i for i, c in enumerate(page) if c.cell_type == "markdown" and re.search(r"^\*\*\d\. \w.*\?\*\*|^\*\*\d\. \w[^*]*\.?\*\*", c.source, re.M) and i >= first]
    assert len(questions) == {"Two": 2, "Three": 3}[page[first].source.split()[1]]
    for i in questions:
        opened, program, closed = page[i + 1:i + 4]
        assert re.match(r'<details class="answer" markdown="1">\n<summary>Answer</summary>\n\n[\w`]', opened.source) and closed.source == "</details>"
        assert program.outputs and re.search(r"\b(assert|test_eq|test_close)\b", program.source) and max(map(len, program.source.split("\n"))) <= 100

@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_links_lead_to_pages(path):
    for link in re.findall(r"\]\(([^):#]+\.ipynb)", prose(path)): assert (path.parent/link).resolve().is_file(), link
