"""Run of a prepared experiment as a study of the person's own: the button, and its progress."""

from typing import Any

from pages._ui.shell import jobs, navigation, st
from pages._ui.shell.formatting import duration
from pages._ui.studies import study_list
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.prepared_experiments.outcomes import Outcome, fingerprint
from translearn_core.prepared_experiments.own_studies import OwnStudies
from translearn_core.results.format import count_noun, on_two_cores


def run_or_watch(
    studies: OwnStudies,
    name: str,
    label: str,
    *,
    key: str,
    outcome: Outcome | None = None,
    choices: dict[str, Any] | None = None,
) -> None:
    """Draw the button that runs the experiment, or the progress of the study; then evaluate its runs.

    The time of the runs of `outcome`, computed beforehand, is the first estimate.
    """
    study = studies.find(choices)
    if study is None:
        if outcome is not None and outcome.about.experiment == fingerprint(studies.experiment):
            took = on_two_cores(outcome.about.seconds)
            st.caption(f"All runs take {took}. They go on when you leave this page.")
        if st.button(label, key=key, icon=":material/play_arrow:"):
            studies.start(name, choices)
            ensure_engine(settings())
            st.rerun()
        return
    study_list.watch(study, None if outcome is None else outcome.about.seconds_of(len(study.runs)))
    navigation.link("study", "All of it on the page Study", study=study.id)
    job = studies.evaluation(study)
    if job is not None and jobs.known(job) is None and jobs.submit_and_watch(job) is not None:
        st.rerun()


def made(outcome: Outcome) -> None:
    """Say how an outcome was computed."""
    about = outcome.about
    st.caption(
        f"Computed on {about.computed} for this project: {count_noun(about.runs, 'run')}, "
        f"{duration(about.seconds)} of training on two cores that had other work too."
    )
