"""Transfer matrix of the draft's data and backbone: fitted models first, then runs of every source."""

from pydantic import ValidationError

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.domains import study_offer
from pages._ui.forms.require_task import Ready
from pages._ui.runs import run_actions
from pages._ui.shell import errors, navigation, st, state
from pages._ui.shell.formatting import short
from pages._ui.studies import study_list
from translearn_core.config import ExperimentConfig, expand_grid
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import TranslearnError
from translearn_core.jobs import TRANSFER_MATRIX, TransferMatrixConfig
from translearn_core.results.diagnostics.transfer_matrix import TransferMatrix
from translearn_core.runs import Study
from translearn_core.runs.studies.transfer_matrix import (
    belongs,
    matrix_runs,
    transfer_matrix_config,
    transfer_study,
)


def panel(ready: Ready, estimate: study_offer.OneEstimate) -> TransferMatrixConfig | None:
    """Show the matrix, or the button that computes it; then offer to train on every source.

    Returns the job of what is shown.
    """
    config = transfer_matrix_config(ready.experiment)
    matrix = diagnostic.result(TRANSFER_MATRIX, config)
    if matrix is None:
        return None
    experiment = study_offer.trained_experiment(ready)
    study = _study(experiment, matrix)
    done = () if study is None else study_list.progress(study).done
    if study is not None and done:
        with_runs = transfer_matrix_config(ready.experiment, matrix_runs(study, done))
        trained = run_actions.result_or_stop(with_runs, "stop-matrix_of_runs")
        matrix, config = (matrix, config) if trained is None else (trained, with_runs)
    diagnostic.show(TRANSFER_MATRIX, matrix)
    if study is None:
        _offer(ready, experiment, matrix, estimate)
    else:
        st.markdown("**Trained on every source**; each run is an ordinary one, listed among your runs.")
        study_list.watch(study)
        navigation.link("study", "Compare these runs", study=study.id)
    return config


def _study(experiment: ExperimentConfig, matrix: TransferMatrix) -> Study | None:
    """Return the owner's study of the matrix with these settings, if there is one."""
    studies = study_list.study_store().all(state.owner())
    return next((study for study in studies if belongs(study, experiment, matrix)), None)


def _offer(
    ready: Ready, experiment: ExperimentConfig, matrix: TransferMatrix, estimate: study_offer.OneEstimate
) -> None:
    st.markdown(
        "**Add trained models.** Your settings are trained on every source; their matrix then stands beside "
        "these. It shows whether fine-tuning carries further than frozen layers, or binds to its source."
    )
    seeds = st.number_input("Seeds", 1, 10, 3, key="matrix_seeds", width=160)
    blocks = {experiment.backbone.label: ready.backbone_info.n_blocks}
    first = experiment.training.seed
    try:
        study = transfer_study(experiment, matrix, range(first, first + int(seeds)))
        planned = expand_grid(study, blocks)
    except (TranslearnError, ValidationError) as problem:
        errors.show_error(problem)
        return
    study_offer.cost(ready, experiment, planned, estimate)
    if st.button("Train on every source", key="train_matrix", icon=":material/play_arrow:"):
        assert experiment.data.domains is not None
        name = short(f"Trained on every {experiment.data.domains.column}", 100)
        study_list.study_store().add(state.owner(), name, study, blocks)
        ensure_engine(settings())
        st.rerun()
