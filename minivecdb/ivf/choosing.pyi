# Made by tools/stubs.py from choosing.py.
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ['OPTIONS', 'Option', 'Choice', 'available_memory', 'choose', 'choice_from_state']

@dataclass(frozen=True)
class Option:
    """A way to store vectors that `choose` may take."""
    codec: Callable[[int], str]  # d -> the codec's name
    bytes: Callable[[int], int]  # d -> bytes of one vector in an index, its id included
    rescore: int | None  # candidates to measure exactly, where exact vectors are at hand
    why: str  # what speaks for it
OPTIONS: list[Option]
@dataclass(frozen=True)
class Choice:
    """What was chosen, and why."""
    codec: str
    n_clusters: int
    nprobe: int  # lists that a search reads if it does not say otherwise
    rescore: int | None  # candidates that it measures exactly, if the index has rows
    bytes: int  # that the index should take
    text: str
    def __repr__(self) -> str: ...
def available_memory() -> int:
    """The memory that is still available, as far as that is known; a container's limit counts."""
    ...
def choose(
    n: int,  # vectors to be indexed
    dimension: int,  # d
    memory: int | None = None,
    sample: int | None = None,  # vectors at hand for training; None for all n
    n_clusters: int | None = None,  # where this is settled
) -> Choice:
    """The first of `OPTIONS` that fits into the memory, else the smallest, and how to search it.
    Raises `ValueError` for a number out of range."""
    ...
def choice_from_state(
    state: dict | None,  # as `asdict` of a `Choice` gives it
    n_lists: int,  # of the index
) -> Choice | None:
    """A `Choice` from a file; raises `FileFormatError` if its values are impossible."""
    ...
