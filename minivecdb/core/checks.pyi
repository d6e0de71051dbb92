# Made by tools/stubs.py from checks.py.
import numpy as np
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

__all__ = ['MAX_DIMENSION', 'MAX_DEPTH', 'MAX_ID', 'as_numbers', 'as_matrix', 'as_vector', 'json_copy', 'as_metadata', 'as_metadatas', 'check_integer', 'as_id', 'is_number', 'check_id', 'each_id', 'check_dimension', 'state_of', 'restore_state', 'check_room']

MAX_DIMENSION: int
def as_numbers(x: Any) -> np.ndarray:
    """`x` as an array of real numbers, or a `VectorError` that says why not."""
    ...
def as_matrix(
    vectors: Any,  # [n, d] numbers: an array, a list of vectors, an `L`
    dimension: int,  # d
    first: int = 0,  # number of the first vector in the whole that these are a part of, for errors
    what: str = 'vector',  # what errors call one
) -> np.ndarray:
    """Check `vectors` and return them as float32 rows; raises `DimensionError` or `VectorError`."""
    ...
def as_vector(
    vector: Any,  # [d] numbers
    dimension: int,  # d
) -> np.ndarray:
    """Check one vector; the same rules and errors as `as_matrix`."""
    ...
MAX_DEPTH: int
def json_copy(
    x: Any,  # dict, list, tuple, str, int, float, bool or None, nested at most `MAX_DEPTH` deep
    where: str | tuple = 'metadata',  # how an error names the place, see `_told`
    depth: int = 3,  # nesting of this value: a storage's file puts metadata on its third level
) -> Any:
    """Copy a value that JSON can hold (tuples become lists); anything else is a `MetadataError`."""
    ...
def as_metadata(metadata: dict | None) -> dict:
    """Check one vector's metadata."""
    ...
def as_metadatas(
    metadatas: Iterable[dict | None],
    first: int = 0,  # number of the first one in the whole, for errors
    form: Callable = ...,  # what checks one
    place: Callable | None = None,  # what errors call number i of these; None: "vector i"
) -> list:
    """Check the metadata of many vectors; an error names the vector."""
    ...
def check_integer(
    name: str,  # of the setting
    value: Any,
    least: int = 1,  # smallest value that will do
    remedy: str = '',  # what to give instead, or why
) -> int:
    """`value`, if it is an integer and large enough; raises ValueError with both."""
    ...
def as_id(id: Any) -> int | None:
    """`id` as a number. A boolean is no id: True is not row 1."""
    ...
def is_number(value: Any) -> bool:
    """Whether it is a number; a boolean is none."""
    ...
def check_id(id: Any) -> int | None:
    """Refuse anything but a number as one id; raises ValueError with the remedy."""
    ...
def each_id(ids: Any) -> list[int | None]:
    """Several ids as numbers; raises ValueError for anything but several numbers."""
    ...
def check_dimension(dimension: int) -> int:
    """`dimension`, if a storage can have it."""
    ...
MAX_ID: int
def state_of(
    x: Any,  # an object with attributes
    **instead: Any,  # attributes that a copy has otherwise
) -> dict[str, Any]:
    """All attributes by name, as they are at one moment, for a copy or a pickle."""
    ...
def restore_state(x: Any, state: dict[str, Any]):
    """Give an object attributes."""
    ...
def check_room(
    next_id: int,  # of a storage
    n: int,  # vectors to come
):
    """Raise unless that many ids are left."""
    ...
