"""Domains page: what it says before a start, while it computes, and of settings brought to other pages."""

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text, script

from pages._ui.domains.domain_form import WITHIN_SOURCE
from tests.pages.diagnostics.test_pages_domains import DOMAINS, matrix, opened, with_domains
from translearn_core.config import (
    AdaptationConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    Way,
    job_id,
)
from translearn_core.jobs import PROFILE, TRANSFER_MATRIX, TransferMatrixConfig
from translearn_core.runs import State, Studies

COMPUTE, STOP = (f"{do}-{TransferMatrixConfig.kind}" for do in ("compute", "stop"))


@pytest.fixture
def table(filled: Filled) -> Filled:
    """A table of three languages, the newest data set."""
    lines = [f"text {i} {name},{filled.classes[i % 3]},{name}" for name in DOMAINS for i in range(60)]
    filled.table("languages.csv", ("text,label,language\n" + "\n".join(lines)).encode())
    filled.look(with_domains(filled.data, DomainConfig(column="language")))
    return filled


def with_matrix(table: Filled, visit: Open) -> AppTest:
    """Open the page with a finished matrix."""
    at = opened(table, visit)
    at.button(key=COMPUTE).click().run()
    job = next(run.job.config for run in table.store.runs(table.owner, TRANSFER_MATRIX))
    table.answer(job, matrix())
    return opened(table, visit, source=("english",), target=("中文",))


def test_a_failed_measurement_of_time_is_said_once_and_blocks_nothing(table: Filled, visit: Open):
    (profile,) = table.store.runs(table.owner, PROFILE)
    table.store.delete_run(table.owner, profile.id)
    table.answer(profile.job.config, state=State.FAILED)
    at = with_matrix(table, visit)
    assert not at.exception
    assert page_text(at).count("Its time cannot be estimated") == 1
    assert {"train_matrix", "compare_ways", "make_report"} <= keys(at)
    at.button(key=f"again-{job_id(profile.job.config)}").click().run()
    assert not at.exception
    assert "cannot be estimated" not in page_text(at)


def test_the_backbone_is_named_and_what_it_cannot_read(table: Filled, visit: Open):
    at = opened(table, visit)
    assert "Column text of languages.csv, in the vectors of all-MiniLM-L6-v2" in page_text(at)
    assert "15 % of the tokens are unknown to all-MiniLM-L6-v2" in page_text(at)
    assert "multilingual" in at.warning[0].value


def test_a_matrix_can_be_stopped_and_started_again(table: Filled, visit: Open):
    at = opened(table, visit)
    at.button(key=COMPUTE).click().run()
    at.button(key=STOP).click().run()
    (run,) = table.store.runs(table.owner, TRANSFER_MATRIX)
    assert run.state is State.STOPPED
    at = opened(table, visit)
    assert not at.error
    at.button(key=COMPUTE).click().run()
    (run,) = table.store.runs(table.owner, TRANSFER_MATRIX)
    assert run.state is State.QUEUED


def test_source_target_and_way_are_said_by_train(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.button(key="train_domains").click().run()
    chosen = DomainConfig(column="language", source=("english",), target=("中文",))
    table.look(with_domains(table.data, chosen))
    at.switch_page(script("train")).run()
    said = "learns from **english** and is tested on **中文** (language) by the adaptation method"
    assert f"{said} **source only**, with **no labelled row** of the target" in page_text(at)
    name = at.text_input(key="run_name").placeholder
    assert name.startswith("languages.csv, english to 中文, source only, ")


def test_source_target_and_way_are_said_by_results(table: Filled, visit: Open):
    domains = DomainConfig(column="language", source=("english",), target=("中文",), target_labels=8)
    config = ExperimentConfig(
        data=with_domains(table.data, domains),
        freeze=FreezePlan.last_n(2, 6),
        adaptation=AdaptationConfig(method="coral"),
    )
    results = table.evaluation(), table.drift(config.freeze), table.summary(config.freeze)
    run = table.answer(config, *results, name="over")
    at = visit("results", run=run.id)
    assert "by the adaptation method **CORAL**, with **8 labelled rows** of the target" in page_text(at)


def test_a_study_of_ways_leads_back_to_domains(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.multiselect(key="ways").set_value([Way.SOURCE, Way.CORAL]).run()
    assert "9 runs (source only 3, CORAL 6)" in page_text(at)
    assert "takes the method 'target only'" in page_text(at)
    at.button(key="compare_ways").click().run()
    (study,) = Studies(table.store).all(table.owner)
    at = visit("study", study=study.id)
    assert not at.exception
    assert "Back to Domains" in [link.proto.label for link in at.get("page_link")]


def test_a_target_within_the_source_is_said_and_starts_no_study(table: Filled, visit: Open):
    at = opened(table, visit, source=("english", "中文"), target=("中文",))
    assert WITHIN_SOURCE in page_text(at)
    assert "compare_ways" not in keys(at)
    at.multiselect(key="target_domains").set_value(["русский"]).run()
    assert WITHIN_SOURCE not in page_text(at)
    assert "compare_ways" in keys(at)


def test_a_way_that_needs_labels_says_what_to_do(table: Filled, visit: Open):
    at = opened(table, visit, source=("english",), target=("中文",))
    at.selectbox(key="one_way").set_value(Way.BOTH).run()
    assert "needs labels of the target: raise the number beside it" in page_text(at)
    at.number_input(key="one_way_labels").set_value(8).run()
    assert "train_domains" in keys(at)
