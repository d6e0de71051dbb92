"The attacker of answers finds what it is there for: each mend taken out again is caught, and with all of them in place nothing is."
import pytest
from torture import answers

@pytest.mark.parametrize("mutant", [m for m, (_, _, needs_faiss) in answers.MUTANTS.items() if not needs_faiss])
def test_a_mend_that_is_taken_out_is_caught(mutant):
    found = answers.answers(60, first=7_000_000, most=20_000, mutant=mutant, enough=1)
    assert found.failures and "python -m torture.answers" in found.failures[0]

def test_configurations_follow_from_their_numbers():
    cases = [answers.case_of(i) for i in range(300)]
    assert cases == [answers.case_of(i) for i in range(300)]
    assert {c.kind for c in cases} == set(answers.KINDS) and {c.metric for c in cases} == set(answers.METRICS)
    assert max(c.n * c.d for c in cases) <= answers.MOST and {c.place for c in cases} == {"memory", "mapped", "read"}
