# Made by tools/stubs.py from kernels.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from minivecdb.core.errors import MinivecdbError
from typing import Any

__all__ = ['DISTRIBUTION', 'NOTICE', 'MANY_KERNELS', 'MissingExtraError', 'need', 'plain_array', 'CompilerNotice', 'watch_compiler', 'sources_digest', 'Kernel', 'kernel', 'bare', 'kernels_on_disk', 'there_is', 'pays', 'threadpoolctl', 'num_threads', 'set_num_threads', 'one_blas_thread', 'in_threads']

DISTRIBUTION: str
class MissingExtraError(MinivecdbError, ImportError):
    """An optional library that is not installed. The message names the extra to install."""
def need(
    name: str,  # of a module
    what: str,  # it is needed for
    extra: str = 'tables',  # that brings it; empty for the base install
) -> Any:
    """An optional library, or an error that says how to get it."""
    ...
def plain_array(a: Any) -> Any:
    """An argument of a kernel: read-only arrays, also within tuples, as views without the mark."""
    ...
NOTICE: str
class CompilerNotice:
    """Writes a line to a terminal once kernels have been compiled for some time."""
    after: float
    depth: Any
    began: Any
    spent: Any
    told: Any
    def __init__(
        self,
        after: float = 1.0,  # seconds
    ) -> None: ...
    def start(self, ours: bool):
        """A function is going to be compiled; others may be compiled for it meanwhile."""
        ...
    def end(self):
        """It is compiled."""
        ...
def watch_compiler() -> CompilerNotice:
    """Let numba report what it compiles; it does so one function at a time."""
    ...
def sources_digest(function: Callable) -> str:
    """A digest of the modules of this package that a function may use code of.
    
    Other packages do not count: some of their modules are loaded late, and code that was compiled
    before would look outdated."""
    ...
class Kernel:
    """A function of arrays that numba compiles at its first call; compiled code is cached on disk."""
    ready: int = ...  # kernels compiled so far in this process
    spent: float = ...  # arithmetic done so far that a kernel could have done
    making: Any
    function: Callable
    options: Any
    compiled: Any
    wanted: Any
    def __init__(self, function: Callable, **options: Any) -> None: ...
    def dispatcher(self) -> Callable:
        """The compiled function; kernels that it calls by name are compiled into it."""
        ...
    def __call__(self, *args: Any) -> Any: ...
    def compiled_for(
        self,
        *args: Any,  # as those of the calls to come
    ) -> Callable:
        """The machine code for some arguments, without the search for it with which a call begins."""
        ...
    def pays(self, work: float) -> bool:
        """Whether to call it for this much arithmetic: if it is compiled, or else if that `pays`."""
        ...
    @staticmethod
    def forked():
        """In a child process: the thread that may have held the lock is not there."""
        ...
    def on_disk(self) -> bool:
        """Whether an earlier process compiled it."""
        ...
    def soon(
        self,
        work: float,  # multiplications of one call
    ) -> bool:
        """Whether to use it for work that is too small for `pays`, but comes again and again."""
        ...
def kernel(**options: Any) -> Callable:
    """Decorator: make a `Kernel`; options are numba's."""
    ...
def bare(**options: Any) -> Callable:
    """Decorator: make a `Kernel` that allocates nothing, so that numba counts no references."""
    ...
def kernels_on_disk() -> frozenset[str]:
    """The kernels that earlier processes compiled."""
    ...
MANY_KERNELS: int
def there_is(name: str) -> bool:
    """Whether a library is installed; it is not imported."""
    ...
def pays(
    work: float,  # multiplications and additions to be done
    calls: int = 0,  # calls of numpy that they take without kernels
) -> bool:
    """Whether to use kernels: they can be loaded, or numpy has cost as much as compiling would."""
    ...
def threadpoolctl() -> Any:
    """threadpoolctl, without the variable that its import writes to the environment."""
    ...
def num_threads() -> int:
    """How many threads a search may use."""
    ...
def set_num_threads(n: int):
    """Limit the threads of this library, of numpy's BLAS, and of torch."""
    ...
@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it numpy's products use one thread; the last caller to leave lifts the limit."""
    ...
def in_threads(
    work: Callable,  # part [b, …] -> result
    items: np.ndarray,  # [m, …], cut into parts
    least: int = 64,  # items in a part at least
) -> list:
    """Apply `work` to parts of `items`, a thread each, with one BLAS thread in each."""
    ...
