"""Type stubs from the live classes: what `@patch` adds becomes visible to editors and type checkers. `python tools/stubs.py` writes them.
A stub takes members from the imported classes, and signatures, comments and docstrings from the source."""
import ast, builtins, importlib, importlib.util, inspect, io, sys, tokenize
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import MethodType, ModuleType
from typing import Any, get_origin

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = 'minivecdb'
DECORATORS = {'contextmanager', 'property', 'classmethod', 'staticmethod', 'abstractmethod', 'overload', 'dataclass', 'runtime_checkable'}
UNTYPED = '  # type: ignore[import-untyped]'
PLAIN_TYPES = (bool, int, float, str, bytes)

class Source:
    "One module: what it is when imported, and how it is written."
    def __init__(self, name: str):
        self.name, self.live = name, importlib.import_module(name)
        self.path = Path(self.live.__file__)
        text = self.path.read_text(encoding='utf-8')
        self.tree = ast.parse(text)
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        self.comments = {t.start[0]: t.string.lstrip('# ').rstrip() for t in tokens if t.type == tokenize.COMMENT}
        self.functions = {first_line(n): n for n in ast.walk(self.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
        self.classes = {n.name: n for n in self.tree.body if isinstance(n, ast.ClassDef)}
        self.origins = dict(self.imports())

    def imports(self) -> Iterator[tuple[str, str]]:
        "(name, the statement that brings it) for everything that is imported or defined at the top."
        for n in self.tree.body:
            if isinstance(n, ast.Import):
                for a in n.names: yield a.asname or a.name.split('.')[0], f'import {a.name}' + (f' as {a.asname}' if a.asname else '')
            if isinstance(n, ast.ImportFrom):
                module = absolute(self.live, n)
                for a in n.names: yield a.asname or a.name, f'from {module} import {a.name}' + (f' as {a.asname}' if a.asname else '')
        for n in self.tree.body:
            for name in bound(n): yield name, f'from {self.name} import {name}'

def absolute(module: ModuleType, node: ast.ImportFrom) -> str:
    "The full name of the module that a statement imports from."
    return importlib.util.resolve_name('.' * node.level + (node.module or ''), module.__package__) if node.level else node.module

def first_line(node: Any) -> int: return min([node.lineno, *(d.lineno for d in node.decorator_list)])

def bound(node: ast.stmt) -> list[str]:
    "The names that a statement at the top of a module defines."
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)): return [node.name]
    if isinstance(node, ast.Try): return [name for inner in node.body for name in bound(inner)]
    if isinstance(node, ast.AnnAssign): return [node.target.id] if isinstance(node.target, ast.Name) else []
    if not isinstance(node, ast.Assign): return []
    return [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]

def decorator_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call): node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr

class Stub:
    "The text of one stub, and what it must import."
    def __init__(self, source: Source, sources: dict[str, Source]):
        self.source, self.sources, self.needed = source, sources, {}
        self.offered = set(getattr(source.live, '__all__', ()))   # also what a package takes from here
        for package in (s for s in sources.values() if s.path.name == '__init__.py'):
            taken = (n for n in package.tree.body if isinstance(n, ast.ImportFrom) and absolute(package.live, n) == source.name)
            self.offered |= {a.name for n in taken for a in n.names} - {'*'}

    def type(self, node: ast.expr | None, source: Source) -> str:
        "An annotation as it is written; the names in it are imported."
        if node is None: return ''
        for n in ast.walk(node):
            if isinstance(n, ast.Constant) and isinstance(n.value, str): self.type(ast.parse(n.value, mode='eval').body, source)
            if isinstance(n, ast.Name): self.need(n.id, source)
        return ast.unparse(node)

    def need(self, name: str, source: Source):
        "Make a name of another module known here, under the same name."
        if hasattr(builtins, name) and name not in source.origins: return
        statement = self.origin(name, source)
        if not statement: raise NameError(f'{source.name}: which {name} does an annotation mean?')
        if statement == f'from {self.source.name} import {name}': return   # it is defined here
        if self.needed.setdefault(name, statement) != statement: raise ValueError(f'{self.source.name}: {name} is both {self.needed[name]!r} and {statement!r}')

    def origin(self, name: str, source: Source) -> str:
        "The import of a name from where it is defined; an annotation may also name a class of a module that comes later."
        known = source.origins.get(name, '')
        if known and not known.startswith(f'from {PACKAGE}'): return known
        homes = [s.name for s in self.sources.values() if name in s.classes]
        return f'from {homes[0]} import {name}' if len(homes) == 1 else known

    def parameters(self, node: ast.FunctionDef, source: Source, owner: bool, indent: str) -> str:
        "The parameters: on one line, or one a line with the comments that stand beside them."
        a, parts = node.args, []
        def add(arg, default=None, stars=''):
            text = stars + arg.arg
            plain_self = owner and not parts and not stars and arg.arg in ('self', 'cls')
            if arg.annotation is not None and not plain_self: text += f': {self.type(arg.annotation, source)}'
            if default is not None:
                text += (' = ' if arg.annotation is not None else '=') + (ast.unparse(default) if literal(default) else '...')
            parts.append((text, lines.get(arg.lineno, [None])[0] is arg and source.comments.get(arg.lineno) or ''))
        every = [*a.posonlyargs, *a.args, *filter(None, [a.vararg]), *a.kwonlyargs, *filter(None, [a.kwarg])]
        lines = {}
        for arg in every: lines[arg.lineno] = [arg, *lines.get(arg.lineno, [])]   # a comment belongs to the last parameter of its line
        plain = [*a.posonlyargs, *a.args]
        for i, (arg, default) in enumerate(zip(plain, [None] * (len(plain) - len(a.defaults)) + a.defaults)):
            add(arg, default)
            if a.posonlyargs and i + 1 == len(a.posonlyargs): parts.append(('/', ''))
        if a.vararg: add(a.vararg, stars='*')
        elif a.kwonlyargs: parts.append(('*', ''))
        for arg, default in zip(a.kwonlyargs, a.kw_defaults): add(arg, default)
        if a.kwarg: add(a.kwarg, stars='**')
        if len(lines) < 2 or not any(comment for _, comment in parts): return ', '.join(text for text, _ in parts)
        return '\n' + ''.join(f'{indent}    {text},{f"  # {comment}" if comment else ""}\n' for text, comment in parts) + indent

    def function(self, node: ast.FunctionDef, source: Source, owner: bool = False, kind: str = '') -> str:
        "The stub of one function or method; `kind` is the decorator that makes it a property or a method of the class."
        indent = '    ' * owner
        decorators = [kind] if kind else []
        for d in node.decorator_list:
            if decorator_name(d) in DECORATORS - {'property', 'classmethod', 'staticmethod'}: decorators.append(self.type(d, source))
            elif isinstance(d, ast.Attribute) and d.attr in ('setter', 'deleter'): decorators = [ast.unparse(d)]
        returns = self.type(node.returns, source)
        if not returns and node.name == '__init__': returns = 'None'
        head = f'{indent}def {node.name}({self.parameters(node, source, owner, indent)})' + (f' -> {returns}' if returns else '') + ':'
        return ''.join(f'{indent}@{d}\n' for d in decorators) + head + body(ast.get_docstring(node), indent)

    def written(self, function: Any) -> tuple[ast.FunctionDef, Source] | None:
        "Where a live function of this package is written."
        function = inspect.unwrap(function)
        code = getattr(function, '__code__', None)
        source = self.sources.get(function.__module__) if code else None
        node = source and source.functions.get(code.co_firstlineno)
        return (node, source) if node and Path(code.co_filename) == source.path else None

    def member(self, live: type, name: str) -> tuple[tuple, str] | None:
        "(where it stands, the stub) of one member of a class."
        value, taken, kind = vars(live)[name], getattr(live, name), ''
        functions = [value]
        if isinstance(value, property): kind, functions = 'property', [f for f in (value.fget, value.fset) if f]
        elif isinstance(value, cached_property): kind, functions = 'property', [value.func]
        elif isinstance(taken, MethodType): kind, functions = 'classmethod', [taken.__func__]   # @patch makes its own kind of them
        elif isinstance(value, staticmethod): kind, functions = 'staticmethod', [taken]
        found = [w for w in map(self.written, filter(callable, functions)) if w]
        if not found: return None
        texts = [self.function(node, source, True, kind) for node, source in found]
        attribute = kind == 'property' and any(not isinstance(vars(b).get(name), (property, type(None))) for b in live.__mro__[1:])
        if attribute: texts[0] = texts[0].replace(':\n', ':  # type: ignore[override]\n', 1).replace(': ...', ': ...  # type: ignore[override]', 1)
        node, source = found[0]
        return (source is not self.source, source.name, node.lineno), '\n'.join(texts)

    def class_(self, node: ast.ClassDef) -> str:
        "The stub of a class: its fields, its attributes, then every method that it has once all modules are imported."
        live, source = getattr(self.source.live, node.name), self.source
        decorators = [f'@{self.type(d, source)}\n' for d in node.decorator_list if decorator_name(d) in DECORATORS]
        bases = [self.type(b, source) for b in node.bases] + [f'{k.arg}={self.type(k.value, source)}' for k in node.keywords]
        lines, known = [], set()
        for n in node.body:
            if isinstance(n, ast.AnnAssign) and not private(n.target.id):
                comment = source.comments.get(n.end_lineno, '')
                if hasattr(live.__base__, n.target.id): comment = 'type: ignore[assignment]'   # a field may be named as a method of tuples
                lines.append(f'    {n.target.id}: {self.type(n.annotation, source)}' + (' = ...' if n.value else '') + (f'  # {comment}' if comment else ''))
                known.add(n.target.id)
            elif isinstance(n, ast.Assign):
                for name in filter(lambda name: not private(name), bound(n)): lines.append(f'    {name}: {self.of_value(getattr(live, name))}'); known.add(name)
        members = [name for name in vars(live) if not private(name)]
        lines += [f'    {name}: {kind}' for name, kind in self.attributes(node).items() if name not in known | set(members) and not inherited(live, name)]
        methods = sorted(m for name in members if name not in known and (m := self.member(live, name)))
        parts = [quoted(doc, '    ')] if (doc := ast.get_docstring(node)) else []
        parts += lines + [text for _, text in methods]
        return ''.join(decorators) + f'class {node.name}' + (f'({", ".join(bases)})' if bases else '') + ':' + ('\n' + '\n'.join(parts) if parts else ' ...')

    def attributes(self, node: ast.ClassDef) -> dict[str, str]:
        "Public attributes that methods of the class body set: the type of a parameter of that name, or anything."
        found = {}
        for method in (n for n in node.body if isinstance(n, ast.FunctionDef)):
            given = {a.arg: a.annotation for a in [*method.args.args, *method.args.kwonlyargs]}
            for n in ast.walk(method):
                if isinstance(n, ast.Assign):
                    for target, value in ((t, v) for target in n.targets for t, v in pairs(target, n.value)): self.attribute(found, target, value, given)
                elif isinstance(n, ast.AnnAssign) and self_attribute(n.target) and not private(n.target.attr): found[n.target.attr] = self.type(n.annotation, self.source)
        return found

    def attribute(self, found: dict[str, str], target: ast.expr, value: ast.expr | None, given: dict[str, ast.expr]):
        if not self_attribute(target) or private(target.attr): return
        same = isinstance(value, ast.Name) and given.get(value.id) is not None
        kind = self.type(given[value.id], self.source) if same else self.any()
        if found.setdefault(target.attr, kind) != kind: found[target.attr] = self.any()

    def any(self) -> str:
        self.needed['Any'] = 'from typing import Any'
        return 'Any'

    def of_value(self, value: Any) -> str:
        "The type of a constant."
        if type(value) in PLAIN_TYPES: return type(value).__name__
        if type(value) in (dict, list, tuple, set, frozenset): return type(value).__name__ + {dict: '[Any, Any]', tuple: '[Any, ...]'}.get(type(value), '[Any]') if self.any() else ''
        if type(value).__module__ == self.source.name and not private(type(value).__name__): return type(value).__name__
        return self.any()

    def top(self, node: ast.stmt) -> Iterator[str]:
        "What one statement at the top of the module gives to others."
        if isinstance(node, ast.ClassDef): yield self.class_(node)
        elif isinstance(node, ast.FunctionDef):
            patched = any(decorator_name(d) in ('patch', 'patch_to') for d in node.decorator_list)
            if not private(node.name) and not patched: yield self.function(node, self.source)
        elif isinstance(node, ast.AnnAssign) and not private(node.target.id): yield f'{node.target.id}: {self.type(node.annotation, self.source)}'
        elif not isinstance(node, ast.Try):
            for name in (n for n in bound(node) if not n.startswith('_')):
                value = getattr(self.source.live, name, None)
                alias = isinstance(node, ast.Assign) and (isinstance(value, type) or get_origin(value) is not None)
                yield f'{name} = {self.type(node.value, self.source)}' if alias else f'{name}: {self.of_value(value)}'

    def text(self) -> str:
        "The whole stub."
        parts = [text for node in self.source.tree.body for text in self.top(node)]
        given = {name for n in self.source.tree.body for name in bound(n)}
        for name in sorted(self.offered - given): parts.insert(0, f'{self.origin(name, self.source)} as {name}')
        everything = [f'__all__ = {list(self.source.live.__all__)!r}'] if hasattr(self.source.live, '__all__') else []
        imports = [s + UNTYPED * s.startswith('from fastcore') for s in sorted(set(self.needed.values()), key=lambda s: (not s.startswith('import'), s))]
        return '\n'.join([f'# Made by tools/stubs.py from {self.source.path.name}.', *imports, '', *everything, '', *parts]) + '\n'

def private(name: str) -> bool: return name.startswith('_') and not (name.startswith('__') and name.endswith('__'))

def inherited(live: type, name: str) -> bool: return any(name in vars(base) or name in getattr(base, '__annotations__', {}) for base in live.__mro__[1:])

def literal(node: ast.expr) -> bool:
    "Whether a default is short and says itself."
    try: value = ast.literal_eval(node)
    except ValueError: return False
    return value is None or type(value) in PLAIN_TYPES or value == ()

def pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr | None]]:
    "(target, value) of an assignment, also of several at once."
    if not isinstance(target, ast.Tuple): return [(target, value)]
    if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts): return list(zip(target.elts, value.elts))
    return [(t, None) for t in target.elts]

def self_attribute(node: ast.expr) -> bool: return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == 'self'

def quoted(doc: str, indent: str) -> str:
    "A docstring."
    text = doc.replace('\\', '\\\\').replace('"""', '\\"\\"\\"')
    if text.endswith('"'): text = text[:-1] + '\\"'
    return f'{indent}"""' + text.replace('\n', f'\n{indent}') + '"""'

def body(doc: str | None, indent: str) -> str: return f'\n{quoted(doc, indent + "    ")}\n{indent}    ...' if doc else ' ...'

def package_stub(source: Source) -> str:
    "The stub of a package: what it imports is offered to others, and plain values are declared."
    lines = []
    for n in source.tree.body:
        if isinstance(n, ast.ImportFrom) and n.names[0].name == '*': lines.append(ast.unparse(n))
        elif isinstance(n, ast.ImportFrom):
            lines += [f'from {"." * n.level}{n.module or ""} import {a.name} as {a.asname or a.name}' for a in n.names]
        else: lines += [f'{name}: {type(getattr(source.live, name)).__name__}' for name in bound(n) if type(getattr(source.live, name)) in PLAIN_TYPES]
    return '\n'.join([f'# Made by tools/stubs.py from {source.path.name}.', *lines]) + '\n'

def all_sources(root: Path = ROOT) -> dict[str, Source]:
    "Every module of the package, all imported before the first is looked at."
    files = sorted(p for p in (root/PACKAGE).rglob('*.py') if p.name != '_modidx.py')
    names = ['.'.join(p.relative_to(root).with_suffix('').parts).removesuffix('.__init__') for p in files]
    for name in names: importlib.import_module(name)
    return {name: Source(name) for name in names}

def stubs(root: Path = ROOT) -> dict[Path, str]:
    "The text of every stub by its path."
    sources = all_sources(root)
    return {s.path.with_suffix('.pyi'): package_stub(s) if s.path.name == '__init__.py' else Stub(s, sources).text() for s in sources.values()}

def main():
    sys.path.insert(0, str(ROOT))
    made = stubs()
    (ROOT/PACKAGE/'py.typed').touch()
    for path in (ROOT/PACKAGE).rglob('*.pyi'):
        if path not in made: path.unlink()
    for path, text in made.items():
        if not path.exists() or path.read_text(encoding='utf-8') != text: path.write_text(text, encoding='utf-8')
    print(f'{len(made)} stubs')

if __name__ == '__main__': main()
