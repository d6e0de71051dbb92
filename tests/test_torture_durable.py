"The durable storage under torture, a short run of everything that `make torture` runs long: each part a test, so that two processes share them."
import pytest
from torture.run import line, passed, plan, run
from torture.subjects import MUTANTS_ABOVE, broken

PARTS = {p.name: p for p in plan(quick=True)}

@pytest.mark.parametrize("name", PARTS)
def test_nothing_is_lost_torn_silent_or_dead(name):
    part = PARTS[name]
    run([part])
    if part.skipped: pytest.skip(part.skipped)
    assert passed(part), "\n".join([line(part), part.bar, *part.failures[:5]])

@pytest.mark.parametrize("mutant", MUTANTS_ABOVE)
def test_every_mutant_finds_what_it_breaks(mutant):
    with broken(mutant): pass   # raises if a name that it replaces is gone
