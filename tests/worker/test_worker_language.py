"""Language of the texts beside those that a backbone was trained on, and that of each text."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from translearn_core.analysis.language_id import SURE, main_language, table_languages
from translearn_core.backbones.metadata import languages_of
from translearn_core.config import BackboneConfig, DataConfig, DomainConfig
from translearn_core.config.settings import Settings
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.jobs.tables import LanguagesConfig, TextCheckConfig
from translearn_core.results import Diagnosis, Severity, TextCheck
from translearn_core.results.text_languages import TextLanguages
from translearn_core.runs import RunStore, Workspace, artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.handlers import handler

ENGLISH = ["How do I activate my card?", "My card has not arrived yet.", "I want to cancel an order."]
CHINESE = ["请问我的卡什么时候可以送达？", "因为地址写错了，我想取消这个订单。"]
GERMAN = ["Wie kann ich meine Karte freischalten?", "Meine Karte ist noch nicht da.", "Ich will kündigen."]


@pytest.mark.parametrize(("texts", "code"), [(ENGLISH, "en"), (GERMAN, "de"), (CHINESE, "zh")])
def test_the_main_language_is_found(texts, code):
    language, share = main_language(texts * 20)
    assert language == code
    assert share > 0.9


@pytest.mark.parametrize("texts", [[], [""], ["AB-77 12", "33 x"], ["12 33 48"] * 200, ENGLISH[:1]])
def test_codes_numbers_and_too_few_words_have_none(texts):
    assert main_language(texts) is None


def test_languages_come_from_the_models_card(tmp_path):
    assert languages_of(BackboneConfig()) == ("en",)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    backbone = BackboneConfig(id=str(folder))
    assert languages_of(backbone) == ()
    for named, expected in (("de", ("de",)), ("[de, fr, multilingual]", ("de", "fr")), ("{a: 1}", ())):
        (folder / "README.md").write_text(f"---\nlanguage: {named}\n---\nA model.\n")
        assert languages_of(backbone) == expected


def carried_out(folder: Path, csv: str, kind: type, result: type, **columns: object):
    """Run a job on a table as a worker does, and return its result."""
    store = RunStore(Workspace(folder))
    dataset = store.add_dataset("ann", "x.csv", {"train": csv.encode()}, Settings())
    if kind is DiagnoseConfig:
        columns = {"data": DataConfig(dataset=dataset.digest, **columns)}
    else:
        columns = {"dataset": dataset.digest, **columns}
    run = store.submit("ann", kind(**columns))
    store.begin(run.job.id, "w")
    job = store.job(run.job.id)
    context = Context(store, job, store.workspace.run(job.id), {})
    try:
        handler(job.spec)(context)
        return artifacts.load(context.folder, result)
    finally:
        store.close()


def csv_of(texts: list[str], *, language: list[str] | None = None) -> str:
    named = language or [""] * len(texts)
    rows = zip(texts, named, strict=True)
    lines = [f'"{text} {k}",c{k % 2},{name}' for k, (text, name) in enumerate(rows)]
    return "text,label,where\n" + "\n".join(lines)


@pytest.mark.parametrize(("texts", "severity"), [(GERMAN, Severity.WARNING), (ENGLISH, Severity.DETECTED)])
def test_a_backbone_that_does_not_read_the_language_is_said_before_training(tmp_path, texts, severity):
    diagnosis = carried_out(
        tmp_path, csv_of(texts * 20), DiagnoseConfig, Diagnosis, text="text", label="label"
    )
    (found,) = [finding for finding in diagnosis.findings if finding.code == "language"]
    assert found.severity is severity
    assert ("German" in found.sentence) is (texts is GERMAN)
    assert (found.advice is not None) is (texts is GERMAN)


@pytest.mark.parametrize(("texts", "codes"), [(CHINESE, {"language", "unknown-tokens"}), (ENGLISH, set())])
def test_texts_without_labels_are_held_against_what_the_backbone_reads(tmp_path, texts, codes):
    check = carried_out(tmp_path, csv_of(texts * 20), TextCheckConfig, TextCheck, text="text")
    assert {one.code for one in check.findings if one.severity is Severity.WARNING} == codes


def test_a_language_that_the_tokenizer_does_not_know_is_named(tmp_path):
    csv = csv_of(ENGLISH * 20 + CHINESE * 20, language=["en"] * 60 + ["zh"] * 40)
    columns = {"text": "text", "label": "label", "domains": DomainConfig(column="where")}
    diagnosis = carried_out(tmp_path, csv, DiagnoseConfig, Diagnosis, **columns)
    (found,) = [finding for finding in diagnosis.findings if finding.code == "unknown-domains"]
    assert found.severity is Severity.WARNING
    assert "of 'zh' are unknown to all-MiniLM-L6-v2" in found.sentence
    assert "'en'" not in found.sentence
    assert "multilingual" in found.advice


def languages_found(folder: Path, csv: str) -> tuple[str, str]:
    """Return code and sentence of the finding on languages."""
    diagnosis = carried_out(folder, csv, DiagnoseConfig, Diagnosis, text="text", label="label")
    (found,) = [finding for finding in diagnosis.findings if "language" in finding.code]
    return found.code, found.sentence


def test_texts_of_several_languages_are_found_and_the_column_that_tells_them(tmp_path):
    texts = ENGLISH * 40 + CHINESE * 20
    code, sentence = languages_found(tmp_path / "a", csv_of(texts))
    assert code == "several-languages"
    assert "English 75 %, Chinese 25 %".replace(", ", " and ") in sentence
    assert "so it transfers little to Chinese" in sentence
    named = ["uk"] * 120 + ["cn"] * 40
    code, sentence = languages_found(tmp_path / "b", csv_of(texts, language=named))
    assert code == "languages-in-column"
    assert "Column 'where' tells them apart" in sentence
    unrelated = ["uk", "cn"] * 80
    assert languages_found(tmp_path / "c", csv_of(texts, language=unrelated))[0] == "several-languages"


def test_few_texts_of_another_language_are_no_domain(tmp_path):
    assert languages_found(tmp_path, csv_of(ENGLISH * 60 + CHINESE * 4))[0] == "language"


def test_every_text_gets_a_language_of_the_table(tmp_path):
    texts = [*ENGLISH * 20, *CHINESE * 15, "Meine Karte ist noch immer nicht angekommen", "ok", "👍", ""]
    csv = "text\n" + "\n".join(f'"{text}"' for text in texts)
    result = carried_out(tmp_path, csv, LanguagesConfig, TextLanguages, text="text")
    languages = result.languages
    assert languages["name"].tolist() == ["English", "Chinese"]
    assert languages["texts"].sum() == (result.rows["language"] != "").sum() == 91
    assert result.without_letters == 1
    assert result.others == {"German": 1}
    assert len(result.rows) == 93, "the blank cell is no text"
    (short,) = result.least_certain.itertuples()
    assert (short.text, short.row, short.language) == ("ok", 92, "en")
    assert len(result.sentences) == 3


def test_a_column_that_is_missing_is_said(tmp_path):
    with pytest.raises(DataError, match="There is no column 'body'"):
        carried_out(tmp_path, "text\nyes", LanguagesConfig, TextLanguages, text="body")


def test_numbers_alone_have_no_language():
    guesses = table_languages(["12", "3.5"] * 30)
    assert guesses.languages == ()
    assert guesses.without_letters == 60
    assert set(guesses.codes) == {""}


@pytest.mark.real_data
@pytest.mark.parametrize(("characters", "least"), [(None, 0.999), (30, 0.99)])
def test_languages_of_sentences_are_identified(real_data, characters, least):
    table = pd.read_csv(real_data / "sib_topics_test.csv")
    guesses = table_languages(table["text"].str.slice(0, characters).tolist())
    assert set(guesses.languages) == set(table["language"])
    right = guesses.codes == table["language"].to_numpy()
    assert right.mean() >= least
    assert right[guesses.confidence >= SURE].mean() >= 0.998
    assert not np.isnan(guesses.confidence).any()
