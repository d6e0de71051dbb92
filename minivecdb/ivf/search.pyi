# Made by tools/stubs.py from search.py.
import numpy as np
from minivecdb.ivf.probing import ReadLimits
from minivecdb.ivf.probing import RowMask
from minivecdb.lists.scanners import Guard
from minivecdb.lists.scanners import Scanner
from typing import NamedTuple

__all__ = ['SearchOptions', 'Plan']

class SearchOptions(NamedTuple):
    """The options of a search as they were given: see `IVF.search`."""
    k: int = ...
    nprobe: int | None = ...
    ratio_threshold: float | None = ...
    rescore: int | None = ...
    mask: 'np.ndarray | RowMask | None' = ...
    max_codes: int | None = ...
    ensure_topk_full: bool = ...
    rescore_num_samples: int | None = ...
class Plan(NamedTuple):
    """How a search of some state is done: its options, checked and completed."""
    k: int
    keep: int  # candidates wanted for each query
    rescore: int | None  # how many of them are measured by exact vectors; None for none
    samples: int  # how many of these are measured, for a line that corrects all; 0: all
    final: bool  # whether distances of candidates matter; False: all will be measured
    refined: bool  # whether exact vectors put candidates in order
    limits: ReadLimits
    guard: Guard | None  # None: all rows may be found
    scanner: Scanner
    per_query: float  # rows that a query reads, about
    compiled: bool  # use kernels
