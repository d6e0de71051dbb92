"""A virtual environment for the peers, in bench/.venv, that sees everything of the one that runs this.

Apart from it, so that the docstring sentences of the project's environment (the data of its pages) stay what they are.
Each package of `bench_requirements` in settings.ini is installed by itself; one that cannot be installed is reported.
"""
import subprocess, sys, sysconfig
from configparser import ConfigParser
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE/".venv/bin/python"

def requirements() -> list[str]:
    parser = ConfigParser(delimiters=["="])
    parser.read(HERE.parent/"settings.ini", encoding="utf-8")
    return parser["DEFAULT"]["bench_requirements"].split()

def make_environment():
    "The environment, with a .pth file that adds the packages of this one behind its own."
    subprocess.run([sys.executable, "-m", "venv", str(HERE/".venv")], check=True)
    asked = subprocess.run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True)
    (Path(asked.stdout.strip())/"minivecdb_bench.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")

def main():
    if not PYTHON.exists(): make_environment()
    for name in requirements():
        done = subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", name], capture_output=True, text=True)
        lines = [line for line in done.stderr.strip().split("\n") if line.startswith("ERROR")] or [""]
        print(f"{name}: {'installed' if done.returncode == 0 else 'cannot be installed here, left out. ' + lines[-1][:200]}", flush=True)

if __name__ == "__main__": main()
