# Made by tools/stubs.py from cli.py.
import argparse
from typing import NoReturn

__all__ = ['make_parser', 'main']

class _Parser(argparse.ArgumentParser):
    """A parser whose errors escape control characters."""
    def error(self, message: str) -> NoReturn: ...
def make_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    ...
def main(argv: list[str] | None = None) -> int:
    """The console script `minivecdb`."""
    ...
