"""The map of headlines that a reader can touch, on the first page of the site and in `minivecdb demo --open`.

`python tools/headline_map.py layout` lays the headlines out in a plane and writes points.json. `python tools/headline_map.py page` makes of
it and of map.js, map.css the page minivecdb/map.html, which needs nothing else, and the still picture nbs/images/map.svg,
which Chromium draws by the same code. All that the map counts is computed in the plane that it draws."""
import json, re, sys
from pathlib import Path
import numpy as np
import touch

ROOT = Path(__file__).resolve().parent.parent
PARTS = ROOT/'tools/docs_assets/map'
PAGE, STILL = ROOT/'minivecdb/map.html', ROOT/'nbs/images/map.svg'
WIDTH, HEIGHT, EDGE, CELLS = 1000, 760, 30, 24
QUESTIONS = 'food news', 'house prices', 'hackers steal data', 'flights cancelled', 'robots at work', 'elections'

# --- the layout -------------------------------------------------------------------------------------------------

def flatten(x: np.ndarray, neighbours: int = 8, steps: int = 600) -> np.ndarray:
    """Places of vectors in a plane: neighbours attract each other, all others repel.
    Student's t and early exaggeration as in t-SNE (van der Maaten and Hinton 2008); every neighbour pulls alike."""
    similar = x @ x.T
    near = similar >= np.sort(similar, axis=1)[:, [-1 - neighbours]]
    pull = (near + 1.0 * near.T) / (2 * near.sum())
    flat = np.linalg.svd(x - x.mean(0), full_matrices=False)[0][:, :2].astype(float)
    speed = np.zeros_like(flat)
    for step in range(steps):
        close = 1 / (1 + ((flat[:, None] - flat) ** 2).sum(axis=2))
        force = ((4 if step < 150 else 1) * pull - close / close.sum()) * close
        speed = .8 * speed + len(flat) / 2 * (force @ flat - force.sum(axis=1)[:, None] * flat)
        flat = flat + speed
    return flat

def boxed(flat: np.ndarray) -> np.ndarray:
    "Places scaled into the picture, as whole numbers."
    low, high = flat.min(axis=0), flat.max(axis=0)
    size = np.array([WIDTH, HEIGHT]) - 2 * EDGE
    return (EDGE + (flat - low) / (high - low) * size).round().astype(int)

def apart(places: np.ndarray, least: float = 21, rounds: int = 200) -> np.ndarray:
    "Places moved as little as makes every dot visible: whoever is nearer than `least` is pushed away."
    places = places.astype(float)
    for _ in range(rounds):
        away = places[:, None] - places
        far = np.sqrt((away ** 2).sum(axis=2)) + np.eye(len(places)) * 1e9
        push = np.maximum(least - far, 0) / np.maximum(far, .1)
        places = np.clip(places + .3 * (push[:, :, None] * away).sum(axis=1), EDGE, [WIDTH - EDGE, HEIGHT - EDGE])
    return places.round().astype(int)

def centres(places: np.ndarray, seed: int = 0) -> np.ndarray:
    "K-means in the plane: the centres of the cells, as whole numbers."
    from minivecdb.kmeans import lloyd
    start = places[np.random.default_rng(seed).choice(len(places), CELLS, replace=False)]
    found, _, _ = lloyd(places.astype(np.float32), start.astype(np.float32), max_iter=50)
    return found.round().astype(int)

def label_place(places: np.ndarray) -> list[int]:
    "The place that has most others around it."
    away = ((places[:, None] - places) ** 2).sum(axis=2)
    return places[np.exp(-away / 60 ** 2).sum(axis=1).argmax()].tolist()

def labels(places: np.ndarray, genres: np.ndarray) -> list[list]:
    "A label for each genre, moved down where another one would cover it."
    out: list[list] = []
    for genre in sorted(set(genres.tolist())):
        x, y = label_place(places[genres == genre])
        while any(abs(x - other[0]) < 130 and abs(y - other[1]) < 36 for other in out): y += 12
        out.append([x, y, genre])
    return out

def question_place(places: np.ndarray) -> list[int]:
    "Where a question lies, given the places of its seven nearest headlines in 384 dimensions: amid the four that lie closest together."
    away = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))
    middle = away.sum(axis=1).argmin()
    return places[away[middle].argsort(kind='stable')[:4]].mean(axis=0).round().astype(int).tolist()

def layout() -> dict:
    "All that the map draws."
    from minivecdb import VectorStorage, get_embeddings
    storage = VectorStorage.load(ROOT/'data/headline_embeddings.json')
    x, rows = np.array([vector for _, vector, _ in storage.get_all()]), [row for *_, row in storage.get_all()]
    places, asked = apart(boxed(flatten(x))), get_embeddings(list(QUESTIONS))
    genres = np.array([row['genre'] for row in rows])
    near = np.argsort(-asked @ x.T, axis=1)[:, :7]
    questions = [{'text': text, 'at': question_place(places[seven])} for text, seven in zip(QUESTIONS, near)]
    return {'width': WIDTH, 'height': HEIGHT, 'points': [[*place.tolist(), row['headline']] for place, row in zip(places, rows)],
            'centres': centres(places).tolist(), 'questions': questions,
            'labels': labels(places, genres)}

# --- the page ---------------------------------------------------------------------------------------------------

def part(name: str) -> str: return (PARTS/name).read_text(encoding='utf-8')

def data_script() -> str:
    "The points as a script, for a page that may be opened from a disk."
    return f'window.minivecdbMap = {json.dumps(json.loads(part("points.json")), ensure_ascii=False, separators=(",", ":"))};\n'

def page_text(still: str) -> str:
    "The page that needs nothing else."
    scripts = touch.part('touch.js') + part('map.js')
    inner = {'css': part('map.css'), 'data': data_script(), 'js': scripts, 'still': still}
    return re.sub(r'<!-- (css|data|js|still) -->', lambda m: inner[m[1]].strip(), part('page.html'))

def fragment(still: Path, about: str) -> str:
    "The map as a page of the site holds it: the still picture, which the scripts replace."
    return f'<div class="vmap" data-touch="map">{touch.inlined(still, about)}</div>'

def write_page():
    "The page and the still picture, which Chromium draws."
    sys.path.insert(0, str(ROOT/'tests'))
    import chrome
    with chrome.Chrome() as browser: svg = touch.drawn(browser, page_text('<svg></svg>'))
    STILL.parent.mkdir(exist_ok=True)
    STILL.write_text(touch.still_text(svg, part('map.css'), '.vmap'), encoding='utf-8')
    PAGE.write_text(page_text(touch.plain(svg)), encoding='utf-8')

def main():
    if sys.argv[1:] == ['layout']: (PARTS/'points.json').write_text(json.dumps(layout(), ensure_ascii=False, indent=0) + '\n', encoding='utf-8')
    elif sys.argv[1:] == ['page']: write_page()
    else: sys.exit(__doc__)

if __name__ == '__main__': main()
