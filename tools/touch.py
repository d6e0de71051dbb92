"""The pictures that a reader can touch: k-means step by step, a vector rounded, a filter beside a search in cells.

A page shows one by an image of `nbs/images/touch_NAME.svg`. The site puts the scripts of tools/docs_assets/touch beside it, which
replace the still picture; without JavaScript it stays. `python tools/touch.py` lets Chromium draw the still pictures by the same code.
All that a picture counts is computed in the plane that it draws."""
import re, sys, tempfile
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS, STILLS = ROOT/'tools/docs_assets/touch', ROOT/'nbs/images'
FIRST = {'kmeans': 'Run'}   # a button to press before the still picture is taken
SCRIPTS = sorted(p.stem for p in PARTS.glob('*.js') if p.stem != 'touch')

def part(name: str) -> str: return (PARTS/name).read_text(encoding='utf-8')

def page_text(name: str) -> str:
    "A page with one picture, which needs nothing else."
    scripts = ''.join(f'<script>{part(f"{script}.js")}</script>' for script in ('touch', name))
    box = f'<div class="touch" data-touch="{name}"></div>'
    return f'<!doctype html><meta charset="utf-8"><style>{part("touch.css")}</style><body>{box}{scripts}'

def drawn(browser, page: str, press: str = '') -> str: # the text of a page, and a button to press first
    "What Chromium draws at first: the `svg` element."
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)/'page.html'
        path.write_text(page, encoding='utf-8')
        browser.open(path.as_uri())
        browser.wait('return document.querySelector("[data-touch][data-ready]") !== null')
        if press: browser.run('[...document.querySelectorAll("button")].find(b => b.textContent === arguments[0]).click()', press)
        return browser.run('return document.querySelector("[data-touch] svg").outerHTML')

def plain(svg: str) -> str:
    "A drawn picture without what makes it move."
    return re.sub(r' (xmlns|tabindex|role|aria-\w+|data-\w+)="[^"]*"', '', svg)

def still_text(svg: str, css: str, box: str) -> str: # the rules of the picture, and the class of what holds it
    "A drawn picture as a file of its own, in the reader's scheme."
    rules = [rule for rule in re.findall(r'[^{}]+\{[^{}]*\}', css.split('/* the panel */')[0]) if '@media' not in rule]
    style = ''.join(rules).replace(f'{box} svg', 'svg').replace(f'{box} {{', 'svg {').replace(f'{box} ', '')
    dark = re.search(r'\[data-md-color-scheme="slate"\] svg \{(.*?)\}', style, re.S)
    style = style.replace(dark[0], f'@media (prefers-color-scheme: dark) {{ svg {{{dark[1]}}} }}')
    width, height = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return re.sub(r'^<svg([^>]*)>', lambda m: f'{head}{m[1]}>\n<style>\n{style.strip()}\n</style>', plain(svg), count=1) + '\n'

def inlined(still: Path, about: str) -> str:
    "A still picture as a page of the site holds it: in the colours of the site, with what it shows in words."
    svg = re.search(r'<svg.*</svg>', re.sub(r'(?s)<style>.*?</style>\n?', '', still.read_text(encoding='utf-8')), re.S)[0]
    return svg.replace('<svg', f'<svg role="img" aria-label="{escape(about)}"', 1)

IMAGE = re.compile(r'!\[([^\]]*)\]\(((?:\.\./)*)images/touch_(\w+)\.svg\)')

def with_pictures(text: str, stills: Path) -> str: # the folder of the still pictures
    "The text of a page whose images of these pictures can be touched."
    used = []
    def fragment(found: re.Match) -> str:
        about, up, name = found.groups()
        used.append(f'{up}touch/{name}.js')
        if len(used) == 1: used.insert(0, f'{up}touch/touch.js')
        return f'<div class="touch" data-touch="{name}">{inlined(stills/f"touch_{name}.svg", about)}</div>'
    text = IMAGE.sub(fragment, text)
    return text + ''.join(f'\n<script defer src="{path}"></script>' for path in dict.fromkeys(used)) + '\n' * bool(used)

def main():
    sys.path.insert(0, str(ROOT/'tests'))
    import chrome
    STILLS.mkdir(exist_ok=True)
    with chrome.Chrome() as browser:
        for name in SCRIPTS:
            svg = drawn(browser, page_text(name), FIRST.get(name, ''))
            (STILLS/f'touch_{name}.svg').write_text(still_text(svg, part('touch.css'), '.touch'), encoding='utf-8')

if __name__ == '__main__': main()
