"""A virtual environment for atheris and faiss, in torture/.venv, that sees everything of the one that runs this.

Neither is there for every system and Python; where it cannot be installed, its lines of the table say so.
"""
import subprocess, sys, sysconfig
from configparser import ConfigParser
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE/".venv/bin/python"

def main():
    parser = ConfigParser(delimiters=["="])
    parser.read(HERE.parent/"settings.ini", encoding="utf-8")
    if not PYTHON.exists(): subprocess.run([sys.executable, "-m", "venv", str(HERE/".venv")], check=True)
    asked = subprocess.run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True)
    (Path(asked.stdout.strip())/"minivecdb_torture.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for name in parser["DEFAULT"]["torture_requirements"].split():
        done = subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", name], capture_output=True, text=True)
        print(f"{name}: {'installed' if done.returncode == 0 else 'cannot be installed here, left out'}", flush=True)

if __name__ == "__main__": main()
