"Fail when cleaning the notebooks, exporting the modules, making stubs or counting what breaks the rules of the house would change a file: `make drift`."
import hashlib, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WATCHED = ['nbs/**/*.ipynb', 'minivecdb/**/*.py', 'minivecdb/**/*.pyi', 'README.md', '_quarto.yml', 'tests/house.txt']
COMMANDS = [['nbdev_clean'], ['nbdev_export'], ['python', 'tools/stubs.py'], ['python', 'tools/docs.py', 'readme'],
            ['python', 'tools/house.py', '--update']]

def digests() -> dict[str, str]:
    "SHA-256 of every watched file, by path."
    return {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest()
            for pattern in WATCHED for p in sorted(ROOT.glob(pattern))}

def main():
    before = digests()
    for command in COMMANDS:
        if subprocess.run([str(BIN/command[0]), *command[1:]], cwd=ROOT).returncode: sys.exit(f'drift: {" ".join(command)} failed, see above')
    after = digests()
    drifted = sorted(name for name in before | after if before.get(name) != after.get(name))
    if drifted: sys.exit('drift: cleaning, exporting, making stubs and counting changed ' + ', '.join(drifted) + '. Commit the result.')
    print(f'no drift in {len(after)} files')

if __name__ == '__main__': main()
