"""What nbdev shows of an exported cell: a card for each public name (signature, parameters, source link), then its code."""
import ast, inspect, re
import nbdev.processors, nbdev.serve, nbdev.showdoc
from fastcore.docments import MarkdownRenderer, docments
from nbdev.doclinks import NbdevLookup, _lineno
from nbdev.processors import FilterDefaults, add_fold, mv_exports, rm_export
from nbdev.showdoc import showdoc_nm

WIDTH = 84   # a longer signature is written with one parameter to a line
LONGEST = 32 # a longer default value is cut

# --- the card ---------------------------------------------------------------------------------------------------

def type_name(annotation) -> str:
    "An annotation in few words: `ndarray`, not `numpy.ndarray`."
    if annotation is inspect.Parameter.empty: return ''
    if isinstance(annotation, str): return annotation
    return re.sub(r'\b(?:\w+\.)+(\w+)', r'\1', inspect.formatannotation(annotation)).replace("'", '')

def default_text(value) -> str:
    "A default value as code; functions and classes by name, long values by their beginning."
    if value is inspect.Parameter.empty: return ''
    text = value.__name__ if inspect.isclass(value) or inspect.isfunction(value) else repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST - 2] + '…' + text[-1]

def parameter_text(p: inspect.Parameter) -> str:
    "One parameter of a signature."
    stars = {p.VAR_POSITIONAL: '*', p.VAR_KEYWORD: '**'}.get(p.kind, '')
    kind, default = type_name(p.annotation), default_text(p.default)
    return f'{stars}{p.name}' + (f': {kind}' if kind else '') + (f' = {default}' if default and kind else f'={default}' if default else '')

def with_markers(parameters: list[inspect.Parameter]) -> list[str]:
    "The parameters as text, with the bare `/` and `*` that separate their kinds."
    out, starred = [], False
    for i, p in enumerate(parameters):
        if p.kind == p.KEYWORD_ONLY and not starred: out.append('*')
        starred = starred or p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        out.append(parameter_text(p))
        last = i + 1 == len(parameters) or parameters[i + 1].kind != p.POSITIONAL_ONLY
        if p.kind == p.POSITIONAL_ONLY and last: out.append('/')
    return out

def own_parameters(sig: inspect.Signature) -> list[inspect.Parameter]:
    "The parameters a caller gives."
    return [p for p in sig.parameters.values() if p.name not in ('self', 'cls')]

def signature_text(name: str, sig: inspect.Signature, returns: str = '') -> str:
    "A signature on one line where it fits, else with a line for each parameter."
    parts, tail = with_markers(own_parameters(sig)), f' -> {returns}' if returns else ''
    short = f'{name}({", ".join(parts)}){tail}'
    return short if len(short) <= WIDTH else f'{name}(\n    ' + ',\n    '.join(parts) + f',\n){tail}'

def cell_text(text: str) -> str:
    "Text for a table cell: one line, and nothing in it that Markdown would read as a column or as emphasis."
    parts = re.split(r'(`[^`]*`|\$[^$]+\$)', ' '.join((text or '').split()))
    def prose(part): return re.sub(r'([*_|])', r'\\\1', part).replace('<', '&lt;')
    return ''.join(part if i % 2 else prose(part) for i, part in enumerate(parts))

def code_text(text: str) -> str:
    "Code for a table cell."
    return f'`{text}`' if text else ''

def parameter_table(rows: list[tuple[str, str, str]]) -> str:
    "A table of name, type and meaning; without meanings, of name and type."
    if not any(row[2] for row in rows): rows, head = [row[:2] for row in rows], ('Parameter', 'Type')
    else: head = ('Parameter', 'Type', 'Meaning')
    return '\n'.join(f'| {" | ".join(row)} |' for row in [head, ('---',)*len(head), *rows])

def type_cell(p: inspect.Parameter) -> str:
    "The type of a parameter and its default, as in `int` = `5`."
    return ' = '.join(code_text(o) for o in (type_name(p.annotation), default_text(p.default)) if o)

def together(given: list[inspect.Parameter], meaning) -> list[tuple[list[str], inspect.Parameter]]:
    """Parameters with the names that share their row.
    A kernel has its parameters, which have no types, on one line, and the comment at its end is about all of them."""
    out, names = [], []
    for p in given:
        names.append(p.name)
        if type_name(p.annotation) or meaning(p.name) or default_text(p.default): out.append((names, p)); names = []
    if names: out += [([name], p) for name, p in zip(names, given[-len(names):])]
    typed = any(type_name(p.annotation) for p in given)
    return [([p.name], p) for p in given] if typed else out

class ApiCard(MarkdownRenderer):
    "`show_doc` as the site shows it."
    def __init__(self, sym, *args, **options):
        "A type that a later page defines cannot be evaluated yet: its written name stays."
        try: super().__init__(sym, *args, **options)
        except NameError:
            function = getattr(sym, '__func__', sym)
            function.__signature__ = inspect.signature(function)
            super().__init__(sym, *args, **options)
        if inspect.isfunction(sym) and hasattr(sym, '__wrapped__'):   # named as its class has it
            inner = inspect.unwrap(sym).__qualname__
            self.nm = options.get('name') or sym.__qualname__
            self.fn = self.fn.removesuffix(inner) + sym.__qualname__

    def _repr_markdown_(self) -> str:
        parts = [self.heading(), self.source(), f'```python\n{self.signature()}\n```', self.docs if self.sym.__doc__ else '', self.parameters()]
        return '<div class="api" markdown="1">\n\n' + '\n\n'.join(p for p in parts if p) + '\n\n</div>'

    def __repr__(self) -> str: return self.signature()   # the default one compares default values, which arrays do not like

    def heading(self) -> str:
        "The name; in HTML, because Markdown would read the underscores of `__call__` even in an id."
        level, text = f'h{self.title_level}', self.nm.replace('_', '&#95;')
        return f'<{level} id="{self.nm.lower()}" class="api-name" markdown="1">{text}</{level}>'

    def source(self) -> str:
        "A link to the line in the repository, where nbdev's index knows the name."
        found = NbdevLookup()[self.fn]
        if not isinstance(found, tuple): return ''
        line = _lineno(self.fn.removeprefix(found[1].removesuffix('.py').replace('/', '.') + '.'), found[1])
        return f'[source]({found[2]}{f"#L{line}" if line else ""}){{.api-source}}'

    def signature(self) -> str:
        "How it is called; for a class without a constructor of its own, what it is."
        if self.is_plain():
            bases = [b.__name__ for b in self.sym.__bases__ if b is not object]
            return f'class {self.nm}' + (f'({", ".join(bases)})' if bases else '')
        if self.sig is None: return self.nm
        returns = '' if inspect.isclass(self.sym) else type_name(self.sig.return_annotation)
        return signature_text(self.nm, self.sig, returns)

    def is_plain(self) -> bool:
        "Is this a class whose constructor is inherited?"
        return inspect.isclass(self.sym) and (getattr(self.sym, '_is_protocol', False) or not {'__init__', '__new__'} & vars(self.sym).keys())

    def documented(self) -> dict:
        "What docments says of each parameter; nothing where there is no source to read."
        try: return docments(self.sym, full=True, returns=not inspect.isclass(self.sym)) or {}
        except (OSError, TypeError, ValueError, AttributeError): return {}

    def parameters(self) -> str:
        "The table of parameters, and of what comes back."
        docs = self.documented()
        def meaning(name): return cell_text((docs.get(name) or {}).get('docment') or '')
        given = own_parameters(self.sig) if self.sig and not self.is_plain() else []
        rows = [(', '.join(map(code_text, names)), type_cell(p), meaning(p.name)) for names, p in together(given, meaning)]
        if back := self.returned(meaning('return')): rows.append(back)
        return parameter_table(rows) if rows else ''

    def returned(self, meaning: str) -> tuple[str, str, str] | None:
        "The last row of the table."
        kind = '' if self.sig is None or inspect.isclass(self.sym) else type_name(self.sig.return_annotation)
        if kind in ('', 'None') and not meaning: return None
        return '**returns**', code_text(kind), meaning

# --- exported code stays on the page ----------------------------------------------------------------------------

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
IMPORTS = ast.Import, ast.ImportFrom

def only_imports(source: str) -> bool:
    "Is there nothing in `source` but imports?"
    return all(isinstance(o, IMPORTS) for o in ast.parse(source).body)

def names_without_card(source: str) -> list[str]:
    "The private functions, methods and classes that `source` defines: nbdev's index knows them, but `show_doc` leaves them out."
    names = [showdoc_nm(o) for o in ast.parse(source).body if isinstance(o, DEFINITIONS) and o.name[0] == '_' and o.name[:2] != '__']
    return [n for name in names for n in ([name] if isinstance(name, str) else name)]

def keep_export(cell):
    "Like nbdev's `rm_export`, but exported code that says more than imports stays, marked, for the page to show."
    directive = next((d for d in ('export', 'exports') if d in (cell.directives_ or {})), None)
    if directive and 'hide' not in cell.directives_ and not only_imports(cell.source):
        cell.metadata.update(exported=directive, names=names_without_card(cell.source))
    else: rm_export(cell)

class PageFilter(FilterDefaults):
    "nbdev's processors, with `keep_export` for those that remove, move and fold exported code."
    def base_procs(self): return [keep_export if o is rm_export else o for o in super().base_procs() if o not in (add_fold, mv_exports)]

def process(path: str = 'nbs'):
    "Run nbdev's processors over the notebooks of the project in the current folder; the folder of the results."
    nbdev.serve.FilterDefaults, nbdev.showdoc.BasicMarkdownRenderer = PageFilter, ApiCard
    return nbdev.serve.proc_nbs(path, n_workers=0, force=True)
