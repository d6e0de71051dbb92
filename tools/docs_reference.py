"""The API tab: an index of all exported names by task, made from the cards on the pages.

`docs_assets/tasks.yml` says which names a task takes. All other names follow by page, folded: a reader who needs one of
them comes from that page."""
import re
from dataclasses import dataclass
from pathlib import Path
import yaml
from docs_nav import DocsError

TASKS = Path(__file__).resolve().parent/'docs_assets'/'tasks.yml'
CARD = re.compile(r'<div class="api" markdown="1">\n\n<h\d id="([^"]+)" class="api-name" markdown="1">(.+?)</h\d>(.*?)\n\n</div>', re.S)

@dataclass(frozen=True)
class Card:
    "An exported name with the page that explains it."
    name: str
    link: str       # to the card, from the folder of the API pages
    about: str      # the first sentence of its docstring
    page: str       # the title of its page
    place: str      # the address of its page, without suffix

def first_sentence(card: str) -> str:
    "What the docstring of a card begins with."
    text = re.sub(r'(?s)^.*?```python\n.*?\n```', '', card, count=1).strip().split('\n\n')[0]
    if text.startswith(('|', '<')): return ''
    text = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', text)
    return re.split(r'(?<=[.;])\s|;\s', ' '.join(text.split()))[0].rstrip(';')

def cards_of(page) -> list[Card]:
    "The cards of a page."
    found = CARD.findall(page.text)
    return [Card(name.replace('&#95;', '_'), f'../{page.name}.md#{anchor}', first_sentence(rest), page.title, page.name)
            for anchor, name, rest in found]

def row(card: Card) -> str:
    "A line of the index."
    about = card.about.replace('|', '\\|')
    return f'| [`{card.name}`]({card.link}) | {about} |'

def rows(cards: list[Card]) -> str:
    "Cards as a table."
    return '\n'.join(['| name | what it is for |', '|---|---|', *map(row, cards)])

def tasks() -> list[dict]:
    "The tasks of a user, each with its names."
    return yaml.safe_load(TASKS.read_text(encoding='utf-8'))

def found(name: str, cards: list[Card]) -> Card:
    "The card of a name; `page#name` says which one if two pages export it."
    place, _, last = name.rpartition('#')
    there = [card for card in cards if card.name == last and card.place.endswith(place)]
    if len(there) == 1: return there[0]
    where = ' and '.join(card.place for card in there) or 'no page'
    raise DocsError(f'{TASKS.name} lists {name}, and {where} exports that: write one as page#name')

def by_task(cards: list[Card]) -> dict[str, list[Card]]:
    "The cards of each task."
    return {task['task']: [found(name, cards) for name in task['names']] for task in tasks()}

def folded(title: str, cards: list[Card]) -> str:
    "The cards of a page, folded."
    return f'<details class="source" markdown="1">\n<summary>{title}</summary>\n\n{rows(cards)}\n\n</details>'

def by_page(cards: list[Card]) -> list[str]:
    "Cards, folded page by page."
    places = dict.fromkeys(card.place for card in cards)
    groups = [[card for card in cards if card.place == place] for place in places]
    return [folded(group[0].page, group) for group in groups]

def index_text(pages: list) -> str:
    "The text of the API index."
    cards = [card for page in pages for card in cards_of(page)]
    listed = by_task(cards)
    rest = [card for card in cards if not any(card in group for group in listed.values())]
    parts = ['Every name leads to its entry: signature, parameters, what it returns and raises. The entry stands on the page '
             'that explains the name, above its code and an example that ran.',
             *(part for task, group in listed.items() for part in (f'## {task}', rows(group))),
             '## Everything else, by page', 'These are the parts that the names above are made of.', *by_page(rest)]
    return '\n\n'.join(parts) + '\n'
