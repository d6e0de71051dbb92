"""The search index of the site, so that explanations rank above code and little is loaded.

The search ranks a match in a title above one in the path of a page, and that above one in its text. Names of code and
headings of the Engine room are therefore moved from the title to the path, code is left out of the text, and the words that
newcomers type are titles of their own: `docs_assets/words.yml` is the index at the end of the book."""
import json, re
from pathlib import Path
import yaml
from docs_nav import DocsError

WORDS = Path(__file__).resolve().parent/'docs_assets'/'words.yml'
JOINER = '\u2060'    # invisible, and part of a word: a title with it is shown as it is and matches nothing
NAME = re.compile(r'^[\w.]+$')
SENTENCES = 300      # characters of an entry of code

def unmatched(title: str) -> str:
    "A title that looks the same and that no query matches."
    return re.sub(r'(\w)(?=\w)', r'\1' + JOINER, title)

def without_code(html: str) -> str:
    "The text of a section without blocks of code, what they print, and cards' links to their source."
    return re.sub(r'<pre>.*?</pre>|<p>(<a [^>]*>)?(source|notebook)(</a>)?</p>', '', html, flags=re.S).strip()

def is_card(item: dict, cards: set[str]) -> bool:
    "Whether an item is the card of an exported name."
    return item['location'] in cards

def shaped(item: dict, cards: set[str]) -> dict:
    "An item as it is searched."
    text, title = without_code(item['text']), item['title']
    if is_card(item, cards): text = re.sub(r'<table>.*', '', text, flags=re.S)[:SENTENCES]
    if not is_card(item, cards) and item['path'][:1] != ['Engine room']: return item | {'text': text}
    path = item['path'] if item['path'][-1:] == [title] else [*item['path'], title]
    return item | {'text': text, 'title': unmatched(title), 'path': path}

def words(items: list[dict]) -> list[dict]:
    "The items of the index at the end of the book."
    by_location, out = {item['location']: item for item in items}, []
    for location, phrases in yaml.safe_load(WORDS.read_text(encoding='utf-8')).items():
        if location not in by_location: raise DocsError(f'{WORDS.name} leads to {location}, which is neither a page nor a heading')
        there = by_location[location]
        path = [*there['path'], *([] if there['path'][-1:] == [there['title']] else [there['title']])]
        new = [phrase for phrase in phrases if phrase.lower() != there['title'].lower()]
        out += [there | {'title': phrase, 'path': path, 'level': 1} for phrase in new]
    return out

def shape(path: Path, cards: set[str], with_words: bool):
    "Write the search index anew; `cards` are the locations of exported names."
    index = json.loads(path.read_text(encoding='utf-8'))
    first = words(index['items']) if with_words else []
    items = [shaped(item, cards) for item in index['items']]
    index['items'] = [item for item in [*first, *items] if item['text'] or item['level'] == 1 or item['location'] in cards]
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(',', ':')), encoding='utf-8')
