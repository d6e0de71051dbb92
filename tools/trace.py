"""What a reader walks through to follow one search: `python tools/trace.py [ROAD]` counts it, `--list` names every step.

A search runs once more with a profiler on. Counted are the different functions of the package that it enters, the
chapters they stand in, and the moves: how often the next function stands in another module than the one before.
Lambdas, comprehensions and `__len__` are left out; kernels are compiled, so a reader sees the call, not the kernel."""
import argparse, os, sys, tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT/'minivecdb'
ASIDE = {'<lambda>', '<listcomp>', '<genexpr>', '<dictcomp>', '<setcomp>', '__len__'}

class Step(NamedTuple):
    "One call of a function of the package."
    module: str    # as 'ivf.index'
    function: str

class Walk(NamedTuple):
    "The calls of one search, in order."
    steps: list[Step]

    @property
    def functions(self) -> int: return len(set(self.steps))
    @property
    def chapters(self) -> set[str]: return {s.module.split('.')[0] for s in self.steps}
    @property
    def moves(self) -> int: return sum(a.module != b.module for a, b in zip(self.steps, self.steps[1:]))

def traced(search: Callable) -> Walk:
    "The walk of one call."
    steps = []
    def see(frame, event, arg):
        if event != 'call' or frame.f_code.co_name in ASIDE: return
        file = Path(os.path.abspath(frame.f_code.co_filename))
        if not file.is_relative_to(PACKAGE): return
        module = '.'.join(file.relative_to(PACKAGE).with_suffix('').parts)
        steps.append(Step(module, frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name))
    sys.setprofile(see)
    try: search()
    finally: sys.setprofile(None)
    return Walk(steps)

# --- the roads that are counted ------------------------------------------------------------------------------

def rows(n: int = 20_000, d: int = 64) -> np.ndarray: # [n, d]
    "A cloud without groups."
    return np.random.default_rng(0).standard_normal((n, d), dtype=np.float32)

def over_arrays(codec: str, queries: int, **options) -> Callable:
    "A search of `IVF`, warmed until its kernels are compiled."
    from minivecdb import IVF, ArrayRows
    x = rows()
    index = IVF(x.shape[1], 64, codec=codec).train(x[:10_000])
    index.add(x)
    if options.get('rescore'): index.rows = ArrayRows(x)
    return lambda: index.search(x[:queries], 10, nprobe=8, **options)

def over_folder(home: Path, after_add: bool = False) -> Callable:
    "A search of `IVFIndex` over a storage that lasts; after a row was added, if asked."
    from minivecdb import IVFIndex, VectorStorage
    x = rows(5_000)
    storage = VectorStorage.open(home/'s.mvdb', x.shape[1])
    storage.add_bulk(x, [{'n': i} for i in range(len(x))])
    index = IVFIndex(storage, nprobe=8, n_clusters=32).build()
    def search(): return index.search(x[0], 5)
    def search_after():
        storage.add(x[1], {'n': -1})
        return traced(search)
    return search_after if after_add else search

ROADS: dict[str, Callable[[Path], Callable]] = {   # (an empty folder) -> the search, or what traces it
    'flat batch': lambda home: over_arrays('flat', 64),
    'flat query': lambda home: over_arrays('flat', 1),
    'bits batch': lambda home: over_arrays('rabitq', 64, rescore=100),
    'bits query': lambda home: over_arrays('rabitq', 1, rescore=100),
    'folder query': over_folder,
    'folder query after an add': lambda home: over_folder(home, after_add=True),
}

def walk(road: str) -> Walk:
    "Count one road with kernels as after some use, after three searches that prepare what later ones reuse."
    from unittest import mock
    from minivecdb.core import Kernel
    compiled = mock.patch.multiple(Kernel, spent=1e11, soon=lambda kernel, work: True)
    with compiled, tempfile.TemporaryDirectory() as home:
        search = ROADS[road](Path(home))
        for _ in range(3): found = search()
        return found if isinstance(found, Walk) else traced(search)

def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('road', nargs='*', help=f'one of {", ".join(ROADS)}')
    parser.add_argument('--list', action='store_true', help='name every step')
    options = parser.parse_args()
    print(f'{"":28} functions  chapters  moves')
    for road in options.road or ROADS:
        w = walk(road)
        print(f'{road:28} {w.functions:9} {len(w.chapters):9} {w.moves:6}')
        if options.list: print(*(f'    {s.module}: {s.function}' for s in w.steps), sep='\n')

if __name__ == '__main__': main()
