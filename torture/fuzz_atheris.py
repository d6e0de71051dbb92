"""The loaders under atheris: bytes chosen by the coverage that earlier bytes reached. Run by `make torture` in an environment
of its own (torture/.venv), since atheris is not there for every system: `python -m torture.fuzz_atheris json|folder [seconds]`."""
import json, os, shutil, sys, time
from pathlib import Path
import atheris

with atheris.instrument_imports(include=["minivecdb"]):
    import minivecdb.storage.json_files, minivecdb.durable.index
from .faults import own
from .fuzz import bad_json, good_folder, memory, try_folder, try_json
from .recorder import scratch

HOME, SEEN = scratch(), {"states": 0, "accepted": 0, "errors": {}}

def watched(call, size: int):
    "Let only the product's own errors pass, and no more memory than the input explains."
    SEEN["states"] += 1
    before = memory()
    try: call(); SEEN["accepted"] += 1
    except Exception as e:
        if not own(e) and not isinstance(e, FileNotFoundError): raise
        SEEN["errors"][type(e).__name__] = SEEN["errors"].get(type(e).__name__, 0) + 1
    if memory() - before > (96 << 20) + 60 * size: raise MemoryError(f"{(memory() - before) >> 20} MB for {size} bytes")

def json_file(data: bytes):
    (HOME/"x.json").write_bytes(data)
    watched(lambda: try_json(HOME/"x.json"), len(data))

def file_of_folder(data: bytes):
    "The first byte chooses a file and a mode, the rest replaces part of it."
    if len(data) < 4: return
    live = HOME/"live"
    shutil.rmtree(live, ignore_errors=True); shutil.copytree(GOOD, live)
    files = sorted(p for p in live.iterdir())
    target, whole = files[data[0] % len(files)], data[0] & 64
    old = bytearray(target.read_bytes())
    at = int.from_bytes(data[1:4], "little") % (len(old) + 1)
    if whole: old = bytearray(data[4:])
    else: old[at:at + len(data) - 4] = data[4:]
    target.write_bytes(old)
    watched(lambda: try_folder(live, "r" if data[0] & 128 else "rw"), len(old))

def main():
    global GOOD
    kind, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    corpus = HOME/"corpus"
    corpus.mkdir()
    if kind == "json":
        import random
        for i in range(50): (corpus/str(i)).write_bytes(bad_json(random.Random(i)))
        (corpus/"golden").write_text('{"dimension": 4, "next_id": 3, "vectors": {"0": [0, 0.5, -1, 2], "2": [1e-3, 3e38, 1, 1]}, "metadatas": {"0": {"a": [null, true]}, "2": {}}}')
    else:
        GOOD = good_folder(HOME)
        for f in range(4):
            for at in (0, 16, 60, 4096): (corpus/f"{f}-{at}").write_bytes(bytes([f + 128 * (at > 60)]) + at.to_bytes(3, "little") + b"\x00\xff" * 4)
    start = time.perf_counter()
    def told(): # libFuzzer leaves by _exit, so the report is written as time runs out
        Path(os.environ["TORTURE_REPORT"]).write_text(json.dumps(SEEN | {"seconds": time.perf_counter() - start}))
    def one(data: bytes):
        (json_file if kind == "json" else file_of_folder)(data)
        if SEEN["states"] % 100 == 0: told()
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=30", "-max_len=4096", f"-artifact_prefix={HOME}/", str(corpus)], one)
    atheris.Fuzz()

if __name__ == "__main__": main()
