# Made by tools/stubs.py from mapping.py.
import numpy as np
from minivecdb.durable.segments import Segment
from typing import NamedTuple

__all__ = ['MAPPED_BYTES', 'stitched']

class _Piece(NamedTuple):
    """Rows that are neighbours in a segment and in the matrix."""
    at: int  # row of the matrix where they begin
    n: int  # how many rows
    segment: int  # its number; negative for rows that are in no segment
    first: int  # row of the segment where they begin
MAPPED_BYTES: int
def stitched(
    segments: dict[int, Segment],  # by number
    number: np.ndarray,  # [n] which segment each row is in; negative for one of `more`
    row: np.ndarray,  # [n] which row of it, or of `more`
    more: np.ndarray,  # [m, d] float32 rows that are in no segment
    dimension: int,  # d
) -> np.ndarray:
    """All rows in this order as one matrix. Runs of neighbours are mapped, and others are copied.
    
    Raises `MinivecdbError` if more has to be copied than there is memory."""
    ...
