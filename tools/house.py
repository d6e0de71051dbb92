"""The walls of the house, counted over the exported modules: `python tools/house.py [RULE]` prints the counts, or a rule's offenders.
`--update` writes tests/house.txt, which may only fall: no rule may have more offenders than that file allows in all."""
import argparse, ast, re, subprocess, sys
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, ALLOWED = 'minivecdb', 'tests/house.txt'
WIDTH, PARAMETERS, PAGE, CELL = 100, 8, 300, 60
FIRST = 'core'   # is imported first, though it is read last
CODEC_ROOMS = {'codecs'}
ONE = {'filters': 'vector_storage', 'storage': 'vector_storage'}   # chapters that may add methods to a class of another
CODEC_KINDS = {'lossless', 'scans', 'residual'}          # attributes that say what kind a codec is
OTHER_KINDS = {'Blocks', 'ArrayRows', 'Shortlist'}       # classes that rows of some codecs have

REMEDY = {
    'later import': 'import from pages with a smaller number, or move what is needed there',
    'past a face': "import from the chapter (its __init__), not from a room of it",
    'private name': 'give the name a public one, or ask its owner through a method',
    'foreign patch': "move the method to a page of its class's chapter, or make it a function",
    'replaced method': 'change the method where it was defined first',
    'rebound class': 'no class is changed while modules are imported: write a method, a subclass or a registry',
    'codec question': 'put a method on the codec and call it',
    '__dict__': 'name the fields, or use dataclasses.replace',
    'long line': f'at most {WIDTH} characters a line, one idea each',
    'long page': f'at most {PAGE} exported lines a page: divide it',
    'long cell': f'at most {CELL} lines an exported cell: divide it',
    'many parameters': f'at most {PARAMETERS} parameters: what travels together is a record',
}

class Offender(NamedTuple):
    "One place that breaks a rule."
    rule: str
    file: str   # relative to the root
    line: int
    what: str   # the same wherever in the file it stands

class Cell(NamedTuple):
    "One exported cell, as its module holds it."
    page: str         # the notebook
    line: int         # of its first line, from 1
    lines: list[str]

class Room:
    "One exported module."
    def __init__(self, file: str, text: str):
        self.file, self.text = file, text
        self.parts = Path(file).with_suffix('').parts[1:]
        self.is_face = self.parts[-1] == '__init__'
        self.name = '.'.join(self.parts[:-1] if self.is_face else self.parts)
        self.chapter = self.name.split('.')[0]
        self.own = ONE.get(self.chapter, self.chapter)

    @cached_property
    def tree(self) -> ast.Module: return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]: return list(ast.walk(self.tree))

    @cached_property
    def cells(self) -> list[Cell]:
        "Exported cells; a module that no notebook writes is one cell."
        lines, found = self.text.split('\n'), []
        starts = [(i, m[1]) for i, line in enumerate(lines) if (m := re.match(r'# %% \S*?nbs/(\S+\.ipynb)', line))]
        if not starts: return [Cell(self.file, 1, lines)]
        for (start, page), (end, _) in zip(starts, [*starts[1:], (len(lines), '')]):
            found.append(Cell(page, start + 2, lines[start+1:end]))
        return found

    @cached_property
    def number(self) -> tuple[int, ...]:
        "Where its page stands: the numbers that its folder and its name begin with."
        if self.chapter == FIRST: return (-1,)
        return tuple(int(m[0]) for part in Path(self.cells[0].page).parts if (m := re.match(r'\d+', part)))

def read_house(root: Path = ROOT) -> dict[str, Room]:
    "Every module of the package by its dotted name below the package; the package itself has the name ''."
    files = sorted(p for p in (root/PACKAGE).rglob('*.py') if p.name != '_modidx.py')
    rooms = [Room(p.relative_to(root).as_posix(), p.read_text(encoding='utf-8')) for p in files]
    return {room.name: room for room in rooms}

def called(node: ast.AST) -> str:
    "The name that a call or a decorator uses."
    if isinstance(node, ast.Call): node = node.func
    return node.id if isinstance(node, ast.Name) else getattr(node, 'attr', '')

def names_in(node: ast.AST | None) -> list[str]:
    "Every plain name in an expression."
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)] if node else []

def is_private(name: str) -> bool: return name.startswith('_') and not name.startswith('__')

def patched_classes(node: ast.FunctionDef) -> list[str]:
    "The classes that get this function as a method."
    for d in node.decorator_list:
        if called(d) == 'patch_to' and isinstance(d, ast.Call): return names_in(d.args[0])
        if called(d) == 'patch' and node.args.args: return names_in(node.args.args[0].annotation)
    return []

class Method(NamedTuple):
    "One method, and where it is written."
    owner: str    # its class
    home: Room    # where that is defined
    name: str
    room: Room
    node: ast.FunctionDef
    patched: bool

class House:
    "All rooms, and who defines what in them."
    def __init__(self, root: Path = ROOT): self.rooms = read_house(root)

    def number(self, room: Room) -> tuple[int, ...]:
        "Where a room's page stands; a face stands where the first page of its chapter does."
        if not room.is_face or not room.name: return room.number
        return min((r.number for r in self.rooms.values() if r.chapter == room.chapter and not r.is_face), default=())

    @cached_property
    def classes(self) -> dict[str, Room]:
        "In which room each class is defined."
        return {n.name: room for room in self.rooms.values() for n in room.tree.body if isinstance(n, ast.ClassDef)}

    def home(self, name: str, room: Room) -> Room | None:
        "Where a class is defined that a room calls by this name."
        return room if any(isinstance(n, ast.ClassDef) and n.name == name for n in room.tree.body) else self.classes.get(name)

    @cached_property
    def privates(self) -> dict[str, set[str]]:
        "The chapters in which each private name is defined."
        found = {}
        for room in self.rooms.values():
            for n in room.nodes:
                if isinstance(n, (ast.FunctionDef, ast.ClassDef)): names = [n.name]
                elif isinstance(n, (ast.Attribute, ast.Name)) and isinstance(n.ctx, ast.Store): names = [getattr(n, 'attr', None) or n.id]
                else: continue
                for name in filter(is_private, names): found.setdefault(name, set()).add(room.own)
        return found

    def imports(self, room: Room) -> Iterator[tuple[ast.AST, Room, str]]:
        "(statement, the room that it imports from, the name that it takes) for every import from the package."
        here = room.parts[:-1]
        for n in room.nodes:
            if isinstance(n, ast.ImportFrom):
                module = (n.module or '').split('.') if n.module else []
                if n.level: base = [*here[:len(here) - n.level + 1], *module]
                elif module[:1] == [PACKAGE]: base = module[1:]
                else: continue
                for name in n.names:
                    inner, outer = '.'.join([*base, name.name]), '.'.join(base)
                    if inner in self.rooms: yield n, self.rooms[inner], ''
                    elif outer in self.rooms: yield n, self.rooms[outer], name.name
            elif isinstance(n, ast.Import):
                for name in n.names:
                    top, _, rest = name.name.partition('.')
                    if top == PACKAGE and rest in self.rooms: yield n, self.rooms[rest], ''

    @cached_property
    def methods(self) -> list[Method]:
        "Every method of every class: those of its body first, then those that @patch adds, in the order of the pages."
        own = [Method(c.name, room, m.name, room, m, False) for room in self.rooms.values() for c in room.tree.body
               if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, ast.FunctionDef)]
        added = [Method(name, home, n.name, room, n, True) for room in self.rooms.values() for n in room.nodes
                 if isinstance(n, ast.FunctionDef) for name in patched_classes(n) if (home := self.home(name, room))]
        return own + sorted(added, key=lambda m: (m.room.number, m.room.name, m.node.lineno))

    @cached_property
    def replaced(self) -> set[Method]:
        "Those that @patch puts in the place of another."
        seen, found = set(), set()
        for m in self.methods:
            if m.patched and (m.owner, m.home, m.name) in seen: found.add(m)
            seen.add((m.owner, m.home, m.name))
        return found

    def offenders(self) -> list[Offender]:
        "Every place that breaks a rule."
        found = []
        for rule, look in RULES.items():
            for room in self.rooms.values():
                found += [Offender(rule, room.file, line, what) for line, what in look(self, room)]
        return sorted(found, key=lambda o: (o.rule, o.file, o.line))

Found = Iterator[tuple[int, str]]   # (line, what)

def later_imports(house: House, room: Room) -> Found:
    if not room.number: return
    for n, used, _ in house.imports(room):
        if house.number(used) > room.number: yield n.lineno, f'{room.name} <- {used.name}'

def past_faces(house: House, room: Room) -> Found:
    if not room.name: return
    for n, used, _ in house.imports(room):
        if used.chapter != room.chapter and not used.is_face and '.' in used.name: yield n.lineno, f'{room.name} <- {used.name}'

def private_names(house: House, room: Room) -> Found:
    for n, used, name in house.imports(room):
        if is_private(name) and used.own != room.own: yield n.lineno, f'{used.name}.{name}'
    for n in room.nodes:
        if isinstance(n, ast.Attribute) and is_private(n.attr):
            owners = house.privates.get(n.attr, {room.own})
            if room.own not in owners: yield n.lineno, f'.{n.attr} of {", ".join(sorted(owners))}'

def foreign_patches(house: House, room: Room) -> Found:
    for m in house.methods:
        if m.patched and m.room is room and m.home.own != room.own: yield m.node.lineno, f'{m.owner}.{m.name}'

def replaced_methods(house: House, room: Room) -> Found:
    for m in house.replaced:
        if m.room is room: yield m.node.lineno, f'{m.owner}.{m.name}'

def rebound_classes(house: House, room: Room) -> Found:
    imported = {a.asname or a.name for n in room.tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    known = imported & set(house.classes)
    def at_import(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.Lambda)): continue
            yield child
            yield from at_import(child)
    for n in at_import(room.tree):
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name):
            if n.value.id in house.classes: yield n.lineno, f'{n.value.id}.{n.attr} ='
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in known: yield n.lineno, f'{n.id} ='
        if isinstance(n, ast.ClassDef) and n.name in known: yield n.lineno, f'class {n.name}'
        if isinstance(n, ast.Call) and called(n) == 'setattr' and names_in(n.args[0])[:1] and names_in(n.args[0])[0] in house.classes:
            yield n.lineno, ast.unparse(n)

def codec_questions(house: House, room: Room) -> Found:
    if room.chapter in CODEC_ROOMS: return
    kinds = OTHER_KINDS | {name for name, home in house.classes.items() if home.chapter in CODEC_ROOMS}
    for n in room.nodes:
        if isinstance(n, ast.Attribute) and n.attr in CODEC_KINDS and isinstance(n.ctx, ast.Load): yield n.lineno, ast.unparse(n)
        if not isinstance(n, ast.Call) or len(n.args) < 2: continue
        if called(n) == 'isinstance' and kinds & set(names_in(n.args[1])): yield n.lineno, ast.unparse(n)
        if called(n) in ('hasattr', 'getattr') and ast.unparse(n.args[0]).endswith('codec'): yield n.lineno, ast.unparse(n)

def dicts(house: House, room: Room) -> Found:
    for n in room.nodes:
        if isinstance(n, ast.Attribute) and n.attr == '__dict__': yield n.lineno, ast.unparse(n)
        if isinstance(n, ast.Call) and called(n) == 'vars' and n.args: yield n.lineno, ast.unparse(n)

def long_lines(house: House, room: Room) -> Found:
    for cell in room.cells:
        for i, line in enumerate(cell.lines):
            if len(line) > WIDTH: yield cell.line + i, line.strip()

def exported(cell: Cell) -> int: return sum(bool(line.strip()) for line in cell.lines)

def long_pages(house: House, room: Room) -> Found:
    if (n := sum(map(exported, room.cells))) > PAGE: yield room.cells[0].line, f'{n} exported lines'

def long_cells(house: House, room: Room) -> Found:
    for cell in room.cells:
        if (n := exported(cell)) > CELL: yield cell.line, f'{n} lines'

def many_parameters(house: House, room: Room) -> Found:
    for n in room.nodes:
        if not isinstance(n, ast.FunctionDef): continue
        plain = [a.arg for a in [*n.args.posonlyargs, *n.args.args]]
        options = [a.arg for a in n.args.kwonlyargs]
        count = len(plain) - (plain[:1] in (['self'], ['cls']))
        if n.name.startswith('_') and n.name != '__init__': count += len(options)   # a public verb's options are not counted
        if count > PARAMETERS: yield n.lineno, f'{n.name}: {count} parameters'

RULES = dict(zip(REMEDY, [later_imports, past_faces, private_names, foreign_patches, replaced_methods, rebound_classes,
                          codec_questions, dicts, long_lines, long_pages, long_cells, many_parameters]))

Counts = Counter[tuple[str, str]]   # (rule, file) -> how many

def count(offenders: list[Offender]) -> Counts: return Counter((o.rule, o.file) for o in offenders)

def by_rule(counts: Counts) -> Counter[str]:
    total = Counter()
    for (rule, _), n in counts.items(): total[rule] += n
    return total

def read_allowed(path: Path) -> Counts:
    "What the file allows. A merge that keeps both sides may leave two lines for one count: the larger holds until the next --update."
    allowed, file = Counter(), ''
    for line in path.read_text(encoding='utf-8').splitlines() if path.exists() else []:
        rule, _, n = line.rpartition(' ')
        if rule in REMEDY and n.isdecimal(): allowed[rule, file] = max(allowed[rule, file], int(n))
        elif line and not line.startswith('#'): file = line
    return allowed

def write_allowed(path: Path, counts: Counts):
    "One section a file, so that changes to different files never touch the same lines."
    lines = ['# How often each file breaks a rule of the house. Written by `python tools/house.py --update`; totals may only fall.']
    for file in sorted({f for _, f in counts}):
        lines += ['', file, *(f'{rule} {n}' for (rule, f), n in sorted(counts.items()) if f == file)]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')

def offenders_then(file: str, root: Path = ROOT) -> set[tuple[str, str]] | None:
    "What broke rules in one file when the allowed counts were last written, where git knows."
    def git(*args): return subprocess.run(['git', *args], cwd=root, capture_output=True, text=True).stdout
    commit = git('log', '-1', '--format=%H', '--', ALLOWED).strip()
    if not commit or not (text := git('show', f'{commit}:{file}')): return None
    house = House(root)
    room = Room(file, text)
    house.rooms[room.name] = room
    return {(o.rule, o.what) for o in house.offenders() if o.file == file}

def complaints(offenders: list[Offender], allowed: Counts, root: Path = ROOT) -> list[str]:
    "One text for each rule that is broken more often than allowed: the new offenders, and what to do."
    counts, found = count(offenders), []
    total, limit = by_rule(counts), by_rule(allowed)
    for rule in (r for r in REMEDY if total[r] > limit[r]):
        lines = [f'{rule}: {total[rule]}, and at most {limit[rule]} are allowed. Remedy: {REMEDY[rule]}.']
        for file in sorted({o.file for o in offenders if o.rule == rule and counts[rule, o.file] > allowed[rule, o.file]}):
            here = [o for o in offenders if (o.rule, o.file) == (rule, file)]
            then = offenders_then(file, root)
            new = [o for o in here if then is None or (o.rule, o.what) not in then] or here
            lines += [f'  {o.file}:{o.line}: {o.what[:120]}' for o in new]
        found.append('\n'.join(lines))
    return found

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('rule', nargs='?', choices=list(REMEDY), metavar='RULE', help=f'print its offenders: {", ".join(REMEDY)}')
    parser.add_argument('--update', action='store_true', help=f'write the counts to {ALLOWED}, if no rule is broken more often than before')
    args = parser.parse_args()
    offenders, path = House().offenders(), ROOT/ALLOWED
    if args.update:
        if path.exists() and (worse := complaints(offenders, read_allowed(path))): sys.exit('\n'.join(worse))
        write_allowed(path, count(offenders))
    for o in offenders:
        if o.rule == args.rule: print(f'{o.file}:{o.line}: {o.what[:120]}')
    if not args.rule: print('\n'.join(f'{by_rule(count(offenders))[rule]:5} {rule}' for rule in REMEDY))

if __name__ == '__main__': main()
