# Made by tools/stubs.py from streams.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable

__all__ = ['NO_BLOCKS', 'checked_blocks', 'sample_blocks', 'lloyd_blocks']

def checked_blocks(
    blocks: Callable[[], Iterable],  # starts the blocks [b, d] anew
    metric: str,  # "cosine" scales the rows to length 1
) -> Iterable[np.ndarray]:
    """One reading of the blocks. Raises ValueError for a block of another dimension than the first."""
    ...
NO_BLOCKS: str
def sample_blocks(
    blocks: Callable[[], Iterable],  # starts the blocks [b, d] anew
    count: int,  # rows wanted
    seed: int = 0,  # the same seed and blocks give the same rows
    metric: str = 'euclidean',  # "cosine" scales the rows to length 1
) -> np.ndarray:
    """Rows drawn at random from all blocks, each with the same chance, in one reading."""
    ...
def lloyd_blocks(
    blocks: Callable[[], Iterable],
    n_clusters: int,  # k
    *,
    metric: str = 'cosine',  # or "euclidean", "dot"
    seed: int = 0,  # the same seed and blocks give the same centroids
    init: str = 'random',  # or "k-means++"
    max_iter: int = 25,  # rounds at most
    tolerance: float = 0.0001,  # as in `lloyd`
    progress: bool = False,  # show a progress bar
) -> tuple[np.ndarray, list[dict]]:
    """Lloyd's k-means on data that need not fit in memory. It holds one block, the centroids,
    and 16 rows per cluster while it starts."""
    ...
