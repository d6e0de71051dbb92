# Made by tools/stubs.py from names.py.
import numpy as np
from collections.abc import Callable
from minivecdb.codecs.codec import Codec

__all__ = ['codec_forms', 'register_codec', 'make_codec', 'codec_from_state']

codec_forms: dict[str, tuple[str, Callable]]
def register_codec(
    form: str,  # how an error message shows it
    pattern: str,  # regular expression that the whole name must match
    make: Callable,  # (dimension, *groups of the pattern) -> Codec
):
    """Let `make_codec` know a name."""
    ...
def make_codec(
    spec: str | Codec,  # a name, or a codec whose dimension is then checked
    dimension: int,  # d
) -> Codec:
    """The codec of that name; raises `CodecError` with the names there are."""
    ...
def codec_from_state(
    spec: dict,  # as `Codec.state` gave it
    arrays: dict[str, np.ndarray],
) -> Codec:
    """The codec that `state` described; raises `FileFormatError` for anything else."""
    ...
