"""Domains page: choosing the column, the matrix, and the study of ways from a source to a target."""

from dataclasses import replace

import pandas as pd
import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text, script

from pages._ui.domains import study_offer
from pages._ui.forms.require_task import Ready
from tests.plots.domain_results import make_transfer
from translearn_core.config import (
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    Stage,
    StudyConfig,
    Way,
    job_id,
)
from translearn_core.data.backbone_fit import languages_finding
from translearn_core.jobs import REPORT, TRANSFER_MATRIX, DiagnoseConfig, ReadConfig, TransferMatrixConfig
from translearn_core.jobs.tables import LANGUAGES, LanguagesConfig
from translearn_core.results.diagnostics.transfer_matrix import TransferMatrix
from translearn_core.results.text_languages import TextLanguages
from translearn_core.runs import Studies
from translearn_core.worker import data_loading

DOMAINS = ("english", "中文", "русский")


@pytest.fixture
def table(filled: Filled) -> Filled:
    """A table of three languages, the newest data set."""
    lines = [f"text {i} {name},{filled.classes[i % 3]},{name}" for name in DOMAINS for i in range(60)]
    filled.table("languages.csv", ("text,label,language\n" + "\n".join(lines)).encode())
    data = filled.data
    filled.look(with_domains(data, DomainConfig(column="language")))
    return filled


def with_domains(data: DataConfig, domains: DomainConfig) -> DataConfig:
    return data.model_copy(update={"domains": domains})


def matrix() -> TransferMatrix:
    return replace(make_transfer(DOMAINS), sentences=("From english to 中文 it loses 10.0 points.",))


def opened(table: Filled, visit: Open, **domains: tuple[str, ...]) -> AppTest:
    """Open the page, with the column of domains as suggested."""
    at = visit("data")
    at.switch_page(script("domains")).run()
    assert not at.exception
    assert not at.error
    if domains:
        for name, values in domains.items():
            at.multiselect(key=f"{name}_domains").set_value(list(values))
        at.run()
        assert not at.error
    return at


def test_the_column_of_languages_is_suggested_and_the_matrix_offered(table: Filled, visit: Open):
    at = opened(table, visit)
    assert at.selectbox(key="domain_column").value == "language"
    assert at.session_state["draft"].domains == DomainConfig(column="language")
    assert f"compute-{TransferMatrixConfig.kind}" in keys(at)
    assert "Choose above what to learn from" in page_text(at)


def test_rows_without_a_domain_are_counted(filled: Filled, visit: Open):
    lines = [f"text {i} {name},{filled.classes[i % 3]},{name}" for name in DOMAINS for i in range(60)]
    lines += [f"text {i} of none,{filled.classes[i % 3]}," for i in range(7)]
    filled.table("languages.csv", ("text,label,language\n" + "\n".join(lines)).encode())
    filled.look(with_domains(filled.data, DomainConfig(column="language")))
    at = opened(filled, visit)
    assert "7 rows without a domain in 'language' were left out." in page_text(at)


def test_the_matrix_is_shown_with_its_sentences_and_tables(table: Filled, visit: Open):
    at = opened(table, visit)
    at.button(key=f"compute-{TransferMatrixConfig.kind}").click().run()
    job = next(
        run.job.config
        for run in table.store.runs(table.owner, TRANSFER_MATRIX)
        if isinstance(run.job.config, TransferMatrixConfig)
    )
    table.answer(job, matrix())
    at = opened(table, visit)
    assert "From english to 中文 it loses 10.0 points" in page_text(at)
    assert len(at.get("plotly_chart")) == 3
    assert any("neighbours elsewhere" in frame.value for frame in at.dataframe)
    at.button(key="make_report").click().run()
    (report,) = table.store.runs(table.owner, REPORT)
    assert report.job.config.parts[0] == job_id(job)
    assert report.job.config.name == "Domains of languages.csv"


def test_after_the_matrix_its_sources_can_be_trained(table: Filled, visit: Open):
    at = opened(table, visit)
    at.button(key=f"compute-{TransferMatrixConfig.kind}").click().run()
    job = next(run.job.config for run in table.store.runs(table.owner, TRANSFER_MATRIX))
    table.answer(job, matrix())
    at = opened(table, visit)
    assert "21 runs (english 3, 中文 3" in page_text(at)  # seven sources, three seeds
    at.button(key="train_matrix").click().run()
    (study,) = Studies(table.store).all(table.owner)
    assert len(study.runs) == 21
    assert study.config.sources[3] == ()
    assert "Trained on every source" in page_text(at)


def test_ways_between_two_domains_start_a_study(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    assert "compare_ways" in keys(at)
    at.button(key="compare_ways").click().run()
    (study,) = Studies(table.store).all(table.owner)
    assert isinstance(study.config, StudyConfig)
    assert study.config.data.domains == DomainConfig(column="language", source=("english",), target=("中文",))
    assert study.config.sizes == (0, 64)
    assert study.config.custom_recipe.freeze.blocks == (4, 5)
    assert {factors["way"] for factors in study.arms.values()} >= {"source only", "DANN"}


def test_the_time_of_every_way_is_said_before_it_starts(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.multiselect(key="ways").set_value([Way.SOURCE, Way.TARGET, Way.PRETRAIN_TARGET]).run()
    assert not at.error
    (costs,) = [frame.value for frame in at.dataframe if "way" in frame.value]
    assert costs["way"].tolist() == ["source only", "target only", "pre-training on the target"]
    assert costs["runs"].tolist() == [3, 3, 6]
    assert costs["seconds of pre-training"].iloc[0] == "–"
    assert costs["seconds of pre-training"].iloc[2].endswith(("s", "min"))
    assert "one after another" in page_text(at)


def test_a_way_that_does_not_suit_the_settings_is_said_beside_it(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    staged = {"freeze": FreezePlan.last_n(2, 6), "stages": (Stage(freeze=FreezePlan(), epochs=1),)}
    at.session_state["draft"] = replace(at.session_state["draft"], **staged)
    at.multiselect(key="ways").set_value([Way.SOURCE, Way.SEQUENTIAL]).run()
    assert not at.error
    assert "source, then target, not with these settings" in at.multiselect(key="ways").options
    assert "source, then target is left out: adaptation: sequential has stages of its own" in page_text(at)
    at.button(key="compare_ways").click().run()
    (study,) = Studies(table.store).all(table.owner)
    assert {factors["way"] for factors in study.arms.values()} == {"source only"}
    assert "source, then target is left out" in page_text(at)


def test_one_training_is_set_up_with_its_way(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.selectbox(key="one_way").set_value(Way.SELF_TRAINING).run()
    at.button(key="train_domains").click().run()
    draft = at.session_state["draft"]
    assert draft.domains == DomainConfig(column="language", source=("english",), target=("中文",))
    assert draft.self_training is not None
    table.look(with_domains(table.data, draft.domains))  # the draft is kept, and diagnosed as it is
    at = opened(table, visit, source=("english",), target=("中文",))
    at.selectbox(key="one_way").set_value(Way.SEQUENTIAL).run()
    assert "needs labels of the target" in page_text(at)
    assert "train_domains" not in keys(at)


def set_draft(at: AppTest, **parts: object) -> AppTest:
    at.session_state["draft"] = replace(at.session_state["draft"], **parts)
    return at.run()


def test_a_way_that_the_draft_would_drop_is_not_set_up(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    stage = Stage(freeze=FreezePlan(blocks=(5,)), epochs=1)
    set_draft(at, freeze=FreezePlan(blocks=(4, 5)), stages=(stage,))
    at.selectbox(key="one_way").set_value(Way.CORAL).run()
    assert "'CORAL' does not go with the stages" in page_text(at)
    assert "train_domains" not in keys(at)
    set_draft(at, stages=())
    assert "train_domains" in keys(at)
    at.multiselect(key="target_domains").set_value(["english"]).run()
    assert "goes from the source to a target outside it" in page_text(at)
    assert "train_domains" not in keys(at)


def test_ways_without_a_run_say_what_they_need(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.multiselect(key="ways").set_value([Way.TARGET, Way.BOTH])
    at.get("button_group")[0].set_value([0]).run()
    assert "target only needs labels of the target" in page_text(at)
    assert "compare_ways" not in keys(at)


def test_all_domains_can_be_learned_from_again(table: Filled, visit: Open):
    at = opened(table, visit)
    chosen = DomainConfig(column="language", source=("english",), target=("中文",))
    table.look(with_domains(table.data, chosen))
    set_draft(at, domains=chosen)
    at.button(key="train_domains").click().run()
    assert at.session_state["draft"].domains == DomainConfig(column="language")


def test_an_experiment_to_compare_continues_no_run():
    data = DataConfig(dataset="d", text="t", label="l", domains=DomainConfig(column="k"))
    continued = ExperimentConfig(data=data, freeze=FreezePlan(blocks=(5,)), resume_from="a" * 16)
    ready = Ready(None, None, data, continued, None, None)
    assert study_offer.trained_experiment(ready).resume_from is None


def test_a_table_without_domains_says_what_to_choose(filled: Filled, visit: Open):
    at = visit("domains")
    assert not at.error
    assert "Choose the column that says which domain a row belongs to" in page_text(at)


@pytest.fixture
def letters(filled: Filled) -> Filled:
    """A table of two languages without a column that names them."""
    lines = [f"text {i} {'a' if i % 2 else 'b'},{filled.classes[i % 3]}" for i in range(90)]
    filled.table("letters.csv", ("text,label\n" + "\n".join(lines)).encode())
    found = languages_finding({"English": 0.5, "Chinese": 0.5}, 90, "MiniLM", (), None)
    filled.diagnosis = replace(filled.diagnosis, findings=(*filled.diagnosis.findings, found))
    filled.answer(DiagnoseConfig(data=filled.data), filled.diagnosis)
    return filled


def identified(rows: int) -> TextLanguages:
    codes = ["en", "zh"] * (rows // 2)
    found = pd.DataFrame({"part": "train", "row": range(1, rows + 1), "language": codes, "confidence": 0.9})
    languages = pd.DataFrame(
        {"language": ["en", "zh"], "name": ["English", "Chinese"], "texts": rows // 2, "share": 0.5,
         "uncertain": [1, 0]}
    )  # fmt: skip
    least = pd.DataFrame(
        {"part": ["train"], "row": [3], "text": ["ok"], "language": ["en"], "confidence": 0.6}
    )
    return TextLanguages(("90 texts in 2 languages.",), 0, {}, languages, found, least)


def test_texts_of_several_languages_get_a_column_that_becomes_the_domains(letters: Filled, visit: Open):
    at = visit("data")
    assert "The texts are in several languages: English 50 % and Chinese 50 %" in page_text(at)
    (action,) = [key for key in keys(at) if key and key.startswith("act-several-languages")]
    at.button(key=action).click().run()
    assert at.title[0].value == "Domains"
    at = opened(letters, visit)
    at.button(key=f"compute-{LanguagesConfig.kind}").click().run()
    (run,) = letters.store.runs(letters.owner, LANGUAGES)
    assert run.job.config == LanguagesConfig(dataset=letters.dataset.digest, text="text")
    letters.answer(run.job.config, identified(90))
    at.run()
    assert "90 texts in 2 languages." in page_text(at)
    assert any("ok" in frame.value.get("text", pd.Series()).tolist() for frame in at.dataframe)
    at.button(key="add_languages").click().run()
    assert not at.exception
    draft = at.session_state["draft"]
    assert draft.domains == DomainConfig(column="language")
    assert draft.dataset != letters.dataset.digest
    table = data_loading.load_table(letters.store.workspace, draft.dataset)
    assert table["language"].tolist() == ["en", "zh"] * 45
    _, profile = data_loading._read(letters.store.workspace, draft.dataset)
    assert profile.suggestion.domain == "language"
    letters.answer(ReadConfig(dataset=draft.dataset), profile)
    assert not at.run().error
