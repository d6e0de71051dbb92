# Made by tools/stubs.py from files.py.
from collections.abc import Iterable
from minivecdb.core.errors import MinivecdbError
from pathlib import Path
from typing import BinaryIO

__all__ = ['openers', 'ReadError', 'cannot_read', 'check_path', 'refuse_own', 'permissions_in', 'permit', 'new_file', 'kept_mode', 'write_atomically', 'open_plain', 'open_to_read', 'memory_left', 'check_memory', 'first_zero', 'read_text_bytes']

class ReadError(MinivecdbError, OSError):
    """An existing file could not be opened or read: too many open files, a failing disk, no memory."""
def cannot_read(path: str | Path, error: OSError) -> ReadError:
    """An error of the system about a file, with a remedy where there is one."""
    ...
def check_path(path: str | Path) -> Path:
    """A path that the system can have; raises `FileFormatError` or `ReadError` for others."""
    ...
def refuse_own(path: Path):
    """Raise for a file that belongs to a storage in a folder."""
    ...
def permissions_in(folder: Path) -> int:
    """Who may read and write a new file of a storage: those who may its folder."""
    ...
def permit(fd: int, mode: int) -> int:
    """Give a new file permissions, whatever the umask; ignored where the file system has none."""
    ...
def new_file(
    path: Path,
    mode: int | None = None,  # as of `chmod`; None for what the umask leaves
) -> BinaryIO:
    """A new, locked file: the lock shows that it is no leftover of a killed program."""
    ...
def kept_mode(path: Path, inside: bool = False) -> int | None:
    """The permissions of the file that is to be replaced, or of its storage."""
    ...
def write_atomically(
    path: str | Path,  # the file to replace or make
    parts: Iterable[bytes],  # its contents
    inside: bool = False,  # whether it is a file of a storage, which its storage writes
):
    """Write a temporary file, sync it and rename it over `path`.
    After a crash there is the old file or the new one. Refuses the files of a storage."""
    ...
def open_plain(
    path: str | Path,
    flags: int = ...,
    links: bool = True,  # follow a link to a file
) -> int:
    """Open a regular file.
    Raises `FileFormatError` for a pipe, a folder or a device, `ReadError` where there are no
    descriptors left, and FileNotFoundError or PermissionError as the system does."""
    ...
def open_to_read(
    path: str | Path,
    buffering: int = -1,  # as of `open`
) -> BinaryIO:
    """A regular file, opened for reading its bytes; raises what `open_plain` raises."""
    ...
def memory_left() -> int:
    """Bytes of free memory; where the system does not tell, more than any machine has."""
    ...
def check_memory(
    path: str | Path,
    size: int,  # bytes that are needed
):
    """Raise unless there is memory for so much of a file."""
    ...
def first_zero(
    file: BinaryIO,  # at its beginning
    piece: int = ...,  # bytes at a time
) -> int:
    """Where the first byte 0 of a file is."""
    ...
def read_text_bytes(path: str | Path) -> bytes:
    """The bytes of a text file; raises `FileFormatError` where there is a byte 0."""
    ...
openers: dict[str, str]
