"""From the Markdown that Quarto reads to the Markdown that Python-Markdown reads: text in, text out, nothing else.

Notebooks are written for Quarto. The site is made without it, so what Quarto would understand is mended here:
cell options, fences, divs and callouts, spans, maths, lists, heading ids and links.
"""
import re
from collections.abc import Callable
from html import escape
from pathlib import PurePosixPath
import yaml
from latex2mathml.converter import convert as latex_to_mathml

FENCE = re.compile(r'^ *(`{3,}|~{3,})')
HEADING = re.compile(r'^(#{1,6}) +(.*?)(?: *\{([^{}]*)\})? *$')
OPTION = re.compile(r'^\s*#\|\s*([\w-]+)\s*:\s*(.*?)\s*$')
ITEM = re.compile(r'( *)([-*+]|\d+[.)])( +)(?=\S)')
CALLOUTS = {'note': 'note', 'tip': 'tip', 'warning': 'warning', 'caution': 'danger', 'important': 'info'}

# --- cell options -----------------------------------------------------------------------------------------------

def cell_options(source: str) -> tuple[dict, str]:
    "Split the leading `#| key: value` lines of a code cell from its code."
    lines, options = source.split('\n'), {}
    while lines and (m := OPTION.match(lines[0])):
        options[m[1]] = yaml.safe_load(m[2]) if m[2] else True
        lines.pop(0)
    return options, '\n'.join(lines).strip('\n')

# --- where the code is ------------------------------------------------------------------------------------------

def mark_fences(text: str) -> list[tuple[str, str]]:
    "Every line of `text` with its part in a fenced block: `open`, `in`, `close`, or nothing outside."
    out, fence = [], ''
    for line in text.split('\n'):
        m = FENCE.match(line)
        if not fence and m: part, fence = 'open', m[1]
        elif fence and m and m[1].startswith(fence) and not line.strip(' `~'): part, fence = 'close', ''
        else: part = 'in' if fence else ''
        out.append((part, line))
    return out

def outside_fences(text: str, change: Callable[[str], str]) -> str:
    "Apply `change` to each run of lines that is not fenced code."
    out, run = [], []
    def flush():
        if run: out.append(change('\n'.join(run)))
        run.clear()
    for part, line in mark_fences(text):
        if not part: run.append(line); continue
        flush()
        out.append(line)
    flush()
    return '\n'.join(out)

def outside_code(text: str, change: Callable[[str], str]) -> str:
    "Apply `change` to what is neither fenced nor between backticks."
    def prose(run: str) -> str:
        parts = re.split(r'((?<!`)(`+)(?!`).+?(?<!`)\2(?!`))', run, flags=re.DOTALL)
        return ''.join(part if i % 3 == 1 else change(part) for i, part in enumerate(parts) if i % 3 != 2)
    return outside_fences(text, prose)

# --- fences, divs, spans ----------------------------------------------------------------------------------------

def label_fence(line: str) -> str:
    "An opening fence with its language alone: `text` where it has none, `python` for Quarto's `{.python .cell-code}`."
    indent, marks, info = re.match(r'^( *)(`{3,}|~{3,}) *(.*?) *$', line).groups()
    language = re.sub(r'^\{\.?([\w-]*).*$', r'\1', info) if info.startswith('{') else info.split(' ')[0]
    return f'{indent}{marks}{language or "text"}'

def label_fences(text: str) -> str:
    "Give every fence of `text` a language."
    return '\n'.join(label_fence(line) if part == 'open' else line for part, line in mark_fences(text))

def attributes(text: str) -> tuple[list[str], dict[str, str]]:
    "Read Quarto's `.class #id key=value` as classes and the rest."
    words = re.findall(r'[\w-]+="[^"]*"|[\w-]+=\S+|\S+', text)
    classes = [w[1:] for w in words if w.startswith('.')]
    return classes, dict((k, v.strip('"')) for k, v in (w.split('=', 1) for w in words if '=' in w))

class Divs:
    "Quarto's `:::` fences as HTML, across the cells of one page; a callout becomes an admonition."
    def __init__(self): self.open: list[str] = []
    def __call__(self, text: str) -> str:
        lines = outside_fences(text, lambda run: '\n'.join(self.line(o) for o in run.split('\n')))
        return re.sub(r'\0\w+(</p>|</summary>)\s*\n#+ +(.+)', r'\2\1\n', lines).replace('\0', '')

    def line(self, line: str) -> str:
        "A `:::` line opens the div its attributes describe, or closes the innermost one."
        m = re.match(r'^ {0,3}:{3,} *(?:\{(.*)\}|([\w-]+))? *:*$', line)
        if not m: return line
        given = m[1] if m[1] is not None else m[2] and '.' + m[2]
        if given is not None: return self.start(*attributes(given))
        return f'\n</{self.open.pop()}>\n' if self.open else line

    def start(self, classes: list[str], options: dict[str, str]) -> str:
        "The opening tag of a div or a callout."
        kind = next((k for k in CALLOUTS if f'callout-{k}' in classes), None)
        if kind: return self.callout(kind, options)
        self.open.append('div')
        return f'\n<div class="{" ".join(classes)}" markdown="1">\n'

    def callout(self, kind: str, options: dict[str, str]) -> str:
        "An admonition; its title is the `title=` option, the heading that follows (marked by a NUL), or its kind."
        title = escape(options['title']) if 'title' in options else f'\0{kind.capitalize()}'
        if options.get('collapse') not in ('true', 'false'):
            self.open.append('div')
            return f'\n<div class="admonition {CALLOUTS[kind]}" markdown="1">\n<p class="admonition-title">{title}</p>\n'
        self.open.append('details')
        shown = ' open' if options['collapse'] == 'false' else ''
        return f'\n<details class="{CALLOUTS[kind]}" markdown="1"{shown}>\n<summary>{title}</summary>\n'

def spans(text: str) -> str:
    "Quarto's `[words]{.class}` as an HTML span."
    def span(m): return f'<span class="{" ".join(attributes(m[2])[0])}">{m[1]}</span>'
    return outside_code(text, lambda run: re.sub(r'(?<!\])\[([^\[\]]+)\]\{((?:\.[\w-]+ ?)+)\}', span, run))

# --- maths ------------------------------------------------------------------------------------------------------

def mathml(latex: str, display: bool) -> str:
    "LaTeX as MathML that Markdown leaves alone: drawn by the browser itself, nothing to load."
    latex = re.sub(r'\{(aligned|split|gathered)\}', '{align*}', latex.strip())
    latex = re.sub(r'\\operatorname\*?\{([^{}]*)\}', lambda m: r'\text{' + m[1].replace(r'\,', ' ') + '}', latex)
    tree = latex_to_mathml(latex, display='block' if display else 'inline')
    tree = re.sub(r'[*_`\\$|]', lambda m: f'&#{ord(m[0])};', tree)
    return f'\n\n<div class="maths">{tree}</div>\n\n' if display else tree

def maths(text: str) -> str:
    "`$…$` and `$$…$$` as MathML, by pandoc's rule: no space inside the dollars, no digit behind them."
    def prose(run):
        run = re.sub(r'(?<!\\)\$\$(.+?)\$\$', lambda m: mathml(m[1], True), run, flags=re.DOTALL)
        return re.sub(r'(?<![\\$])\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?![\d$])', lambda m: mathml(m[1], False), run)
    return outside_code(text, prose)

# --- lists and tables -------------------------------------------------------------------------------------------

def lists(text: str) -> str:
    "Lists as Python-Markdown wants them: a blank line before the first item, four spaces for each level."
    out, columns = [], []                        # columns: where the text of each open item begins
    for part, line in mark_fences(text):
        indent, follows = len(line) - len(line.lstrip()), bool(out and out[-1].strip())
        item = None if part else ITEM.match(line)
        if item and follows and not columns:
            if item[2] in ('-', '*', '+', '1.', '1)'): out.append('')
            else: item = None                    # a sentence that begins with a number is no list
        if line.strip() and (item or part or not follows or line.startswith('#')):
            columns = [c for c in columns if c <= indent]
        out.append(' '*4*len(columns) + line[min(indent, columns[-1] if columns else 0):] if line.strip() else '')
        if item: columns.append(item.end())
    return '\n'.join(out)

def tables(text: str) -> str:
    "A blank line before each table that follows a line of text."
    def prose(run): return re.sub(r'(?m)^(?! *\|)(.*\S.*)\n(?=.*\|.*\n *\|?[ :|-]*-{3}[ :|-]*$)', r'\1\n\n', run)
    return outside_fences(text, prose)

# --- headings ---------------------------------------------------------------------------------------------------

def slug(title: str) -> str:
    "The id that pandoc gives a heading, but for the underscores of `__call__`, which Markdown would read."
    words = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', title).lower()
    words = re.sub(r'[^\w\s.-]|\b_+|_+\b', '', words)
    return re.sub(r'^[^a-z]+', '', re.sub(r'\s+', '-', words.strip())) or 'section'

def heading_ids(text: str, taken: set[str]) -> str:
    "Write its id behind every heading, unique among those `taken`, which grows."
    def card(m) -> str:
        name = unused(m[2], taken)               # `Kernel` and `kernel` are two names
        taken.add(name)
        return f'{m[1]}{name}"'
    text = re.sub(r'(<h[1-6] id=")([^"]+)"', card, text)
    def heading(line: str) -> str:
        m = HEADING.match(line)
        if not m: return line
        given = re.search(r'#([^\s#}]+)', m[3] or '')
        name = given[1] if given else unused(slug(m[2]), taken)
        taken.add(name)
        rest = re.sub(r'#[^\s#}]+', '', m[3] or '').replace('.unnumbered', '').strip(' -')
        return f'{m[1]} {m[2]} {{#{name}{" " + rest if rest else ""}}}'
    return outside_fences(text, lambda run: '\n'.join(heading(o) for o in run.split('\n')))

def unused(name: str, taken: set[str]) -> str:
    "`name`, or the first of `name-1`, `name-2`, … that is not taken."
    return next(n for n in [name, *(f'{name}-{i}' for i in range(1, len(taken) + 2))] if n not in taken)

# --- links ------------------------------------------------------------------------------------------------------

LINK = re.compile(r'(\]\(|(?:href|src)=")(<[^>]*>|[^)\s"]+)')

def relink(text: str, target: Callable[[str], str]) -> str:
    "Send every link and image of `text`, Markdown or HTML, through `target`."
    def prose(run):
        spans = []                               # of code: taken out, since the text of a link may be code, and put back
        def take(m): spans.append(m[0]); return f'\0{len(spans) - 1}\0'
        run = re.sub(r'(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)', take, run)
        run = LINK.sub(lambda m: m[1] + target(m[2].strip('<>')), run)
        return re.sub('\0(\\d+)\0', lambda m: spans[int(m[1])], run)
    return outside_fences(text, prose)

NESTED = re.compile(r'\[\[(`[^`\n]+`)\]\([^)\s]*\)\]\(')

def unnested(text: str) -> str:
    "Links whose text is a name, without the link that nbdev puts around the name."
    return NESTED.sub(r'[\1](', text)

def anchor_of(wanted: str, anchors: set[str]) -> str | None:
    "The anchor that is meant: itself, however it is written, or the class when the method has none of its own."
    forms = {a.lower(): a for a in anchors}
    for name in (wanted.lower(), slug(wanted.replace('-', ' ')), wanted.lower().rpartition('.')[0]):
        if name in forms: return forms[name]

def is_outside(link: str) -> bool:
    "Is it an address elsewhere: `https:`, `mailto:`, `data:`?"
    return bool(re.match(r'^[a-z][a-z0-9+.-]*:|^//', link))

def split_anchor(link: str) -> tuple[str, str]:
    "Path and anchor of a link."
    path, _, anchor = link.partition('#')
    return path, anchor

def from_root(path: str, folder: str) -> str:
    "A path written relative to `folder`, relative to the project instead."
    parts = []
    for part in (PurePosixPath(folder)/path).parts:
        if part == '..': parts and parts.pop()
        else: parts.append(part)
    return '/'.join(parts)

# --- the glossary -----------------------------------------------------------------------------------------------

ENTRY = re.compile(r'^### +(.+?) *\{#([\w-]+)\} *$', re.M)
KEPT = re.compile(r'`+[^`]*`+|!?\[[^\]]*\]\([^)]*\)|<(a|math|summary|code)\b.*?</\1>|<[^>]*>|\{[^{}]*\}', re.DOTALL)
NO_PROSE = re.compile(r'^\s*(#|\||<|>|:::|!)')

def glossary_terms(text: str) -> dict[str, str]:
    "The terms of a glossary page, in small letters, and their anchors."
    return {term.lower(): anchor for term, anchor in ENTRY.findall(text)}

def link_terms(text: str, terms: dict[str, str]) -> str:
    "Link each term, at its first use in prose, to the address given for it: not in headings, tables, links or code."
    left = dict(terms)
    words = sorted(map(re.escape, terms), key=len, reverse=True)
    find = re.compile(rf'(?<![\w@-])(?:{"|".join(words)})s?(?:@(?:k|\d+))?(?![\w@-])', re.I) if words else None
    def word(m):
        word = m[0].lower().partition('@')[0]
        term = word if word in terms else word.removesuffix('s')
        return f'[{m[0]}]({left.pop(term)}){{.term}}' if term in left else m[0]
    def line(text):
        if NO_PROSE.match(text): return text
        out, at = [], 0
        for kept in KEPT.finditer(text):
            out += find.sub(word, text[at:kept.start()]), kept[0]
            at = kept.end()
        return ''.join(out) + find.sub(word, text[at:])
    return outside_fences(text, lambda run: '\n'.join(map(line, run.split('\n')))) if words else text

# --- outputs ----------------------------------------------------------------------------------------------------

ANSI = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')
PROGRESS = re.compile(r'\d+%\|.*\||\[\d\d:\d\d.*/(s|it)\]')

def plain(text: str) -> str:
    "What a terminal would show in the end: no colours, no overwritten lines, no progress bars."
    lines = [o.split('\r')[-1] or o.split('\r')[-2] if '\r' in o else o for o in ANSI.sub('', text).replace('\r\n', '\n').split('\n')]
    return '\n'.join(o.rstrip() for o in lines if not PROGRESS.search(o)).strip('\n')

def clean_html(html: str) -> str:
    "An HTML output without its own style sheet, scripts and table dress, so that the page's style applies."
    html = re.sub(r'<(style|script)\b.*?</\1>', '', html, flags=re.DOTALL | re.IGNORECASE)
    html = re.sub(r'<(table|tr|thead|tbody)\b[^>]*>', r'<\1>', html)
    return re.sub(r'\n\s*\n+', '\n', html).strip()

def fence(text: str, kind: str) -> str:
    "`text` in a fence longer than any in it."
    marks = '`' * max(3, 1 + max((len(o) for o in re.findall(r'`{3,}', text)), default=0))
    return f'{marks}{kind}\n{text}\n{marks}'

# --- the rendered page ------------------------------------------------------------------------------------------

def accessible(html: str) -> str:
    """A rendered page as a screen reader needs it: no empty head of a column, no two lists of links of one name, and no card
    that skips a level because no heading stands above it."""
    html = re.sub(r'<th([^>]*)></th>', r'<td\1></td>', html)
    html = re.sub(r'aria-labelledby="__nav_(\d+)_(\d+)_label"', r'aria-labelledby="__nav_\1_label __nav_\1_\2_label"', html)
    html = html.replace('<nav class="md-nav" aria-label="', '<nav class="md-nav" aria-label="On this page: ')
    above, first, below = html.partition('<h2 ')
    return above.replace('<h3 class="api-name"', '<h3 class="api-name" aria-level="2"') + first + below

# --- all of it --------------------------------------------------------------------------------------------------

def mend(text: str, divs: Divs, taken: set[str]) -> str:
    "Everything above for one Markdown cell, but for links, which need the other pages."
    for change in (label_fences, divs, spans, maths, lists, tables): text = change(text)
    return heading_ids(text, taken)
