"""Studies: form, start, progress, stop, comparison, extension, deletion."""

import numpy as np
import pytest
from filled import HOSTILE, Filled
from visits import BOB, Open, page_text

from pages._ui.shell import tables
from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    FreezePlan,
    RecipeName,
    StudyConfig,
    TrainingConfig,
    expand_grid,
)
from translearn_core.jobs import COMPARE, PROFILE, CompareConfig, ProfileConfig
from translearn_core.results import ArmScore, Comparison, Difference, Estimate
from translearn_core.runs import State, Studies, Study, artifacts

BLOCKS = {BackboneConfig().label: 6}


@pytest.fixture
def studies(filled: Filled) -> Studies:
    return Studies(filled.store)


def made(filled: Filled, name: str = "which way", **parts: object) -> Study:
    given = {"data": filled.data, "recipes": ("linear", "full"), "seeds": (0, 1)} | parts
    return Studies(filled.store).add(filled.owner, name, StudyConfig(**given), BLOCKS)


def train(filled: Filled, study: Study, *, but: int = 0) -> None:
    """Finish all runs of a study but the last few."""
    for job in study.jobs[: len(study.jobs) - but]:
        filled.store.begin(job, "TRAIN-0")
        folder = filled.store.workspace.run(job)
        artifacts.save(folder, filled.evaluation())
        artifacts.save(folder, filled.summary(FreezePlan()))
        filled.store.finish(job, State.DONE)


def answer(filled: Filled, compare: CompareConfig, rows: int = 600) -> Comparison:
    """Store the comparison as a worker would."""
    random = np.random.default_rng(0)
    cells = []
    for k, cell in enumerate(compare.arms):
        score = float(0.8 + 0.02 * k + 0.001 * random.standard_normal())
        difference = Difference(score - 0.8, score - 0.81, score - 0.79, len(cell.jobs))
        cells.append(
            ArmScore(
                cell.name, len(cell.jobs), "over 2 seeds",
                {
                    "accuracy": Estimate(score, score - 0.02, score + 0.02),
                    "macro_f1": Estimate(score - 0.01, score - 0.03, score + 0.01),
                },
                12.0, 1000, "blocks 4, 5", k % 7 - 1, 64,
                "all-MiniLM-L6-v2",
                None if cell.name == compare.baseline else difference,
            )
        )  # fmt: skip
    result = Comparison(compare.baseline, rows, tuple(cells))
    filled.answer(compare, result)
    return result


# putting one together


def test_a_study_is_put_together_and_started(visit: Open, filled: Filled, studies: Studies) -> None:
    at = visit("study")
    assert "30 runs: 3 configurations, 2 seeds and 5 folds" in page_text(at).replace("*", "")
    assert "one after another" in page_text(at)
    at.number_input(key="study.k_folds").set_value(1).run()
    at.multiselect(key="study.recipes").set_value([RecipeName.LINEAR, RecipeName.GRADUAL]).run()
    at.number_input(key="study.seeds").set_value(2).run()
    at.multiselect(key="study.sizes").set_value([16, 0]).run()
    at.text_input(key="study.name").input("films, two ways").run()
    at.button(key="start_study").click().run()
    (study,) = studies.all(filled.owner)
    assert study.name == "films, two ways"
    assert study.config.recipes == ("linear", "gradual")
    assert (study.config.seeds, study.config.sizes) == ((0, 1), (16, None))
    assert study.config.data == filled.data
    assert len(filled.store.waiting("TRAIN")) == len(study.runs) == 8
    assert at.query_params["study"] == study.id
    assert [bar.proto.text for bar in at.get("progress")] == ["0 of 8 done, 8 waiting"]


def test_few_rows_are_all_tested_on_in_folds_of_each_seeds_own(
    visit: Open, filled: Filled, studies: Studies
) -> None:
    at = visit("study")
    at.button(key="start_study").click().run()
    (study,) = studies.all(filled.owner)
    assert (study.config.seeds, study.config.k_folds) == ((0, 1), 5)
    assert study.config.redraw_folds
    splits = {(run.seed, run.config.data.split.seed) for run in expand_grid(study.config, BLOCKS)}
    assert len(splits) == 2


def test_it_says_which_of_the_settings_every_run_takes(visit: Open, filled: Filled, studies: Studies) -> None:
    owned = filled.run.job.config
    training = owned.training.model_copy(update={"batch_size": 8, "epochs": 7, "seed": 3})
    run = owned.model_copy(update={"training": training, "augment": AugmentConfig(copies=2)})
    filled.store.submit(filled.owner, run, "the newest")
    at = visit("study")
    assert "pooling: mean, token limit: 128, batch size: 8, class weights: none" in page_text(at)
    at.button(key="start_study").click().run()
    config = studies.all(filled.owner)[0].config
    assert config.settings == {"training.batch_size": 8}
    assert {one.config.augment.copies for one in expand_grid(config, BLOCKS)} == {0}


def test_without_a_recipe_all_that_was_changed_counts_and_is_listed(
    visit: Open, filled: Filled, studies: Studies
) -> None:
    owned = filled.run.job.config
    training = TrainingConfig.defaults_for(owned.freeze).model_copy(update={"epochs": 7})
    run = owned.model_copy(update={"training": training, "augment": AugmentConfig(copies=2)})
    filled.store.submit(filled.owner, run, "the newest")
    at = visit("study")
    at.multiselect(key="study.recipes").set_value([]).run()
    at.multiselect(key="study.boundaries").set_value([4]).run()
    assert "epochs: 7, altered copies: 2." in page_text(at)
    at.button(key="start_study").click().run()
    planned = expand_grid(studies.all(filled.owner)[0].config, BLOCKS)
    assert {(one.config.augment.copies, one.config.training.epochs) for one in planned} == {(2, 7)}


def test_seeds_may_draw_their_own_rows_where_rows_are_fewer(
    visit: Open, filled: Filled, studies: Studies
) -> None:
    at = visit("study")
    assert not at.checkbox
    at.multiselect(key="study.sizes").set_value([16, 0]).run()
    at.checkbox(key="study.resample").check().run()
    at.button(key="start_study").click().run()
    (study,) = studies.all(filled.owner)
    assert study.config.resample
    drawn = {
        run.seed: run.config.data.subset_seed
        for run in expand_grid(study.config, BLOCKS)
        if run.config.data.train_rows
    }
    assert len(set(drawn.values())) == len(study.config.seeds)


def test_without_a_recipe_the_blocks_to_train_from_are_the_study(
    visit: Open, filled: Filled, studies: Studies
) -> None:
    at = visit("study")
    at.multiselect(key="study.recipes").set_value([]).run()
    assert "Choose at least one" in page_text(at)
    assert not [button for button in at.button if button.key == "start_study"]
    at.multiselect(key="study.boundaries").set_value([-1, 4, 6]).run()
    at.button(key="start_study").click().run()
    (study,) = studies.all(filled.owner)
    assert (study.config.recipes, study.config.boundaries) == ((), (-1, 4, 6))


def test_what_was_trained_before_is_counted(visit: Open, filled: Filled) -> None:
    study = made(filled, recipes=("linear", "last-k", "full"), seeds=(0, 1, 2))
    train(filled, study, but=4)
    at = visit("study")
    at.number_input(key="study.k_folds").set_value(1).run()
    at.number_input(key="study.seeds").set_value(3).run()
    assert at.session_state["draft"].training.seed == 0, "what a study tried last is nobody's choice"
    assert "5 of them were trained before" in page_text(at)


def test_what_cannot_be_is_said_and_not_started(visit: Open, filled: Filled) -> None:
    at = visit("study")
    at.multiselect(key="study.recipes").set_value(list(RecipeName)[:9]).run()
    at.number_input(key="study.seeds").set_value(50).run()
    at.multiselect(key="study.sizes").set_value([16, 32]).run()
    assert "more than 500 runs" in at.error[0].value.replace("\\", "")
    assert not [button for button in at.button if button.key == "start_study"]


def test_a_recipe_that_needs_a_teacher_asks_for_one(visit: Open, filled: Filled, studies: Studies) -> None:
    at = visit("study")
    at.multiselect(key="study.recipes").set_value([RecipeName.DISTIL]).run()
    at.button(key="start_study").click().run()
    assert studies.all(filled.owner)[0].config.teacher == filled.run.job.id


def test_the_depth_study_is_one_click_from_a_run(visit: Open, filled: Filled, studies: Studies) -> None:
    at = visit("depth", run=filled.run.id)
    assert "80 runs" in page_text(at)
    at.checkbox(key="depth_folds").uncheck().run()
    assert "24 runs" in page_text(at)
    at.button(key="depth_study").click().run()
    (study,) = studies.all(filled.owner)
    assert study.config.boundaries == (-1, 0, 1, 2, 3, 4, 5, 6)
    assert len(study.runs) == 24
    assert filled.run.job.id in study.jobs, "the run itself is one of them"
    assert at.query_params["study"] == study.id


# watching one


def test_studies_are_listed_with_how_far_they_are(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study, but=1)
    at = visit("study")
    assert "3 of 4 done, 1 waiting" in page_text(at)
    at.button(key=f"open-{study.id}").click().run()
    assert at.query_params["study"] == study.id


def test_a_study_is_stopped_and_goes_on(visit: Open, filled: Filled, studies: Studies) -> None:
    study = made(filled)
    at = visit("study", study=study.id)
    at.button(key="stop_study").click().run()
    assert studies.progress(filled.owner, study.jobs).state is State.STOPPED
    at.button(key="resume_study").click().run()
    assert studies.progress(filled.owner, study.jobs).state is State.QUEUED


def test_what_failed_says_why(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study, but=1)
    filled.store.begin(study.jobs[-1], "TRAIN-0")
    filled.store.finish(study.jobs[-1], State.FAILED, "The loss became nan: lower the rate.")
    at = visit("study", study=study.id)
    assert any("Full fine-tuning, seed 1: The loss became nan" in text.value for text in at.text)
    assert at.button(key="resume_study").label == "Go on"


def test_a_link_to_another_owners_study_is_not_found(visit: Open, filled: Filled) -> None:
    study = made(filled, "hers alone")
    at = visit("study", BOB, study=study.id)
    assert "no such study in your workspace" in at.error[0].value.replace("\\", "")
    assert "hers alone" not in page_text(at)


def test_a_name_from_outside_never_reaches_markdown(visit: Open, filled: Filled) -> None:
    study = made(filled, HOSTILE)
    train(filled, study)
    answer(filled, study.comparison(study.jobs))
    for at in (visit("study"), visit("study", study=study.id)):
        shown = "\n".join(str(m.value) for m in [*at.markdown, *at.caption, *at.subheader])
        assert "![x](" not in shown
        assert not [element for element in at.markdown if element.allow_html]


# comparing


def test_nothing_is_compared_before_two_runs_are_done(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study, but=3)
    at = visit("study", study=study.id)
    assert "two runs are done" in page_text(at)
    assert filled.store.runs(filled.owner, COMPARE) == []


def test_a_finished_study_is_compared_by_itself(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study)
    visit("study", study=study.id)
    (compare,) = filled.store.runs(filled.owner, COMPARE)
    assert compare.job.config == study.comparison(study.jobs)
    answer(filled, compare.job.config)
    at = visit("study", study=study.id)
    assert len(at.get("plotly_chart")) == 1
    sentence = (
        "Full fine-tuning is 2.0 points better than Feature extraction, linear (95 %: +1.0 to +3.0 points)"
    )
    assert f"- {sentence}: more than chance." in page_text(at)
    table = next(frame.value for frame in at.dataframe if "verdict" in frame.value)
    assert table["arm"].tolist() == ["Feature extraction, linear", "Full fine-tuning"]
    assert "Full fine-tuning" in str(at.get("plotly_chart")[0].proto.spec)
    assert "cell" not in page_text(at)
    assert "Only" not in page_text(at), "600 test rows are enough"


def test_the_file_of_a_comparison_keeps_the_short_names(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = made(filled)
    train(filled, study)
    answer(filled, study.comparison(study.jobs))
    saved: dict[str, list[str]] = {}
    monkeypatch.setattr(
        tables, "download", lambda frame, name, *, key: saved.update({name: frame["arm"].tolist()})
    )
    visit("study", study=study.id)
    assert saved == {"study": ["linear", "full"]}


def test_a_small_test_set_is_told_beside_the_figure(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study)
    answer(filled, study.comparison(study.jobs), rows=45)
    at = visit("study", study=study.id)
    assert "Only 45 test rows" in page_text(at)


def test_while_it_runs_one_looks_on_request(visit: Open, filled: Filled) -> None:
    study = made(filled)
    train(filled, study, but=1)
    at = visit("study", study=study.id)
    assert filled.store.runs(filled.owner, COMPARE) == []
    answer(filled, study.comparison(study.jobs[:-1]))
    at.button(key="look_now").click().run()
    assert "From the 3 runs" in page_text(at)
    assert len(at.get("plotly_chart")) == 1


def test_another_baseline_is_another_question(visit: Open, filled: Filled, studies: Studies) -> None:
    study = made(filled)
    train(filled, study)
    answer(filled, study.comparison(study.jobs))
    answer(filled, study.comparison(study.jobs, "full"))
    at = visit("study", study=study.id)
    at.selectbox(key=f"baseline-{study.id}").select("full").run()
    assert studies.get(filled.owner, study.id).baseline == "full"
    assert "- Feature extraction, linear is 0" in page_text(
        at
    ) or "- Feature extraction, linear scores" in page_text(at)


def test_depths_and_sizes_have_curves_of_their_own(visit: Open, filled: Filled) -> None:
    study = made(filled, recipes=("full", "gradual"), boundaries=(0, 4), sizes=(16, None), seeds=(0,))
    train(filled, study)
    answer(filled, study.comparison(study.jobs))
    at = visit("study", study=study.id)
    assert len(at.get("plotly_chart")) == 3
    assert "Freeze-depth curve" in page_text(at)
    assert "Label efficiency" in page_text(at)


# more, and less


def test_a_study_is_extended_by_seeds(visit: Open, filled: Filled, studies: Studies) -> None:
    study = made(filled)
    at = visit("study", study=study.id)
    assert "has already" in page_text(at)
    assert "one after another" not in page_text(at)
    at.session_state[f"more-{study.id}"] = True  # a person has opened it
    at.number_input(key=f"more-{study.id}.seeds").set_value(4).run()
    assert "4 more runs." in page_text(at)
    assert "one after another" in page_text(at)
    assert at.session_state[f"more-{study.id}"] is True
    at.button(key=f"extend-{study.id}").click().run()
    assert not at.exception
    assert at.session_state[f"more-{study.id}"] is False, "it closes"
    assert studies.get(filled.owner, study.id).config.seeds == (0, 1, 2, 3)
    assert len(filled.store.waiting("TRAIN")) == 8


def test_a_study_is_extended_also_where_the_timing_failed(
    visit: Open, filled: Filled, studies: Studies
) -> None:
    for run in filled.store.runs(filled.owner, PROFILE):
        filled.store.delete_run(filled.owner, run.id)
    study = made(filled)
    more = expand_grid(study.config.model_copy(update={"seeds": (0, 1, 2)}), BLOCKS)
    for timing in {ProfileConfig.of(run.config) for run in more}:
        filled.answer(timing, state=State.FAILED)
    at = visit("study", study=study.id)
    at.session_state[f"more-{study.id}"] = True
    at.number_input(key=f"more-{study.id}.seeds").set_value(3).run()
    assert "Its time cannot be estimated: The loss became nan" in page_text(at)
    at.button(key=f"extend-{study.id}").click().run()
    assert not at.exception
    assert studies.get(filled.owner, study.id).config.seeds == (0, 1, 2)


def test_a_study_is_renamed_and_deleted_with_its_runs(visit: Open, filled: Filled, studies: Studies) -> None:
    study = made(filled)
    at = visit("study", study=study.id)
    at.text_input(key=f"study_name-{study.id}").input("another name").run()
    assert studies.get(filled.owner, study.id).name == "another name"
    at.checkbox(key=f"study_runs-{study.id}").check().run()
    at.checkbox(key=f"study_sure-{study.id}").check().run()
    at.button(key=f"study_delete-{study.id}").click().run()
    assert studies.all(filled.owner) == []
    assert [run.id for run in filled.store.runs(filled.owner)] == [filled.run.id]
