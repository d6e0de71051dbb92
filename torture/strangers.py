"""Tables as people have them, generated from a number, against the values that the generator wrote.

A case is a file or a frame, and what must come of it: every row with its values, types included, or an error of the product's
own that names the row (or the line) and the column. Nothing of the product takes part in writing a case or in judging it."""
import contextlib, csv, datetime as dt, gzip, io, json, random, re, shutil, warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock
from uuid import UUID
import numpy as np
from .power import Tally
from .recorder import limit, scratch

class Wrong(NamedTuple):
    "An error is expected, and these words in it."
    words: tuple

class Case(NamedTuple):
    "What is tried. take: gives [(metadata, vector or None)] or raises."
    note: str
    take: Callable[[], list]
    expected: Any # such a list, or `Wrong`

MISSING = object()
NAMES = ["title", "year", "preis", "Größe", "名前", "a.b", "$x", "it's", "two words", "n", "Z-1", "_", "x,y", "true", "0"]
TEXTS = ["Rain floods the harbour", "naïve — 火", "a, b; c|d", 'He said "no"', '"quoted"', '"begins', 'ends"', "two\nlines", "old\r\nlines", "tab\there", " spaced ", "\x1b[31mred\x1b[0m", "\u202eright to left", "=1+1", "'", "\\n", "NULL", "N/A", "x" * 3000, "\x9b2J", "é" * 40]
CODED = ["02134", "+49 30 1234", "1_000", "1e5", "nan", "inf", "007", "0x10", "12:30", "31.12.2024", "1,5", "٣", "1.0.0", "--5", "0.123456789012345678", "2024-02-30", "yes", "5.", "1 000", "-0", "1e999", "NaN", "None", "1e-999"]
FAMILIES = [CODED, ["02134", "00501", "10115"], ["007", "010"], ["+493012345", "+12025550123"], ["1_000", "2_500"], ["1e5", "2e10"], ["nan", "NaN"], ["5.", "6."], ["0x10", "0x11"], ["١٢", "٣"], ["1.25E", "7"]] # of a column
DATES = ["2024-01-31", "2024-01-31T10:00", "2024-01-31 10:00:00.5Z", "1969-12-31T23:59:59+02:00", "0001-01-01", "9999-12-31"]

def same(a: Any, b: Any) -> bool:
    "Whether two values are equal and of one type, all the way down."
    if type(a) is not type(b): return False
    if isinstance(a, dict): return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list): return len(a) == len(b) and all(map(same, a, b))
    return a == b

# --- files of cells ---------------------------------------------------------------------------------------

def _cell(rng: random.Random, kind: str, first: bool, family: list) -> tuple[str, Any]:
    "A cell and its value. The first of a column makes its type sure."
    if kind == "whole": v = rng.choice((rng.randint(-9, 9), rng.randint(1900, 2030), rng.randint(-10**6, 10**6), rng.randint(10**18, 10**30))); return str(v), v
    if kind == "decimal":
        x = rng.uniform(-1, 1) * 10.0 ** rng.randint(-3, 6)
        c = f"{x:.2f}" if rng.random() < .5 else repr(x)
        if not first and rng.random() < .3: c = str(rng.randint(-99, 99))
        return c, float(c)
    if kind == "boolean": v = rng.random() < .5; return rng.choice((str(v), str(v).lower(), str(v).upper())), v
    if kind == "date": v = rng.choice(DATES); return v, v
    if kind == "coded": v = family[0] if first else rng.choice(family) if family is not CODED or rng.random() < .5 else str(rng.randint(0, 99)); return v, v
    v = rng.choice(TEXTS) if rng.random() < .7 else f"word {rng.randint(0, 999)}"
    return (v + " and words", v + " and words") if first else (v, v)

def _column(rng: random.Random, kind: str, n: int, fits: Callable, empties: bool) -> tuple[list, list]:
    "The cells and values of a column."
    cells, values, first, family = [], [], True, rng.choice(FAMILIES)
    for _ in range(n):
        if empties and rng.random() < .15: cells.append(rng.choice(("", "", "  "))); values.append(MISSING); continue
        c, v = _cell(rng, kind, first, family)
        for _ in range(20):
            if fits(c): break
            c, v = _cell(rng, kind, first, family)
        else: c, v = {"whole": ("7", 7), "decimal": ("7.5", 7.5), "boolean": ("true", True), "date": (DATES[0],) * 2, "coded": ("007",) * 2}.get(kind, ("plain text",) * 2)
        if kind in ("whole", "decimal", "boolean") and rng.random() < .1: c = f" {c} "
        cells.append(c); values.append(v); first = False
    return cells, values

class Sheet(NamedTuple):
    "A table of cells, and how it is written."
    names: list
    kinds: list
    cells: list   # by column
    values: list  # by column
    encoding: str
    delimiter: str
    quoting: str
    end: str

def _sheet(rng: random.Random, least: int = 0, columns: int = 2) -> Sheet:
    quoting, delimiter, end = rng.choice(("csv", "csv", "none")), rng.choice(",,;\t|"), rng.choice(("\n", "\r\n", "\r"))
    encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "gb18030", "shift_jis"))
    def fits(c: str) -> bool:
        if quoting == "none" and (delimiter in c or re.search(r"[\r\n]", c)): return False
        try: return c.encode(encoding).decode(encoding) == c
        except UnicodeError: return False
    names = rng.sample([n for n in NAMES if fits(n) and n.strip() == n], rng.randint(columns, 7))
    kinds, n = [rng.choice(("whole", "decimal", "boolean", "date", "coded", "text")) for _ in names], rng.randint(least, 9)
    made = [_column(rng, k, n, fits, True) for k in kinds]
    return Sheet(names, kinds, [c for c, _ in made], [v for _, v in made], encoding, delimiter, quoting, end)

def _written(rng: random.Random, s: Sheet, c: str) -> str:
    "A cell as it stands in the file."
    if s.quoting == "none": return c
    special = s.delimiter in c or '"' in c or "\n" in c or "\r" in c
    return '"' + c.replace('"', '""') + '"' if special or rng.random() < .1 else c

def _text(rng: random.Random, s: Sheet, rows: list[list[str]], trailing: int, blanks: bool) -> tuple[str, list[int]]: # (text, line of each row)
    "The file, whose rows are lists of written cells."
    text, lines, count = "", [], lambda t: len(re.findall(r"\r\n|\r|\n", t)) + 1
    for i, row in enumerate(rows):
        if blanks and i and rng.random() < .2: text += s.end * rng.randint(1, 3)
        lines.append(count(text))
        text += s.delimiter.join([*row, *[""] * trailing]) + s.end
    return text[:-len(s.end)] if rows[1:] and rng.random() < .3 else text, lines[1:]

def _rows(s: Sheet) -> list[dict]:
    "The rows that must come out."
    return [{k: v for k, v in zip(s.names, row) if v is not MISSING} for row in zip(*s.values)]

def _options(rng: random.Random, s: Sheet) -> tuple[str, dict]: # (ending, options)
    "What its reader is told: what the file itself does not tell."
    kind = ".tsv" if s.delimiter == "\t" and rng.random() < .7 else ".csv"
    told = {} if s.encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") else {"encoding": s.encoding}
    if s.delimiter != ("\t" if kind == ".tsv" else ","): told["delimiter"] = s.delimiter
    if s.quoting != ("none" if kind == ".tsv" else "csv"): told["quoting"] = s.quoting
    return (kind.upper() if rng.random() < .2 else kind), told

def _saved(rng: random.Random, home: Path, ending: str, data: bytes, cut: bool = False) -> Path:
    "A file, packed or not."
    packed = cut or rng.random() < .15
    path = home/f"table{ending}{'.gz' if packed else ''}"
    data = gzip.compress(data) if packed else data
    path.write_bytes(data[:-9] if cut else data)
    return path

def cells(rng: random.Random, home: Path) -> Case:
    "A good file of cells."
    from minivecdb.storage.text_tables import read_rows
    s = _sheet(rng)
    header = [_written(rng, s, f" {n} " if rng.random() < .1 else n) for n in s.names]
    written = [header, *([_written(rng, s, c) for c in row] for row in zip(*s.cells))]
    text, _ = _text(rng, s, written, rng.choice((0, 0, 0, 1, 3)), rng.random() < .3)
    ending, told = _options(rng, s)
    path, expected = _saved(rng, home, ending, text.encode(s.encoding)), _rows(s)
    if rng.random() < .1: told["types"], expected = "text", [dict(zip(s.names, row)) for row in zip(*s.cells)]
    return Case(f"{path.name} {s.encoding} {s.end!r} {told} {text[:300]!r}", lambda: [(r, None) for r in read_rows(path, **told)], [(r, None) for r in expected])

def bad_cells(rng: random.Random, home: Path) -> Case:
    "A file of cells with one thing wrong."
    from minivecdb.storage.text_tables import read_rows
    s = _sheet(rng, least=1)
    r, how = rng.randrange(len(s.cells[0])), rng.choice(("fewer", "more", "twice", "bytes", "quote", "type", "gzip", "unknown"))
    if how == "quote": s, r = s._replace(quoting="csv"), len(s.cells[0]) - 1
    if how == "bytes": s = s._replace(encoding="utf-8")
    written = [[_written(rng, s, c) for c in row] for row in zip(*s.cells)]
    header, told, words = [_written(rng, s, n) for n in s.names], {}, ()
    if how == "fewer": written[r].pop(); words = ("fewer",)
    if how == "fewer" and written[r] == [""]: written[r] = ["x"] # an empty line is no row
    if how == "more": written[r].append("more"); words = ("more",)
    if how == "twice": header[-1] = header[0]; words = ("twice", s.names[0])
    if how == "quote": written[r][-1] = '"never ends'
    if how == "bytes": written[r][0] = "x\ue000"; words = ("UTF-8",)
    text, lines = _text(rng, s, [header, *written], 0, rng.random() < .3)
    if how in ("fewer", "more", "quote", "bytes"): words = (*words, f"line {lines[r]}:")
    if how == "unknown": told["types"] = {s.names[0] + "?": "whole"}; words = (s.names[0] + "?", "did you mean")
    if how == "type":
        j = next((j for j, k in enumerate(s.kinds) if k == "text" and any(c.strip() for c in s.cells[j])), None)
        if j is None: return cells(rng, home)
        i = next(i for i, c in enumerate(s.cells[j]) if c.strip())
        told["types"] = {s.names[j]: rng.choice(("whole", "decimal", "boolean", "date"))}; words = (f"line {lines[i]}:", repr(s.names[j]))
    if how == "gzip": words = ("gzip",)
    ending, more = _options(rng, s)
    raw = text.encode(s.encoding)
    if how == "bytes": raw = raw.replace("\ue000".encode(), b"\xff\xfe")
    path = _saved(rng, home, ending, raw, how == "gzip")
    return Case(f"{how}: {path.name} {more} {told} {text[:300]!r}", lambda: [(r, None) for r in read_rows(path, **more, **told)], Wrong((*words, path.name)))

# --- JSON -------------------------------------------------------------------------------------------------

def _value(rng: random.Random, depth: int = 0) -> Any:
    "A JSON value."
    kind = rng.randrange(10 if depth < 3 else 7)
    if kind == 7: return [_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if kind >= 8: return {rng.choice(NAMES): _value(rng, depth + 1) for _ in range(rng.randint(0, 3))}
    return (None, rng.random() < .5, rng.randint(-10**6, 10**6), rng.randint(2**62, 2**80), rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300), rng.choice(TEXTS), rng.choice(CODED + DATES))[kind]

def _vector(rng: random.Random, d: int) -> list: return [rng.choice((rng.randint(-5, 5), rng.uniform(-1, 1))) for _ in range(d)]

def _rounded(vector: list) -> list: return np.array(vector, np.float64).astype(np.float32).tolist()

def _filled(source: Any, d: int, rng: random.Random, home: Path, **options) -> list:
    "A storage in memory or in a folder is filled; its rows."
    from minivecdb import VectorStorage
    from minivecdb.storage import frames, json_rows
    small = mock.patch.object(frames, "BLOCK_BYTES", rng.choice((8 << 20, 8 << 20, 4 * d, 12 * d)))
    fast = mock.patch.object(json_rows, "orjson", json_rows.orjson if rng.random() < .5 else None)
    with small, fast, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with VectorStorage(d) if rng.random() < .7 else VectorStorage.open(home/"s.mvdb", d) as storage:
            before = len(storage)
            try: storage.add_bulk(source, **options)
            except BaseException: assert len(storage) == before == storage.next_id, "a failed add left rows"; raise
            return [(m, v.tolist()) for _, v, m in storage.get_all()]

def _object_rows(rng: random.Random, d: int) -> tuple[list, list]:
    "Objects, and what a storage makes of them."
    rows, expected, own = [], [], rng.random() < .5
    for i in range(rng.randint(0, 6)):
        vector, others = _vector(rng, d), {n: _value(rng) for n in rng.sample(NAMES, rng.randint(0, 4))}
        row, meta = {"vector": vector} | others, dict(others)
        if own and rng.random() < .8: row["id"] = rng.choice((i, 4711 + i, f"doc-{i}", f"7e{i}")); meta["id"] = row["id"]
        if rng.random() < .3: row["metadata"] = {f"m{j}": _value(rng) for j in range(rng.randint(0, 2))}; meta |= row["metadata"]
        keys = list(row); rng.shuffle(keys)
        rows.append({k: row[k] for k in keys}); expected.append((meta, _rounded(vector)))
    return rows, expected

def _json_text(rng: random.Random, rows: list) -> tuple[str, str]: # (ending, text)
    dump = lambda x, **how: json.dumps(x, ensure_ascii=rng.random() < .5, **how)
    if rng.random() < .3: return rng.choice((".json", ".JSON")), dump(rows, indent=rng.choice((None, 1)))
    ends = [rng.choice(("\n", "\r\n", "\n\n")) for _ in rows]
    return rng.choice((".jsonl", ".ndjson", ".JSONL")), "".join(dump(r) + e for r, e in zip(rows, ends))

def objects(rng: random.Random, home: Path) -> Case:
    "A good file of JSON."
    from minivecdb.storage.text_tables import read_rows
    d = rng.randint(1, 5)
    rows, expected = _object_rows(rng, d)
    ending, text = _json_text(rng, rows)
    path = _saved(rng, home, ending, text.encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-32"))))
    note = f"{path.name} {text[:300]!r}"
    if rng.random() < .3: return Case(note, lambda: [(r, None) for r in read_rows(path)], [(r, None) for r in rows])
    return Case(note, lambda: _filled(path, d, rng, home), expected)

BAD_OBJECTS = {"nan": ('"x\'": NaN', "x'"), "infinite": ('"y": 1e999', "y"), "twice": ('"k": 1, "k": 2', "'k' is there twice"), "inside": ('"o": {"k": 1, "k": 1}', "'k' is there twice"), "broken": ('"k" 1', "not valid JSON"), "half": ('"h": "\\ud800"', "surrogate"),
               "conflict": ('"k": 1, "metadata": {"k": 2}', "'k' is a column"), "metadata": ('"metadata": [1]', "dictionary"), "not JSON": ('"metadata": "{"', "not JSON")}
BAD_VECTORS = {"NaN": "[{}, NaN]", "too large": "[{}, 1e39]", "vanishes": "[0, 1e-70]", "short": "[1]", "long": "[1, 2, 3]", "text": '[1, "x"]', "null": "null", "nested": "[[1, 2]]", "word": '"1 2"'}

def bad_objects(rng: random.Random, home: Path) -> Case:
    "JSON lines with one thing wrong."
    lines = [json.dumps({"vector": _vector(rng, 2), "n": i}) for i in range(rng.randint(1, 5))]
    at, how = rng.randint(0, len(lines)), rng.choice((*BAD_OBJECTS, *BAD_VECTORS, "no vector", "not an object"))
    if how in BAD_OBJECTS: line, words = '{"vector": [1, 2], ' + BAD_OBJECTS[how][0] + "}", (BAD_OBJECTS[how][1],)
    elif how in BAD_VECTORS: line, words = '{"vector": ' + BAD_VECTORS[how].replace("{}", "1") + "}", ()
    elif how == "no vector": line, words = '{"vectro": [1, 2]}', ("'vector'", "'vectro'")
    else: line, words = "[1, 2]", ("object",)
    lines.insert(at, line)
    blank = rng.choice(("", "\n"))
    path = _saved(rng, home, ".jsonl", (blank + "\n".join(lines)).encode(rng.choice(("utf-8", "utf-8-sig"))))
    return Case(f"{how}: {line}", lambda: _filled(path, 2, rng, home), Wrong((f"line {at + 1 + len(blank)}", path.name, *words)))

# --- frames -----------------------------------------------------------------------------------------------

UTC = dt.timezone.utc

def _moment(rng: random.Random) -> dt.datetime: return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=rng.randint(-2**31, 2**32), microseconds=rng.choice((0, 0, 500_000, rng.randrange(10**6))))

def _nanoseconds(rng: random.Random) -> tuple[int, str]: # (since 1970, text)
    moment, more = _moment(rng), rng.choice((0, 1, 999))
    n = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1) * 1000 + more
    return n, moment.isoformat(timespec="microseconds") + f"{more:03}" if more else moment.isoformat()

def _two(rng: random.Random, n: int, make: Callable) -> tuple[list, list]:
    "Cells and values of a column, some missing."
    pairs = [(None, None) if rng.random() < .2 else make() for _ in range(n)]
    return [c for c, _ in pairs], [v for _, v in pairs]

def _equal(make: Callable) -> Callable: return lambda: (make(),) * 2

def _frame_columns(rng: random.Random, n: int) -> dict[str, tuple]: # kind -> (cells, values)
    "Columns of every kind that Python has values for."
    date = lambda: (lambda d: (d, d.isoformat()))(_moment(rng).date())
    moment = lambda: (lambda d: (d, d.isoformat()))(_moment(rng))
    zoned = lambda: (lambda d: (d, d.isoformat()))(_moment(rng).replace(tzinfo=UTC))
    clock = lambda: (lambda d: (d, d.isoformat()))(_moment(rng).time())
    number = lambda: (lambda x: (x, None if x != x else x))(rng.choice((float("nan"), rng.uniform(-9, 9), 1e300, 0.)))
    decimal = lambda: (lambda i: (Decimal(i).scaleb(-2), i / 100))(rng.randint(-10**6, 10**6))
    listed = lambda: (lambda x: (x, x))([rng.randint(0, 9) for _ in range(rng.randint(0, 3))])
    record = lambda: (lambda d: ({"a": 1, "b": d}, {"a": 1, "b": d.isoformat()}))(_moment(rng).date())
    makes = {"date": date, "datetime": moment, "zoned": zoned, "time": clock, "float": number, "decimal": decimal, "list": listed, "struct": record, "str": _equal(lambda: rng.choice(TEXTS)),
             "int": _equal(lambda: rng.randint(-2**63, 2**63 - 1)), "bool": _equal(lambda: rng.random() < .5), "floats": _equal(lambda: [rng.uniform(0, 1), 2.5])}
    return {k: _two(rng, n, make) for k, make in makes.items()} | {"null": ([None] * n,) * 2}

def _pandas(pd: Any, rng: random.Random, n: int) -> dict[str, tuple]: # kind -> (column, values)
    made = {k: (pd.Series(c, dtype=object), v) for k, (c, v) in _frame_columns(rng, n).items()}
    def add(kind, make, column): c, v = _two(rng, n, make); made[kind] = column(c), v
    small, text = _equal(lambda: rng.randint(0, 100)), _equal(lambda: rng.choice(("a", "b")))
    for dtype in ("Int64", "UInt8"): add(dtype, small, lambda c, t=dtype: pd.Series(c, dtype=t))
    add("boolean", _equal(lambda: rng.random() < .5), lambda c: pd.Series(c, dtype="boolean"))
    for dtype in ("category", "string"): add(dtype, text, lambda c, t=dtype: pd.Series(c, dtype=t))
    add("datetime64[ns]", lambda: _nanoseconds(rng), lambda c: pd.Series(pd.to_datetime(c)))
    add("datetime64[us]", lambda: (lambda d: (d, d.isoformat()))(_moment(rng)), lambda c: pd.Series(c, dtype="datetime64[us]"))
    add("float32", lambda: (lambda x: (x, float(np.float32(x))))(rng.uniform(-9, 9)), lambda c: pd.Series(c, dtype="float32"))
    add("arrays", lambda: (lambda x: (np.array(x, np.int16), x))([rng.randint(0, 9)] * 2), lambda c: pd.Series(c, dtype=object))
    add("masked", lambda: (np.ma.array([1, 2], mask=[True, False]), [None, 2]), lambda c: pd.Series(c, dtype=object))
    add("scalars", lambda: rng.choice(((np.int8(3), 3), (np.float64(.5), .5), (np.datetime64("2024-01-31"), "2024-01-31"), (pd.NaT, None), (pd.NA, None), (UUID(int=7), str(UUID(int=7))), ((1, 2), [1, 2]))), lambda c: pd.Series(c, dtype=object))
    whole = [rng.randint(0, 2**64 - 1) for _ in range(n)]
    return made | {"uint64": (pd.Series(whole, dtype="uint64"), whole)}

def _polars(pl: Any, rng: random.Random, n: int) -> dict[str, tuple]:
    types = {"date": pl.Date, "datetime": pl.Datetime("us"), "zoned": pl.Datetime("us", "UTC"), "time": pl.Time, "float": pl.Float64, "decimal": pl.Decimal(20, 2), "list": pl.List(pl.Int16), "struct": pl.Struct({"a": pl.Int8, "b": pl.Date}), "str": pl.String, "int": pl.Int64, "bool": pl.Boolean, "floats": pl.Array(pl.Float64, 2), "null": pl.Null}
    made = {k: (pl.Series(k, c, dtype=types[k]), v) for k, (c, v) in _frame_columns(rng, n).items()}
    def add(kind, make, dtype): c, v = _two(rng, n, make); made[kind] = pl.Series(kind, c).cast(dtype) if n else pl.Series(kind, [], dtype=dtype), v
    for kind, dtype in (("Int8", pl.Int8), ("UInt64", pl.UInt64), ("Int128", pl.Int128)): add(kind, _equal(lambda: rng.randint(0, 100)), dtype)
    add("ns", lambda: _nanoseconds(rng), pl.Datetime("ns")); add("Categorical", _equal(lambda: rng.choice(("a", "b"))), pl.String); add("Enum", _equal(lambda: rng.choice(("a", "b"))), pl.Enum(["a", "b"]))
    add("Float32", lambda: (lambda x: (x, float(np.float32(x))))(rng.uniform(-9, 9)), pl.Float32)
    return made

def _arrow(pa: Any, rng: random.Random, n: int) -> dict[str, tuple]:
    types = {"date": pa.date32(), "datetime": pa.timestamp("us"), "zoned": pa.timestamp("us", "UTC"), "time": pa.time64("us"), "float": pa.float64(), "decimal": pa.decimal128(20, 2), "list": pa.list_(pa.int16()), "struct": pa.struct([("a", pa.int8()), ("b", pa.date32())]), "str": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "floats": pa.list_(pa.float64(), 2), "null": pa.null()}
    made = {k: (pa.array(c, types[k]), v) for k, (c, v) in _frame_columns(rng, n).items()}
    def add(kind, make, dtype): c, v = _two(rng, n, make); made[kind] = pa.array(c, dtype), v
    for kind, dtype in (("uint64", pa.uint64()), ("int8", pa.int8())): add(kind, _equal(lambda: rng.randint(0, 100)), dtype)
    for kind, dtype in (("large", pa.large_string()), ("dictionary", pa.dictionary(pa.int8(), pa.string()))): add(kind, _equal(lambda: rng.choice(("a", "b"))), dtype)
    add("ns", lambda: _nanoseconds(rng), pa.timestamp("ns")); add("map", lambda: ([("k", 1)], [["k", 1]]), pa.map_(pa.string(), pa.int8()))
    add("seconds", lambda: (lambda d: (d, d.isoformat()))(_moment(rng).replace(microsecond=0)), pa.timestamp("s")); add("float32", lambda: (lambda x: (x, float(np.float32(x))))(rng.uniform(-9, 9)), pa.float32())
    add("clock", lambda: (lambda m: (m * 1000 + 7, (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=m)).time().isoformat(timespec="microseconds") + "007"))(rng.randrange(86_400 * 10**6)), pa.time64("ns"))
    return made

def _vectors_for(library: str, module: Any, rng: random.Random, rows: list, d: int) -> Any:
    "A column of vectors, in one of its forms."
    form = rng.randrange(3)
    if library == "pandas": return [(list, tuple, lambda v: np.array(v, rng.choice((np.float32, np.float64))))[form](v) for v in rows]
    if library == "polars": return module.Series("v", rows, dtype=(module.List(module.Float64), module.Array(module.Float64, d), module.List(module.Float32))[form])
    return module.array(rows, (module.list_(module.float64()), module.list_(module.float32(), d), module.large_list(module.float32()))[form])

BAD_CELLS = {"bytes": lambda: b"abc", "duration": lambda: dt.timedelta(seconds=3), "infinite": lambda: float("inf")}

def _frame(library: str, module: Any, rng: random.Random, home: Path, columns: dict) -> Any:
    "The table, sometimes as a file or a stream."
    if library == "pandas": return module.DataFrame(columns)
    if library == "polars": frame = module.DataFrame(columns); return frame.lazy() if rng.random() < .2 else frame
    table = module.table(columns)
    how = rng.randrange(4)
    if how == 0: return table.to_reader()
    if how == 1:
        import pyarrow.parquet as parquet
        path = home/rng.choice(("t.parquet", "T.PARQUET"))
        parquet.write_table(table, path)
        return path
    return table

def _library(rng: random.Random) -> tuple[str, Any] | None:
    name = rng.choice(("pandas", "polars", "pyarrow"))
    with contextlib.suppress(ImportError): return name, __import__(name)

def frames(rng: random.Random, home: Path) -> Case:
    "A frame of good and, one time in three, one bad column."
    found = _library(rng)
    if found is None: return objects(rng, home)
    (library, module), d, n = found, rng.randint(1, 4), rng.randint(0, 6)
    menu = {"pandas": _pandas, "polars": _polars, "pyarrow": _arrow}[library](module, rng, n)
    kinds = rng.sample(sorted(menu), rng.randint(0, 5))
    columns, values = {f"{k} of {library}": menu[k][0] for k in kinds}, {f"{k} of {library}": menu[k][1] for k in kinds}
    rows, vector = [[float(np.float32(x)) for x in _vector(rng, d)] for _ in range(n)], rng.choice(("vector", "vector", "embedding"))
    own = rng.choice((None, None, [*range(100, 100 + n)], [f"doc {i}" for i in range(n)]))
    if own is not None: columns["id"] = own; values["id"] = own
    if n and rng.random() < .2: columns["metadata"] = [json.dumps({"m": i}) for i in range(n)]; values["m"] = list(range(n))
    bad = n and rng.random() < .33
    at, how, words = rng.randrange(n) if bad else 0, rng.choice((*BAD_CELLS, "missing", "short")), ()
    if bad and how in BAD_CELLS:
        cells = [BAD_CELLS[how]() if i == at else None for i in range(n)]
        if library == "pandas": cells = module.Series(cells, dtype=object)
        columns["bad column"] = module.array(cells) if library == "pyarrow" else cells
        words = (f"vector {at}" if how == "infinite" else f"row {at} ", "'bad column'")
    given = list(rows)
    if bad and how in ("missing", "short"):
        given[at] = None if how == "missing" else [1.] * (d + 1)
        words = (f"vector {at}",)
    if words and how in ("missing", "short"): columns[vector] = module.array(given) if library == "pyarrow" else given
    else: columns[vector] = _vectors_for(library, module, rng, given, d)
    order = list(columns); rng.shuffle(order)
    frame = _frame(library, module, rng, home, {k: columns[k] for k in order})
    expected = [dict(zip(values, row)) for row in zip(*values.values())] if values else [{} for _ in range(n)]
    if library == "pandas" and n and rng.random() < .3:
        named = rng.choice((None, "key", "ints"))
        frame.index = list(range(50, 50 + n)) if named == "ints" else [f"k{i}" for i in range(n)]
        frame.index.name = "key" if named == "key" else None
        if named != "ints": expected = [{named or "index": f"k{i}"} | e for i, e in enumerate(expected)]
    note = f"{library} {type(frame).__name__} {', '.join(order)}, {n} rows of {d}{f', {how} at {at}' if bad else ''}"
    return Case(note, lambda: _filled(frame, d, rng, home, vector=vector), Wrong(words) if bad else list(zip(expected, rows)))

# --- arrays, and a shell ------------------------------------------------------------------------------------

def arrays(rng: random.Random, home: Path) -> Case:
    "Numbers in numpy's forms, with one of them wrong half of the time."
    n, d = rng.randint(1, 5), rng.randint(1, 5)
    rows = [_rounded(_vector(rng, d)) for _ in range(n)]
    at, j = rng.randrange(n), rng.randrange(d)
    how = rng.choice(("good", "good", "masked", "nan", "inf", "large", "vanishes", "text", "int"))
    x, words = np.array(rows), ()
    if how == "masked": x = np.ma.array(x); x[at, j] = np.ma.masked; words = (f"{j}]", "masked")
    if how in ("nan", "inf", "large"): x[at, j] = {"nan": np.nan, "inf": np.inf, "large": 1e300}[how]; words = (f"vector {at} ", f"position {j}")
    if how == "vanishes": x[at] = 0; x[at, j] = rng.choice((1e-60, -5e-324)); words = (f"vector {at} ", f"position {j}")
    if how == "text": x = [list(r) for r in rows]; x[at][j] = "x"; words = (f"vector {at}",)
    if how == "int": x = np.array([[rng.randint(-9, 9) for _ in range(d)] for _ in rows]); rows = x.astype(float).tolist()
    forms = [lambda x: x, lambda x: list(x), lambda x: iter([x[:at], x[at:]]) if how == "good" else x]
    if how == "good": forms.append(lambda x: __import__("pandas").Series(list(x)))
    source = rng.choice(forms)(x)
    return Case(f"{how} at {at}, {j} of {n} × {d}, {type(source).__name__}", lambda: _filled(source, d, rng, home), Wrong(words) if words else [({}, r) for r in rows])

def _said(args: list[str]) -> tuple[int, str, str]:
    "A command in this process."
    from minivecdb import cli, commands, headlines
    stub = lambda rows, text, model, **more: headlines.fill_storage(rows, text, lambda texts: [[len(t), 1.] for t in texts])
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(commands, "fill_storage", stub), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err): code = cli.main(args)
    return code, out.getvalue(), err.getvalue()

class Sent(Exception):
    "Something went to the terminal that it would obey, or a command said nothing readable."

def shell(rng: random.Random, home: Path) -> Case:
    "A file of cells goes through the command line, and what it prints is looked at."
    s = _sheet(rng, least=1)
    texts, _ = _column(rng, "text", len(s.cells[0]), lambda c: c.strip() and s.delimiter not in c and not re.search(r"[\r\n]", c) and _encodes(c, s.encoding), False)
    s = s._replace(names=[*s.names, "the text"], cells=[*s.cells, texts], values=[*s.values, texts])
    written = [[_written(rng, s, n) for n in s.names], *([_written(rng, s, c) for c in row] for row in zip(*s.cells))]
    text, _ = _text(rng, s, written, 0, False)
    ending, told = _options(rng, s)
    path, out = _saved(rng, home, ending, text.encode(s.encoding)), home/"o.json"
    options = [x for k, v in told.items() for x in (f"--{k}", v)]
    def take():
        out.unlink(missing_ok=True)
        said = [_said(["index", str(path), "--text", "the text", "--out", str(out), "--quiet", *options]), _said(["find", str(out), "--json"]), _said(["find", str(out)]), _said(["find", str(out), "--show", rng.choice(TEXTS)]), _said(["find", str(out), "--where", json.dumps({"the text": rng.choice(TEXTS)})]), _said(["index", str(path), "--text", "\x1b[2J", "--out", str(home/"p.json")]), _said(["\x1b[2J"])]
        for code, *streams in said:
            sent = [c for c in "".join(streams) if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2028")]
            if sent: raise Sent(f"control characters {sent[:3]} in {streams}")
        if [code for code, *_ in said[:3]] != [0, 0, 0] or said[5][0] != 1: raise Sent(str(said[:3]))
        return [(json.loads(line)["metadata"], None) for line in said[1][1].splitlines()]
    return Case(f"shell: {path.name} {options} {text[:300]!r}", take, [(r, None) for r in _rows(s)])

def _encodes(c: str, encoding: str) -> bool:
    try: return c.encode(encoding).decode(encoding) == c
    except UnicodeError: return False

# --- what looks like an answer and is none ------------------------------------------------------------------

def _advice(notes: str) -> dict:
    "The options that some notes name."
    found = {}
    if m := re.search(r"--delimiter (?:'(.)'|(tab))", notes): found["delimiter"] = m[1] or m[2]
    if "--decimal ','" in notes: found["decimal"] = ","
    if m := re.search(r"--missing '([^']+)'", notes): found["missing"] = [m[1]]
    if days := re.findall(r"--types (\w+)=dayfirst", notes): found["types"] = dict.fromkeys(days, "dayfirst")
    return found

def advised(rng: random.Random, home: Path) -> Case:
    "A table of another country, with a word where one number is missing: its reader follows the notes, and nothing else."
    from minivecdb.storage.column_types import TableError
    from minivecdb.storage.text_tables import read_rows
    n, word, delimiter = rng.randint(120, 300), rng.choice(("n/a", "NA", "-", "null", "None", "?")), rng.choice(";\t|")
    gone, days = rng.randrange(n), [dt.date(1900, 1, 1) + dt.timedelta(rng.randrange(50_000)) for _ in range(n)]
    cents, counts = [rng.randrange(10**7) for _ in range(n)], [rng.randrange(-99, 10**5) for _ in range(n)]
    rows = [{"title": f"Ding {i}", "price": c / 100, "day": d.isoformat(), "count": k} for i, (c, d, k) in enumerate(zip(cents, days, counts))]
    del rows[gone]["count"]
    german = lambda c: f"{c / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    lines = [(f"Ding {i}", german(c), rng.choice((f"{d.day}.{d.month}.{d.year}", f"{d:%d/%m/%Y}")), word if i == gone else str(k)) for i, (c, d, k) in enumerate(zip(cents, days, counts))]
    path = home/"table.csv"
    path.write_text("\n".join(delimiter.join(row) for row in [("title", "price", "day", "count"), *lines]) + "\n")
    def take():
        how, heard = {}, ""
        for _ in range(4):
            try: table = read_rows(path, **how); notes = " ".join(table.notes)
            except TableError as e: notes, table = str(e), []
            how, heard = how | _advice(notes), heard + notes
        if f"{word!r} in line {gone + 2};" not in heard: raise Sent(f"no word of {word!r} in line {gone + 2}: {heard[:300]}")
        return [(row, None) for row in table]
    return Case(f"{delimiter!r} {word!r} in row {gone} of {n}", take, [(row, None) for row in rows])

def warned(rng: random.Random, home: Path) -> Case:
    "A filter that compares a date with a text, or names a key with a letter too many: whether it is told."
    from minivecdb.filters.columns import FilterWarning
    from minivecdb.vector_storage import VectorStorage
    days = [dt.date(1990, 1, 1) + dt.timedelta(rng.randrange(9999)) for _ in range(5)]
    forms = {"iso": lambda d: d.isoformat(), "moment": lambda d: f"{d.isoformat()}T10:00Z", "day": lambda d: f"{d.day}.{d.month}.{d.year}", "slash": lambda d: f"{d:%d/%m/%Y}", "year": lambda d: f"{d.year}/{d.month}/{d.day}"}
    held, asked = rng.choice(list(forms)), rng.choice(list(forms))
    key, how = rng.choice(("seen", "published", "by.date")), rng.choice(("dates", "dates", "key", "words"))
    op = rng.choice(("$gt", "$gte", "$lt", "$lte"))
    values = [f"word {i}" if how == "words" else forms[held](d) for i, d in enumerate(days)]
    operand = "word 3" if how == "words" else forms[asked](days[0] + dt.timedelta(1))
    wrong = (lambda k: k[:-1] + k[-1] * 2)(key) if how == "key" else key
    told = how == "key" or how == "dates" and not {held, asked} <= {"iso", "moment"}
    def take():
        storage = VectorStorage(1) if rng.random() < .7 else VectorStorage.open(home/"s.mvdb", 1)
        storage.add_bulk([[1.]] * 5, [{key.split(".")[0]: {"date": v} if "." in key else v} for v in values])
        where = {wrong: {op: operand}}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            rng.choice((storage.find, storage.count, storage.columns.mask))({"$not": where} if rng.random() < .2 else where)
        storage.close()
        return [({"told": any(issubclass(w.category, FilterWarning) for w in caught)}, None)]
    return Case(f"{how}: {held} against {asked}, {wrong} {op} {operand}", take, [({"told": told}, None)])

# --- what is taken out again --------------------------------------------------------------------------------

def _mutants() -> dict[str, Callable]:
    "The mends of these faults, each taken out."
    from minivecdb.storage import cells, column_types, frames, json_rows, tables, text_tables
    from minivecdb import commands
    from minivecdb.core import checks
    from minivecdb.filters import columns as filter_columns
    kinds = column_types.KINDS
    loose = kinds | {"whole": kinds["whole"]._replace(fits=kinds["whole"].reads)}
    records = text_tables._records
    def numbered(*given): yield from ((i, cells) for i, (_, cells) in enumerate(records(*given), 1))
    swap = mock.patch.object
    return {
        "numbers stay texts": lambda: swap(text_tables, "column_type", lambda cells: "text"),
        "zeros in front are lost": lambda: mock.patch.dict(kinds, loose),
        "ids are dropped": lambda: swap(tables, "with_own_ids", lambda metas, *more: metas),
        "metadata swallows columns": lambda: swap(frames, "merged", lambda metadata, others, place: others if metadata is None else metadata),
        "quotes swallow lines": lambda: mock.patch.dict(text_tables.QUOTINGS, none=csv.QUOTE_MINIMAL),
        "rows are counted, not lines": lambda: swap(text_tables, "_records", numbered),
        "cells go as they are": lambda: swap(frames, "natural_column", lambda name, values, first=0: values),
        "nanoseconds are dropped": lambda: swap(frames, "nanoseconds_text", lambda n, zone=None: cells.nanoseconds_text(n // 1000 * 1000, zone)),
        "an index is dropped": lambda: swap(frames, "_with_index", lambda frame: frame),
        "masks are ignored": lambda: swap(checks, "_check_masked", lambda x: None),
        "vectors vanish": lambda: swap(checks, "_check_zeros", lambda *a: None),
        "the second key wins": lambda: swap(json_rows, "_pairs", dict),
        "a mark is text": lambda: swap(json_rows, "_encoding", lambda path, given: given or "utf-8"),
        "control characters are sent": lambda: swap(commands, "visible", lambda text: text),
        "texts are not explained": lambda: swap(text_tables, "why_text", lambda *given: None),
        "lines of notes count rows": lambda: swap(text_tables, "why_text", lambda name, cells, line: column_types.why_text(name, cells, lambda i: f"line {i}")),
        "no delimiter is suggested": lambda: swap(text_tables, "_other_delimiter", lambda *given: []),
        "the month comes first": lambda: mock.patch.dict(kinds, dayfirst=kinds["monthfirst"]),
        "dates are not told": lambda: swap(filter_columns.Column, "warn_of_dates", lambda self, f: None),
        "keys are not told": lambda: swap(filter_columns.Columns, "_warn_of_key", lambda self, path: None),
    }

MUTANTS = ("numbers stay texts", "zeros in front are lost", "ids are dropped", "metadata swallows columns", "quotes swallow lines", "rows are counted, not lines", "cells go as they are",
           "nanoseconds are dropped", "an index is dropped", "masks are ignored", "vectors vanish", "the second key wins", "a mark is text", "control characters are sent",
           "texts are not explained", "lines of notes count rows", "no delimiter is suggested", "the month comes first", "dates are not told", "keys are not told")

# --- the run ------------------------------------------------------------------------------------------------

KINDS = (cells, cells, bad_cells, objects, bad_objects, frames, frames, frames, arrays, shell, advised, warned)

def judge(case: Case, tally: Tally, number: int):
    "Every value, or the product's own error with the right words."
    from minivecdb.core.errors import MinivecdbError
    complain = lambda text: tally.fail(f"case {number}: {text}: {case.note}")
    try: found = case.take()
    except MinivecdbError as e:
        if not isinstance(case.expected, Wrong): return complain(f"refused: {type(e).__name__}: {str(e)[:300]}")
        missing = [w for w in case.expected.words if w not in str(e)]
        tally.counts["refused by row and column"] += 1
        return complain(f"the error lacks {missing}: {str(e)[:300]}") if missing else None
    except Exception as e: return complain(f"raised {type(e).__name__}: {str(e)[:300]}")
    if isinstance(case.expected, Wrong): return complain(f"was taken, without a word of {case.expected.words}")
    if len(found) != len(case.expected): return complain(f"{len(found)} rows of {len(case.expected)}")
    for i, ((m, v), (m2, v2)) in enumerate(zip(found, case.expected)):
        if not same(m, m2) or v != v2: return complain(f"row {i} is {str((m, v))[:300]} and should be {str((m2, v2))[:300]}")
    tally.counts["rows kept"] += len(found)

def strangers(cases: int, first: int = 0, start: int = 0, progress: str = "", subject: str = "", mutant: str = "", enough: int = 40) -> Tally:
    "Cases number `first + start` to `first + cases`."
    tally, home = Tally(), scratch()
    try:
        with _mutants()[mutant]() if mutant else contextlib.nullcontext():
            for i in range(start, cases):
                number = first + i
                rng = random.Random(number)
                kind = KINDS[number % len(KINDS)]
                folder = home/str(i)
                folder.mkdir()
                if progress: Path(progress).write_text(json.dumps([i, kind.__name__]))
                limit(60)
                judge(kind(rng, folder), tally, number)
                limit(0)
                shutil.rmtree(folder)
                tally.states += 1
                tally.counts[kind.__name__] += 1
                if len(tally.failures) >= enough: break
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def main():
    import argparse
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("cases", type=int, nargs="?", default=300)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--mutant", default="")
    a = arguments.parse_args()
    tally = strangers(a.cases, a.first, mutant=a.mutant)
    print(tally.states, dict(tally.counts))
    for f in tally.failures[:15]: print("-", f[:900])

if __name__ == "__main__": main()
