# Made by tools/stubs.py from commands.py.
import argparse

__all__ = ['FEW_ROWS', 'say', 'note', 'run_index', 'run_search', 'run_find', 'run_stats', 'open_map', 'run_demo', 'run_check', 'run_compact', 'run_backup', 'run_repair', 'run_export', 'run_import']

def say(text: str):
    """Write a line to standard output, in characters that are safe for a terminal."""
    ...
def note(text: str):
    """Write a line to standard error, in characters that are safe for a terminal."""
    ...
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
def open_map():
    """Show the map of headlines, a page that needs no network, in the reader's browser."""
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
