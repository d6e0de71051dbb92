"SIGKILL at random moments: a writer that acknowledges through a pipe is killed, and the folder is held against what it said."
import os, random, select, shutil, signal, time
from pathlib import Path
from .power import D, Tally, verdict
from .recorder import KILL, Witness, scratch
from .story import WIDE_MIX, Model, Step, after_words, next_step, step_from
from .subjects import SUBJECTS

MIX = {"add": 30, "bulk": 15, "stream": 10, "update": 8, "delete": 15, "purge": 5, "compact": 8, "fold": 8, "reopen": 2}
MIX |= {do: n for do, n in WIDE_MIX.items() if do not in MIX}

def write_until_killed(subject: str, place: Path, model: Model, seed: int, pipe: int, at_call: int):
    "The life of the writer: open, take steps for ever, say so before and after each."
    def say(step: Step, what: str): os.write(pipe, step.word(what) + b"\n")
    rng, witness = random.Random(seed), Witness()
    storage = SUBJECTS[subject](place/"s.mvdb", D)
    os.write(pipe, b"\n")
    if at_call: witness.begin(place); witness.arm(at_call, 0, KILL)
    while True:
        step = next_step(rng, model, MIX, bulks=(3, 50, 400, 3000))
        say(step, "begin")
        if step.do == "reopen": storage.close(); storage = SUBJECTS[subject](place/"s.mvdb", D)
        else: step.expect(model, step.take(storage, D))
        model = step.apply(model)
        say(step, "done")

def one_life(subject: str, place: Path, model: Model, seed: int, rng: random.Random) -> tuple[list[bytes], str, str]: # (its words, how it was killed, what went wrong)
    "Fork a writer, kill it, and return what it said."
    reading, writing = os.pipe()
    at_call = rng.choice((0, rng.randint(1, 150)))
    after = rng.choice((rng.uniform(0, .02), rng.uniform(0, .3)))
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            write_until_killed(subject, place, model, seed, writing, at_call)
        except BaseException as e: os.write(writing, b"ERROR " + f"{type(e).__name__}: {e}".replace("\n", " ").encode() + b"\n")
        finally: os._exit(3)
    os.close(writing)
    data, deadline = b"", None
    while True:
        wait = 10 if deadline is None else max(0, deadline - time.monotonic())
        if not select.select([reading], [], [], wait)[0]: os.kill(pid, signal.SIGKILL); break
        piece = os.read(reading, 1 << 16)
        if not piece: break
        if deadline is None: deadline = time.monotonic() + (after if not at_call else 5)
        data += piece
    while piece := os.read(reading, 1 << 16): data += piece
    _, status = os.waitpid(pid, 0)
    os.close(reading)
    words = [w for w in data.split(b"\n") if w]
    wrong = next((w.decode() for w in words if w.startswith(b"ERROR")), "") or ("" if os.WIFSIGNALED(status) else f"the writer ended by itself: {status}")
    return [w for w in words if not w.startswith(b"ERROR")], f"call {at_call}" if at_call else f"{after * 1000:.1f} ms", wrong

def kill(subject: str, kills: int, seed: int = 0) -> Tally:
    "So many kills, mostly one after another on the same folder, which then holds what earlier lives left."
    tally, home, rng = Tally(), scratch(), random.Random(seed)
    model = Model()
    try:
        for i in range(kills):
            place = home/"live"
            if i % 25 == 0 or len(model.rows) > 20_000: shutil.rmtree(place, ignore_errors=True); place.mkdir(); model = Model()
            words, how, wrong = one_life(subject, place, model, seed * 1000 + i, rng)
            candidates = after_words([w for w in words], model)
            wrong = wrong or verdict(subject, place, candidates)
            tally.states += 1
            tally.counts["acknowledged"] += sum(b'"what": "done"' in w for w in words)
            tally.counts[f"killed in {last_step(words)}"] += 1
            if wrong: tally.fail(f"seed {seed}, kill {i} after {how}: {wrong}")
            if len(tally.failures) >= 10: break
            if wrong: model = Model(); shutil.rmtree(place); place.mkdir(); continue
            model = next(m for m in candidates if verdict(subject, place, [m]) is None)
            model.tags += 10_000 # a step that left no trace may be retried with other contents
    finally: shutil.rmtree(home, ignore_errors=True)
    return tally

def last_step(words: list[bytes]) -> str:
    "What the writer was doing at the end."
    if not words: return "opening"
    what, step = step_from(words[-1])
    return step.do if what == "begin" else "between steps"
