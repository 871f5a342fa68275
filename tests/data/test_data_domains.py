"""Domains of rows: splits within each, sources and targets, texts without labels, bad columns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from translearn_core.config import DataConfig, DomainConfig, SplitConfig
from translearn_core.config.settings import Settings
from translearn_core.data import PreparedDataset, diagnose, prepare, read_table
from translearn_core.data.columns import profile, suggest_columns
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

TRAIN, VALIDATION, TEST = 0, 1, 2


def table(counts: dict[str, int], tmp_path) -> pd.DataFrame:
    lines = [
        f"text {domain} {number},{'yes' if number % 2 else 'no'},{domain}"
        for domain, count in counts.items()
        for number in range(count)
    ]
    (path := tmp_path / "table.csv").write_text("text,label,language\n" + "\n".join(lines))
    return read_table({"train": path}, Settings())[0]


def prepared(frame: pd.DataFrame, split: SplitConfig | None = None, **domains) -> PreparedDataset:
    data = DataConfig(
        dataset="d", text="text", label="label", split=split or SplitConfig(),
        domains=DomainConfig(column="language", **domains),
    )  # fmt: skip
    return prepare(frame, data)


def count(data: PreparedDataset, split: int, domain: str) -> int:
    return int(((data.split == split) & (data.domain == domain)).sum())


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return table({"en": 120, "zh": 80, "ru": 40}, tmp_path_factory.mktemp("domains"))


def test_every_domain_has_rows_of_every_split_and_class(frame: pd.DataFrame):
    data = prepared(frame)
    for domain, rows in (("en", 120), ("zh", 80), ("ru", 40)):
        assert count(data, VALIDATION, domain) == count(data, TEST, domain) == round(0.15 * rows)
        for split in (TRAIN, VALIDATION, TEST):
            labels = data.labels[(data.split == split) & (data.domain == domain)]
            assert abs(int((labels == 0).sum()) - int((labels == 1).sum())) <= 1
    assert not data.unlabelled


def test_a_source_trains_and_a_target_is_tested(frame: pd.DataFrame):
    data = prepared(frame, source=("en",), target=("zh", "ru"))
    assert {*data.domain[data.split != TEST]} == {"en"}
    assert {*data.domain[data.split == TEST]} == {"zh", "ru"}
    assert count(data, TRAIN, "en") == 84
    # the training rows of the target are texts without labels: none of validation and test is among them
    assert len(data.unlabelled) == 56 + 28
    assert not {*data.unlabelled} & {*data.texts}
    assert "84 rows of the target have texts only" in data.findings[-1].sentence


@given(labels=st.integers(0, 60), seed=st.integers(0, 5))
@hypothesis_settings(deadline=None, max_examples=30)
def test_target_labels_are_nested_and_no_test_row_is_used(frame: pd.DataFrame, labels: int, seed: int):
    split = SplitConfig(seed=seed)
    data = prepared(frame, split, source=("en",), target=("zh",), target_labels=labels)
    assert count(data, TRAIN, "zh") == min(labels, 56)
    assert count(data, VALIDATION, "zh") == min(labels, 12)
    assert len(data.unlabelled) == 56 - min(labels, 56)
    assert count(data, TEST, "zh") == 12
    assert count(data, TEST, "en") == 0
    texts = [*data.texts, *data.unlabelled]
    assert len(set(texts)) == len(texts)
    if labels:
        fewer = prepared(frame, split, source=("en",), target=("zh",), target_labels=labels - 1)
        assert {*fewer.texts} <= {*data.texts}


def test_the_test_rows_of_a_target_are_the_same_whatever_the_source(frame: pd.DataFrame):
    tested = [
        {t for t, s in zip(data.texts, data.split, strict=True) if s == TEST}
        for data in (
            prepared(frame, source=("en",), target=("zh",)),
            prepared(frame, source=("zh",), target=("zh",)),
            prepared(frame, source=("en", "ru"), target=("zh",), target_labels=8),
        )
    ]
    assert tested[0] == tested[1] == tested[2]


@pytest.mark.parametrize(
    ("domains", "sentence"),
    [
        ({"source": ("fr",)}, r"no domain 'fr': choose from 'en', 'ru' and 'zh'"),
        ({"column": "nothing"}, r"no column 'nothing'"),
    ],
)
def test_unknown_domains_and_columns_are_named(frame: pd.DataFrame, domains: dict, sentence: str):
    data = DataConfig(
        dataset="d", text="text", label="label", domains=DomainConfig(**{"column": "language"} | domains)
    )
    with pytest.raises(DataError, match=sentence):
        prepare(frame, data)


def test_a_column_of_one_value_or_of_very_many_is_no_column_of_domains(tmp_path):
    with pytest.raises(DataError, match="holds 'en' only: domains are two or more"):
        prepared(table({"en": 40}, tmp_path))
    with pytest.raises(DataError, match=r"holds 60 different values.*at most 50"):
        prepared(table({f"d{k}": 4 for k in range(60)}, tmp_path))


def test_labels_in_one_domain_alone_are_told_from_a_column_of_one_value(frame: pd.DataFrame):
    lacking = frame.copy()
    lacking.loc[lacking["language"] != "en", "label"] = None
    with pytest.raises(
        DataError, match=r"Only rows of 'en' in 'language' have a label; those of 'ru' and 'zh'"
    ):
        prepared(lacking)


def test_rows_without_a_domain_are_left_out_and_counted(frame: pd.DataFrame):
    lacking = frame.copy()
    lacking.loc[:4, "language"] = None
    data = prepared(lacking)
    assert len(data.texts) == 235
    assert any("5 rows without a domain in 'language' were left out" in f.sentence for f in data.findings)


def test_spellings_of_a_domain_are_one_and_are_said(frame: pd.DataFrame):
    spelt = frame.copy()
    spelt.loc[:2, "language"] = [" en", "EN", "en\u200b"]
    data = prepared(spelt, source=("en",), target=("zh",))
    assert set(data.domain) == {"en", "zh"}
    (said,) = [f for f in data.findings if f.code == "domain-spellings"]
    assert said.sentence.startswith(
        "2 rows spelt a domain of 'language' with other blanks or capital letters"
    )
    assert said.rows == (2, 3), "surrounding blanks alone are not worth a word"
    assert profile(spelt)[2].values == ("en", "zh", "ru")
    assert suggest_columns(profile(spelt), spelt).domain == "language"
    assert not [f for f in prepared(frame).findings if f.code == "domain-spellings"]


def test_a_source_whose_training_rows_have_one_class_is_refused(frame: pd.DataFrame):
    one = frame.copy()
    one.loc[one["language"] == "ru", "label"] = "yes"
    with pytest.raises(DataError, match=r"training rows of 'ru' hold"):
        prepared(one, source=("ru",), target=("en",))


def test_columns_of_domains_are_suggested_by_name_and_by_codes(frame: pd.DataFrame, tmp_path):
    assert suggest_columns(profile(frame), frame).domain == "language"
    renamed = frame.rename(columns={"language": "x1"})
    assert suggest_columns(profile(renamed), renamed).domain == "x1"
    small = table({"en": 30, "zh": 5}, tmp_path)
    assert suggest_columns(profile(small), small).domain is None
    assert profile(frame)[2].values == ("en", "zh", "ru")


def test_domains_keep_their_strata_with_several_labels(tmp_path):
    rng = np.random.default_rng(0)
    lines = [
        f"text {d} {k},{';'.join(rng.choice(['a', 'b', 'c'], rng.integers(1, 3), replace=False))},{d}"
        for d in ("en", "zh")
        for k in range(60)
    ]
    (path := tmp_path / "t.csv").write_text("text,label,language\n" + "\n".join(lines))
    frame = read_table({"train": path}, Settings())[0]
    data = prepare(
        frame,
        DataConfig.model_validate(
            {
                "dataset": "d",
                "text": "text",
                "targets": [{"column": "label", "problem": "multi_label_classification"}],
                "domains": {"column": "language"},
            }
        ),
    )
    for domain in ("en", "zh"):
        assert 7 <= count(data, VALIDATION, domain) <= 11
        assert 7 <= count(data, TEST, domain) <= 11


def test_errors_name_the_domains_as_they_are_written(frame: pd.DataFrame, tmp_path):
    renamed = frame.assign(language=frame["language"].replace({"en": "English UK", "zh": "Chinese"}))
    renamed["split"] = np.where(np.arange(len(renamed)) % 4 == 0, "test", "train")
    renamed.loc[(renamed["language"] == "English UK"), "split"] = "test"
    with pytest.raises(DataError, match=r"'English UK' of 'language' has no row in train.*choose other"):
        prepared(renamed, SplitConfig(column="split"), source=("English UK",), target=("Chinese",))
    one = frame.copy()
    one.loc[one["language"] == "zh", "label"] = "yes"
    with pytest.raises(DataError, match=r"rows of 'zh' hold.*: take more target labels"):
        prepared(one, source=("en",), target=("zh",), target_labels=8, use_source=False)
    renamed.loc[renamed["language"] == "Chinese", "split"] = "test"
    alone = {"target_labels": 8, "use_source": False}
    with pytest.raises(DataError, match=r"'Chinese' of 'language' has no row in train"):
        prepared(renamed, SplitConfig(column="split"), source=("ru",), target=("Chinese",), **alone)


def translated(tmp_path, ids, split: SplitConfig | None = None) -> list[Finding]:
    """Return the findings of 40 texts in three languages, numbered by `ids(language, number)`."""
    lines = [
        f"text {language} {number},{'yes' if number % 2 else 'no'},{language},{ids(language, number)}"
        f",{'test' if number % 5 == 0 else 'train'}"
        for language in ("en", "zh", "ru")
        for number in range(40)
    ]
    (path := tmp_path / "table.csv").write_text("text,label,language,number,part\n" + "\n".join(lines))
    frame = read_table({"train": path}, Settings())[0]
    domains = DomainConfig(column="language")
    config = DataConfig(
        dataset="d", text="text", label="label", domains=domains, split=split or SplitConfig()
    )
    return [f for f in diagnose(frame, config, None)[0].findings if f.code == "translations-across-splits"]


def test_a_number_that_comes_once_in_every_domain_is_proposed_to_keep_translations_together(tmp_path):
    (finding,) = translated(tmp_path, lambda language, number: f"s{number}")
    assert (finding.column, finding.severity) == ("number", Severity.WARNING)
    assert "translations of each other" in finding.sentence
    assert not translated(tmp_path, lambda language, number: f"s{number}", SplitConfig(group="number"))
    own_test = SplitConfig(column="part", validation=0.0)
    assert not translated(tmp_path, lambda language, number: f"s{number}", own_test)


def test_numbers_of_their_own_or_repeated_in_a_domain_are_no_translations(tmp_path):
    assert not translated(tmp_path, lambda language, number: f"{language}{number}")
    assert not translated(tmp_path, lambda language, number: f"s{number % 4}")
