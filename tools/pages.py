"Execute notebooks in place, keeping outputs and cell ids, then clean, export and write the README: `make pages [PAGES='60_ivf 77']`."
import subprocess, sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

def execute(path: Path):
    "Run one notebook from top to bottom and store what it printed."
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=1800, kernel_name='python3', resources={'metadata': {'path': str(path.parent)}}).execute()
    nbformat.write(notebook, path)

def main():
    wanted = sys.argv[1:]
    for path in sorted((ROOT/'nbs').rglob('*.ipynb')):
        name = path.relative_to(ROOT/'nbs').as_posix()
        if wanted and not any(name.startswith(w) for w in wanted): continue
        start = time.perf_counter()
        subprocess.run([str(BIN/'nbdev_export')], cwd=ROOT, check=True)   # a page imports what lower pages export
        execute(path)
        print(f'{name}: {time.perf_counter() - start:.1f} s', flush=True)
    for command in ('nbdev_clean', 'nbdev_export'): subprocess.run([str(BIN/command)], cwd=ROOT, check=True)
    for tool in (['tools/stubs.py'], ['tools/docs.py', 'readme']): subprocess.run([sys.executable, *tool], cwd=ROOT, check=True)

if __name__ == '__main__': main()
