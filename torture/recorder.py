"The witness of `preload.c`, from Python: compile it, start programs under it, tell it what to do, read what it saw."
import ctypes, hashlib, json, os, secrets, shutil, signal, struct, subprocess, sys, tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
_RECORD = struct.Struct("<IBBHQqIIQ")
_MAGIC = 0x4d565442
ONCE, FOR_EVER, SHORT, TORN, KILL = range(5) # how a call fails: once; it and all later ones; a short write; half written, then an error; the process dies

def why_not() -> str | None: # None where the witness can be used
    "Why this machine cannot record what happens below SQLite."
    if not sys.platform.startswith("linux"): return "the recorder preloads a library, which is done for Linux only"
    if not compiler(): return "no C compiler: install gcc (or set CC) to record what happens below SQLite"
    return None

def compiler() -> str | None:
    "The C compiler, where there is one."
    return next((c for c in (os.environ.get("CC", ""), "cc", "gcc", "clang") if c and shutil.which(c)), None)

def library() -> Path:
    "The compiled witness, made anew when its source changed."
    source = HERE/"preload.c"
    target = ROOT/"build"/f"torture-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}.so"
    if target.exists(): return target
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_suffix(f".{secrets.token_hex(4)}.tmp") # threads of one process may compile at the same time
    subprocess.run([compiler(), "-O2", "-shared", "-fPIC", "-o", str(unfinished), str(source), "-ldl", "-lpthread"], check=True)
    os.replace(unfinished, target)
    return target

def environment(**more: str) -> dict[str, str]:
    "The environment of a program that runs under the witness."
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"LD_PRELOAD": str(library()), "PYTHONPATH": path, "OMP_NUM_THREADS": "1"} | more

def scratch(prefix: str = "torture-") -> Path:
    "A new folder in memory, where there is such a place: thousands of states are written and none need last."
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix=prefix, dir=memory if os.access(memory, os.W_OK) else None)).resolve()

def limit(seconds: int): # of this process' own work; 0 ends the limit
    "Let the process die when it works longer than this, or waits twenty times as long: a machine that is busy elsewhere is no hang."
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(20 * seconds)

class Witness:
    "The controls of the preloaded library, in a process that was started under it."
    def __init__(self):
        c = ctypes.CDLL(None)
        if not hasattr(c, "torture_begin"): raise RuntimeError("this process was not started under the witness: see `environment`")
        c.torture_begin.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
        c.torture_mark.argtypes, c.torture_mark.restype = [ctypes.c_char_p, ctypes.c_size_t], None
        c.torture_arm.argtypes, c.torture_arm.restype = [ctypes.c_long, ctypes.c_int, ctypes.c_int], None
        c.torture_room.argtypes, c.torture_room.restype = [ctypes.c_longlong], None
        c.torture_mutant.argtypes, c.torture_mutant.restype = [ctypes.c_char_p] * 4, None
        c.torture_calls.restype = ctypes.c_long
        self._c = c
    def begin(self, folder: str | Path, log: str | Path | None = None):
        "Watch `folder`, and write what happens there to `log`."
        if self._c.torture_begin(os.fsencode(Path(folder).resolve()), os.fsencode(log or "")): raise OSError(f"cannot write the log {log}")
    def end(self):
        "Stop watching, and forget failures and mutants."
        self._c.torture_end()
    def mark(self, data: bytes):
        "A word of the program, at its place among the calls."
        self._c.torture_mark(data, len(data))
    def arm(self, k: int, error: int = 0, mode: int = ONCE):
        "Let the `k`-th changing call from now on fail; 0 lets none, and counts."
        self._c.torture_arm(k, error, mode)
    def room(self, free: int): # bytes; negative ends the limit
        "Pretend that the disk has this much room left."
        self._c.torture_room(free)
    def mutate(self, skip: str = "", skip_folder: str = "", defer: str = "", until: str = ""):
        "Leave out the syncs of paths that contain `skip`, or put off those of `defer` until after the next sync of `until`."
        self._c.torture_mutant(*map(str.encode, (skip, skip_folder, defer, until)))
    @property
    def calls(self) -> int: return self._c.torture_calls()
    @property
    def hits(self) -> int: return self._c.torture_hits()

@dataclass(slots=True)
class Call:
    "One call that changed something, or tried to; paths are relative to the watched folder."
    op: str         # Create, Write, Truncate, Sync, Rename, Unlink, Link, Directory, X (its removal), Mark, P (a shared map)
    is_dir: bool
    error: int      # 0, or the errno it failed with
    inode: int
    offset: int     # of a write; the size of a truncation
    path: str
    other: str      # the new name
    data: bytes

def read_log(
    log: Path, # what `Witness.begin` wrote
    folder: Path, # what it watched
) -> list[Call]:
    "The calls in their order."
    raw, calls, at = Path(log).read_bytes(), [], 0
    inside = len(str(Path(folder).resolve())) + 1
    while at < len(raw):
        magic, op, is_dir, error, inode, offset, n_path, n_other, n_data = _RECORD.unpack_from(raw, at)
        if magic != _MAGIC: raise ValueError(f"{log}: no record at byte {at}")
        at += _RECORD.size
        path, other, data = raw[at:at + n_path], raw[at + n_path:at + n_path + n_other], raw[at + n_path + n_other:at + n_path + n_other + n_data]
        at += n_path + n_other + n_data
        calls.append(Call(chr(op), bool(is_dir), error, inode, offset, os.fsdecode(path)[inside:].removesuffix(" (deleted)"), os.fsdecode(other)[inside:], data))
    return calls

def work(what: str, timeout: float = 1800, witness: bool = True, **order) -> subprocess.Popen:
    "Start a process of the harness."
    return subprocess.Popen([sys.executable, "-m", "torture.worker", json.dumps({"what": what, **order})], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment() if witness else os.environ | {"PYTHONPATH": environment()["PYTHONPATH"]})

_WATCHED = '''
import sys
from pathlib import Path
from torture.recorder import Witness
folder, witness = Path(sys.argv[1]), Witness()
def mark(text): witness.mark(text.encode())
def begin(): witness.begin(folder, sys.argv[2])
'''

def watch(
    script: str, # Python; `folder` is there, `begin()` starts the recording, `mark(text)` leaves a word in it
) -> list[Call]: # what the script did below `folder`, in order
    "Run a script under the witness."
    home = scratch()
    try:
        (home/"live").mkdir()
        subprocess.run([sys.executable, "-c", _WATCHED + script + "\nwitness.end()", str(home/"live"), str(home/"log")], cwd=ROOT, env=environment(), check=True)
        return read_log(home/"log", home/"live")
    finally: shutil.rmtree(home, ignore_errors=True)
