"""Answers of indexes nobody would think of, against float64 and against faiss.

A configuration follows from its number: a kind of data, a size, a metric, a codec, and how the index is filled, kept and
asked. What is exact (flat lists, rescored answers, every list probed) is compared with float64, row by row. What is
approximate is compared with faiss's own IVF: as many lists, the same nprobe, as many bytes. Recall may fall behind faiss's
by chance, so a configuration is in doubt when the mean over its queries is more than .02 + 3 standard errors lower; it fails
when, over four seeds of both, it still is by .03 + 3 standard errors of the seeds' means. By chance alone that happens to
one configuration in many thousands."""
import json, shutil, sys, time, warnings
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
import numpy as np
from .power import Tally
from .recorder import HERE, limit, scratch

METRICS = ("cosine", "euclidean", "dot")
TOP = float(np.finfo(np.float32).max)
MOST = 20_000_000 # numbers in a configuration

# --- kinds of data ---------------------------------------------------------------------------------------

def _crowds(rng: np.random.Generator, n: int, d: int) -> np.ndarray: # [n, d] float64
    "Normal rows around a few middles: what is near differs from what is far."
    middles = rng.standard_normal((max(1, min(40, n // 8)), d)) * rng.choice((.5, 1.5))
    return middles[rng.integers(len(middles), size=n)] + rng.standard_normal((n, d))

def _small(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return rng.integers(-3, 4, (n, d)).astype(float)

def _pixels(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return np.clip(np.rint(100 + 50 * _crowds(rng, n, d)), 0, 255)

def _off_centre(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _crowds(rng, n, d) + 10 ** rng.uniform(1, 4) * np.sign(rng.standard_normal(d))

def _common(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    part = rng.standard_normal(d)
    return _crowds(rng, n, d) + 10 ** rng.uniform(.5, 2) * part

def _lognormal(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    x = _crowds(rng, n, d)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x * np.exp(rng.choice((.3, .6, 1.)) * rng.standard_normal((n, 1)))

def _two_far(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _crowds(rng, n, d) + 10 ** rng.uniform(2, 4) * rng.choice((-1, 1), (n, 1))

def _repeated(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _crowds(rng, max(1, n // int(rng.choice((3, 30)))), d)[rng.integers(max(1, n // 30), size=n)]

def _zeros(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _crowds(rng, n, d) * (rng.random((n, 1)) < rng.choice((0., .5, .9)))

def _denormal(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _crowds(rng, n, d) * 10 ** rng.uniform(-43, -38)

def _scaled(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    x = _crowds(rng, n, d)
    return x / abs(x).max() * 10 ** rng.uniform(-25, 38.2)

def _all_lengths(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    low, high = sorted(rng.uniform(-25, 37, 2))
    return _crowds(rng, n, d) / (8 * d**.5) * 10 ** rng.uniform(low, high, (n, 1))

def _one_huge(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    x = _crowds(rng, n, d)
    x[rng.integers(n)] *= 10 ** rng.uniform(3, 36)
    return x

def _constant(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    x = _crowds(rng, n, d)
    x[:, rng.random(d) < .6] = rng.choice((0., 1., 1000.))
    return x

def _came_later(rng: np.random.Generator, n: int, d: int, powers: tuple = (1, 2.3)) -> np.ndarray:
    "A second crowd, far from the first, in the second half of the rows."
    x, away = _crowds(rng, n, d), rng.standard_normal(d)
    x[(n + 1) // 2:] += 10 ** rng.uniform(*powers) * away
    return x

def _came_farther(rng: np.random.Generator, n: int, d: int) -> np.ndarray: return _came_later(rng, n, d, (2.3, 4.3))

def _marked(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    "Cells, a few in every hundred, hold a marker for what is not known."
    x = _crowds(rng, n, d)
    x[rng.random(x.shape) < rng.choice((.002, .01, .05))] = rng.choice((-9999., -999., -1., 65535., 1e6))
    return x

KINDS: dict[str, tuple[Callable, tuple]] = {
    "centred": (_crowds, METRICS), "off centre": (_off_centre, ("euclidean", "dot")),
    "a common part": (_common, ("cosine",)), "lognormal lengths": (_lognormal, ("dot",)),
    "small integers": (_small, METRICS), "pixels": (_pixels, METRICS),
    "two far crowds": (_two_far, ("euclidean", "cosine")), "repeated": (_repeated, METRICS),
    "zeros": (_zeros, METRICS), "denormals": (_denormal, METRICS), "another scale": (_scaled, METRICS),
    "all lengths": (_all_lengths, METRICS), "one huge row": (_one_huge, METRICS),
    "constant columns": (_constant, METRICS), "a crowd that came later": (_came_later, METRICS),
    "a far crowd that came later": (_came_farther, ("euclidean", "dot")), "marked cells": (_marked, METRICS)}
IN_ORDER = ("a crowd that came later", "a far crowd that came later")   # rows of these kinds come in the order in which they were made

# --- configurations --------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Case:
    "What follows from a number."
    number: int
    kind: str
    metric: str
    n: int
    d: int
    codec: str
    n_lists: int | None
    spill: float | None
    place: str       # memory, mapped or read
    compiled: bool   # kernels however little there is to do, or none
    upkeep: bool
    sparse: bool     # ids that neither ascend nor follow on each other
    removed: float   # share of the rows that are taken out again
    trained: float   # share of the rows, the first ones, that training sees
    k: int
    nprobe: int | None
    rescore: int
    def __str__(self) -> str:
        "The configuration, and how to run it again."
        lists = "default" if self.n_lists is None else self.n_lists
        how = [self.place, "kernels" if self.compiled else "numpy", *(["spill"] if self.spill is not None else []),
               *(["upkeep"] if self.upkeep else []), *(["sparse ids"] if self.sparse else []),
               *([f"{self.trained:.0%} in training"] if self.trained < 1 else [])]
        return (f"python -m torture.answers {self.number}: {self.kind}, {self.metric}, {self.n:,} × {self.d}, "
                f"{self.codec}, {lists} lists, nprobe {self.nprobe}, k {self.k}, {', '.join(how)}")

def _codec(rng: np.random.Generator, n: int, d: int) -> str:
    "A codec that so many rows of so many dimensions can train."
    pieces = [m for m in (1, 2, 4, 8, 16, 32, 64) if d % m == 0 and d // m <= 64]
    names = ["flat"] * 5 + ["bf16", "int8", "int8-dimension"] + ["rabitq"] * 2 + [f"rabitq{rng.integers(2, 9)}"] * 2
    m = rng.choice(pieces) if pieces else 0
    if m and n >= 700: names += [f"{rng.choice(('', 'r', 'o'))}pq{m}x{rng.choice((4, 6, 8))}"] * 2
    if 4 <= d <= 512 and n >= 700: names += [f"pca{max(1, d // int(rng.choice((2, 4))))}"]
    return str(rng.choice(names))

def case_of(number: int, most: int = MOST) -> Case:
    "The configuration of that number; small ones are more frequent."
    rng = np.random.default_rng([7, number])
    kind = str(rng.choice(list(KINDS)))
    numbers = 10 ** rng.uniform(2, np.log10(min(most, rng.choice((2e5, 2e6, MOST), p=(.74, .22, .04)))))
    d = int(rng.choice((1, 2, 3, 8, 16, 24, 31, 64, 100, 128, 384, 768, 1536, 4096)))
    if rng.random() < .3: d = int(2 ** rng.uniform(0, 12))
    n = int(min(rng.choice((50_000, 10_000, 3_000), p=(.05, .25, .7)), max(numbers // d, rng.choice((0, 100, 500))), most // d))
    if rng.random() < .02: n = int(rng.integers(3))
    lists = None if rng.random() < .5 else int(2 ** rng.uniform(0, np.log2(max(2, min(n // 4, 300)))))
    codec = _codec(rng, n, d)
    place, spill = str(rng.choice(("memory", "memory", "mapped", "read"))), float(rng.random() * 2) if rng.random() < .2 else None
    if spill is not None and place == "read": place = "mapped"
    compiled = bool(rng.random() < (.5 if n * d < 300_000 else .9))   # without kernels, large ones take minutes
    trained = .5 if kind in IN_ORDER else float(rng.choice((1, 1, 1, .5, .2)))
    return Case(number, kind, str(rng.choice(KINDS[kind][1])), n, d, codec, lists, spill, place, compiled,
        bool(rng.random() < .2), bool(rng.random() < .3), float(rng.choice((0, 0, .1, .6))), trained, int(rng.choice((1, 5, 10, 10, 100))),
        int(rng.choice((1, 2, 4, 8, 16, 40))) if rng.random() < .85 else None, int(rng.choice((20, 100, 400))))

def data_of(case: Case, queries: int = 100) -> tuple[np.ndarray, np.ndarray, np.ndarray]: # (x [n, d], q [m, d], alike [m, d])
    "Rows, queries of every sort, and queries that are like the rows."
    rng = np.random.default_rng([11, case.number])
    with np.errstate(over="ignore"): every = np.clip(KINDS[case.kind][0](rng, case.n + queries, case.d), -TOP, TOP).astype(np.float32)
    order = rng.permutation(len(every))
    rows = np.sort(order[queries:]) if case.kind in IN_ORDER else order[queries:]
    x, alike = every[rows], every[order[:queries]]
    strange = [alike[:6], alike[6:8] * np.float32(.5), np.zeros((1, case.d), np.float32)]
    if len(x): strange += [x[:3], -x[:1]]
    return x, np.concatenate(strange), alike

# --- the first oracle: float64 ---------------------------------------------------------------------------

def true_distances(metric: str, q: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]: # [d], [n, d] -> [n] float64 twice
    "The distances of rows to a query in float64, and what float32 and rounding may change about each."
    far, q = np.empty(len(x)), q.astype(np.float64)
    scale, own = np.zeros(len(x)), np.sqrt(q @ q)
    for i in range(0, len(x), 1024):
        rows = x[i:i + 1024].astype(np.float64)
        lengths, part = np.sqrt(np.einsum("ij,ij->i", rows, rows)), slice(i, i + 1024)
        if metric == "euclidean": far[part] = np.sqrt(np.einsum("ij,ij->i", rows - q, rows - q)); continue
        dots, both = np.einsum("ij,j->i", rows, q), own * lengths
        if metric == "dot": far[part], scale[part] = -dots, both
        else: far[part], scale[part] = 1 - np.divide(dots, both, out=np.zeros_like(dots), where=both > 0), 1
    return far, 1.3e-7 * abs(far) + 2.0**-51 * (x.shape[1] + 16) * scale + 3e-45

def single(far: np.ndarray) -> np.ndarray:
    "float64 distances as float32, infinite beyond its end."
    with np.errstate(over="ignore"): return far.astype(np.float32)

def certainly(far: np.ndarray, off: np.ndarray, rounded: np.float32) -> np.ndarray: # [n] twice -> [n] boolean
    "Which distances are this float32, in whatever order float64 was summed."
    doubt = abs(off - 1.3e-7 * abs(far) - 3e-45) + 1e-11 * abs(far)   # see `true_distances`
    return (single(far - doubt) == rounded) & (single(far + doubt) == rounded)

TINY = 1e-37 # below, float32 loses digits

def in_order(distances: np.ndarray, ids: np.ndarray, k: int, beyond: bool = False) -> str | None: # one query's
    "What is wrong with the form of an answer. beyond: float32 need not tell its order, where its ends are."
    n = int((ids >= 0).sum())
    if len(ids) != k or len(distances) != k: return f"{len(ids)} columns for k = {k}"
    if (ids[n:] != -1).any() or (distances[n:] != np.inf).any(): return f"gaps: {ids[:20]}"
    if len(np.unique(ids[:n])) < n: return f"ids twice: {ids[:n]}"
    if np.isnan(distances).any(): return f"NaN: {distances[:20]}"
    told = ids[:n] if not beyond else np.where(np.isfinite(distances[:n]) & (abs(distances[:n]) > TINY), ids[:n], 0)
    if (np.lexsort((told, distances[:n])) != np.arange(n)).any():
        at = np.flatnonzero(np.lexsort((told, distances[:n])) != np.arange(n))[0]
        return f"not by distance, then id: from place {at} on {list(zip(distances[at:at + 4], ids[at:at + 4]))}"

def measured(distances: np.ndarray, ids: np.ndarray, at: np.ndarray, far: np.ndarray, off: np.ndarray) -> str | None:
    "Whether each distance is the true one; at: where in `far` each id is."
    true, got = far[at], distances[:len(at)].astype(np.float64)
    fits = np.isclose(got, true, rtol=0, atol=off[at]) | (abs(true) >= TOP * .9999999) & (abs(got) >= TOP * .9999999) & (np.sign(got) == np.sign(true))
    if not fits.all(): i = np.flatnonzero(~fits)[0]; return f"id {ids[i]} is said to be at {distances[i]}, and is at {true[i]}"

def complete(distances: np.ndarray, ids: np.ndarray, live: np.ndarray, x: np.ndarray, far: np.ndarray, off: np.ndarray, k: int, beyond: bool = False) -> str | None:
    "Whether an answer is the k nearest of the rows `x`, whose ids are `live`. beyond: in the right order where float32 ends, too."
    if wrong := in_order(distances, ids, k, beyond): return wrong
    n = int((ids >= 0).sum())
    if n != min(k, len(live)): return f"{n} found of {len(live)}, k = {k}"
    order = np.argsort(live)
    at = order[np.minimum(np.searchsorted(live[order], ids[:n]), max(0, len(live) - 1))] if len(live) else np.empty(0, np.int64)
    if (live[at] != ids[:n]).any(): return f"ids that are not there: {ids[:n][live[at] != ids[:n]][:5]}"
    if wrong := measured(distances, ids, at, far, off): return wrong
    if beyond and (behind := np.flatnonzero(np.diff(far[at]) < -off[at[1:]] - off[at[:-1]])).size:
        return f"id {ids[behind[0]]} at {far[at[behind[0]]]} is before id {ids[behind[0] + 1]} at {far[at[behind[0] + 1]]}"
    if not n or n == len(live): return None
    out = np.ones(len(live), bool); out[at] = False
    last, missing = at[-1], np.flatnonzero(out)
    nearer = missing if beyond else missing[single(far[missing]) < distances[n - 1]]
    nearer = nearer[far[nearer] + off[nearer] + off[last] < far[last]]
    if len(nearer): return f"id {live[nearer[0]]} at {far[nearer[0]]} is missing, and id {ids[n - 1]} at {far[last]} is there"
    if beyond and not TINY < abs(distances[n - 1]) < np.inf: return None
    tied = missing[live[missing] < ids[n - 1]]
    ends = tied[certainly(far[tied], off[tied], distances[n - 1])]
    if not len(ends) and distances[n - 1] != np.inf:
        ends = tied[(abs(far[tied] - far[last]) <= off[last])]
        ends = ends[[(x[j] == x[last]).all() for j in ends[:200]] + [False] * max(0, len(ends) - 200)]
    if len(ends): return f"id {live[ends[0]]} is as near as id {ids[n - 1]} and has the smaller id"

# --- the second oracle: faiss ----------------------------------------------------------------------------

def faiss_or_none():
    "The module, where it is installed: here, or in torture/.venv."
    for place in (None, *(HERE/".venv").glob("lib/python*/site-packages")):
        if place is not None and str(place) not in sys.path: sys.path.append(str(place))
        try: import faiss
        except ImportError: continue
        faiss.omp_set_num_threads(1)
        return faiss

def factory(codec: str, d: int, k: int) -> str | None:
    "How faiss calls an index of the same bytes; None where it has none."
    if codec in ("flat", "bf16"): return f"IVF{k}," + {"flat": "Flat", "bf16": "SQbf16"}[codec]
    if codec.startswith("int8"): return f"IVF{k},SQ8"
    if codec.startswith("rabitq"): return f"RR{d},IVF{k},RaBitQ{codec[6:]}"
    if codec.startswith("pca"): return f"PCA{codec[3:]},IVF{k},Flat"
    pieces = codec.split("pq")[1]
    return (f"OPQ{pieces.split('x')[0]}," if "o" in codec.split("pq")[0] else "") + f"IVF{k},PQ{pieces}"

def peer(faiss, case: Case, x: np.ndarray, n_lists: int, seed: int, directions: bool = True):
    "faiss's index over the same rows. directions: for inner products its lists are made by direction, as it does by itself."
    inner = faiss.METRIC_L2 if case.metric == "euclidean" else faiss.METRIC_INNER_PRODUCT
    index = faiss.index_factory(case.d, factory(case.codec, case.d, n_lists), inner)
    ivf = faiss.extract_index_ivf(index)
    if not directions: ivf.cp.spherical = False
    ivf.cp.seed, ivf.cp.niter, ivf.cp.min_points_per_centroid, ivf.cp.max_points_per_centroid = 1234 + seed, 12, 1, 256
    if case.codec.startswith(("pq", "opq")): faiss.downcast_index(ivf).by_residual = False
    index.train(x[:for_training(case, len(x))]); index.add(x)
    return index

def for_training(case: Case, n: int) -> int:
    "How many of n rows training sees."
    return min(n, max(1, int(np.ceil(case.trained * n))))

def comparable(case: Case, *rows: np.ndarray) -> list[np.ndarray]:
    "Rows as faiss can hold them: of length 1 for cosine, and within the middle of float32."
    if case.metric == "cosine":
        wide = [r.astype(np.float64) for r in rows]
        lengths = [np.linalg.norm(r, axis=1, keepdims=True) for r in wide]
        return [np.divide(r, n, out=np.zeros_like(r), where=n > 0).astype(np.float32) for r, n in zip(wide, lengths)]
    top = max(float(abs(r).max(initial=0)) for r in rows)
    power = 0 if 1e-4 < top < 1e4 or top == 0 else int(np.frexp(top)[1])
    return [np.ldexp(r, -power) for r in rows]

def hits(found: np.ndarray, far_enough: np.ndarray, distance: Callable) -> np.ndarray: # [m, k], [m] -> [m]
    "Of each query's answers, the share that is as near as the k-th nearest: ties count, whichever is named."
    share = np.zeros(len(found))
    for i, ids in enumerate(found):
        ids = ids[ids >= 0]
        far, off = distance(i, ids)
        share[i] = (far <= far_enough[i] + off).sum() / found.shape[1]
    return np.minimum(share, 1)

def recall_of(case: Case, x: np.ndarray, q: np.ndarray, k: int, found: np.ndarray, truth: np.ndarray) -> np.ndarray: # [m]
    "Recall of ids that are row numbers, against the exact distance [m] of the k-th nearest."
    def distance(i, ids): return true_distances(case.metric, q[i], x[ids])
    return hits(found, truth, distance)

def rows_read(index, q: np.ndarray, nprobe: int) -> np.ndarray: # [m]
    "How many rows a search compares."
    return index.search_cost(q, nprobe=nprobe)[0] - len(index.coarse)

def as_many_rows(index, q: np.ndarray, nprobe: int, rows: float) -> int:
    "How many lists, at least `nprobe`, for a mean of so many rows: faiss's lists are of other sizes, for inner products and for crowds that came later."
    low, high = nprobe, max(nprobe, len(index.coarse))
    while low < high:
        middle = (low + high) // 2
        if rows_read(index, q, middle).mean() < rows: low = middle + 1
        else: high = middle
    return low

def ours_and_theirs(faiss, case: Case, x: np.ndarray, usual: np.ndarray, q: np.ndarray, k: int, seed: int, truth: np.ndarray, directions: bool = True) -> tuple: # ([m], [m])
    "Recall of both, query by query; `usual` rows are all that faiss gets."
    from minivecdb import IVF
    index = IVF(case.d, case.n_lists, case.metric, case.codec, seed=seed).train(x[:for_training(case, len(x))])
    with mock.patch("minivecdb.ivf.default_nprobe.enough", lambda *given: None): index.add(x)   # nprobe is given
    n_lists = min(len(index.coarse), len(usual))
    nprobe = min(case.nprobe or max(1, n_lists // 10), n_lists)
    rows, asked = comparable(case, x[usual], q)
    their = peer(faiss, case, rows, n_lists, seed, directions)
    faiss.extract_index_ivf(their).nprobe = nprobe
    faiss.cvar.indexIVF_stats.reset()
    found = their.search(asked, k)[1]
    found = np.where(found < 0, -1, usual[found])
    nprobe = as_many_rows(index, q, nprobe, faiss.cvar.indexIVF_stats.ndis / len(q))
    return tuple(recall_of(case, x, q, k, ids, truth) for ids in (index.search(q, k, nprobe=nprobe)[1], found))

def usual_rows(case: Case, x: np.ndarray) -> np.ndarray: # row numbers
    "All rows but a huge one, in whose presence float32 shows faiss nothing else."
    top = abs(x).max(1)
    return np.flatnonzero(top <= 100 * np.median(top)) if case.kind == "one huge row" else np.arange(len(x))

COARSE_FOR_CODES = ("off centre", "a common part", "two far crowds", "all lengths", "constant columns", "marked cells", *IN_ORDER)

def doubtful(ours: np.ndarray, theirs: np.ndarray) -> bool: # [m], [m]
    "Whether ours is behind by more than chance."
    behind = ours - theirs
    return behind.mean() < -(.02 + 3 * behind.std() / len(behind)**.5)

def advised(case: Case, x: np.ndarray) -> bool:
    "Whether an index over the rows says by itself that its codes do not fit them."
    from minivecdb import IVF
    index = IVF(case.d, case.n_lists, case.metric, case.codec).train(x[:for_training(case, len(x))])
    with mock.patch("minivecdb.ivf.default_nprobe.enough", lambda *given: None): index.add(x)
    return "advice" in index.get_stats()

def told_how_many(case: Case, x: np.ndarray, q: np.ndarray, k: int, truth: np.ndarray, theirs: np.ndarray) -> bool:
    "Whether lists alone are behind, an index says that so few are not enough, and with as many as it says it finds nearly all that its codes tell."
    from minivecdb import IVF
    index = IVF(case.d, case.n_lists, case.metric, case.codec).train(x[:for_training(case, len(x))])
    index.add(x)
    given, says = min(case.nprobe or max(1, len(index.coarse) // 10), len(index.coarse)), index.reads()
    if says["recall"] is None or says["nprobe"] <= given: return False
    every, by_default = (recall_of(case, x, q, k, index.search(q, k, nprobe=n)[1], truth).mean() for n in (len(index.coarse), None))
    return every > theirs.mean() - .03 and by_default > .9 * every

def against_faiss(faiss, case: Case, x: np.ndarray, q: np.ndarray, tally: Tally) -> str | None:
    """What recall says; see above.

    Three things are known and told: an index that says in `get_stats` that its codes are too coarse for some kinds of rows;
    lists by direction, which find more where inner products are asked of tight clusters (the page on inner products); and an
    index that says that as many lists are too few, and how many are enough."""
    from minivecdb import FlatIndex
    k, usual, flat = min(case.k, 10), usual_rows(case, x), FlatIndex(case.d, case.metric)
    q = q[abs(q).max(1) <= abs(x[usual]).max() * 100]
    flat.add(x[usual])
    last = flat.search(q, k)[1][:, -1]
    truth = np.array([true_distances(case.metric, one, x[usual][i:i + 1])[0][0] for one, i in zip(q, last)])
    def pair(seed, directions=True): return ours_and_theirs(faiss, case, x, usual, q, k, seed, truth, directions)
    ours, theirs = pair(0)
    tally.counts["recall compared"] += 1
    if not doubtful(ours, theirs): return None
    tally.counts["recall in doubt"] += 1
    # in few dimensions lists are small, and far from zero, whatever the kind
    if (case.kind in COARSE_FOR_CODES or case.d < 4) and advised(case, x): tally.counts["behind, and get_stats advises"] += 1; return None
    directions = case.metric != "dot"
    if not directions and not doubtful(*pair(0, False)): tally.counts["behind lists by direction"] += 1; return None
    # faiss finds lists by direction even where its centroids are none of directions: it compares them by inner product
    if not directions and told_how_many(case, x, q, k, truth, theirs): tally.counts["behind lists by direction, and told how many are enough"] += 1; return None
    seeds = [tuple(r.mean() for r in pair(s, directions)) for s in range(4)]
    (a, b), (u, v) = np.mean(seeds, 0), np.var(seeds, 0, ddof=1) / len(seeds)
    if a < b - (.03 + 3 * (u + v)**.5): return f"recall {a:.3f}, and faiss's {b:.3f} (seeds: {np.round(seeds, 3).tolist()})"

# --- mutants: each takes one of the mends out -------------------------------------------------------------

def _decoded_ranges():
    from minivecdb.lists import BitScanner, Scanner
    return mock.patch.object(BitScanner, "within", Scanner.within)

def _ties_as_they_come():
    def first(far, ids, k): return np.where(ids < 0, np.inf, far).astype(np.float32)[:, :k], ids[:, :k], np.ones(len(ids), bool)
    return mock.patch.multiple("minivecdb.lists.bit_scanner", first_by_distance=first)

def _no_powers():
    return mock.patch.multiple("minivecdb.ivf.search", powers_for=lambda *given: None)

def _short_squares():
    def lengths(x):
        with np.errstate(all="ignore"): return np.sqrt(np.einsum("ij,ij->i", x, x)).astype(np.float64)
    return mock.patch("minivecdb.lists.scanners.row_lengths", lengths)

def _around_centroids():
    from minivecdb.codecs.bits import RaBitQ
    return mock.patch.object(RaBitQ, "frame", lambda self, metric, x, centroids: self.usual_frame)

def _nprobe_lists(): return mock.patch("minivecdb.ivf.index.no_reach", lambda k: None)

def _medians_decide():
    def by_median(squares, lengths, share=2.0**-17): return len(squares) > 0 and bool(np.median(squares) < share * np.median(lengths))
    return mock.patch("minivecdb.kmeans.assignment.too_coarse", by_median)

def _batches_decide():
    from minivecdb.lists import BitScanner
    each = BitScanner.fits
    def of_all(self, queries): return np.full(len(queries), each(self, queries).all())
    return mock.patch.object(BitScanner, "fits", of_all)

def _far_from_zero():
    return mock.patch("minivecdb.ivf.index.shared_part", lambda centroids: np.zeros(centroids.shape[1], np.float32))

def _no_advice():
    from minivecdb import IVF
    return mock.patch.object(IVF, "_found_by_codes", lambda self, x: None)

def _widest_range():
    return mock.patch("minivecdb.codecs.codec.usual_range", lambda x: (x.min(0).astype(float), x.max(0).astype(float)))

def _ties_by_float64():
    from minivecdb.distances import metric
    def slack(m, lengths, largest, dimension): return 4 * (dimension + 16) * 2.0**-24 * m.scale(lengths, largest)
    return mock.patch("minivecdb.exact.flat.slack", slack)

def _tiny_rows_tell():
    return mock.patch("minivecdb.kmeans.assignment.LEAST", 0.)

def _crowds_are_not_asked():
    from minivecdb import IVF
    return mock.patch.object(IVF, "_told_of", lambda self, state, crowd: state)

MUTANTS: dict[str, tuple[Callable, dict, bool]] = { # how, the configurations that must catch it, whether faiss is needed
    "range searches of decoded rows": (_decoded_ranges, {"codec": "rabitq"}, False),
    "estimates tie as they come": (_ties_as_they_come, {"codec": "rabitq", "metric": "cosine"}, False),
    "products beyond float32 tie": (_no_powers, {"kind": "another scale", "metric": "dot"}, False),
    "lengths of decoded rows in float32": (_short_squares, {"kind": "another scale", "codec": "int8"}, False),
    "bits around centroids for dot products": (_around_centroids, {"kind": "lognormal lengths", "codec": "rabitq"}, True),
    "lists, not rows, for dot products": (_nprobe_lists, {"kind": "lognormal lengths"}, False),
    "a far crowd is assigned in float32": (_medians_decide, {"kind": "two far crowds", "metric": "euclidean", "codec": "flat"}, True),
    "a query decides for its batch": (_batches_decide, {"kind": "all lengths", "metric": "euclidean", "codec": "rabitq"}, False),
    "lists off centre ranked in float32": (_far_from_zero, {"kind": "off centre", "metric": "dot", "codec": "flat"}, False),
    "coarse codes without advice": (_no_advice, {"kind": "marked cells", "codec": "int8-dimension"}, False),
    "distances below float32's digits do not tie": (_ties_by_float64, {"kind": "denormals", "metric": "euclidean"}, False),
    "one huge row takes all others into one list": (_tiny_rows_tell, {"kind": "one huge row", "metric": "euclidean", "codec": "flat"}, True),
    "codes of a crowd that came later are not asked": (_crowds_are_not_asked, {"kind": "a far crowd that came later", "metric": "dot", "codec": "int8"}, False),
    "ranges as wide as the farthest row": (_widest_range, {"kind": "one huge row", "codec": "int8-dimension"}, True)}

def matches(case: Case, only: dict) -> bool:
    "Whether a configuration is of a sort; a codec's name may be longer."
    return all(str(getattr(case, name)).startswith(value) for name, value in only.items())

# --- asking ----------------------------------------------------------------------------------------------

@contextmanager
def roads(compiled: bool):
    "Kernels however little there is to do; or none at all."
    from minivecdb.core.kernels import Kernel
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(Kernel, "pays", lambda self, work: compiled))
        stack.enter_context(mock.patch.object(Kernel, "soon", lambda self, work: compiled))
        for name, module in list(sys.modules.items()):
            if name.startswith("minivecdb.") and hasattr(module, "pays"): stack.enter_context(mock.patch.object(module, "pays", lambda *work: compiled))
        yield

class Subject:
    "An index, the same rows in a flat one, and what is in them."
    def __init__(self, case: Case, x: np.ndarray, home: Path):
        from minivecdb import ArrayRows, FlatIndex, IVF
        rng = self.rng = np.random.default_rng([13, case.number])
        self.case, self.home, self.x = case, home, x
        self.ids = rng.permutation(3 * len(x) + 5)[:len(x)] if case.sparse else np.arange(len(x))
        index, self.flat = IVF(case.d, case.n_lists, case.metric, case.codec, spill=case.spill), FlatIndex(case.d, case.metric)
        if case.upkeep: from minivecdb.ivf.upkeep import Upkeep; index.upkeep = Upkeep()
        index.train(x[:for_training(case, len(x))])
        for part in np.array_split(np.arange(len(x)), rng.integers(1, 4)):
            for each in (index, self.flat): each.add(x[part], self.ids[part])
        gone = rng.random(len(x)) < case.removed
        for each in (index, self.flat): each.remove(self.ids[gone])
        self.live, self.rows = self.ids[~gone], x[~gone]   # in the order of insertion
        order = np.argsort(self.ids)
        index.rows = ArrayRows(x[order], self.ids[order]) if case.sparse else ArrayRows(x)
        self.index = self.kept(index)

    def kept(self, index):
        "The index where the configuration wants it."
        from minivecdb import IVF
        if self.case.place == "memory": return index
        index.save(self.home/"x.ivf")
        loaded = IVF.load(self.home/"x.ivf", mmap=True if self.case.place == "mapped" else "pread")
        loaded.rows = index.rows
        return loaded

    def mask(self) -> np.ndarray: # [n] boolean
        "Some of the rows that are there."
        return self.rng.random(len(self.live)) < self.rng.choice((.02, .3, .9))

def exact_answers(s: Subject, q: np.ndarray) -> str | None:
    "Flat search, and every road that leads to the same answer, against float64."
    case, every, k = s.case, len(s.index.coarse), s.case.k
    few, beyond = q[:max(3, min(len(q), int(3e8 // max(1, s.rows.size))))], case.metric == "dot"
    truth = [true_distances(case.metric, one, s.rows) for one in few]
    flat, mask = s.flat.search(q, k), s.mask()
    for i, (far, off) in enumerate(truth):
        if wrong := complete(flat[0][i], flat[1][i], s.live, s.rows, far, off, k, beyond): return f"flat, query {i}: {wrong}"
    only = s.flat.search(q, k, mask=mask)
    for i, (far, off) in enumerate(truth):
        if wrong := complete(only[0][i], only[1][i], s.live[mask], s.rows[mask], far[mask], off[mask], k, beyond): return f"flat with a mask, query {i}: {wrong}"
    again = {} if s.index.codec.lossless else {"rescore": max(1, len(s.live))}
    if wrong := differs(s.index.search(q, k, nprobe=every, **again), flat): return f"every list probed{', rescored' if again else ''}: {wrong}"
    if wrong := differs(s.index.search(q, k, nprobe=every, mask=mask, **again), only): return f"every list probed, with a mask: {wrong}"
    return None

def differs(a: tuple, b: tuple) -> str | None:
    "Where two answers differ."
    for name, x, y in zip(("distances", "ids"), a, b):
        if x.shape != y.shape: return f"{name} of shape {x.shape} and {y.shape}"
        if (x != y).any(): i, j = np.argwhere(x != y)[0]; return f"query {i}, place {j}: {a[0][i, j]!r} of id {a[1][i, j]} and {b[0][i, j]!r} of id {b[1][i, j]}"

def options_of(s: Subject) -> list[dict]:
    "Ways to ask, all of which must give answers in order."
    case, rng = s.case, s.rng
    ways = [{"nprobe": case.nprobe}, {"nprobe": case.nprobe, "mask": s.mask()}, {"max_codes": int(rng.integers(1, 2 + len(s.live)))},
            {"nprobe": case.nprobe, "ensure_topk_full": True, "mask": s.mask()}, {"rescore": case.rescore, "nprobe": case.nprobe}]
    if case.metric == "cosine": ways.append({"nprobe": case.nprobe, "ratio_threshold": float(rng.random())})
    if not s.index.codec.lossless:
        ways += [{"rescore": case.rescore, "rescore_num_samples": n} for n in (5, -1)]
    few = 2 if s.rows.size > 200_000 else 4   # of many rows, not every way each time
    return [ways[i] for i in sorted(rng.permutation(len(ways))[:few])]

def other_roads(s: Subject, q: np.ndarray) -> str | None:
    "The same bits alone, in a batch, with one thread and without kernels; distances that are right, in order."
    from minivecdb import set_num_threads
    case, k = s.case, s.case.k
    where = {int(i): n for n, i in enumerate(s.live)}
    for way in options_of(s):
        told = ", ".join(f"{name}={value if name != 'mask' else '…'}" for name, value in way.items())
        found = s.index.search(q, k, **way)
        for i in range(len(q)):
            if wrong := in_order(found[0][i], found[1][i], k, case.metric == "dot"): return f"{told}, query {i}: {wrong}"
            ids = found[1][i][found[1][i] >= 0]
            if any(int(j) not in where for j in ids): return f"{told}, query {i}: ids that are not there"
            at = np.array([where[int(j)] for j in ids], np.int64)
            if "mask" in way and not way["mask"][at].all(): return f"{told}, query {i}: a row that the mask leaves out"
            if way.get("ensure_topk_full") and len(ids) < min(k, way["mask"].sum()): return f"{told}, query {i}: {len(ids)} of {way['mask'].sum()} rows"
            if s.index.codec.lossless or "rescore" in way and way.get("rescore_num_samples", -1) == -1:
                far, off = true_distances(case.metric, q[i], s.rows[at])
                if wrong := measured(found[0][i], ids, np.arange(len(at)), far, off): return f"{told}, query {i}: {wrong}"
        alone = [s.index.search(one, k, **way) for one in q[:3]]
        if wrong := differs(tuple(np.concatenate(a) for a in zip(*alone)), tuple(a[:3] for a in found)): return f"{told}, alone and in a batch: {wrong}"
        with roads(not case.compiled): other = s.index.search(q, k, **way)
        if wrong := differs(other, found): return f"{told}, with and without kernels: {wrong}"
        set_num_threads(1)
        try: other = s.index.search(np.concatenate([q] * 3), k, **way)
        finally: set_num_threads(2)
        if wrong := differs(tuple(a[:len(q)] for a in other), found): return f"{told}, one thread and a larger batch: {wrong}"

def within_radius(s: Subject, q: np.ndarray) -> str | None:
    "range_search finds what search would show within the radius."
    case, n = s.case, len(s.live)
    if not n or n > 20_000: return None
    stats = s.index.get_stats()
    if stats["n_vectors"] != n: return f"get_stats counts {stats['n_vectors']} of {n} vectors"
    every, q = len(s.index.coarse), q[:4]
    shown = s.index.search(q, n, nprobe=case.nprobe)
    exact = s.index.search(q, n, nprobe=every, **({} if s.index.codec.lossless else {"rescore": n}))
    reached = exact[0][:, min(n - 1, 12)]
    for i, one in enumerate(q):
        radius = float(np.float32(reached[i]))
        for told, (d, ids), how in (("", shown, {"nprobe": case.nprobe}), (", every distance measured", exact, {"nprobe": every, "rescore_num_samples": -1})):
            starts, far, found = s.index.range_search(one, radius, **how)
            near = (d[i] <= radius) & (ids[i] >= 0)
            if not np.array_equal(found, ids[i][near]): return f"range_search{told}, query {i}, radius {radius}: {len(found)} rows for {near.sum()} that search shows"
            if not np.array_equal(far, d[i][near]): return f"range_search{told}, query {i}, radius {radius}: other distances than search"

def enough_rows(s: Subject, q: np.ndarray) -> str | None:
    "For inner products, so many lists are at least as many rows as lists of the mean size hold."
    n, k = len(s.live), len(s.index.coarse)
    if s.case.metric != "dot" or not n: return None
    nprobe = min(s.case.nprobe or max(1, k // 10), k)
    read = rows_read(s.index, q, nprobe)
    if read.min() < np.floor(nprobe * n / k): return f"query {read.argmin()} read {read.min()} rows, and {nprobe} of {k} lists are {nprobe * n / k:.1f}"

def lists_in_order(s: Subject, q: np.ndarray) -> str | None:
    "For inner products, no list that is not read is better by float64 than one that is: by more than a part of what tells lists apart."
    case, index, k = s.case, s.index, len(s.index.coarse)
    sizes = [abs(a[a != 0]) for a in (q, s.x)]
    if case.metric != "dot" or not len(s.live) or any(len(a) and not 1e-9 < a.min() <= a.max() < 1e9 for a in sizes): return None
    nprobe = min(case.nprobe or max(1, k // 10), k)
    wide, rows = q.astype(np.float64), index.coarse.rows.astype(np.float64)
    scores = wide @ rows.T + np.linalg.norm(wide, axis=1)[:, None] * index.reach.each() / case.d**.5
    for i, (lists, score) in enumerate(zip(index.probes(q, nprobe), scores)):
        read = np.isin(np.arange(k), lists)
        if read.all(): continue
        late, least = score[~read].max(), score[read].min()
        if late - least > 2e-5 * np.ptp(score): return f"query {i} reads a list of score {least}, and none of {late}, of {score.min()} to {score.max()}"

def told_when_coarse(s: Subject, alike: np.ndarray) -> str | None:
    "Codes that should find nearly all, and find less than half, are told of."
    index, k = s.index, min(s.case.k, 10)
    if not index.codec.finds or len(s.live) < 400 or s.case.d < 8 or "advice" in index.get_stats(): return None
    asked = alike[:30]
    last, where = s.flat.search(asked, k)[1][:, -1], {int(i): n for n, i in enumerate(s.live)}
    truth = np.array([true_distances(s.case.metric, one, s.rows[[where[int(i)]]])[0][0] for one, i in zip(asked, last)])
    found = index.search(asked, k, nprobe=len(index.coarse))[1]
    at = np.array([[where.get(int(i), -1) for i in row] for row in found]).reshape(found.shape)
    share = recall_of(s.case, s.rows, asked, k, at, truth).mean()
    if share < .5: return f"{s.case.codec} finds {share:.2f} of the nearest, and get_stats has no advice"

def shared_codes(case: Case) -> bool:
    """Whether many rows have the same code: a product quantizer with fewer than four codewords for each row.

    Such rows tie. Ours go by id, as is documented, faiss's by the list that comes first, and recall would compare that."""
    if "pq" not in case.codec: return False
    pieces, bits = case.codec.split("pq")[1].split("x")
    return 2 ** (int(pieces) * int(bits)) < 4 * case.n

def compared(s: Subject, alike: np.ndarray, tally: Tally) -> str | None:
    "Recall against faiss's."
    case, faiss = s.case, faiss_or_none()
    if faiss is None: tally.counts["faiss is not installed"] += 1; return None
    if case.n < 400 or case.d < 2 or shared_codes(case): return None
    return against_faiss(faiss, case, s.x, alike, tally)

def refusable(case: Case) -> bool:
    "Whether rows may be refused: float32's ends are near, or they lie where training saw none."
    return case.kind in ("another scale", "all lengths", "one huge row", "denormals", "marked cells", *IN_ORDER)

def attempt(case: Case, home: Path, tally: Tally) -> str | None:
    "One configuration: what is wrong with it, or None."
    from minivecdb import set_num_threads
    from minivecdb.core.errors import VectorError
    from minivecdb.codecs.codec import CodecError
    x, q, alike = data_of(case)
    set_num_threads(2)
    if not len(x): return nothing_there(case, q)
    with roads(case.compiled):
        try: s = Subject(case, x, home)
        except (CodecError, VectorError) as e:
            told = "refused" if refusable(case) else "too few rows for the codec" if "training vectors" in str(e) else ""
            if not told: raise
            tally.counts[told] += 1
            return None
        found = [look(s, q) for look in (exact_answers, other_roads, within_radius, enough_rows, lists_in_order)]
        found.append(told_when_coarse(s, alike))
    # with kernels where they pay: they give the same bits
    return "; and ".join(filter(None, [*found, compared(s, alike, tally)])) or None

def nothing_there(case: Case, q: np.ndarray) -> str | None:
    "An index without rows answers that it has none."
    from minivecdb import FlatIndex
    distances, ids = FlatIndex(case.d, case.metric).search(q, case.k)
    return None if (ids == -1).all() and (distances == np.inf).all() else "an empty index found something"

def numbers_of(cases: int, first: int, most: int, only: dict) -> list[int]:
    "The first so many numbers whose configurations are of a sort."
    found, number = [], first
    while len(found) < cases:
        if matches(case_of(number, most), only): found.append(number)
        number += 1
    return found

def resumed(tally: Tally, kept: Path) -> int:
    "What an earlier run of the same code found, and how many configurations it tried."
    done, tally.states, tally.failures, counts = json.loads(kept.read_text())
    tally.counts.update(counts)
    return done

def answers(cases: int, first: int = 0, start: int = 0, most: int = MOST, progress: str = "",
            mutant: str = "", subject: str = "", enough: int = 40, kept: str = "", until: float = 0.) -> Tally:
    "So many configurations; what was found so far is in the file `kept`, and at the time `until` it stops."
    tally, home = Tally(), scratch()
    if kept and Path(kept).exists(): start = max(start, resumed(tally, Path(kept)))
    how, only, _ = MUTANTS[mutant] if mutant else (nullcontext, {}, False)
    try:
        for n, number in enumerate(numbers_of(cases, first, most, only)):
            if n < start: continue
            if until and time.time() > until: break
            case = case_of(number, most)
            if progress: Path(progress).write_text(json.dumps([n, str(case)]))
            limit(600)
            try:
                with how(), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    wrong = attempt(case, home, tally)
            except Exception as e: wrong = f"{type(e).__name__}: {e}"
            limit(0)
            tally.states += 1
            tally.counts[case.kind] += 1
            if wrong: tally.fail(f"{case}: {wrong}"); print(f"failed: {case}: {wrong}"[:1500], flush=True)
            if kept: Path(kept).write_text(json.dumps([n + 1, tally.states, tally.failures, tally.counts]))
            if len(tally.failures) >= enough: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def main():
    "Run some configurations by their numbers: `python -m torture.answers 17 23` or `0-99`."
    home, tally = scratch(), Tally()
    for word in sys.argv[1:]:
        first, _, last = word.partition("-")
        for number in range(int(first), int(last or first) + 1):
            case, begin = case_of(number), time.perf_counter()
            try: wrong = attempt(case, home, tally)
            except Exception as e:
                wrong = f"{type(e).__name__}: {e}"
                if not last: raise
            if wrong or not last: print(f"{case}: {wrong or 'right'} ({time.perf_counter() - begin:.1f} s)", flush=True)
    print(dict(tally.counts))
    shutil.rmtree(home, ignore_errors=True)

if __name__ == "__main__": main()
