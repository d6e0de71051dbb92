# Made by tools/stubs.py from cli.py.
import argparse
from typing import NoReturn

__all__ = ['FEW_ROWS', 'run_index', 'run_search', 'run_find', 'run_stats', 'run_demo', 'run_check', 'run_compact', 'run_backup', 'run_repair', 'run_export', 'run_import', 'make_parser', 'main']

def run_index(args: argparse.Namespace):
    """`minivecdb index`"""
    ...
def run_search(args: argparse.Namespace):
    """`minivecdb search`"""
    ...
def run_find(args: argparse.Namespace):
    """`minivecdb find`"""
    ...
FEW_ROWS: int
def run_stats(args: argparse.Namespace):
    """`minivecdb stats`"""
    ...
def run_demo(args: argparse.Namespace):
    """`minivecdb demo`"""
    ...
def run_check(args: argparse.Namespace):
    """`minivecdb check`"""
    ...
def run_compact(args: argparse.Namespace):
    """`minivecdb compact`"""
    ...
def run_backup(args: argparse.Namespace):
    """`minivecdb backup`"""
    ...
def run_repair(args: argparse.Namespace):
    """`minivecdb repair`"""
    ...
def run_export(args: argparse.Namespace):
    """`minivecdb export`"""
    ...
def run_import(args: argparse.Namespace):
    """`minivecdb import`"""
    ...
class _Parser(argparse.ArgumentParser):
    """A parser whose errors show control characters instead of sending them."""
    def error(self, message: str) -> NoReturn: ...
def make_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    ...
def main(argv: list[str] | None = None) -> int:
    """The console script `minivecdb`."""
    ...
