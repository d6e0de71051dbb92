"Fail when cleaning the notebooks or exporting the modules would change a file: `make drift`."
import hashlib, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WATCHED = ['nbs/*.ipynb', 'minivecdb/*.py', 'README.md']

def digests() -> dict[str, str]:
    "SHA-256 of every watched file, by path."
    return {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest()
            for pattern in WATCHED for p in sorted(ROOT.glob(pattern))}

def main():
    before = digests()
    for command in (['nbdev_clean'], ['nbdev_export'], ['python', 'tools/docs.py', 'readme']):
        subprocess.run([str(BIN/command[0]), *command[1:]], cwd=ROOT, check=True)
    after = digests()
    drifted = sorted(name for name in before | after if before.get(name) != after.get(name))
    if drifted: sys.exit('drift: cleaning and exporting changed ' + ', '.join(drifted) + '. Commit the result.')
    print(f'no drift in {len(after)} files')

if __name__ == '__main__': main()
