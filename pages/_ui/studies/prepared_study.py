"""Run of a prepared experiment as a study of the person's own: the button, and its progress."""

from typing import Any

import streamlit as st

from pages._ui.shell import jobs, navigation
from pages._ui.shell.formatting import duration
from pages._ui.studies import study_list
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.prepared_experiments.outcomes import Outcome
from translearn_core.prepared_experiments.own_studies import OwnStudies
from translearn_core.results.format import count_noun


def run_or_watch(
    studies: OwnStudies, name: str, label: str, *, key: str, choices: dict[str, Any] | None = None
) -> None:
    """Draw the button that runs the experiment, or the progress of the study; then evaluate its runs."""
    study = studies.find(choices)
    if study is None:
        if st.button(label, key=key, icon=":material/play_arrow:"):
            studies.start(name, choices)
            ensure_engine(settings())
            st.rerun()
        return
    study_list.watch(study)
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
