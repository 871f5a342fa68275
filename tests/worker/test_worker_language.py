"""Language of the texts beside those that a backbone was trained on."""

import pytest

from translearn_core.analysis.language_id import main_language
from translearn_core.backbones.metadata import languages_of
from translearn_core.config import BackboneConfig, DataConfig, DomainConfig
from translearn_core.config.settings import Settings
from translearn_core.jobs import DiagnoseConfig
from translearn_core.jobs.tables import TextCheckConfig
from translearn_core.results import Diagnosis, Severity, TextCheck
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


@pytest.mark.parametrize(("texts", "severity"), [(GERMAN, Severity.WARNING), (ENGLISH, Severity.DETECTED)])
def test_a_backbone_that_does_not_read_the_language_is_said_before_training(tmp_path, texts, severity):
    store = RunStore(Workspace(tmp_path))
    rows = "".join(f'"{text} {k}",c{k % 2}\n' for k, text in enumerate(texts * 20))
    dataset = store.add_dataset("ann", "x.csv", {"train": f"text,label\n{rows}".encode()}, Settings())
    run = store.submit(
        "ann", DiagnoseConfig(data=DataConfig(dataset=dataset.digest, text="text", label="label"))
    )
    store.begin(run.job.id, "w")
    job = store.job(run.job.id)
    context = Context(store, job, store.workspace.run(job.id), {})
    handler(job.spec)(context)
    diagnosis = artifacts.load(context.folder, Diagnosis)
    (found,) = [finding for finding in diagnosis.findings if finding.code == "language"]
    assert found.severity is severity
    assert ("German" in found.sentence) is (texts is GERMAN)
    assert (found.advice is not None) is (texts is GERMAN)
    store.close()


def test_the_domain_that_the_backbone_cannot_read_is_named(tmp_path):
    store = RunStore(Workspace(tmp_path))
    of = [(text, "en") for text in ENGLISH * 30] + [("您的订单何时送达，请回复。", "zh")] * 10
    rows = "".join(f'"{text} {k}",c{k % 2},{language}\n' for k, (text, language) in enumerate(of))
    dataset = store.add_dataset("ann", "x.csv", {"train": f"text,label,where\n{rows}".encode()}, Settings())
    domains = DomainConfig(column="where")
    data = DataConfig(dataset=dataset.digest, text="text", label="label", domains=domains)
    run = store.submit("ann", DiagnoseConfig(data=data))
    store.begin(run.job.id, "w")
    job = store.job(run.job.id)
    context = Context(store, job, store.workspace.run(job.id), {})
    handler(job.spec)(context)
    findings = artifacts.load(context.folder, Diagnosis).findings
    (found,) = [finding for finding in findings if finding.code == "unknown-tokens"]
    assert "it cannot read the texts of 'zh'" in found.sentence


@pytest.mark.parametrize(("texts", "codes"), [(CHINESE, {"language", "unknown-tokens"}), (ENGLISH, set())])
def test_texts_without_labels_are_held_against_what_the_backbone_reads(tmp_path, texts, codes):
    store = RunStore(Workspace(tmp_path))
    rows = "".join(f'"{text}",{k}\n' for k, text in enumerate(texts * 20))
    dataset = store.add_dataset("ann", "x.csv", {"train": f"text,id\n{rows}".encode()}, Settings())
    run = store.submit("ann", TextCheckConfig(dataset=dataset.digest, text="text"))
    store.begin(run.job.id, "w")
    job = store.job(run.job.id)
    context = Context(store, job, store.workspace.run(job.id), {})
    handler(job.spec)(context)
    findings = artifacts.load(context.folder, TextCheck).findings
    assert {one.code for one in findings if one.severity is Severity.WARNING} == codes
