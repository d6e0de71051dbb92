# Made by tools/stubs.py from evaluation.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from minivecdb.core.errors import MinivecdbError
from typing import Any
from typing import Protocol
from typing import runtime_checkable

__all__ = ['Searchable', 'Counted', 'Clustered', 'Evaluation', 'as_table', 'batch_seconds', 'least_seconds', 'single_seconds', 'ExactSearch', 'true_ids', 'evaluate', 'mean_cost', 'Evaluations', 'benchmark_nprobe', 'n_clusters', 'doubling', 'TuningError', 'tune_nprobe', 'smallest', 'time_ratio']

@runtime_checkable
class Searchable(Protocol):
    """What can be evaluated."""
    def search(self, queries: np.ndarray, k: int, **options: Any) -> tuple[np.ndarray, np.ndarray]: ...
@runtime_checkable
class Counted(Protocol):
    """An index that says what a search costs."""
    def search_cost(self, queries: np.ndarray, **options: Any) -> tuple[np.ndarray, np.ndarray]: ...
@runtime_checkable
class Clustered(Protocol):
    """An index with a setting: `search(..., nprobe=n)`, with n up to `get_stats()['n_clusters']`."""
    def get_stats(self) -> dict: ...
@dataclass(frozen=True)
class Evaluation:
    """What one setting of an index does for one set of queries."""
    recall: float  # recall@k, 0 to 1
    queries_per_second: float  # all queries handed over at once
    p50: float  # seconds for a single query: the median
    p90: float
    p99: float
    vectors_scored: float | None  # per query, mean; None if the index does not count
    bytes_read: float | None  # per query, mean
    k: int
    n_queries: int
    options: dict = ...  # what was given to `search`
    def __repr__(self) -> str: ...
def as_table(rows: Sequence[dict[str, str]]) -> str:
    """A table with the headings of all rows, numbers to the right."""
    ...
def batch_seconds(
    search: Callable[[], Any],  # does the whole batch
    repeat: int = 3,
) -> float:
    """How long a batch takes, after it has run once before."""
    ...
def least_seconds(
    work: Callable[[], Any],
    repeat: int = 5,  # runs, after one to warm up
    clock: Callable[[], float] = ...,  # `time.process_time` counts the processor alone
) -> float:
    """How long some work takes undisturbed: the least of some runs, after it has run once before."""
    ...
def single_seconds(
    search: Callable[[np.ndarray], Any],  # answers one query, [1, d]
    queries: np.ndarray,  # [m, d]
) -> np.ndarray:
    """How long each query takes by itself; the first ten run once before, to warm up."""
    ...
@runtime_checkable
class ExactSearch(Protocol):
    """An index that can also answer exactly."""
    def exact_search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]: ...
def true_ids(
    index: Searchable,
    queries: np.ndarray,  # [m, d]
    k: int,
    truth: np.ndarray | None = None,  # [m, k or more] ids, nearest first, if they are known
    exact: Searchable | None = None,  # an exact index over the same vectors
) -> np.ndarray:
    """The ids of the true neighbours; raises ValueError where these cannot be known."""
    ...
def evaluate(
    index: Searchable,
    queries: np.ndarray,  # [m, d]
    k: int = 10,  # neighbours wanted
    truth: np.ndarray | None = None,  # [m, k or more] ids from exact search; see `true_ids`
    *,
    exact: Searchable | None = None,  # an exact index over the same vectors, used without `truth`
    repeat: int = 3,  # times that the batch is run; its median counts
    singles: int | None = 1000,  # queries that are also timed one by one, at most; None: all
    **options: Any,  # go to `search`: nprobe=…
) -> Evaluation:
    """Recall against exact search, batch throughput, latency percentiles, and work counted."""
    ...
def mean_cost(
    index: Searchable,
    queries: np.ndarray,  # [m, d]
    **options: Any,  # as for `search`
) -> tuple[float, float] | tuple[None, None]:
    """What a search reads, on average; None where the index does not count."""
    ...
class Evaluations(list):
    """Results of one index at several settings, on the same queries."""
    def __repr__(self) -> str: ...
    def at_recall(
        self,
        target: float,  # 0 to 1
    ) -> Evaluation | None:
        """The result with the fastest batch among those that reach `target`; None if none does."""
        ...
    def plot(
        self,
        ax: Any = None,  # two matplotlib axes; None makes a figure
        label: str | None = None,  # of the curve, where several are drawn
    ) -> Any:
        """Recall against the vectors scored, and against time."""
        ...
def benchmark_nprobe(
    index: Searchable,
    queries: np.ndarray,  # [m, d]
    k: int = 10,  # neighbours wanted
    nprobes: Iterable[int] | None = None,  # settings to measure; None: 1, 2, 4 … and all clusters
    truth: np.ndarray | None = None,  # [m, k or more] ids; see `true_ids`
    *,
    exact: Searchable | None = None,
    repeat: int = 3,
    singles: int | None = 1000,
    **options: Any,  # go to `search`
) -> Evaluations:
    """Evaluate an index for each `nprobe`; each setting runs once before the first is measured."""
    ...
def n_clusters(index: Any) -> int:
    """How many clusters an index says it has; raises ValueError where it says nothing."""
    ...
def doubling(most: int) -> list[int]:
    """1, 2, 4 … below `most`, and `most`."""
    ...
class TuningError(MinivecdbError, ValueError):
    """No setting reaches the recall that was asked for."""
def tune_nprobe(
    index: Searchable,
    queries: np.ndarray,  # [m, d] queries to tune with; report on others
    target_recall: float = 0.95,  # above 0, at most 1
    k: int = 10,
    truth: np.ndarray | None = None,  # [m, k or more] ids; see `true_ids`
    *,
    exact: Searchable | None = None,
    most: int | None = None,  # largest nprobe to try; None: all clusters
    **options: Any,  # go to `search`
) -> int:
    """The smallest `nprobe` that reaches a recall on these queries; raises TuningError if none does."""
    ...
def smallest(
    reached: Callable[[int], float],  # rises with its argument
    target: float,
    most: int,
) -> int:
    """The smallest n with `reached(n) >= target`, by doubling, then halving."""
    ...
def time_ratio(
    a: Callable[[], Any],
    b: Callable[[], Any],
    repeat: int = 5,  # pairs
    warm: bool = True,  # run each once before
    pause: float = 0.0,  # idle seconds before each run: threads may spin on after an answer
) -> tuple[float, np.ndarray, np.ndarray]:
    """The time of `a` divided by that of `b`, measured in turns; every other pair begins with `b`."""
    ...
