"""What a visitor sees of a shared run, study, comparison, projection or configuration."""

from collections.abc import Mapping

import pandas as pd

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import summary
from pages._ui.share import shared_comparison, shared_data, shared_projection
from pages._ui.shell import jobs, language, navigation, notes, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import ExperimentConfig, flatten
from translearn_core.jobs import COMPARE, TRAIN
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.sections import titled_sections
from translearn_core.reporting.training_section import SCORES
from translearn_core.runs import Run, ShareLink
from translearn_core.runs.personal.share_links import (
    NO_LINK,
    SharedComparison,
    SharedProjection,
    SharedRun,
    SharedSettings,
    SharedStudy,
)

__all__ = ["NO_LINK", "settings", "show"]

READ_ONLY = "Shared with you, to read. It is shown as it is now; reload the page for news."
SETTINGS_ONLY = "Settings that were shared with you, without the data and their columns."


def show(link: ShareLink) -> None:
    """Show what a link opens.

    Raises
    ------
    NotFoundError
        If its owner has deleted that.
    """
    match link.subject:
        case SharedRun(run=id):
            _run(state.store().run(link.owner, id, TRAIN))
        case SharedStudy(study=id):
            study = shared_data.study_of(link.owner, id)
            notes.begin_read_only(link.owner, study.id)
            _title(study.name)
            _settings_of_one(shared_data.configurations(study))
            _report(shared_data.study_report(study))
        case SharedComparison(runs=ids):
            runs = [state.store().run(link.owner, id, TRAIN) for id in ids]
            _title(link.name)
            _settings_of_one({f"{number}. {run.name}": run.job.config for number, run in enumerate(runs, 1)})
            shared_comparison.show(runs)
        case SharedProjection() as subject:
            run = state.store().run(link.owner, subject.run, TRAIN)
            notes.begin_read_only(link.owner, run.id)
            _title(run.name, run.job.config)
            shared_projection.show(run, subject)
        case SharedSettings(experiment=experiment):
            settings(link.name, experiment)


def settings(name: str, experiment: ExperimentConfig) -> None:
    """Show the settings of an experiment besides those of its data."""
    _title(name, experiment, SETTINGS_ONLY)
    of_data = {summary.setting_title(path) for path, _ in flatten(experiment.data.model_dump(mode="json"))}
    lines = {title: value for title, value in summary.settings_of(experiment).items() if title not in of_data}
    frame = pd.DataFrame({"setting": list(lines), "value": list(lines.values())})
    tables.table(frame, "settings", key="settings")


def _title(name: str, experiment: ExperimentConfig | None = None, sentence: str = READ_ONLY) -> None:
    """Show name and kind of what is shared, and the button that copies the settings."""
    st.title(plain(name), anchor=False)
    st.caption(sentence)
    if experiment is not None:
        _copy_button(experiment)


def _copy_button(experiment: ExperimentConfig) -> None:
    if st.button(
        "Use these settings",
        key="use_settings",
        icon=":material/content_copy:",
        help="Copies them to your own next experiment, on your own data; the data are not shared.",
    ):
        state.use_settings(experiment)
        navigation.switch_to("home" if state.dataset() is None else "train")  # a table comes first


def _settings_of_one(experiments: Mapping[str, ExperimentConfig]) -> None:
    """Offer the settings of one of several experiments by their names."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Settings of", list(experiments), format_func=language.AsWritten, key="settings_of", width=360
        )
        _copy_button(experiments[chosen])


def _run(run: Run[ExperimentConfig]) -> None:
    notes.begin_read_only(run.owner, run.id)
    _title(run.name, run.job.config)
    if run.state.live:
        jobs.badge(run)
    _report(shared_data.run_report(run))


def _report(data: ReportData) -> None:
    """Show headline and caveats of a report, and each section in a tab of its own."""
    for sentence in data.headline:
        st.markdown(f"**{plain(sentence)}**")
    weaknesses = caveats(data)
    if weaknesses and data.headline:
        with st.expander("Before you believe it", icon=":material/warning:"):
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in weaknesses))
    sections = dict(titled_sections(data, page_header.dark()))
    first = next((title for title in (COMPARE.title, SCORES) if title in sections), None)
    tabs = st.tabs(list(sections), default=first, key="shared_part", on_change="rerun")
    for tab, draw in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                diagnostic.show_section(draw())
