"""Ways to a faster build: other starts, other products, other pruning, on the sentences of the benchmark.

`python -m bench.builds [--out bench/results/builds.json]`, one thread, some minutes. Times are of the processor, medians of the seeds.
"""
import argparse, json, time
from pathlib import Path
import numpy as np
from minivecdb import FlatIndex, set_num_threads
from minivecdb.kmeans import STARTS, kmeans
from minivecdb.kmeans import assign
from bench.drift import docstrings
from bench.machine import describe

def tree_start(x: np.ndarray, k: int, seed: int) -> np.ndarray: # [n, d], k -> [k, d]
    "Two levels, from 20 rows per cluster: √k clusters, and in each as many as it has a share of the rows."
    rng, x = np.random.default_rng(seed), x[:20 * k]
    tops, labels, _ = kmeans(x, int(k**.5), seed=seed, max_iter=6, labels=True)
    counts = np.bincount(labels, minlength=len(tops))
    share = k * counts / counts.sum()
    each = np.maximum(1, np.minimum(share.astype(int), counts))
    for j in np.argsort(each - share)[:max(0, k - each.sum())]: each[j] += 1
    parts = [kmeans(x[rng.permutation(np.flatnonzero(labels == j))], int(n), seed=seed, max_iter=6)[0] for j, n in enumerate(each)]
    return np.concatenate(parts)[:k]

def starts(x: np.ndarray, queries: np.ndarray, k: int, seeds: int) -> list[dict]:
    "Each start with fewer and with more rounds after it: what it takes and what it gives."
    flat, found = FlatIndex(x.shape[1]), []
    flat.add(x)
    truth = flat.search(queries, 10)[1]
    STARTS["tree"] = tree_start
    try:
        for start in ("random", "k-means++", "tree"):
            for rounds in (6, 10, 18):
                took, recalls, errors = [], [], []
                for seed in range(seeds):
                    begin = time.process_time()
                    centroids = kmeans(x, k, seed=seed, init=start, max_iter=rounds)[0]
                    took.append(time.process_time() - begin)
                    labels, cost = assign(x, centroids, "cosine")
                    errors.append(float(cost.mean()))
                    order = assign_order(queries, centroids)
                    recalls.append([float((labels[truth][:, :, None] == order[:, None, :p]).any(2).mean()) for p in (1, 4, 16, 64)])
                found.append({"start": start, "rounds": rounds, "seconds": float(np.median(took)), "error": float(np.mean(errors)), "recall in 1, 4, 16, 64 lists": np.mean(recalls, 0).tolist()})
                print(found[-1], flush=True)
    finally: STARTS.pop("tree")
    return found

def assign_order(queries: np.ndarray, centroids: np.ndarray) -> np.ndarray: # [m, k] lists, nearest first
    return np.argsort(-(queries @ (centroids / np.linalg.norm(centroids, axis=1, keepdims=True)).T), axis=1)

def products(x: np.ndarray, c: np.ndarray) -> list[dict]:
    "One round of asking every row for its nearest centroid, by every product there is."
    import torch
    c = c / np.linalg.norm(c, axis=1, keepdims=True)
    exact = np.concatenate([(x[i:i + 4096] @ c.T).argmax(1) for i in range(0, len(x), 4096)])
    def by_torch(dtype):
        y = torch.from_numpy(c).to(dtype).T
        return np.concatenate([(torch.from_numpy(x[i:i + 4096]).to(dtype) @ y).argmax(1).numpy() for i in range(0, len(x), 4096)])
    ways = {"float32": lambda: np.concatenate([(x[i:i + 4096] @ c.T).argmax(1) for i in range(0, len(x), 4096)]), "bf16": lambda: by_torch(torch.bfloat16), "int8, and exactly where it is close": lambda: assign(x, c, "cosine")[0]}
    found = []
    for name, call in ways.items():
        labels, took = call(), []
        for _ in range(3): begin = time.process_time(); call(); took.append(time.process_time() - begin)
        found.append({"product": name, "seconds": float(np.median(took)), "rows elsewhere": float((labels != exact).mean())})
        print(found[-1], flush=True)
    return found

def pruning(x: np.ndarray, c: np.ndarray, firsts=(16, 32, 64, 96, 128, 192)) -> list[dict]:
    "Which part of all pairs would be left after the first of the turned coordinates, if a row knew its distance to its own centroid (SuperKMeans)."
    c = c / np.linalg.norm(c, axis=1, keepdims=True)
    some = x[:: max(1, len(x) // 5000)]
    turn = np.linalg.eigh(x[:20_000].T @ x[:20_000])[1][:, ::-1]
    best = 2 - 2 * (some @ c.T).max(1)
    a, b, found = some @ turn, c @ turn, []
    for p in firsts:
        near = (a[:, :p]**2).sum(1)[:, None] + (b[:, :p]**2).sum(1) - 2 * a[:, :p] @ b[:, :p].T
        left = float((near <= best[:, None]).mean())
        found.append({"coordinates": p, "pairs left": left, "products, of all": p / x.shape[1] + left * (1 - p / x.shape[1])})
        print(found[-1], flush=True)
    return found

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lists", type=int, default=1024)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    a = parser.parse_args()
    set_num_threads(1)
    x = docstrings()
    if x is None: parser.error("no sentences are prepared: run the benchmark once")
    x = np.ascontiguousarray(x / np.linalg.norm(x, axis=1, keepdims=True), np.float32)
    rows, queries = x[:-2000], x[-2000:]
    c = kmeans(rows, a.lists)[0]
    told = {"machine": describe(), "rows": len(rows), "dimension": x.shape[1], "lists": a.lists, "products": products(rows, c), "pruning": pruning(rows, c), "starts": starts(rows, queries, a.lists, a.seeds)}
    if a.out: a.out.write_text(json.dumps(told, indent=1) + "\n")

if __name__ == "__main__": main()
