"""A sample of the damaged tables of `tests.soak.fuzz_tables`, by seed."""

import pytest

from tests.soak.fuzz_tables import LARGE_MB, SLOW_SECONDS, through

PER_TEST = 30


@pytest.mark.parametrize("portion", range(10))
def test_no_table_breaks_or_hangs_what_reads_it(tmp_path, portion):
    for seed in range(1_000_000 + portion * PER_TEST, 1_000_000 + (portion + 1) * PER_TEST):
        outcome = through(seed, tmp_path)
        assert outcome.kind != "broken", f"{seed} ({outcome.how}): {outcome.message}"
        assert outcome.seconds < SLOW_SECONDS, f"{seed} ({outcome.how}): {outcome.seconds:.1f} s"
        assert outcome.megabytes < LARGE_MB, f"{seed} ({outcome.how}): {outcome.megabytes:.0f} MB"
        assert "\n" not in outcome.message


@pytest.mark.parametrize("seed", [623, 8636])
def test_what_once_broke_it_no_longer_does(tmp_path, seed):
    assert through(seed, tmp_path).kind != "broken"
