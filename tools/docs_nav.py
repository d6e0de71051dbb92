"""The tabs of the site and the pages in each, read from the notebooks.

A page says its tab in the cell of its title, as in `- tab: Engine room`. Without that line a page of the folders `start`
and `guide` is in the tab of that name, and every other page is in the Book. Pages stand in the order of their numbers. In
the Book and in the Engine room, `sections` of `_quarto.yml` says from which number on a section reaches. The sidebars of
`_quarto.yml` and the table of pages in the README are made from this."""
import re
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
import nbformat, yaml

TABS = 'Start', 'Guide', 'Book', 'Engine room', 'API'
FOLDERS = {'start': 'Start', 'guide': 'Guide', 'index.ipynb': 'Start'}
DIVIDED = 'Book', 'Engine room'      # into sections; the other tabs are short
TABLE, SIZE = '<!-- the table of all pages -->', '<!-- the size of the book -->'
WORDS_A_MINUTE = 200

class DocsError(Exception):
    "Something in the notebooks or in the configuration that its writer must change."

@dataclass(frozen=True)
class Entry:
    "A page as the navigation has it."
    notebook: str    # its path below the folder of the notebooks
    title: str
    tab: str
    section: str     # '' in a tab without sections

@dataclass(frozen=True)
class Section:
    "Pages whose first number is `start` or more, up to the next section."
    start: int
    title: str
    about: dict      # what its pages explain, by tab

def title_cell(path: Path) -> str:
    "The Markdown cell that holds the H1."
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == 'markdown']
    return next((s for s in cells if re.search(r'^# +\S', s, re.M)), '')

def title_of(cell: str) -> str:
    "The title of a page, without backticks."
    found = re.search(r'^# +(.+?) *$', cell, re.M)
    return found[1].replace('`', '') if found else ''

def tab_of(name: str, cell: str) -> str:
    "The tab of a notebook: what its title cell says, or what its folder says."
    said = re.search(r'^- tab: *(.+?) *$', cell, re.M)
    tab = said[1] if said else FOLDERS.get(PurePosixPath(name).parts[0], 'Book')
    if tab not in TABS:
        raise DocsError(f'{name} says "- tab: {tab}", but the tabs are {", ".join(TABS)}')
    return tab

def number_of(name: str) -> int:
    "The number a path begins with, or -1."
    found = re.match(r'\d+', name)
    return int(found[0]) if found else -1

def section_of(name: str, tab: str, sections: list[Section]) -> str:
    "The section of a page: the last one that begins at its number or before."
    if tab not in DIVIDED: return ''
    return next((s.title for s in reversed(sections) if s.start <= number_of(name)), '')

def settings(root: Path) -> dict:
    "What `_quarto.yml` says."
    return yaml.safe_load((root/'_quarto.yml').read_text(encoding='utf-8'))

def sections_of(config: dict) -> list[Section]:
    "The sections, by their numbers."
    found = [Section(int(o['from']), o['title'], o) for o in config.get('sections', [])]
    return sorted(found, key=lambda s: s.start)

def place(entry: Entry, config: dict) -> tuple:
    "What pages are sorted by: tab, `first` of `_quarto.yml`, number."
    first = config.get('first', ['index.ipynb'])
    rank = first.index(entry.notebook) if entry.notebook in first else len(first)
    return TABS.index(entry.tab), rank, *order(entry.notebook)

def order(name: str) -> tuple:
    "Pages of a tab's own folder before the others; numbered pages by number, then those without."
    own = PurePosixPath(name).parts[0] in FOLDERS
    return not own, number_of(PurePosixPath(name).name if own else name) < 0, name

def is_page(path: Path, folder: Path) -> bool:
    "Whether nbdev processes a notebook."
    return not any(part[0] in '_.' for part in path.relative_to(folder).parts)

def notebooks_in(folder: Path) -> list[Path]:
    "The notebooks nbdev would process."
    return sorted(p for p in folder.rglob('*.ipynb') if is_page(p, folder))

def entries(root: Path, nbs: str) -> list[Entry]:
    "Every page in reading order; `test_*.ipynb` are no pages."
    config, folder = settings(root), root/nbs
    sections, found = sections_of(config), []
    for path in notebooks_in(folder):
        if path.name.startswith('test_'): continue
        name, cell = path.relative_to(folder).as_posix(), title_cell(path)
        tab = tab_of(name, cell)
        found.append(Entry(name, title_of(cell), tab, section_of(name, tab, sections)))
    return sorted(found, key=partial(place, config=config))

def tree(pages: list[Entry]) -> list:
    "Tabs as (title, entries); an entry is a page, or (title of a section, pages)."
    return [(tab, list(_sections(list(group)))) for tab, group in groupby(pages, lambda e: e.tab)]

def _sections(pages: list[Entry]):
    for title, group in groupby(pages, lambda e: e.section):
        if title: yield title, list(group)
        else: yield from group

# --- what is made of it -----------------------------------------------------------------------------------------

def _lines(entry, indent: str) -> list[str]:
    "An entry of a sidebar as YAML."
    if isinstance(entry, Entry): return [f'{indent}- {entry.notebook}']
    title, pages = entry
    inner = [line for page in pages for line in _lines(page, indent + '    ')]
    return [f'{indent}- section: "{title}"', f'{indent}  contents:', *inner]

def sidebars(pages: list[Entry]) -> str:
    "One sidebar for each tab, and a navigation bar that leads to them, as Quarto reads them."
    tabs = tree(pages)
    bar = [f'      - {{text: "{tab}", href: {first_page(inner)}}}' for tab, inner in tabs]
    lines = ['  navbar:', '    background: primary', '    search: true', '    left:', *bar, '  sidebar:']
    for tab, inner in tabs:
        lines += [f'    - id: {tab.lower().replace(" ", "-")}', f'      title: "{tab}"', '      style: floating', '      contents:']
        lines += [line for entry in inner for line in _lines(entry, '        ')]
    return '\n'.join(lines) + '\n'

def first_page(inner: list) -> str:
    "The first page of a tab."
    return inner[0].notebook if isinstance(inner[0], Entry) else inner[0][1][0].notebook

MADE = '  # All below is made from the notebooks by `make readme`: change the tab or the number of a page there.\n'

def quarto_text(text: str, pages: list[Entry]) -> str:
    "`_quarto.yml` with the sidebars of these pages."
    head, found, _ = text.partition(MADE)
    if not found: raise DocsError(f'_quarto.yml lacks the line "{MADE.strip()}" at the end of `website:`')
    return head + MADE + sidebars(pages)

def table(pages: list[Entry], config: dict) -> str:
    "All pages as a table, with what each section is about; links are relative to the folder of the notebooks."
    about = {s.title: s.about for s in sections_of(config)}
    rows = ['| | pages | what they explain |', '|---|---|---|']
    for (tab, section), group in groupby(pages, lambda e: (e.tab, e.section)):
        links = ', '.join(f'[{e.title}]({e.notebook})' for e in group if e.notebook != 'index.ipynb')
        if not links: continue
        said = about.get(section, config.get('about', {})).get(tab, '')
        rows.append(f'| {f"{tab}: {section}" if section else tab} | {links} | {said} |')
    return '\n'.join(rows)

def size(folder: Path, pages: list[Entry]) -> str:
    "How many pages, hours of reading and lines of exported code the Book has."
    words, lines, names = 0, 0, [e.notebook for e in pages if e.tab == 'Book']
    for cell in (c for name in names for c in nbformat.read(folder/name, as_version=4).cells):
        if cell.cell_type == 'markdown': words += len(cell.source.split())
        elif re.search(r'^#\| *exports?\b', cell.source, re.M):
            lines += sum(bool(o.strip()) and not o.strip().startswith('#') for o in cell.source.split('\n'))
    hours = words / WORDS_A_MINUTE / 60
    return f'{len(names)} pages, {hours:.1f} hours of reading, {lines:,} lines of code'

def filled(text: str, root: Path, nbs: str, pages: list[Entry]) -> str:
    "A text with the table of all pages and the size of the Book where it asks for them."
    if TABLE in text: text = text.replace(TABLE, table(pages, settings(root)))
    return text.replace(SIZE, size(root/nbs, pages)) if SIZE in text else text
