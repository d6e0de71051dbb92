"""The pictures that pages of the Book open with: each says in one drawing what its page explains.

`python tools/heads.py` draws them as nbs/images/head_NAME.svg, in the reader's scheme. A page shows one by an image; the
site puts the drawing itself there, in the colours of the site."""
import re
from html import escape
from pathlib import Path
import numpy as np
import touch

ROOT = Path(__file__).resolve().parent.parent
PICTURES, CSS = ROOT/'nbs/images', Path(__file__).resolve().parent/'docs_assets/static/stylesheets/heads.css'
WIDTH, HEIGHT = 560, 230
DRAWN = {}      # the function that draws, by name

# --- the pen ----------------------------------------------------------------------------------------------------

class Drawing:
    "Shapes on a sheet, in the order in which they were put there."
    def __init__(self): self.parts, self.height = [], HEIGHT

    def add(self, kind: str, look: str, words: str = '', **numbers):
        "One element; `look` is its class."
        given = ''.join(f' {name.replace("_", "-")}="{at:g}"' for name, at in numbers.items())
        self.parts.append(f'<{kind} class="{look}"{given}' + (f'>{escape(words)}</{kind}>' if words else '/>'))

    def line(self, x1, y1, x2, y2, look='line'): self.add('line', look, x1=x1, y1=y1, x2=x2, y2=y2)
    def dot(self, x, y, look='dot', r=5): self.add('circle', look, cx=x, cy=y, r=r)
    def box(self, x, y, width, height, look='box'): self.add('rect', look, x=x, y=y, width=width, height=height, rx=3)
    def text(self, x, y, words, look='middle'): self.add('text', look, words, x=x, y=y)

    def shape(self, points, look='cell'):
        "A polygon."
        told = ' '.join(f'{x:g},{y:g}' for x, y in np.round(points))
        self.parts.append(f'<polygon class="{look}" points="{told}"/>')

    def arrow(self, x1, y1, x2, y2, look='line'):
        "A line with a head at its second end."
        along = np.array([x2 - x1, y2 - y1]) / np.hypot(x2 - x1, y2 - y1)
        across, tip = np.array([-along[1], along[0]]), np.array([x2, y2])
        self.line(x1, y1, *(tip - 6 * along).round(1), look)
        self.shape([tip, tip - 10 * along + 5 * across, tip - 10 * along - 5 * across], f'tip {look}')

    def star(self, x, y):
        "The question."
        turns = np.pi * (np.arange(10) / 5 - .5)
        far = np.where(np.arange(10) % 2, 5, 12)
        self.shape(np.stack([x + far * np.cos(turns), y + far * np.sin(turns)], 1), 'ask')

    def flow(self, steps: list[str], y: float = 10):
        "Boxes with arrows between them; a `|` in a step begins a new line."
        gap, self.height = 28, 90
        size = (WIDTH - gap * (len(steps) - 1)) / len(steps)
        for i, step in enumerate(steps):
            x, lines = i * (size + gap), step.split('|')
            self.box(x + 1, y, size - 2, 70)
            for j, words in enumerate(lines): self.text(x + size / 2, y + 42 + 24 * j - 12 * (len(lines) - 1), words)
            if i: self.arrow(x - gap, y + 35, x, y + 35)

    def svg(self) -> str:
        "The drawing as one element."
        return f'<svg viewBox="0 0 {WIDTH} {self.height}">' + '\n'.join(self.parts) + '</svg>'

def head(draw):
    "The picture NAME is drawn by the function `NAME(d)`."
    DRAWN[draw.__name__] = draw
    return draw

# --- points in cells --------------------------------------------------------------------------------------------

CENTRES = np.array([[60, 60], [185, 45], [320, 65], [470, 50], [90, 165], [235, 150], [375, 175], [500, 160]])

def points_of(seed: int = 4, each: int = 9) -> np.ndarray: # [n, 2]
    "Points around the centres, inside the picture."
    spread = np.random.default_rng(seed).normal(0, 26, (len(CENTRES) * each, 2))
    return np.clip(np.repeat(CENTRES, each, 0) + spread, 8, [WIDTH - 8, HEIGHT - 8]).round()

def nearest(places: np.ndarray, p) -> np.ndarray:
    "Numbers of places, the nearest first."
    return ((places - p)**2).sum(1).argsort(kind='stable')

def cell(j: int) -> np.ndarray: # corners
    "The part of the picture that is nearest to centre j: cut by one half-plane after the other."
    shape = np.array([[1, 1], [WIDTH - 1, 1], [WIDTH - 1, HEIGHT - 1], [1, HEIGHT - 1]], float)
    for other in np.delete(CENTRES, j, 0):
        side = ((shape - other)**2).sum(1) - ((shape - CENTRES[j])**2).sum(1)
        cut = []
        for p, q, here, there in zip(shape, np.roll(shape, -1, 0), side, np.roll(side, -1)):
            if here >= 0: cut.append(p)
            if (here >= 0) != (there >= 0): cut.append(p + here / (here - there) * (q - p))
        shape = np.array(cut)
    return shape

def cells(d: Drawing, opened=()):
    "The cells of all centres, some of them open."
    for j in range(len(CENTRES)): d.shape(cell(j), 'cell open' if j in opened else 'cell')
    for x, y in CENTRES:
        d.line(x - 6, y, x + 6, y, 'cross')
        d.line(x, y - 6, x, y + 6, 'cross')

def owners(points: np.ndarray) -> np.ndarray:
    "The cell of each point."
    return np.array([nearest(CENTRES, p)[0] for p in points])

# --- vectors and distances --------------------------------------------------------------------------------------

@head
def storage(d):
    for i, (id, words) in enumerate([(0, 'Marathon Won by a Second'), (1, 'Rain Floods the Valley'), (2, 'Bakery Wins Bread Prize')]):
        y = 46 + 54 * i
        d.box(1, y, 44, 40, 'box open' if i == 1 else 'box')
        d.text(23, y + 27, str(id))
        for j, h in enumerate(np.random.default_rng(i).uniform(4, 34, 14)): d.box(62 + 12 * j, y + 38 - h, 8, h, 'bar')
        d.text(246, y + 27, words, '')
    for x, words in ((23, 'id'), (145, 'vector')): d.text(x, 28, words, 'middle note')
    d.text(246, 28, 'metadata', 'note')

@head
def embedding(d):
    texts = [('Marathon Won by a Second', 380, 70), ('Runner Takes Race at the Line', 430, 104), ('Bakery Wins Bread Prize', 520, 190)]
    for i, (words, x, y) in enumerate(texts):
        d.text(1, 58 + 62 * i, words, 'small')
        d.line(282, 52 + 62 * i, x - 12, y, 'line dashed')
        d.dot(x, y, 'found' if i < 2 else 'dot', 8)
    d.line(380, 70, 430, 104, 'line good')

@head
def metrics(d):
    a, b, o = np.array([150, 50]), np.array([285, 120]), np.array([20, 205])
    along = (b - o) / np.linalg.norm(b - o)
    foot = o + along * ((a - o) @ along)
    d.line(*a, *b, 'line good')
    d.line(*a, *foot.round(), 'line dashed')
    d.line(*o, *foot.round(), 'line dashed')
    for p, name in ((a, 'a'), (b, 'b')):
        d.arrow(*o, *p, 'line ink')
        d.text(*(p + [4, -10]), name)
    turn = np.linspace(np.arctan2(*(b - o)[::-1]), np.arctan2(*(a - o)[::-1]), 12)
    arc = o + 70 * np.stack([np.cos(turn), np.sin(turn)], 1)
    for p, q in zip(arc, arc[1:]): d.line(*p.round(1), *q.round(1), 'line asked')
    for y, look, words in ((70, 'asked', 'cosine: the angle'), (115, 'good', 'euclidean: the gap'), (160, 'dashed', 'dot: the shadow · |b|')):
        d.line(320, y - 6, 346, y - 6, f'line {look}')
        d.text(356, y, words, 'small')

@head
def exact(d):
    points, q = points_of(8, 5), np.array([280, 120])
    near = nearest(points, q)
    for i in near[::-1]: d.line(*q, *points[i], 'line good' if i in near[:3] else 'line thin')
    for i in near[::-1]: d.dot(*points[i], 'found' if i in near[:3] else 'dot', 7 if i in near[:3] else 5)
    d.star(*q)

@head
def measuring(d):
    for y, words, missing in ((70, 'exact', ()), (150, 'found', (3, 7))):
        d.text(1, y + 7, words, '')
        for i in range(10):
            if i in missing: d.line(104 + 34 * i, y - 10, 124 + 34 * i, y + 10, 'crossed'); d.line(124 + 34 * i, y - 10, 104 + 34 * i, y + 10, 'crossed')
            else: d.dot(114 + 34 * i, y, 'found', 11)
    d.text(502, 104, 'recall@10', 'middle small')
    d.text(502, 132, '= .8', 'middle')

# --- clusters ---------------------------------------------------------------------------------------------------

@head
def assignment(d):
    points = points_of(2, 6)
    for p, j in zip(points, owners(points)):
        d.line(*p, *CENTRES[j], 'line thin')
        d.dot(*p, 'dot')
    for x, y in CENTRES: d.dot(x, y, 'found', 9)

@head
def training(d):
    points = points_of(6, 16)
    drawn = np.random.default_rng(1).choice(len(points), 32, replace=False)
    for p in points: d.dot(*p, 'pale', 4)
    for p in points[drawn]: d.dot(*p, 'dot', 6)
    which = owners(points[drawn])
    for j in sorted(set(which)):
        x, y = points[drawn][which == j].mean(0).round()
        d.line(x - 9, y - 9, x + 9, y + 9, 'crossed good')
        d.line(x - 9, y + 9, x + 9, y - 9, 'crossed good')

@head
def family(d):
    for i, (words, x) in enumerate((('batch by batch', 93), ('two levels', 280), ('bounded lists', 467))): d.text(x, 215, words, 'middle small')
    points = np.random.default_rng(5).uniform([8, 12], [178, 180], (40, 2)).round()
    for i, p in enumerate(points): d.dot(*p, 'found' if i % 4 == 0 else 'pale', 5)
    d.dot(280, 24, 'found', 9)
    for j in range(3):
        x = 216 + 64 * j
        d.line(280, 24, x, 90, 'line')
        for k in (-20, 0, 20): d.line(x, 90, x + k, 165, 'line'); d.dot(x + k, 165, 'dot', 6)
        d.dot(x, 90, 'found', 7)
    for j, h in enumerate((150, 118, 92, 70, 52, 36)):
        d.box(388 + 27 * j, 185 - min(h, 100), 20, min(h, 100), 'bar')
        if h > 100: d.box(388 + 27 * j, 185 - h, 20, h - 100, 'ghost')
    d.line(380, 85, 556, 85, 'line bad')

# --- codes ------------------------------------------------------------------------------------------------------

@head
def product(d):
    heights = np.random.default_rng(3).uniform(8, 60, 24)
    for j, h in enumerate(heights): d.box(4 + 23 * j, 84 - h, 16, h, 'bar' if j // 6 % 2 else 'bar other')
    for m, code in enumerate((40, 211, 7, 169)):
        d.arrow(70 + 138 * m, 96, 70 + 138 * m, 138)
        d.box(20 + 138 * m, 142, 100, 44, 'box open')
        d.text(70 + 138 * m, 172, str(code))
    d.text(280, 215, '24 numbers become four codes of one byte', 'middle small')

@head
def projection(d):
    rng = np.random.default_rng(2)
    along = np.array([.94, -.34])
    t = np.sort(rng.uniform(-210, 210, 12))
    points = np.array([280, 105]) + t[:, None] * along + rng.normal(0, 20, (12, 1)) * [.34, .94]
    d.line(*(np.array([290, 150]) - 250 * along).round(), *(np.array([290, 150]) + 250 * along).round(), 'line ink')
    for p in points:
        foot = np.array([290, 150]) + ((p - [290, 150]) @ along) * along
        d.line(*p.round(), *foot.round(), 'line dashed')
        d.dot(*foot.round(), 'found', 6)
        d.dot(*p.round(), 'dot', 6)

@head
def signs(d):
    for j, h in enumerate(np.random.default_rng(7).normal(0, 32, 16).round()):
        x = 6 + 34.5 * j
        d.box(x, 82 - max(h, 0), 24, max(abs(h), 2), 'bar' if h > 0 else 'bar other')
        d.text(x + 12, 196, '1' if h > 0 else '0')
    d.line(1, 82, 559, 82, 'line')
    d.arrow(280, 140, 280, 170)

# --- lists ------------------------------------------------------------------------------------------------------

@head
def lists(d):
    held = [('C0', (2, 5, 9, 14)), ('C1', (0, 7)), ('C2', (1, 3, 4, 8, 12)), ('C3', (6, 10, 11))]
    for i, (name, ids) in enumerate(held):
        y = 22 + 50 * i
        d.dot(30, y + 18, 'found', 12)
        d.text(72, y + 25, f'list {i}', 'middle small')
        for j, id in enumerate(ids):
            d.box(112 + 62 * j, y, 56, 36, 'box open' if i == 2 else 'box')
            d.text(140 + 62 * j, y + 25, str(id))
    d.star(530, 140)
    d.arrow(514, 140, 428, 140)

@head
def spilling(d):
    cells(d, (1, 2))
    for p in points_of(): d.dot(*p, 'pale', 5)
    x, y = 254, 72
    d.line(x, y, *CENTRES[1], 'line good')
    d.line(x, y, *CENTRES[2], 'line good')
    d.dot(x, y, 'found', 9)

# --- the index --------------------------------------------------------------------------------------------------

QUESTION = np.array([278, 100])

@head
def index(d):
    points, opened = points_of(), nearest(CENTRES, QUESTION)[:2]
    inside, near = np.isin(owners(points), opened), nearest(points, QUESTION)[:18]
    cells(d, opened)
    for i, p in enumerate(points): d.dot(*p, 'found' if inside[i] and i in near else 'dot' if inside[i] else 'pale', 7 if inside[i] and i in near else 5)
    for i in near[~inside[near]]:
        x, y = points[i]
        d.line(x - 8, y - 8, x + 8, y + 8, 'crossed')
        d.line(x - 8, y + 8, x + 8, y - 8, 'crossed')
    d.star(*QUESTION)

@head
def adding(d):
    cells(d, (6,))
    for p in points_of(): d.dot(*p, 'pale', 5)
    d.arrow(300, 214, 352, 186, 'line good')
    d.dot(292, 218, 'found', 9)

@head
def probing(d):
    order = nearest(CENTRES, QUESTION)
    cells(d, order[:4])
    for place, j in enumerate(order): d.text(*(CENTRES[j] + [0, 34]), str(place + 1), 'middle strong' if place < 4 else 'middle')
    d.star(*QUESTION)

@head
def search(d): d.flow(['prepare', 'read|lists', 'scan', 'order'])

@head
def radius(d):
    points, q, r = points_of(9, 7), np.array([270, 112]), 88
    d.dot(*q, 'circle', r)
    for p in points: d.dot(*p, *(('found', 7) if np.hypot(*(p - q)) <= r else ('pale', 5)))
    d.star(*q)
    d.line(*q, q[0] + r, q[1], 'line asked')
    d.text(q[0] + 50, q[1] + 22, 'r', 'middle')

@head
def stats(d):
    parts = (('vectors', 300, 'bar'), ('bytes', 130, 'bar other'), ('centroids', 70, 'bar third'), ('ids', 44, 'bar fourth'))
    x = 4
    for words, size, look in parts:
        d.box(x, 24, size, 44, look)
        d.text(x + size / 2, 92, words, 'middle small')
        x += size + 3
    for j, h in enumerate(np.sort(np.random.default_rng(3).gamma(3, 12, 28))[::-1].round()): d.box(4 + 19.5 * j, 215 - h, 15, h, 'bar')
    d.line(1, 215 - 36, 556, 215 - 36, 'line dashed')

@head
def choosing(d):
    k = np.geomspace(30, 3000, 60)
    x, y = 40 + 500 * np.log(k / 30) / np.log(100), lambda cost: 205 - 180 * cost / 6000
    costs = (('line dashed', 16 * 10_000 / k), ('line dashed', k), ('line good', k + 16 * 10_000 / k))
    for look, cost in costs:
        at = np.stack([x, y(cost)], 1).round(1)
        for p, q in zip(at, at[1:]): d.line(*p, *q, look)
    best = np.argmin(costs[2][1])
    d.dot(x[best].round(), y(costs[2][1][best]).round(), 'found', 8)
    d.text(70, 40, 'few lists: each is long', 'small')
    d.text(500, 98, 'many lists: many centroids', 'end small')
    d.text(x[best].round(), y(costs[2][1][best]).round() - 16, 'least work', 'middle small')

@head
def enough(d):
    ranks = (1, 1, 1, 2, 2, 3, 4, 6, 9, 13)
    d.box(22, 60, 33 * 6 + 4, 112, 'box open')
    for rank in range(1, 17):
        d.box(26 + 33 * (rank - 1), 140, 28, 24, 'box')
        d.text(40 + 33 * (rank - 1), 192, str(rank), 'middle small')
    for i, rank in enumerate(ranks):
        level = sum(r == rank for r in ranks[:i])
        d.dot(40 + 33 * (rank - 1), 122 - 22 * level, 'found' if rank <= 6 else 'missed', 9)
    d.text(124, 48, 'nprobe = 6: eight of ten', 'middle small')
    d.text(280, 218, 'lists, from the nearest on', 'middle small')

@head
def filtered(d):
    points, q = points_of(11, 9), np.array([280, 112])
    match = np.random.default_rng(2).random(len(points)) < .25
    far = np.hypot(*(points - q).T)
    d.dot(*q, 'circle', round(np.sort(far[match])[4] + 8))
    near = np.sort(far[match])[4]
    for p, fits, away in zip(points, match, far):
        d.dot(*p, 'found' if fits and away <= near else 'dot' if fits else 'ring', 7 if fits else 5)
    d.star(*q)

@head
def filters(d):
    rows = [('"Sports", 2021', True), ('"Food", 2023', False), ('"Sports", 2004', False), ('"Sports", 2024', True)]
    for i, (words, fits) in enumerate(rows):
        y = 20 + 50 * i
        d.box(1, y, 190, 38, 'box open' if fits else 'box')
        d.text(96, y + 26, words, 'middle small')
        d.arrow(196, y + 19, 232, y + 19)
        d.text(252, y + 27, '✓' if fits else '✕', 'middle yes' if fits else 'middle no')
    for i, words in enumerate(('{"genre": "Sports",', ' "year": {"$gte": 2020}}')): d.text(290, 108 + 30 * i, words, 'code')

@head
def over_storage(d):
    d.text(94, 26, 'VectorStorage', 'middle small')
    for i in range(5): d.box(10, 40 + 34 * i, 168, 26, 'box open' if i == 4 else 'box'); d.text(94, 60 + 34 * i, f'vector {i}', 'middle small')
    d.arrow(190, 116, 262, 116)
    d.text(226, 102, 'follows', 'middle small')
    d.text(420, 26, 'IVFIndex', 'middle small')
    for i, ids in enumerate(((0, 3), (1,), (2, 4))):
        d.dot(290, 66 + 60 * i, 'found', 10)
        for j, id in enumerate(ids): d.box(316 + 62 * j, 48 + 60 * i, 54, 36, 'box open' if id == 4 else 'box'); d.text(343 + 62 * j, 72 + 60 * i, str(id))

@head
def headlines(d): d.flow(['headlines', 'vectors', 'cells', 'answers'])

# --- files ------------------------------------------------------------------------------------------------------

def drawn(name: str) -> str:
    "The drawing as an element."
    d = Drawing()
    DRAWN[name](d)
    return d.svg()

def still(name: str) -> str:
    "The drawing as a file of its own."
    return touch.still_text(drawn(name), CSS.read_text(encoding='utf-8'), '.head')

IMAGE = re.compile(r'!\[([^\]]*)\]\((?:\.\./)*images/head_(\w+)\.svg\)')

def with_heads(text: str, pictures: Path) -> str: # the folder of the pictures
    "The text of a page with the drawings themselves in the place of their images."
    return IMAGE.sub(lambda m: f'<div class="head">{touch.inlined(pictures/f"head_{m[2]}.svg", m[1])}</div>', text)

def main():
    for name in DRAWN: (PICTURES/f'head_{name}.svg').write_text(still(name), encoding='utf-8')

if __name__ == '__main__': main()
