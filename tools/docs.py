"""The docs site and the README, made from the notebooks without Quarto: `docs.py build` and `docs.py readme`.

nbdev processes the notebooks (docs_api.py says how an exported name is shown), docs_markdown.py mends what they
leave for Quarto, nbconvert writes them as Markdown, and Zensical renders the pages. docs_nav.py finds the tab of each
page. `docs.py readme` writes the tabs into `_quarto.yml` too, so a site made with Quarto (`nbdev_docs`) has the same.
"""
import argparse, ast, os, posixpath, re, shutil, subprocess, sys, tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath

os.environ.setdefault('MPLBACKEND', 'agg')
import nbformat, yaml
import docs_nav, docs_reference, docs_search, headline_map, heads, touch
from docs_nav import DocsError, Entry
from fastcore.xtras import working_directory
from docs_markdown import (Divs, accessible, anchor_of, cell_options, clean_html, fence, from_root, glossary_terms, is_outside, label_fences,
                           link_terms, maths, mend, plain, relink, split_anchor, unnested)

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Path(__file__).resolve().parent/'docs_assets'
IMAGES = '.png', '.svg', '.jpg', '.jpeg', '.gif', '.webp'
SHORT = 12   # exported code of at most so many lines is shown unfolded

# --- configuration ----------------------------------------------------------------------------------------------

@dataclass
class Project:
    "What the site needs to know of a project."
    root: Path
    title: str
    description: str
    nav: list[Entry]              # every page, in reading order
    nbs: str                      # folder of the notebooks
    code_url: str                 # where files of the repository are read
    docs_url: str                 # where nbdev believes the site to be
    repo_url: str

def read_project(root: Path) -> Project:
    "Read `settings.ini` and `_quarto.yml`."
    from nbdev.config import get_config
    with working_directory(root): config = get_config()
    site, nbs = docs_nav.settings(root)['website'], config.nbs_path.name
    return Project(root, site['title'], site.get('description', ''), docs_nav.entries(root, nbs), nbs, f'{config.git_url}/blob/{config.branch}',
                   config.doc_host.rstrip('/') + '/' + config.doc_baseurl.strip('/'), config.git_url)

def notebooks(project: Project) -> list[Path]:
    "The notebooks nbdev would process."
    return docs_nav.notebooks_in(project.root/project.nbs)

def name_of(path: Path, project: Project) -> str:
    "A notebook as the navigation names it: its path below the folder of the notebooks."
    return path.relative_to(project.root/project.nbs).as_posix()

def address(notebook: str) -> str:
    "Where a page is on the site, without suffix: the path of its notebook without numbers."
    return '/'.join(re.sub(r'^\d+[a-zA-Z0-9]*_', '', part) for part in PurePosixPath(notebook).with_suffix('').parts)

def check_addresses(project: Project):
    "No two pages have the same place on the site."
    seen = {}
    for entry in project.nav:
        other = seen.setdefault(address(entry.notebook), entry.notebook)
        if other != entry.notebook: raise DocsError(f'{other} and {entry.notebook} would be one page, {address(other)}.html: rename one')

def check_title(path: Path):
    "A title cell holds the H1, its `>` subtitle and `- key: value` lines: nbdev drops everything else in that cell."
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == 'markdown']
    first = next((s for s in cells if re.search(r'^# +\S', s, re.M)), None)
    if first is None: raise DocsError(f'{path.name} has no title: its first cell should be "# Title" and "> subtitle"')
    lost = [o for o in first.split('\n') if o.strip() and not re.match(r'# |> |- \S.*:.*', o)]
    if lost: raise DocsError(f'{path.name}: nbdev drops "{lost[0]}" because it shares a cell with the title: move it to a cell of its own')

EXPORT = re.compile(r'^#\| *(export|exports|exporti)\b', re.M)

def mixes_imports(source: str) -> bool:
    "Does `source` hold imports beside other statements?"
    try: kinds = {isinstance(o, (ast.Import, ast.ImportFrom)) for o in ast.parse(source).body}
    except SyntaxError: return False             # a cell of shell or magic lines
    return kinds == {True, False}

def check_imports(path: Path):
    "In a page that exports, nbdev runs every cell with an import, and little else: what the rest of such a cell needs is not there."
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == 'code']
    if not any(EXPORT.search(s) for s in cells): return
    for source in (s for s in cells if not EXPORT.search(s) and mixes_imports(s)):
        raise DocsError(f'{path.name}: nbdev would run the cell that begins with "{source.strip().splitlines()[0]}" for its import: move imports to a cell of their own')

ELSEWHERE = re.compile(r'\b(?:(?:next|previous|earlier|later|following|last)\s+pages?|pages?\s+before)\b', re.I)

def check_references(path: Path):
    "The order of pages may change: a reference to another page is a link with its title."
    for cell in nbformat.read(path, as_version=4).cells:
        if found := ELSEWHERE.search(cell.source):
            line = cell.source[:found.start()].count('\n')
            raise DocsError(f'{path.name} says "{found[0]}" in "{cell.source.splitlines()[line][:60]}": link to that page by its title')

def is_picture(output) -> bool:
    "Is an output of a cell a picture?"
    return any(kind.startswith('image/') for kind in output.get('data', {}))

def check_pictures(path: Path):
    "A picture has a text for who cannot see it, and a caption that says its message: both are written, not made."
    for cell in (c for c in nbformat.read(path, as_version=4).cells if c.cell_type == 'code'):
        options, source = cell_options(cell.source)
        hidden = is_false(options.get('include')) or is_false(options.get('output'))
        missing = [name for name in ('fig-cap', 'fig-alt') if not options.get(name)]
        if missing and not hidden and any(map(is_picture, cell.outputs)):
            raise DocsError(f'{path.name}: the picture below "{source.splitlines()[0][:60]}" has no {missing[0]}: write #| {missing[0]}: ...')

def check_notebooks(project: Project):
    "What nbdev, with or without Quarto, would trip over or silently lose."
    check_addresses(project)
    for path in notebooks(project):
        check_title(path)
        check_imports(path)
        check_references(path)
        check_pictures(path)

# --- one notebook -> one page -----------------------------------------------------------------------------------

@dataclass
class Page:
    "A page of the site; its links still point to notebooks."
    notebook: str                 # its path below the folder of the notebooks
    name: str                     # its path on the site, without suffix
    title: str
    subtitle: str
    text: str
    anchors: set = field(default_factory=set)
    files: dict = field(default_factory=dict)

def front_matter(nb) -> dict:
    "The front matter nbdev wrote as the first cell, which is taken out."
    if not nb.cells or nb.cells[0].cell_type != 'raw': return {}
    return yaml.safe_load(nb.cells.pop(0).source.strip().strip('-')) or {}

def is_false(value) -> bool: return str(value).lower() == 'false'

def language(cell) -> str:
    "The language of a code cell, as a highlighter names it."
    return {'js': 'javascript', 'ipython3': 'python'}.get(cell.metadata.get('language', 'python'), cell.metadata.get('language', 'python'))

def read_options(cell):
    "Turn a cell's `#|` options into `metadata.page`, which the templates read."
    options, cell.source = cell_options(cell.source)
    hidden = is_false(options.get('include'))
    if hidden or is_false(options.get('output')): cell.outputs = []
    fold = {'true': 'closed', 'show': 'open'}.get(str(options.get('code-fold', '')).lower(), '')
    cell.metadata['page'] = {
        'echo': not (hidden or is_false(options.get('echo'))), 'asis': options.get('output') == 'asis', 'language': language(cell),
        'fold': fold, 'names': [n.lower() for n in cell.metadata.get('names', [])], 'summary': options.get('code-summary', 'Code'),
        'alt': options.get('fig-alt') or options.get('fig-cap', ''), 'caption': options.get('fig-cap', '')}

def is_card(cell) -> bool:
    "Is this the output of `show_doc`?"
    return cell.cell_type == 'code' and bool(re.search(r'^show_doc\(', cell.source, re.M))

def cards_first(cells: list) -> list:
    "Put the code of exported names behind their cards, the cards in the order of their definition, and fold it when long."
    out, i = [], 0
    while i < len(cells):
        end = i + 1
        while cells[i].metadata.get('exported') and end < len(cells) and is_card(cells[end]): end += 1
        out += [*reversed(cells[i + 1:end]), cells[i]]
        if cells[i].metadata.get('exported'): fold(cells[i], end > i + 1)
        i = end
    return out

def fold(cell, has_card: bool):
    "Mark exported code as such, closed when it is long and a card says what it does; `#| exports` keeps it open."
    shown = 'show' if not has_card or cell.metadata['exported'] == 'exports' or len(cell.source.split('\n')) <= SHORT else 'true'
    cell.source = f'#| code-fold: {shown}\n#| code-summary: Code\n{cell.source}'

WIDGETS = 'application/vnd.jupyter.widget-view+json', 'application/vnd.jupyter.widget-state+json'
LEFTOVER = re.compile(r'^\[?(<(Figure|Axes|matplotlib\.)[^\n]*>(, )?)+\]?$')

def mend_output(output, change) -> bool:
    "Mend one output in place; False when nothing of it is worth showing."
    if output.output_type == 'stream':
        output.text = plain(output.text)
        return bool(output.text)
    data = output.get('data', {})
    if any(o in data for o in WIDGETS): return False
    if 'text/markdown' in data: data['text/markdown'] = change(data['text/markdown'])
    if 'text/latex' in data: data['text/latex'] = maths(data['text/latex'])
    return not LEFTOVER.match(data.get('text/plain', '').strip()) or len(data) > 1

def joined_streams(outputs: list) -> list:
    "Outputs with neighbouring pieces of the same stream made one."
    out = []
    for o in outputs:
        if out and o.output_type == out[-1].output_type == 'stream' and o.name == out[-1].name: out[-1].text += o.text
        else: out.append(o)
    return out

def mend_cells(cells: list, change) -> list:
    "Mend every cell; `change` mends Markdown."
    out = []
    for cell in cells:
        if cell.cell_type == 'markdown':
            if 'AUTOGENERATED! DO NOT EDIT' in cell.source: continue
            cell.source = change(cell.source)
        elif cell.cell_type == 'code':
            read_options(cell)
            cell.outputs = [o for o in joined_streams(cell.outputs) if mend_output(o, change)]
        out.append(cell)
    return out

@cache
def exporter(template: str):
    "The exporter of all pages with one template, which it reads once."
    from nbconvert import MarkdownExporter
    order = ['text/html', 'text/markdown', 'image/svg+xml', 'image/png', 'image/jpeg', 'text/latex', 'text/plain']
    if template == 'readme': order.remove('text/html')
    made = MarkdownExporter(template_file=str(ASSETS/f'{template}.md.j2'), filters=dict(fence=fence, plain=plain, clean_html=clean_html))
    made.config.NbConvertBase.display_data_priority = order
    return made

def to_markdown(nb, template: str, key: str, folder: str) -> tuple[str, dict]:
    "A mended notebook as Markdown, and the files of its pictures."
    text, resources = exporter(template).from_notebook_node(nb, resources={'unique_key': key, 'output_files_dir': folder})
    return re.sub(r'\n{3,}', '\n\n', text).strip() + '\n', resources.get('outputs') or {}

def with_counts(nb, project: Project):
    "A notebook with what is counted over all pages."
    for cell in nb.cells: cell.source = docs_nav.filled(cell.source, project.root, project.nbs, project.nav)
    return nb

CARD = re.compile(r'<div class="api" markdown="1">.*?\n</div>', re.S)
PARAMETER = re.compile(r'(?m)^\| [^|\n]* \|')      # the first column of a table

def unlinked(text: str) -> str:
    "Names without the links that nbdev gives a parameter when a function has its name."
    return re.sub(r'\[(`[^`]+`)\]\([^)\s]*\)', r'\1', text)

def make_page(folder: Path, project: Project, notebook: str) -> Page:
    "The page of a notebook that nbdev has processed, into a folder."
    nb = with_counts(nbformat.read(folder/notebook, as_version=4), project)
    meta, divs, anchors = front_matter(nb), Divs(), set()
    name = address(notebook)
    nb.cells = mend_cells(cards_first(nb.cells), lambda text: mend(unnested(text), divs, anchors))
    for shown in (cell.metadata['page'] for cell in nb.cells if 'page' in cell.metadata):
        shown['names'] = [n for n in dict.fromkeys(shown['names']) if n not in anchors]
        anchors.update(shown['names'])
    text, files = to_markdown(nb, 'page', PurePosixPath(name).name, 'images')
    text = CARD.sub(lambda m: PARAMETER.sub(lambda cell: unlinked(cell[0]), m[0]), text)
    return Page(notebook, name, meta.get('title', name), meta.get('description', ''), text, anchors, files)

# --- links ------------------------------------------------------------------------------------------------------

def page_link(link: str, page: Page, pages: dict[str, Page], project: Project) -> str:
    "Where a link of `page` leads within the site: another page, an anchor, a picture, or a file of the repository."
    path, anchor = split_anchor(link.removeprefix(project.docs_url + '/'))
    if is_outside(path): return link
    if not path: return '#' + found_anchor(anchor, page, page, link)
    here = '' if link.startswith(project.docs_url) else posixpath.dirname(page.notebook)
    if other := pages.get(address(posixpath.normpath(posixpath.join(here, path)))):
        found = anchor and found_anchor(anchor, other, page, link)
        return posixpath.relpath(f'{other.name}.md', posixpath.dirname(page.name) or '.') + (f'#{found}' if found else '')
    if path in page.files or path.endswith(IMAGES): return link
    return repository_link(link, page, project)

def found_anchor(anchor: str, other: Page, page: Page, link: str) -> str:
    "The anchor on `other` that is meant; only a name that has no card of its own may go without."
    found = anchor_of(anchor, other.anchors)
    if found is None and not link.startswith('http'): raise DocsError(f'{page.notebook} links to {link}, but {other.notebook} has no such heading')
    return found or ''

def repository_link(link: str, page: Page, project: Project) -> str:
    "A link to a file of the project that is no page."
    path, anchor = split_anchor(link)
    file = from_root(path, posixpath.join(project.nbs, posixpath.dirname(page.notebook)))
    if not (project.root/file).exists(): raise DocsError(f'{page.notebook} links to {link}, which is neither a page nor a file of the project')
    return f'{project.code_url}/{file}' + (f'#{anchor}' if anchor else '')

GLOSSARY = 'guide/glossary'

def terms_for(page: Page, glossary: Page | None) -> dict[str, str]:
    "The terms of the glossary and where `page` finds them; none on the glossary itself."
    if glossary is None or page is glossary: return {}
    path = posixpath.relpath(f'{GLOSSARY}.md', posixpath.dirname(page.name) or '.')
    return {term: f'{path}#{anchor}' for term, anchor in glossary_terms(glossary.text).items()}

def linked(page: Page, pages: list[Page], project: Project) -> str:
    "The text of a page, its title on top and its links leading to pages."
    by_name = {o.name: o for o in pages}
    text = relink(page.text, lambda link: page_link(link, page, by_name, project)) if page.notebook else page.text
    if page.notebook: text = link_terms(text, terms_for(page, by_name.get(GLOSSARY)))
    images = project.root/project.nbs/'images'
    text = heads.with_heads(touch.with_pictures(text, images), images)
    if page.name == 'index': text = with_map(text, project)
    subtitle = f'{maths(page.subtitle)}\n{{.subtitle}}\n\n' if page.subtitle else ''
    head = yaml.safe_dump({'title': page.title.replace('`', ''), 'description': page.subtitle.replace('`', ''), **({'hide': ['toc']} if page.name == 'index' else {})}, allow_unicode=True)
    return f'---\n{head}---\n\n# {page.title}\n\n{subtitle}{notebook_link(page, project)}{text}'

def notebook_link(page: Page, project: Project) -> str:
    "A link to the notebook of a page, which opens and runs."
    return f'[notebook]({project.code_url}/{project.nbs}/{page.notebook}){{.notebook}}\n\n' if page.notebook and page.name != 'index' else ''

def with_map(text: str, project: Project) -> str:
    "The first page with the map that a reader can touch instead of its picture."
    still = project.root/project.nbs/'images/map.svg'
    if not still.exists(): return text
    scripts = ''.join(f'<script defer src="{name}"></script>' for name in ('map/points.js', 'touch/touch.js', 'map/map.js'))
    return re.sub(r'!\[([^\]]*)\]\(images/map\.svg\)', lambda m: headline_map.fragment(still, m[1]) + scripts, text)

# --- the site ---------------------------------------------------------------------------------------------------

def process(project: Project) -> Path:
    "Let nbdev process the notebooks; the folder with the results."
    import docs_api
    with working_directory(project.root), redirect_stdout(sys.stderr):
        try: folder = docs_api.process(project.nbs)
        except Exception as e: raise DocsError(f'nbdev runs imports and exported cells to document them, and this failed with {e.__cause__!r}:\n{e}') from e
    missing = [name for p in notebooks(project) if not (folder/(name := name_of(p, project))).exists()]
    if missing: raise DocsError(f'nbdev did not process {", ".join(missing)}: is some folder of {project.root} named with a leading dot?')
    return folder

def check_index(project: Project):
    "Without the installed package nbdev finds no symbols, and the site would silently lack its source links."
    from nbdev.doclinks import NbdevLookup
    from nbdev.config import get_config
    with working_directory(project.root): name, found = get_config().lib_path.name, NbdevLookup().entries
    if name not in found: raise DocsError(f'{name} is not installed in this environment, or its _modidx.py is missing, so nothing could be linked to its source: nbdev_export; pip install -e .')

def nav_config(nav: list[Entry]) -> list:
    "The navigation as Zensical reads it: tabs, sections, pages."
    def page(entry: Entry) -> dict: return {entry.title: f'{address(entry.notebook)}.md'}
    def part(o) -> dict: return page(o) if isinstance(o, Entry) else {o[0]: [page(e) for e in o[1]]}
    return [{tab: [part(o) for o in inner]} for tab, inner in docs_nav.tree(nav)]

def made_config(made: list[Page]) -> list:
    "The tab of the pages that are made of no notebook."
    return [{'API': [{page.title: f'{page.name}.md'} for page in made]}] if made else []

def site_config(project: Project, made: list[Page]) -> dict:
    "The configuration of the site: the look from `docs_assets/site.yml`, title and navigation from the project."
    config = yaml.safe_load((ASSETS/'site.yml').read_text(encoding='utf-8'))
    return config | {'site_name': project.title, 'site_description': project.description, 'repo_url': project.repo_url,
                     'repo_name': '/'.join(project.repo_url.split('/')[-2:]), 'nav': nav_config(project.nav) + made_config(made)}

def write_sources(project: Project, pages: list[Page], processed: Path, work: Path):
    "Write the pages, their pictures and the look of the site where Zensical finds them."
    shutil.copytree(ASSETS/'static', work/'docs')
    shutil.copytree(ASSETS/'theme', work/'theme')
    for script in ('touch', *touch.SCRIPTS): write(work/f'docs/touch/{script}.js', touch.part(f'{script}.js').encode())
    write(work/'docs/stylesheets/touch.css', touch.part('touch.css').encode())
    write(work/'docs/map/map.js', headline_map.part('map.js').encode())
    write(work/'docs/map/points.js', headline_map.data_script().encode())
    write(work/'docs/stylesheets/map.css', headline_map.part('map.css').encode())
    for picture in (p for p in processed.rglob('*') if p.suffix.lower() in IMAGES): copy(picture, work/'docs'/address_of_file(picture.relative_to(processed)))
    for page in pages:
        write(work/'docs'/f'{page.name}.md', linked(page, pages, project).encode())
        for name, data in page.files.items(): write((work/'docs'/page.name).parent/name, data)
    config = site_config(project, [o for o in pages if not o.notebook])
    (work/'mkdocs.yml').write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding='utf-8')

def address_of_file(path: Path) -> str:
    "Where a file beside the notebooks is on the site."
    return posixpath.join(address(path.parent.as_posix()) if path.parent.parts else '', path.name)

def write(path: Path, data: bytes):
    "Write a file and the folders above it."
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)

def copy(source: Path, target: Path): write(target, source.read_bytes())

def render(work: Path):
    "Let Zensical render the pages; a warning of its, such as a broken link, is an error here."
    done = subprocess.run([sys.executable, '-m', 'zensical', 'build', '--strict', '-f', 'mkdocs.yml'], cwd=work, capture_output=True, text=True)
    if done.returncode: raise DocsError('Zensical could not build the site:\n' + done.stdout + done.stderr)
    (work/'site/sitemap.xml').unlink(missing_ok=True)   # it would need to know the site's address
    for page in (work/'site').rglob('*.html'): page.write_text(accessible(page.read_text(encoding='utf-8')), encoding='utf-8')

def reference(project: Project, pages: list[Page]) -> list[Page]:
    "The pages of the API tab: none for a project that is not this one."
    if project.root != ROOT: return []
    return [Page('', 'api/index', 'API', 'Every exported name, by what you want to do.', docs_reference.index_text(pages))]

LOST = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>No such page - {title}</title>
<link rel="icon" href="data:,">
<style>body {{ font: 125%/1.6 ui-sans-serif, system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.2rem; color: #1c2529; background: #fff }}
a {{ color: #0f766e }} @media (prefers-color-scheme: dark) {{ body {{ color: #dbe4e5; background: #111718 }} a {{ color: #6ad3c5 }} }}</style>
<body><main><article><h1>There is no such page</h1>
<p>It may have moved when pages got new names. <a href="{url}/index.html">The first page</a> has a search and a list of all pages.</p></article></main></body></html>
"""

def write_lost(project: Project, site: Path):
    "The page for an address that leads nowhere; it may stand for any address, so it needs no other file."
    (site/'404.html').write_text(LOST.format(title=project.title, url=project.docs_url), encoding='utf-8')

def build(root: Path, out: Path):
    "Make the site of the project at `root` in the folder `out`."
    project = read_project(root)
    check_notebooks(project)
    check_index(project)
    processed = process(project)
    pages = [make_page(processed, project, entry.notebook) for entry in project.nav]
    pages += reference(project, pages)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_sources(project, pages, processed, work)
        render(work)
        write_lost(project, work/'site')
        cards = {f'{page.name}.html#{card.link.partition("#")[2]}' for page in pages for card in docs_reference.cards_of(page)}
        docs_search.shape(work/'site/search.json', cards, with_words=project.root == ROOT)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(work/'site', out)
    print(f'{len(pages)} pages in {out}')

# --- the README -------------------------------------------------------------------------------------------------

def readme_filter():
    "nbdev's processors for a page without running anything."
    from nbdev import processors as p
    from nbdev.frontmatter import FrontmatterProc
    return [FrontmatterProc, p.populate_language, p.strip_ansi, p.hide_line, p.filter_stream_, p.rm_header_dash, p.rm_export, p.clean_magics, p.hide_]

def readme_cells(path: Path):
    "The index notebook as the README needs it, and its front matter."
    from execnb.nbio import nb2str, read_nb
    from nbdev.process import NBProcessor
    nb = read_nb(path)
    NBProcessor(nb=nb, procs=readme_filter()).process()
    nb = nbformat.reads(nb2str(nb), as_version=4)
    return nb, front_matter(nb)

def readme_link(link: str, project: Project) -> str:
    "A link of the index as it works in the README: to the notebook or file in the repository."
    path, anchor = split_anchor(link.removeprefix(project.docs_url + '/'))
    if link.startswith(project.docs_url) and path.endswith('.html'): return link   # of a page that is made of no notebook
    if is_outside(path) or not path or path.startswith('README_files/'): return link
    file = from_root(path, project.nbs)
    if not (project.root/file).exists(): raise DocsError(f'index.ipynb links to {link}, but there is no {file}')
    return file + (f'#{anchor}' if anchor else '')

def readme_text(project: Project) -> tuple[str, dict]:
    "The README, and the files of its pictures."
    nb, meta = readme_cells(project.root/project.nbs/'index.ipynb')
    nb.cells = mend_cells(with_counts(nb, project).cells, label_fences)
    text, files = to_markdown(nb, 'readme', 'README', 'README_files')
    text = relink(text, partial(readme_link, project=project))
    subtitle = f'{meta["description"]}\n\n' if meta.get('description') else ''
    return f'<!-- Made from {project.nbs}/index.ipynb by `make readme`: change it there. -->\n\n# {meta["title"]}\n\n{subtitle}{text}', files

def readme(root: Path):
    "Write README.md, and its pictures in README_files/, from the index notebook; without one do nothing."
    project = read_project(root)
    quarto = root/'_quarto.yml'
    before = quarto.read_text(encoding='utf-8')
    after = docs_nav.quarto_text(before, project.nav)
    if after != before: quarto.write_text(after, encoding='utf-8')   # a file that is newer makes the site old
    if not (root/project.nbs/'index.ipynb').exists(): return
    text, files = readme_text(project)
    shutil.rmtree(root/'README_files', ignore_errors=True)
    for name, data in files.items(): write(root/name, data)
    (root/'README.md').write_text(text, encoding='utf-8')

def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('command', choices=['build', 'readme'])
    parser.add_argument('--root', type=Path, default=ROOT, help='the project (default: this one)')
    parser.add_argument('--out', type=Path, help='where the site is written (default: _docs in the project)')
    args = parser.parse_args()
    root = args.root.resolve()
    try: readme(root) if args.command == 'readme' else build(root, (args.out or root/'_docs').resolve())
    except DocsError as e: sys.exit(f'docs: {e}')

if __name__ == '__main__': main()
