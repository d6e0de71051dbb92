"""The chapters of the house, and which of them imports which: `python tools/picture.py FILE.svg` draws them.

Chapters stand in the order in which they are read, `core` first. An arc leads from a chapter to one that imports it. All
arcs run down; one that ran up would be red. An arc is left out where others lead to the same chapter. The table counts
the names that the chapter of a row imports from the chapter of a column: it is empty above the diagonal."""
import sys
from collections import Counter
from pathlib import Path
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
sys.path.insert(0, str(Path(__file__).resolve().parent))
from house import FIRST, House

DARK, LIGHT = '#4a6b8a', '#cfe0f0'
Uses = Counter   # {(who imports, what): names}

def chapters(house: House) -> list[str]:
    "All chapters in reading order, `core` first; a page without a chapter is one."
    first = {}
    for room in house.rooms.values():
        if room.name and room.number: first[room.chapter] = min(first.get(room.chapter, room.number), room.number)
    return sorted(first, key=lambda name: (name != FIRST, first[name]))

def uses(house: House) -> Uses:
    "How many names each chapter takes from each other."
    found = Counter()
    for room in house.rooms.values():
        if not room.name: continue
        for _, used, _ in house.imports(room):
            if used.name and used.chapter != room.chapter: found[room.chapter, used.chapter] += 1
    return found

def runs_up(pair: tuple[str, str], names: list[str]) -> bool:
    "Whether a chapter imports a later one."
    who, what = pair
    return names.index(what) > names.index(who)

def lines(house: House) -> Counter:
    "Exported lines of each chapter, without empty ones and comments."
    found = Counter()
    for room in house.rooms.values():
        code = (line.strip() for line in room.text.split('\n'))
        found[room.chapter] += sum(bool(line) and not line.startswith('#') for line in code)
    return found

def needed(found: Uses) -> set[tuple[str, str]]:
    "The imports that no longer way leads around."
    below, reached = {}, {}
    for who, what in found: below.setdefault(who, set()).add(what)
    def reach(name: str) -> set[str]:
        if name not in reached:
            reached[name] = {name}   # an import that runs up ends here
            reached[name] = {name}.union(*(reach(other) for other in below.get(name, ())))
        return reached[name]
    return {(who, what) for who, what in found
            if not any(what in reach(other) for other in below[who] - {what})}

def draw_arcs(axes: Axes, names: list[str], found: Uses):
    "An arc from each chapter to those that import it; one that runs up is red."
    for who, what in needed(found):
        start, end, down = names.index(what), names.index(who), not runs_up((who, what), names)
        axes.annotate('', (0, end), (0, start), annotation_clip=False, arrowprops={
            'arrowstyle': '-|>', 'color': DARK if down else 'red', 'lw': 1, 'shrinkA': 3, 'shrinkB': 3,
            'connectionstyle': f'arc3,rad={"" if down else "-"}{.5 if abs(end - start) > 1 else .9}'})
    axes.scatter([0] * len(names), range(len(names)), s=22, color=DARK, zorder=2)
    axes.set(xlim=(-4.5, .2))
    axes.axis('off')

def draw_table(axes: Axes, names: list[str], found: Uses, size: Counter):
    "How many names the chapter of a row takes from the chapter of a column."
    last = len(names) - .5
    for i, who in enumerate(names):
        for j, what in enumerate(names):
            n = found[who, what]
            color = LIGHT if n and j < i else 'red' if n else 'white' if j < i else '#f1f1f1'
            axes.add_patch(Rectangle((j - .5, i - .5), 1, 1, lw=0, color=color))
            if n: axes.text(j, i, n, ha='center', va='center', fontsize=8)
        axes.text(last + .2, i, f'{size[who]:,} lines', va='center', fontsize=8)
    axes.plot([-.5, last], [-.5, last], color=DARK, lw=1)
    axes.set(xlim=(-.5, last), ylim=(last, -.5))
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values(): spine.set_visible(False)

def picture(house: House) -> Figure:
    "The arcs, and the table beside them, in the same rows."
    names, found = chapters(house), uses(house)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 6), width_ratios=[1, 3.4], layout='constrained')
    draw_table(right, names, found, lines(house))
    left.set(ylim=right.get_ylim())
    draw_arcs(left, names, found)
    return figure

if __name__ == '__main__': picture(House()).savefig(sys.argv[1])
