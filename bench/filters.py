"""What a filter costs over a million rows: columns, plain Python and SQLite. `python -m bench.filters`, about two minutes and 3 GB."""
import argparse, datetime as dt, json, sqlite3, time
from pathlib import Path
import numpy as np
from minivecdb import VectorStorage
from minivecdb.exact import as_table
from minivecdb.filters import filter_sql, index_sql, prepare
from minivecdb.filters import matches
from bench.machine import describe

GENRES = [f"genre {i}" for i in range(30)]
BAR = 5e-3 # seconds, for the conditions marked with *

def stories(n: int, seed: int = 0) -> list[dict]:
    "Metadata with every kind of value: few and many distinct strings, integers, floats, days, timestamps, a nested object, lists."
    rng = np.random.default_rng(seed)
    genre, year, price, day, second, tags = rng.integers(0, 30, n), rng.integers(1950, 2025, n), rng.integers(0, 1_000_000, n) / 8, rng.integers(0, 9000, n), rng.integers(0, 10**9, n), rng.integers(0, 100, (n, 2))
    start, midnight = dt.datetime(1995, 1, 1, tzinfo=dt.timezone.utc), dt.date(2000, 1, 1)
    days = [(midnight + dt.timedelta(d)).isoformat() for d in range(9000)]
    return [{"genre": GENRES[genre[i]], "year": int(year[i]), "price": float(price[i]), "day": days[day[i]], "when": (start + dt.timedelta(seconds=int(second[i]))).isoformat(),
             "author": {"name": f"author {i * 7919 % 5000}"}, "tags": [f"tag {t}" for t in tags[i]], "key": f"{i * 2654435761 % 2**32:08x}", "headline": f"Headline number {i} about {GENRES[genre[i]]}"} for i in range(n)]

def questions(rows: list[dict]) -> dict[str, dict]:
    "Filters by name; those with a * belong to the bar."
    some = lambda key, m: [rows[i * 997 % len(rows)][key] for i in range(m)]
    return {"* equality, string": {"genre": "genre 3"}, "* equality, one row of all": {"key": rows[12345 % len(rows)]["key"]}, "* equality, integer": {"year": 1999}, "* equality, nested": {"author.name": "author 42"},
            "* not equal": {"genre": {"$ne": "genre 3"}}, "* membership, 5 strings": {"genre": {"$in": GENRES[:5]}}, "* membership, 1,000 strings": {"key": {"$in": some("key", 1000)}},
            "* membership, 20 integers": {"year": {"$in": list(range(1960, 2000, 2))}}, "* membership, 1,000 floats": {"price": {"$in": some("price", 1000)}},
            "* range, integers": {"year": {"$gte": 1980, "$lt": 1990}}, "* range, floats": {"price": {"$gt": 1000.5, "$lte": 20_000}}, "* range, half of the rows": {"price": {"$lt": 62_500}}, "* range, none of the rows": {"price": {"$gt": 1e9}},
            "* range, days": {"day": {"$gte": "2010-01-01", "$lt": "2012-01-01"}}, "* range, timestamps, all distinct": {"when": {"$gte": "2010-01-01T00:00+01:00", "$lt": "2012-01-01"}},
            "* three conditions": {"genre": {"$in": GENRES[:5]}, "year": {"$gte": 1990}, "price": {"$lt": 50_000}},
            "range, strings, all distinct": {"key": {"$lt": "4"}}, "contains, in a list": {"tags": {"$contains": "tag 5"}}, "contains, in text, all distinct": {"headline": {"$contains": "777"}}, "contains, in text, 30 distinct": {"genre": {"$contains": "2"}}}

def seconds(ask, times: int) -> float:
    "The median of several runs."
    took = []
    for _ in range(times):
        start = time.perf_counter(); ask(); took.append(time.perf_counter() - start)
    return float(np.median(took))

def database(rows: list[dict]) -> sqlite3.Connection:
    "The same metadata as JSON text in a table."
    db = prepare(sqlite3.connect(":memory:"))
    db.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, metadata TEXT)")
    db.executemany("INSERT INTO rows VALUES (?, ?)", ((i, json.dumps(m, ensure_ascii=False)) for i, m in enumerate(rows)))
    return db

def sql_ids(db: sqlite3.Connection, where: dict) -> list[int]:
    sql, params = filter_sql(where)
    return [i for i, in db.execute(f"SELECT id FROM rows WHERE {sql} ORDER BY id", params)]

def measure(n: int, times: int, with_sql: bool) -> dict:
    "Every question in every way, compared with each other."
    rows = stories(n)
    vs = VectorStorage(1)
    vs.add_bulk(np.zeros((n, 1), np.float32), rows)
    asked, found = questions(rows), []
    for name, where in asked.items():
        fresh = [k for k in where if k not in [c["key"] for f in found for c in f["built"]]]
        built = []
        for key in fresh:
            start = time.perf_counter(); vs.columns.mask({key: {"$exists": True}}); built.append({"key": key, "seconds": time.perf_counter() - start, "bytes": vs.columns.memory_usage()[key]})
        start = time.perf_counter(); ids = vs.columns.matching(where); first = time.perf_counter() - start
        found.append({"name": name, "rows": len(ids), "built": built, "first": first, "mask": seconds(lambda: vs.columns.mask(where), times), "ids": seconds(lambda: vs.columns.matching(where), times)})
        if n <= 100_000: assert ids.tolist() == [i for i, m in enumerate(rows) if matches(where, m)], name
    start = time.perf_counter(); vs.update(3, metadata={"genre": "genre 7"}); vs.columns.mask({"genre": "genre 7"}); follow = time.perf_counter() - start
    vs.update(3, metadata=rows[3])
    if with_sql:
        db = database(rows)
        bare = seconds(lambda: db.execute("SELECT id FROM rows WHERE json_extract(metadata, '$.genre') = 'genre 3'").fetchall(), 3)
        for f in found: f["sql"] = seconds(lambda: sql_ids(db, asked[f["name"]]), 1)
        start = time.perf_counter()
        for key in ("genre", "year", "price", "day", "when", "key", "author.name"): db.execute(index_sql(key, "rows"))
        indexes = time.perf_counter() - start
        for f in found:
            start = time.perf_counter(); ids = sql_ids(db, asked[f["name"]]); f["sql_indexed"] = time.perf_counter() - start
            assert ids == vs.columns.matching(asked[f["name"]]).tolist(), f["name"]
    plain = seconds(lambda: [i for i, m in enumerate(rows) if m.get("genre") == "genre 3"], 3)
    return {"rows": n, "machine": describe(), "sqlite": sqlite3.sqlite_version, "questions": found, "one_update_then_filter": follow, "plain_python_equality": plain, "columns_bytes": vs.columns.memory_usage(), **({"index_seconds": indexes, "bare_json_extract": bare} if with_sql else {})}

def report(run: dict) -> str:
    "Markdown."
    ms = lambda s: "" if s is None else f"{s * 1e3:,.2f}" if s < .1 else f"{s * 1e3:,.0f}"
    lines = [{"filter": f["name"].lstrip("* "), "rows": f"{f['rows']:,}", "mask ms": ms(f["mask"]), "ids ms": ms(f["ids"]), "first time ms": ms(f["first"]), "SQL ms": ms(f.get("sql")), "SQL, indexed ms": ms(f.get("sql_indexed")),
              "bar ≤ 5 ms": ("yes" if f["mask"] <= BAR else "no") if f["name"].startswith("*") else ""} for f in run["questions"]]
    built = [{"key": b["key"], "built in ms": ms(b["seconds"]), "MB": f"{b['bytes'] / 1e6:.1f}"} for f in run["questions"] for b in f["built"]]
    return (f"{run['rows']:,} rows, {run['machine']['processor']}, Python {run['machine']['python']}, SQLite {run['sqlite']}\n\n{as_table(lines)}\n\nColumns, built at first use (without the distinct strings, which the metadata hold):\n\n{as_table(built)}\n\n"
            f"One update and the next filter: {ms(run['one_update_then_filter'])} ms. `genre` compared in a Python loop: {ms(run['plain_python_equality'])} ms"
            + (f"; by SQLite's bare `json_extract(…) = ?`: {ms(run['bare_json_extract'])} ms. Seven indexes were made in {run['index_seconds']:.0f} s." if "bare_json_extract" in run else "."))

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--no-sql", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the measurements as JSON, and the report beside it as Markdown")
    args = parser.parse_args()
    run = measure(args.rows, args.times, not args.no_sql)
    print(report(run))
    if args.out: args.out.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8"); args.out.with_suffix(".md").write_text(report(run) + "\n", encoding="utf-8")

if __name__ == "__main__": main()
