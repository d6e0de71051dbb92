"""The machine's own limits, measured in the same run: the rate of a large matrix product and the bandwidth of memory. And memory in use."""
import ctypes, gc, os, time
import numpy as np

def fastest(work, repeat: int = 5) -> float: # seconds
    "The best of several runs: a limit is what the machine can do when nothing is in the way."
    times = []
    for _ in range(repeat):
        start = time.perf_counter(); work(); times.append(time.perf_counter() - start)
    return min(times)

def limits(d: int) -> dict: # GFLOP/s and GB/s
    "The float32 matrix product at the dimension of the data, and a sum over 400 MB."
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2048, d), np.float32), rng.standard_normal((8192, d), np.float32)
    out, big = np.empty((2048, 8192), np.float32), np.ones((100_000_000 // d, d), np.float32)
    one = np.ones(d, np.float32)
    np.dot(a, b.T, out)
    return {"gflops": 2 * 2048 * 8192 * d / fastest(lambda: np.dot(a, b.T, out)) / 1e9, "gbytes_per_s": big.nbytes / fastest(lambda: big @ one) / 1e9}

def resident(folder: str | None = None) -> dict: # bytes
    "Anonymous memory, and resident pages of files below `folder` (Linux only; zeros elsewhere)."
    found = {"anonymous": 0, "files": 0}
    if not os.path.exists("/proc/self/smaps"): return found
    inside = False
    with open("/proc/self/smaps") as lines:
        for line in lines:
            words = line.split()
            if "-" in words[0] and not words[0].endswith(":"): inside = folder is not None and len(words) > 5 and words[5].startswith(folder)
            elif words[0] == "Anonymous:": found["anonymous"] += 1024 * int(words[1])
            elif words[0] == "Rss:" and inside: found["files"] += 1024 * int(words[1])
    return found

def settle():
    """Give back what nobody uses: garbage, and memory that the C library holds for later (glibc only). Whatever was freed while an
    index was warmed up or searched would otherwise count for one library and against the next, tens of megabytes either way."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim: trim(0)

def describe() -> dict:
    "What the numbers were measured on, as far as it can be told without naming anyone."
    import platform
    model = flags = ""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as lines: text = lines.read().split("\n")
        model, flags = (next((l.split(":")[1].strip() for l in text if l.startswith(name)), "") for name in ("model name", "flags"))
    return {"processor": model or platform.processor(), "instructions": [f for f in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16") if f in flags.split()], "cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None}
