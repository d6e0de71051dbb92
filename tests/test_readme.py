"The README and the first steps as a newcomer uses them: every block is pasted, in order, in a new folder."
import json, os, re, subprocess, sys
from pathlib import Path
import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT/"README.md").read_text(encoding="utf-8")
STEPS = json.loads((ROOT/"nbs/start/first_steps.ipynb").read_text(encoding="utf-8"))["cells"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
BLOCKS = FENCE.findall(TEXT)
SHELL = [block for cell in STEPS if cell["cell_type"] == "markdown" for _, block in FENCE.findall("".join(cell["source"]) + "\n")]
INSTALLS = re.compile(r"(git clone|make|pip|python3 -m venv|\.venv/bin/pip) ")

# A terminal's own Python: what is pasted is read line by line, and a block ends with an empty line.
PASTED = """
import code, json, sys
console, failed = code.InteractiveConsole(), []
console.showtraceback = console.showsyntaxerror = lambda *given, **more: failed.append(repr(sys.exc_info()[1]))
for number, block in enumerate(json.load(sys.stdin)):
    for line in (block + "\\n").split("\\n"): console.push(line)
    if failed: sys.exit(f"block {number}: {failed}")
print("all blocks ran", sorted(n for n in console.locals if n in ("small", "large", "hit")))
"""


def run(*command, **options):
    env = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=500, **options)


def test_blocks_are_of_known_languages(): assert {language for language, _ in BLOCKS} == {"python", "sh", "text"}


def test_the_first_example_has_ten_lines_of_eighty_columns():
    (block,) = [block for language, block in BLOCKS if language == "python"]
    lines = [line for line in block.splitlines() if line.strip()]
    assert len(lines) <= 10 and max(map(len, lines)) <= 80 and "where=" in block
    assert TEXT.index(block) < TEXT.index("## Install")


def test_every_block_of_python_runs_as_pasted(tmp_path):
    "A block that ends in an indented line needs the empty line that a reader types."
    (block,) = [block for language, block in BLOCKS if language == "python"]
    steps = ["".join(cell["source"]) + "\n" for cell in STEPS if cell["cell_type"] == "code" and "#| hide" not in cell["source"][0]]
    done = run(sys.executable, "-W", "error", "-c", PASTED, input=json.dumps([block + "\n", "import os", *steps]), cwd=tmp_path)
    assert len(steps) >= 8 and done.returncode == 0 and done.stdout.endswith("all blocks ran ['hit', 'large', 'small']\n"), done.stderr
    shown = next(block for language, block in BLOCKS if language == "text")
    assert shown in done.stdout   # what the README says that the first block prints
    assert {"small.ivf", "large.ivf", "index.faiss", "news.mvdb", "tonight.mvdb"} <= {p.name for p in tmp_path.iterdir()}


def test_a_mistake_in_a_block_would_be_seen(tmp_path):
    for bad in ("x = nothing_of_the_kind", "for i in range(2): i\nfor i in range(2): i", "def f():\n    a = 1\n\n    return a"):
        assert run(sys.executable, "-c", PASTED, input=json.dumps(["y = 1", bad]), cwd=tmp_path).stderr.startswith("block 1")


def test_every_block_of_shell_runs_as_pasted(tmp_path):
    blocks = [block for block in SHELL if not any(INSTALLS.match(l) for l in block.splitlines())]
    (tmp_path/"bin").mkdir()
    (tmp_path/"bin"/"minivecdb").write_text(f"#!{sys.executable}\nimport sys\nfrom minivecdb.cli import main\nsys.exit(main())\n")
    (tmp_path/"bin"/"minivecdb").chmod(0o755)
    assert blocks
    for block in blocks:
        done = run("sh", "-eu", "-c", f'PATH="{tmp_path}/bin:$PATH"\n{block}', cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "Ransomware" in done.stdout and "Hackers" not in done.stdout and "Rye" not in done.stdout


@pytest.mark.parametrize("block", [block for language, block in BLOCKS if language == "sh"] + SHELL)
def test_every_shell_block_is_run_or_installs(block):
    lines = [l for l in block.splitlines() if l and not l.startswith("#")]
    assert all(INSTALLS.match(l) for l in lines) or not any(INSTALLS.match(l) for l in lines)
