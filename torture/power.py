"Power cuts: record a writer below SQLite, build the states a cut may leave, open each, and hold it against what was acknowledged."
import random, shutil, time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from .powercut import Cut, Disk, cuts, folder_image, write_image
from .recorder import Call, Witness, read_log, scratch
from .story import MIX, WIDE_MIX, Model, Step, after_words, beside_wrong, difference, next_step
from .subjects import MUTANTS_BESIDE, SUBJECTS, mutated

D = 8 # numbers in a vector; few, so that files stay small and states many

@dataclass
class Tally:
    "What a run has seen."
    states: int = 0
    failures: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    def fail(self, text: str): self.failures.append(text); self.counts["failures"] += 1

def run_steps(storage, reopen, model: Model, rng: random.Random, n: int, witness: Witness | None, mix: dict = MIX, first: list[Step] = ()) -> tuple:
    "Take `n` random steps, telling the log before and after each; the storage and the model at the end."
    for i in range(n):
        step = first[i] if i < len(first) else next_step(rng, model, mix)
        witness.mark(step.word("begin"))
        if step.do == "reopen": storage.close(); storage = reopen()
        else: step.expect(model, step.take(storage, D))
        model = step.apply(model)
        witness.mark(step.word("done"))
    return storage, model

def record(subject: str, folder: Path, log: Path, seed: int, steps: int, witness: Witness, mutant: str | None = None,
           model: Model | None = None, mix: dict = MIX, first: list[Step] = ()) -> Model:
    "A scene: open the storage in `folder`, write, close it without ceremony at the end; everything goes to `log`."
    rng = random.Random(seed)
    def reopen(): return SUBJECTS[subject](folder/"s.mvdb", D)
    witness.begin(folder, log)
    try:
        with mutated(mutant, witness):
            storage, model = run_steps(reopen(), reopen, model or Model(), rng, steps, witness, mix, first)
            storage.close()
    finally: witness.end()
    return model

def check_recording(calls: list[Call], before: Disk, folder: Path):
    "Raise unless the log explains every byte of the folder: a write that went past the recorder would show here."
    for c in calls: before.apply(c, random.Random(0))
    seen, real = before.seen(), folder_image(folder)
    seen = {p: d for p, d in seen.items() if not p.endswith("-shm")}
    wrong = sorted(p for p in seen | real if seen.get(p, b"?") != real.get(p, b"?"))
    if wrong: raise AssertionError(f"the log does not explain {wrong}: something wrote past the recorder")

def verdict(subject: str, place: Path, candidates: list[Model], write: bool = False) -> str | None:
    "Open a state and say what is wrong with it; `write` also takes one more step there."
    try: storage = SUBJECTS[subject](place/"s.mvdb", D)
    except Exception as e: return f"does not open: {type(e).__name__}: {e}"
    try:
        wrong = difference(storage, candidates, D) or (beside_wrong(place, candidates[0], D) if subject != "toy" else None)
        if wrong or not write: return wrong
        model = next(m for m in candidates if difference(storage, [m], D) is None)
        step = Step("bulk", model.tags + 1000, 3)
        step.expect(model, step.take(storage, D))
        storage.close()
        storage = SUBJECTS[subject](place/"s.mvdb", D)
        return difference(storage, [step.apply(model)], D)
    except Exception as e: return f"opens, then {type(e).__name__}: {e}"
    finally: storage.close()

def words_of(calls: list[Call]) -> list[bytes]: return [c.data for c in calls if c.op == "M"]

def examine(subject: str, states: Iterator[Cut], words: list[bytes], start: Model, place: Path, tally: Tally, limit: int, note: str, write_every: int = 7, enough: int = 20) -> list:
    "Open every state; those that are worth a cut of their own are kept."
    kept = []
    for cut in states:
        write_image(cut.image, place)
        candidates = after_words(words[:cut.marks], start)
        if not cut.image and candidates[0].rows: wrong = "the folder is gone"
        else: wrong = verdict(subject, place, candidates, write=tally.states % write_every == 0)
        tally.states += 1
        if wrong: tally.fail(f"{note}, call {cut.call}, files {cut.files}, names {cut.names}: {wrong}")
        elif len(kept) < 50 and tally.states % 97 == 0: kept.append((cut, candidates))
        if tally.states >= limit or len(tally.failures) >= enough: break
    return kept

def again(subject: str, kept: list, place: Path, seed: int, witness: Witness, tally: Tally, limit: int):
    "A second cut, while the storage recovers from the first."
    for i, (cut, candidates) in enumerate(kept):
        write_image(cut.image, place)
        before, log = Disk(place), place.with_suffix(".again")
        start = next(m for m in candidates if verdict_is(subject, cut, m, place))
        write_image(cut.image, place)
        before = Disk(place)
        record(subject, place, log, seed + i, 2, witness, model=start)
        calls = read_log(log, place)
        tally.counts["second cuts"] += 1
        examine(subject, cuts(calls, before, random.Random(seed + i), each=2), words_of(calls), start, place.with_name("again"), tally, limit, f"seed {seed}, second cut after {cut.call}/{cut.files}/{cut.names}")
        if tally.states >= limit or len(tally.failures) >= 20: return

def verdict_is(subject: str, cut: Cut, m: Model, place: Path) -> bool: return verdict(subject, place, [m]) is None

def power(subject: str, seeds: list[int], states: int, steps: int = 30, mutant: str | None = None, each: int = 3, mix: dict | None = None, second: bool = True) -> Tally:
    "Scenes by seed, until so many states were opened. Runs under the witness."
    mix = mix or (WIDE_MIX if subject == "durable" and (not mutant or mutant in MUTANTS_BESIDE) else MIX)
    witness, tally, home, start = Witness(), Tally(), scratch(), time.perf_counter()
    try:
        for n, seed in enumerate(chain(seeds, range(1000 + 100 * seeds[0], 10**9))):
            if tally.states >= states or tally.failures or tally.counts["scenes"] > 40 * len(seeds): break
            folder, log, place = home/"live", home/"log", home/"state"
            shutil.rmtree(folder, ignore_errors=True); folder.mkdir()
            limit = min(states, tally.states + -(-(states - tally.states) // max(1, len(seeds) - n)))
            record(subject, folder, log, seed, steps, witness, mutant, mix=mix)
            calls = read_log(log, folder)
            check_recording(calls, Disk(), folder)
            tally.counts["scenes"] += 1
            tally.counts["calls"] += sum(c.op != "M" for c in calls)
            tally.counts["syncs"] += sum(c.op == "S" for c in calls)
            chance = (limit - tally.states) / (5.5 * sum(c.op != "M" and not c.path.endswith("-shm") for c in calls)) # so that the end of a scene is looked at as often as its beginning
            states_here = cuts(calls, Disk(), random.Random(seed), each, chance)
            kept = examine(subject, states_here, words_of(calls), Model(), place, tally, limit, f"seed {seed}", enough=3 if mutant else 20)
            if second and not mutant: again(subject, kept, place, seed, witness, tally, tally.states + (limit - tally.states) // 1 + 60)
    finally: shutil.rmtree(home, ignore_errors=True)
    tally.seconds = time.perf_counter() - start
    return tally

def show(subject: str, seed: int, steps: int = 30, mutant: str | None = None, mix: dict = MIX, first: int = 0, last: int = 60) -> Tally:
    "Print the calls of a scene: what to look at when a state fails."
    home, witness = scratch(), Witness()
    (home/"live").mkdir()
    try:
        record(subject, home/"live", home/"log", seed, steps, witness, mutant, mix=mix)
        for i, c in enumerate(read_log(home/"log", home/"live")[:last], 1):
            what = c.data.decode() if c.op == "M" else f"{c.path} {c.other} at {c.offset} {len(c.data)} bytes{' error ' + str(c.error) if c.error else ''}{' folder' if c.is_dir else ''}"
            if i >= first: print(f"{i:5} {c.op} {what}")
    finally: shutil.rmtree(home, ignore_errors=True)
    return Tally()
