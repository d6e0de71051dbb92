"""What a disk may hold after the power went: built from a recorded log, call by call.

The model is harsher than most file systems. A write is safe once its file was synced, a name once its folder was; until then
every sector of every write is kept or lost on its own, the size may be an old or the new one, space a file grew by may read as
zeros or as rubbish, and each creation, renaming and removal may or may not have happened (a renaming never halfway). A sync
that failed leaves its writes in doubt for ever, also after a later sync that succeeds: that is what Linux does."""
import hashlib, os, random, shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from .recorder import Call

UNSEEN = "-shm" # SQLite's shared memory: written through a map, rebuilt by whoever opens first, so no state needs it

@dataclass(slots=True)
class File:
    "A file's safe contents, and what has happened to it since its last sync."
    safe: bytearray = field(default_factory=bytearray)
    size: int = 0 # as the running program sees it
    since: list = field(default_factory=list) # (offset, data) of a write, (-1, size) of a truncation

    def write(self, offset: int, data: bytes): self.since.append((offset, data)); self.size = max(self.size, offset + len(data))
    def resize(self, size: int): self.since.append((-1, size)); self.size = size
    def sync(self): self.safe, self.since = self.image(random, "all"), []
    def doubt(self, rng: random.Random): self.safe, self.since = self.image(rng, "sectors"), []

    def sizes(self) -> list[int]: # first the safe one
        "The file's size after each call since the last sync."
        out = [len(self.safe)]
        for offset, x in self.since: out.append(x if offset < 0 else max(out[-1], offset + len(x)))
        return out

    def image(self, rng, how: str) -> bytearray: # how: "none" | "all" | "sectors"
        "Contents that a cut may leave."
        if how == "none" or not self.since: return bytearray(self.safe)
        sizes, n = self.sizes(), len(self.since)
        sector, chance = rng.choice([(512, .5), (512, .9), (512, .1), (4096, .5)]) if how == "sectors" else (1 << 62, 1)
        n_sizes = n if how == "all" or rng.random() < .5 else rng.randint(0, n)
        grown = max(sizes) - len(self.safe)
        rubbish = how == "sectors" and rng.random() < .25
        out, last = self.safe + (rng.randbytes(grown) if rubbish else bytes(grown)), {}
        for i, (offset, x) in enumerate(self.since):
            if offset < 0:
                if i < n_sizes and x < len(out): out[x:] = bytes(len(out) - x)
                continue
            for s in range(offset // sector, (offset + len(x) - 1) // sector + 1) if x else ():
                if s not in last: last[s] = n if rng.random() < chance else rng.randint(0, n - 1)   # how many calls this sector saw
                a, b = max(offset, s * sector), min(offset + len(x), (s + 1) * sector)
                if i < last[s]: out[a:b] = x[a - offset:b - offset]
        del out[sizes[n_sizes]:]
        return out + bytes(sizes[n_sizes] - len(out))

    def all(self) -> bytearray: return self.image(random, "all")

class Disk:
    "A folder as the disk has it, while the calls of a log arrive one by one."
    def __init__(self, folder: Path | None = None): # a folder whose present contents are safe
        self.objects: list[File | dict] = [{}]      # a folder is a dictionary: name -> number of the object; safe names only
        self.now: dict[str, int] = {"": 0}          # path -> object, as the running program sees it
        self.inodes: dict[int, int] = {}
        self.in_doubt: list[list] = []              # changes of names: [(folder object, name, object or None), …] happen together
        for path in sorted(Path(folder).rglob("*")) if folder else (): self._found(path, path.relative_to(folder))

    def _found(self, path: Path, name: Path):
        "Take over a file that is there before the log begins."
        number = self._new({} if path.is_dir() else File(bytearray(path.read_bytes()), path.stat().st_size), path.stat().st_ino)
        self.now[str(name)] = number
        self.objects[self.now[str(name.parent) if str(name.parent) != "." else ""]][name.name] = number

    def _new(self, thing: "File | dict", inode: int) -> int:
        self.objects.append(thing)
        self.inodes[inode] = len(self.objects) - 1
        return self.inodes[inode]

    def _named(self, *changes: tuple[str, int | None]):
        "Note changes of names that happen together."
        group = []
        for path, number in changes:
            head, _, tail = path.rpartition("/")
            group.append((self.now[head], tail, number))
            if number is None: self.now.pop(path, None)
            else: self.now[path] = number
        self.in_doubt.append(group)

    def _sync_names(self, folder: int):
        "The names of a folder are safe."
        done = [g for g in self.in_doubt if any(f == folder for f, _, _ in g)]
        self.in_doubt = [g for g in self.in_doubt if g not in done]
        for group in done: _rename(self.objects, group)

    def apply(self, c: Call, rng: random.Random):
        "Let one call happen."
        if c.path.endswith(UNSEEN) or c.op == "M": return
        if c.op == "P": raise ValueError(f"{c.path} is written through a shared map, which cannot be recorded")
        if c.error:
            if c.op == "S" and not c.is_dir: self.objects[self.inodes[c.inode]].doubt(rng)
        elif c.op == "C": self._named((c.path, self._new(File(), c.inode)))
        elif c.op == "D": self._named((c.path, self._new({}, c.inode)))
        elif c.op == "W": self.objects[self.inodes[c.inode]].write(c.offset, c.data)
        elif c.op == "T": self.objects[self.inodes[c.inode]].resize(c.offset)
        elif c.op == "S" and c.is_dir: self._sync_names(self.now[c.path])
        elif c.op == "S": self.objects[self.inodes[c.inode]].sync()
        elif c.op in "UX": self._named((c.path, None))
        elif c.op == "L": self._named((c.other, self.now[c.path]))
        elif c.op == "R": self._renamed(c)

    def _renamed(self, c: Call):
        number = self.now[c.path]
        self._named((c.path, None), (c.other, number))
        if c.is_dir:
            for path in [p for p in self.now if p.startswith(c.path + "/")]: self.now[c.other + path[len(c.path):]] = self.now.pop(path)

    def image(self, rng: random.Random, files: str, names: str) -> dict[str, bytes | None]: # path -> contents; None for a folder
        "One state that a cut at this moment may leave. files: none | all | each | sectors; names: none | all | some | first"
        folders = {i: dict(x) for i, x in enumerate(self.objects) if isinstance(x, dict)}
        until = rng.randint(0, len(self.in_doubt))
        for i, group in enumerate(self.in_doubt):
            if names == "all" or (names == "some" and rng.random() < .5) or (names == "first" and i < until): _rename(folders, group)
        out = {}
        self._walk(folders, 0, "", out, rng, files)
        return out

    def _walk(self, folders: dict, folder: int, path: str, out: dict, rng: random.Random, files: str):
        for name, number in sorted(folders[folder].items()):
            inside = f"{path}/{name}" if path else name
            if number in folders:
                out[inside] = None
                self._walk(folders, number, inside, out, rng, files)
            else: out[inside] = bytes(self.objects[number].image(rng, rng.choice(("none", "all")) if files == "each" else files))

    def seen(self) -> dict[str, bytes | None]:
        "The folder as the running program sees it."
        return {p: None if isinstance(self.objects[n], dict) else bytes(self.objects[n].all()) for p, n in self.now.items() if p}

def _rename(folders, group: list):
    "Carry out a change of names."
    for folder, name, number in group:
        if number is None: folders[folder].pop(name, None)
        else: folders[folder][name] = number

def folder_image(folder: Path) -> dict[str, bytes | None]:
    "A real folder in the form of `Disk.seen`."
    return {str(p.relative_to(folder)): None if p.is_dir() else p.read_bytes() for p in sorted(Path(folder).rglob("*")) if not p.name.endswith(UNSEEN)}

def write_image(image: dict[str, bytes | None], folder: Path):
    "Make a folder that holds exactly this."
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for path, data in image.items():
        if data is None: os.mkdir(f"{folder}/{path}")
        else:
            with open(f"{folder}/{path}", "xb", buffering=0) as f: f.write(data)

@dataclass(slots=True)
class Cut:
    "A state of the disk after a cut of the power."
    call: int        # so many calls of the log had happened
    marks: int       # so many of them were marks
    files: str
    names: str
    image: dict

HARSHEST = [("none", "none"), ("all", "none"), ("none", "all")]

def cuts(
    calls: list[Call], # a log
    before: Disk, # the folder when the log began; is changed
    rng: random.Random,
    each: int = 3, # random states at every call, next to the harshest three
    chance: float = 1., # of a call to be looked at
) -> Iterator[Cut]: # no two equal between the same marks
    "States that a cut may leave, at every call."
    marks, known = 0, set()
    for i, c in enumerate(calls):
        before.apply(c, rng)
        if c.op == "M": marks, known = marks + 1, set()
        elif c.path.endswith(UNSEEN) or rng.random() > chance: continue
        hows = HARSHEST + [(rng.choice(("sectors", "sectors", "each", "all", "none")), rng.choice(("none", "all", "some", "first"))) for _ in range(each)]
        for files, names in hows:
            image = before.image(rng, files, names)
            digest = hashlib.blake2b(repr(sorted((p, d and hashlib.blake2b(d, digest_size=16).digest()) for p, d in image.items())).encode()).digest()
            if digest in known: continue
            known.add(digest)
            yield Cut(i + 1, marks, files, names, image)
