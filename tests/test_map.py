"The map of headlines that a reader can touch: what it shows is what an inverted file over the drawn plane does."
import json, re, sys
from pathlib import Path
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT/"tools"), str(ROOT/"tests")]
import chrome, headline_map

DATA = json.loads(headline_map.part("points.json"))
POINTS, TITLES = np.array([p[:2] for p in DATA["points"]]), [p[2] for p in DATA["points"]]
CENTRES, QUESTIONS = np.array(DATA["centres"]), {q["text"]: q["at"] for q in DATA["questions"]}

def nearest(places, q): return ((places - q) ** 2).sum(1).argsort(kind="stable")

def expected(q, nprobe: int) -> dict:
    "What a search in the plane compares, finds and misses, by numpy."
    cells = ((POINTS[:, None] - CENTRES) ** 2).sum(2).argmin(1)
    opened = nearest(CENTRES, q)[:nprobe]
    truth = nearest(POINTS, q)[:10]
    found = np.isin(cells[truth], opened)
    return {"compared": len(CENTRES) + int(np.isin(cells, opened).sum()), "recall": f"{found.mean():.1f}",
            "missed": [TITLES[i] for i in truth[~found]], "truth": [TITLES[i] for i in truth], "open": nprobe}

SHOWN = """
const box = document.querySelector('.vmap'), numbers = box.querySelectorAll('.numbers b'), words = li => li.firstChild.textContent;
const items = [...box.querySelectorAll('li')];
return {compared: Number(numbers[0].textContent), recall: numbers[1].textContent, open: box.querySelectorAll('.cell.open').length,
        missed: items.filter(li => li.className === 'missed').map(words), truth: items.map(words)}"""
SLIDE = "const s = document.querySelector('.vmap input'); s.value = arguments[0]; s.dispatchEvent(new Event('input', {bubbles: true}))"
PICK = "const s = document.querySelector('.vmap select'); s.value = arguments[0]; s.dispatchEvent(new Event('change', {bubbles: true}))"

@pytest.fixture(scope="module")
def browser():
    if chrome.missing(): pytest.skip(f"no {' and no '.join(chrome.missing())}: the map was not touched")
    with chrome.Chrome() as window: yield window

@pytest.fixture
def page(browser):
    "The map, as `minivecdb demo --open` shows it."
    browser.size(1280, 900)
    browser.open(headline_map.PAGE.as_uri())
    return browser

# --- what it shows --------------------------------------------------------------------------------------

def test_every_question_and_every_nprobe_shows_what_numpy_counts(page):
    for number, (text, q) in enumerate(QUESTIONS.items()):
        page.run(PICK, str(number))
        for nprobe in (1, 2, 3, 5, len(CENTRES)):
            page.run(SLIDE, nprobe)
            assert page.run(SHOWN) == expected(q, nprobe), (text, nprobe)

def test_the_first_view_misses_neighbours_and_says_why(page):
    shown = page.run(SHOWN)
    assert shown["open"] == 1 and shown["missed"] and float(shown["recall"]) < 1
    why = page.run("return document.querySelector('.vmap .why').textContent")
    assert f"Missed “{shown['missed'][0]}”" in why and "across a border" in why and "2nd nearest" in why
    red = "const c = getComputedStyle(document.querySelector(arguments[0])); return [c.stroke, c.color]"
    stroke, _ = page.run(red, ".vmap .lost path")
    _, text = page.run(red, ".vmap li.missed")
    assert stroke == text == "rgb(179, 38, 30)"
    assert len(page.run("return [...document.querySelectorAll('.vmap .lost path')].map(e => e.outerHTML)")) == len(shown["missed"])

def test_all_cells_open_find_everything(page):
    page.run(SLIDE, len(CENTRES))
    shown = page.run(SHOWN)
    assert (shown["recall"], shown["missed"], shown["compared"]) == ("1.0", [], len(CENTRES) + len(POINTS))
    assert page.run("return document.querySelector('.vmap .why').textContent").startswith("All 10 nearest headlines")

def test_keys_move_the_question(page):
    page.run("document.querySelector('.vmap .star').focus()")
    for key, code in [("ArrowRight", 39)] * 4 + [("ArrowUp", 38)]:
        for kind in ("keyDown", "keyUp"): page.devtools("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)
    x, y = next(iter(QUESTIONS.values()))
    assert page.run(SHOWN) == expected([x + 40, y - 10], 1)
    assert page.run("const s = document.querySelector('.vmap select'); return s.selectedOptions[0].textContent") == "where you put the star"

def test_the_question_is_dragged(page):
    place = """const svg = document.querySelector('.vmap svg'), m = svg.getScreenCTM(), p = new DOMPoint(...arguments).matrixTransform(m); return [p.x, p.y]"""
    start, end = page.run(place, *next(iter(QUESTIONS.values()))), page.run(place, 500, 380)
    def mouse(kind, at, buttons): page.devtools("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", buttons=buttons, clickCount=1)
    mouse("mousePressed", start, 1), mouse("mouseMoved", end, 1), mouse("mouseReleased", end, 0)
    at = page.run("return document.querySelector('.vmap .star').getAttribute('transform').match(/[0-9]+/g).map(Number)")
    assert abs(at[0] - 500) <= 2 and abs(at[1] - 380) <= 2 and page.run(SHOWN) == expected(at, 1)

def test_it_fits_a_phone(page):
    page.size(390, 844, mobile=True)
    page.open(headline_map.PAGE.as_uri())
    assert page.run("return document.documentElement.scrollWidth") <= 390
    labels = "return [...document.querySelectorAll('.vmap text')].map(e => e.getBoundingClientRect()).map(r => [r.left, r.right, r.height])"
    assert all(left >= 0 and right <= 390 and height >= 11 for left, right, height in page.run(labels))
    size = page.run("const r = document.querySelector('.vmap .hold').getBoundingClientRect(); return r.width")
    assert size >= 24   # what a finger hits

def test_the_still_picture_is_what_is_drawn_at_first(page):
    drawn = page.run("return document.querySelector('.vmap svg').innerHTML")
    still = re.sub(r"(?s)^.*?</style>\n?|</svg>\s*$", "", headline_map.STILL.read_text(encoding="utf-8"))
    def bare(text): return re.findall(r'(?:points|cx|cy|r|d|transform|class)="([^"]*)"|>([^<]+)<', text)
    assert bare(still) == bare(drawn), "the picture is old: python tools/headline_map.py page"

# --- what it is made of -----------------------------------------------------------------------------------

def test_the_page_is_made_of_its_parts_and_needs_no_network():
    text = headline_map.PAGE.read_text(encoding="utf-8")
    assert all(part.strip() in text for part in (headline_map.part("map.js"), headline_map.part("map.css"), headline_map.data_script()))
    assert set(re.findall(r"\w+://[^\"\s]+", text)) == {"http://www.w3.org/2000/svg"} and len(text.encode()) < 150_000
    assert text.count("<circle") == len(POINTS) + 2 and not re.search(r"<(script|link|img)[^>]* (src|href)=", text)

def test_the_cells_are_those_of_k_means_in_the_plane():
    cells = ((POINTS[:, None] - CENTRES) ** 2).sum(2).argmin(1)
    means = np.array([POINTS[cells == j].mean(0) for j in range(len(CENTRES))])
    assert np.abs(means - CENTRES).max() <= 1.5 and (headline_map.centres(POINTS) == CENTRES).all()

def test_the_headlines_are_those_of_the_data(repository):
    import csv
    rows = csv.DictReader((repository/"data/headlines.csv").read_text(encoding="utf-8").splitlines())
    assert TITLES == [row["headline"] for row in rows] and len(np.unique(POINTS, axis=0)) == len(POINTS)

def luminance(colour: str) -> float:
    "Relative luminance of #rgb or #rrggbb, as WCAG defines it."
    digits = colour.lstrip("#") if len(colour) == 7 else "".join(c * 2 for c in colour.lstrip("#"))
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    return sum(w * (p / 12.92 if p <= .04045 else ((p + .055) / 1.055) ** 2.4) for w, p in zip((.2126, .7152, .0722), parts))

def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + .05) / (dark + .05)

@pytest.mark.parametrize("scheme", [r"^\.vmap", r'^\[data-md-color-scheme="slate"\] \.vmap'])
def test_colours_can_be_told_apart(scheme):
    line = next(o for o in headline_map.part("map.css").split("\n") if re.match(scheme + r" \{ --", o))
    colours = dict(re.findall(r"--(\w+): (#\w+)", line))
    assert all(contrast(colours[name], colours["paper"]) >= 4.5 for name in ("ink", "found", "missed", "ask"))
    assert all(contrast(colours[name], colours["open"]) >= 3 for name in ("found", "missed", "ask", "read"))
