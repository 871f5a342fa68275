"""Skeleton of a diagnostic's panel: heading, button, progress, and the section of its result."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from pages._ui.runs import run_actions
from pages._ui.shell import (
    documentation_links,
    errors,
    jobs,
    notes,
    page_header,
    result_cache,
    st,
    tables,
)
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ExperimentConfig, JobConfig
from translearn_core.config.text_cells import SENTENCE, TEXT
from translearn_core.jobs import SPECS, JobSpec, ReportRole, Task
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.reporting.sections import part_section
from translearn_core.results import Drift
from translearn_core.runs import Run, State

C = TypeVar("C", bound=JobConfig)
R = TypeVar("R")

LONG_TEXTS = ("text", "texts", "verdict")
"""Columns of tables with long texts."""


def specs(elsewhere: Collection[JobSpec[Any, Any]]) -> Iterator[JobSpec[Any, Any]]:
    """Yield the diagnostics of a report that are not shown `elsewhere`."""
    return (spec for spec in SPECS.values() if spec.report is ReportRole.RUN and spec not in elsewhere)


def panel(spec: JobSpec[Any, Any], run: Run[ExperimentConfig]) -> None:
    """Show a diagnostic of a run with its default settings."""
    heading(spec)
    drift = result_cache.cached_result(run, Drift)
    value = result(spec, spec.config.for_run(run.job.id, drift.n_blocks if drift is not None else 0))
    if value is not None:
        show(spec, value, ReportData(run.name, config=run.job.config, drift=drift))


def supported(spec: JobSpec[Any, Any], task: Task) -> bool:
    """Return whether a diagnostic supports an experiment or task; if not, say so."""
    if sentence := spec.unsupported(task):
        st.caption(sentence)
    return not sentence


def heading(spec: JobSpec[Any, Any]) -> None:
    """Show the question and title of a diagnostic, and what to look at."""
    st.subheader(spec.heading, anchor=False)
    st.markdown(spec.description)
    documentation_links.more_about("diagnostics", spec.kind)


def result(spec: JobSpec[C, R], config: C) -> R | None:
    """Return the result of a diagnostic; until there is one, show its button, or its progress and Stop."""
    run = jobs.find_run(config)
    if run is None or run.state is State.STOPPED:
        st.caption(spec.cost)
        if not st.button(spec.action, key=f"compute-{spec.kind}", type="primary", icon=":material/science:"):
            return None
        jobs.submit(config)
        st.rerun()  # without the button
    return run_actions.result_or_stop(config, f"stop-{spec.kind}")


def show(
    spec: JobSpec[C, R],
    value: R,
    data: ReportData | None = None,
    custom: Mapping[str, Callable[[Any], None]] | None = None,
) -> None:
    """Show a result as in the report; `custom` draws the blocks of some tables in another way."""
    show_section(part_section(Part(spec, value), data or ReportData(""), page_header.dark()), custom)


def show_section(section: Section, custom: Mapping[str, Callable[[Any], None]] | None = None) -> None:
    """Show a section of a report; `custom` draws the blocks of some tables in another way."""
    for alarm in section.alarms:
        st.error(plain(alarm), icon=":material/trending_down:")
    _sentences(section)
    for block in section.blocks:
        table = block.table if isinstance(block, FigureBlock) else block
        if block.heading:
            st.markdown(f"#### {block.heading}")
        for sentence in block.sentences:
            st.markdown(plain(sentence))
        note = section.name_of(block) if isinstance(block, FigureBlock) else ""
        draw = (custom or {}).get(table.name)
        if draw is None:
            show_block(block, note)
        else:
            draw(block)
            notes.under(note)
    if section.caveats:
        st.caption("  \n".join(map(plain, section.caveats)))


def offer_control(
    config: JobConfig, name: str, progress: str, offer: str, *, label: str, key: str, icon: str
) -> None:
    """Offer a job such as a control run, or show its progress; `offer` says what it is for and costs."""
    control = jobs.find_run(config)
    if control is not None and control.state.live:
        watched = st.fragment(run_every=jobs.POLL["ask"])(run_actions.progress)
        watched(control.id, partial(_doing, progress), f"stop-{key}")
        return
    if control is not None and control.state is State.FAILED:
        errors.show_error(control.job.reason or f"{progress} failed without saying why.")
    st.caption(offer)
    if st.button(label, key=key, icon=f":material/{icon}:"):
        jobs.submit(config, short(name, 200))
        st.rerun()


def _doing(doing: str, run: Run) -> str:
    return f"{plain(doing)} … {jobs.progress_text(run)}"


def _sentences(section: Section) -> None:
    first, *others = section.sentences or ("",)
    if first:
        st.markdown(f"**{plain(first)}**")
    if others:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in others))


def show_block(block: FigureBlock | TableBlock, note: str = "") -> None:
    """Show a figure with its numbers and its note, or a table, each with its caption."""
    if isinstance(block, TableBlock):
        if not block.frame.empty:
            _table(block)
            st.caption(block.caption)
        return
    key = (block.name or block.table.name).replace(" ", "_")
    tables.chart(block.figure, key=key, alt=block.alt or block.caption, note="")
    st.caption(block.caption)
    notes.under(note)
    with st.expander("The numbers", icon=":material/table_rows:"):
        _table(block.table, key)


def _table(block: TableBlock, key: str | None = None) -> None:
    """Show a table; `key` distinguishes it where figures share one."""
    name = block.name.replace(" ", "_")
    wide: dict[str, object] = {
        name: st.column_config.TextColumn(width="large") for name in LONG_TEXTS if name in block.frame
    }
    if SENTENCE in block.frame:
        wide |= tables.wide_texts((TEXT, SENTENCE))
    columns = {**tables.fractions(*block.fractions), **wide}
    tables.table(block.frame, name, key=f"{key or name}_numbers", config=columns)
