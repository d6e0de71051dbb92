# Made by tools/stubs.py from exchange.py.
from typing import Any

__all__ = ['FORMATS']

FORMATS: tuple[Any, ...]
