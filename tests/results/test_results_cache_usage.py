"""Cache usage in words."""

from translearn_core.results import CacheUsage


def test_one_pass_tells_how_many_texts_were_new() -> None:
    assert CacheUsage(510, 10, 0.0).summary() == "encoded 10 of 510 texts"
    assert CacheUsage(510, 10, 4.6).summary() == "encoded 10 of 510 texts, saved 5 s"


def test_several_passes_never_encode_more_texts_than_there_are() -> None:
    both = CacheUsage(510, 510, 0.0) + CacheUsage(510, 510, 5.0)
    for fact in ("510 texts", "encoded 1,020 times", "2 passes", "saved 5 s"):
        assert fact in both.summary()
