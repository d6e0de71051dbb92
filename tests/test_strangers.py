"The attacker of tables, a short run; and each mend taken out again is seen."
import pytest
pytest.importorskip("pandas"); pytest.importorskip("polars"); pytest.importorskip("pyarrow")
from torture.strangers import MUTANTS, same, strangers

def test_every_value_is_kept_or_named():
    tally = strangers(150, first=5_000_000)
    assert tally.failures == [] and tally.states == 150 and tally.counts["rows kept"] > 200 and tally.counts["refused by row and column"] > 20

@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mend_that_is_taken_out_is_seen(mutant): assert strangers(2000, first=7_000_000, mutant=mutant, enough=1).failures

def test_the_judge_tells_types_apart():
    assert same({"a": [1, None]}, {"a": [1, None]}) and not any(same(a, b) for a, b in ((1, 1.), (1, True), ([1], (1,)), ({"a": 1}, {"b": 1}), ("1", 1)))

def test_a_run_goes_on_where_it_was_cut(tmp_path):
    whole, rest = strangers(30, first=40), strangers(30, first=40, start=20, progress=str(tmp_path/"at"))
    assert (whole.states, rest.states) == (30, 10) and (tmp_path/"at").read_text().startswith("[29,")
