"""Pictures that a reader can touch, in a browser: what they show when they are used, by pointer and by keys.

Each is opened on a page of its own that needs nothing else; `python tools/touch.py` draws the still pictures anew."""
import re, sys
from pathlib import Path
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT/'tools'), str(ROOT/'tests')]
import chrome, heads, touch

@pytest.fixture(scope='module')
def browser():
    if chrome.missing(): pytest.skip(f'no {" and no ".join(chrome.missing())}: the pictures were not opened (Debian packages chromium and chromium-driver)')
    with chrome.Chrome() as window: yield window

class Picture:
    "A picture in the browser, and what a reader does with it."
    def __init__(self, browser, folder: Path, name: str):
        self.browser, path = browser, folder/f'{name}.html'
        path.write_text(touch.page_text(name), encoding='utf-8')
        browser.size(1280, 900)
        browser.open(path.as_uri())
        browser.wait('return document.querySelector(".touch[data-ready]") !== null')

    def run(self, script: str, *args): return self.browser.run(script, *args)
    def text(self, selector: str) -> str: return self.run('return document.querySelector(arguments[0]).textContent', selector)
    def count(self, selector: str) -> int: return self.run('return document.querySelectorAll(arguments[0]).length', selector)
    def press(self, name: str): self.run('[...document.querySelectorAll("button")].find(b => b.textContent === arguments[0]).click()', name)
    def numbers(self) -> list[float]:
        "The figures of the panel."
        return [float(b.strip('×').replace(',', '')) for b in self.run('return [...document.querySelectorAll(".numbers b")].map(b => b.textContent)') if b != '–']

    def set(self, label: str, value):
        "Use the control whose label begins so."
        assert self.run('''const label = [...document.querySelectorAll("label")].find(l => l.textContent.startsWith(arguments[0]));
            const control = label.querySelector("input, select");
            control.value = arguments[1];
            control.dispatchEvent(new Event(control.tagName === "INPUT" ? "input" : "change", {bubbles: true}));
            return control.value''', label, str(value)) == str(value)

    def key(self, selector: str, *keys: str):
        for key in keys:
            self.run('''const at = document.querySelector(arguments[0]); at.focus();
                at.dispatchEvent(new KeyboardEvent("keydown", {key: arguments[1], bubbles: true}))''', selector, key)

@pytest.fixture
def picture(browser, tmp_path, request) -> Picture: return Picture(browser, tmp_path, request.param)

def of(name): return pytest.mark.parametrize('picture', [name], indirect=True)

@of('kmeans')
def test_steps_lower_the_inertia_until_the_start_is_stuck(picture):
    assert picture.count('.dot') == 168 and picture.count('.centroid') == 6
    seen = []
    while not picture.run('return document.querySelector("button").disabled'):
        picture.press('Step')
        seen.append(picture.numbers()[1])
    rounds, inertia, best = picture.numbers()
    assert len(seen) == 2 * rounds + 1 and seen == sorted(seen, reverse=True)
    assert inertia > 1.5 * best and picture.text('.why').startswith(f'Stuck after {rounds:.0f} rounds')
    picture.set('Start with', 'k-means++')
    picture.press('Run')
    assert picture.numbers()[1] <= 1.01 * best and picture.text('.why').startswith('Done')

@of('kmeans')
def test_a_centroid_without_points_is_told(picture):
    picture.set('Start with', 'corner')
    picture.press('Run')
    assert '1 centroid has no points' in picture.text('.why')

@of('kmeans')
def test_points_come_by_pointer_and_by_keys(picture):
    picture.set('Points', 'own')
    assert picture.count('.dot') == 0 and picture.text('.why').startswith('Click into the picture')
    picture.key('.pen', 'Enter', 'ArrowLeft', 'ArrowUp', 'Enter')
    places = picture.run('return [...document.querySelectorAll(".dot")].map(d => [+d.getAttribute("cx"), +d.getAttribute("cy")])')
    assert places == [[500, 320], [490, 310]]
    picture.run('''const svg = document.querySelector("svg"), box = svg.getBoundingClientRect();
        svg.dispatchEvent(new MouseEvent("click", {clientX: box.left + box.width / 4, clientY: box.top + box.height / 2, bubbles: true}))''')
    assert picture.count('.dot') == 3
    picture.set('Clusters', 2)
    picture.press('Run')
    assert picture.count('.centroid') == 2 and picture.text('.why').startswith('Done')

@of('rounding')
@pytest.mark.parametrize('way', ['scalar', 'product', 'vector'])
def test_more_bits_less_error_and_as_many_candidates_as_told_find_all(picture, way):
    picture.set('Code', way)
    errors, recalls = [], []
    for bits in (2, 4, 6, 8):
        picture.set('Bits', bits)
        picture.set('Candidates', 10)
        smaller, error, recall = picture.numbers()
        assert picture.count('.dot.found') + picture.count('.cross') == 10 == picture.count('.cross') + 10 * recall
        assert smaller == round(64 / bits) and picture.count('polygon') == 2**bits
        errors.append(error); recalls.append(recall)
        if recall < 1:
            enough = int(re.search(r'among the first (\d+)', picture.text('.why'))[1])
            assert enough > 10
            if enough <= 100:
                picture.set('Candidates', -(-enough // 5) * 5)
                assert picture.numbers()[2] == 1 and picture.count('.cross') == 0
    assert errors == sorted(errors, reverse=True) and recalls[-1] > recalls[0]

@of('filter')
def test_a_filter_that_decides_how_far_to_read_finds_what_the_others_miss(picture):
    def table():
        rows = picture.run('return [...document.querySelectorAll("tbody tr")].map(r => [...r.querySelectorAll("td")].map(d => d.textContent))')
        return [(int(found.split(' of ')[0]), int(found.split(' of ')[1]), int(compared)) for found, compared in rows]
    picture.set('The filter admits', 0)
    assert len(set(table())) == 1 and table()[0][:2] == (10, 10)
    for where in ('anywhere', 'corner'):
        picture.set('Those that match', where)
        for share, matching in enumerate((600, 300, 150, 60, 30, 12, 6)):
            picture.set('The filter admits', share)
            after, inside, budget = table()
            assert picture.numbers() == [matching]
            assert after[0] <= inside[0] <= budget[0] == budget[1] == min(10, matching)
            assert budget[2] <= after[2] and budget[2] <= 24 + matching
    assert (after[0], inside[0]) == (0, 0)

@of('filter')
def test_crosses_are_what_the_chosen_way_misses(picture):
    for way in ('after', 'inside', 'budget'):
        picture.set('Filter', way)
        found, wanted = map(int, picture.text('tr.chosen td').split(' of '))
        assert picture.count('.dot.found') == found and picture.count('.cross') == wanted - found
        assert ('bad' in picture.run('return document.querySelector(".why").className')) == (found < wanted)
    picture.key('.star', *['ArrowRight'] * 12)
    assert picture.run('return document.querySelector(".star").getAttribute("transform")') == 'translate(550 380)'

@pytest.mark.parametrize('picture', touch.SCRIPTS, indirect=True)
def test_every_control_has_a_name_and_nothing_is_wider_than_a_phone(picture):
    controls = picture.run('return [...document.querySelectorAll("input, select, button, [tabindex]")].map(c => c.getAttribute("aria-label") || (c.closest("label") || c).textContent.trim())')
    assert len(controls) > 3 and all(controls)
    picture.browser.size(390, 800, mobile=True)
    assert picture.run('return document.documentElement.scrollWidth <= innerWidth')
    assert [e for e in picture.browser.log('browser') if 'favicon' not in e['message']] == []

def test_still_pictures_are_those_that_the_scripts_draw(browser, tmp_path):
    for name in touch.SCRIPTS:
        still = (touch.STILLS/f'touch_{name}.svg').read_text(encoding='utf-8')
        assert still == touch.still_text(touch.drawn(browser, touch.page_text(name), touch.FIRST.get(name, '')), touch.part('touch.css'), '.touch'), f'{name}: python tools/touch.py'

@pytest.mark.parametrize('name', heads.DRAWN)
def test_the_pictures_that_pages_open_with(name):
    "Each is the one that the script draws, stays on its sheet, and opens one page."
    text = (heads.PICTURES/f'head_{name}.svg').read_text(encoding='utf-8')
    assert text == heads.still(name), 'python tools/heads.py'
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', text).groups())
    xs, ys = ([float(v) for v in re.findall(rf' (?:{names})="([-\d.]+)"', text)] for names in ('x|x1|x2|cx', 'y|y1|y2|cy'))
    assert -5 <= min(xs) <= max(xs) <= width + 5 and -5 <= min(ys) <= max(ys) <= height + 5
    pages = [p for p in (touch.ROOT/'nbs').rglob('*.ipynb') if f'images/head_{name}.svg' in p.read_text(encoding='utf-8')]
    assert len(pages) == 1

def test_a_drawing_takes_the_place_of_its_image():
    shown = heads.with_heads('![A <bowl>](../images/head_choosing.svg)\n\n*Work.*', heads.PICTURES)
    assert shown.startswith('<div class="head"><svg role="img" aria-label="A &lt;bowl&gt;"') and '<style>' not in shown and shown.endswith('*Work.*')
    assert heads.with_heads('![a](images/other.svg)', heads.PICTURES) == '![a](images/other.svg)'

def test_what_a_page_loads_is_small():
    for name in touch.SCRIPTS: assert sum(len(touch.part(p)) for p in ('touch.js', 'touch.css', f'{name}.js')) < 150_000

def test_a_page_without_a_picture_stays_as_it_is():
    text = 'A page with ![a figure](images/other.svg).'
    assert touch.with_pictures(text, touch.STILLS) == text
    shown = touch.with_pictures('![Dots & "stars"](../images/touch_filter.svg)', touch.STILLS)
    assert 'aria-label="Dots &amp; &quot;stars&quot;"' in shown and shown.count('<script defer src="../touch/') == 2
