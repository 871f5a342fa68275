"""Paired comparison of two chosen runs on their common test rows."""

from collections.abc import Sequence

from pages._ui.shell import documentation_links, jobs, st, state, tables
from pages._ui.shell.formatting import distinct, plain
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import PAIRED_COMPARISON, PairedComparisonConfig
from translearn_core.runs import Run


def panel(runs: Sequence[Run[ExperimentConfig]]) -> None:
    """Compare two of `runs`, the older of the newest two with the newest at first."""
    if len(runs) < 2:
        return
    st.subheader(PAIRED_COMPARISON.heading, anchor=False)
    documentation_links.more_about("diagnostics", "paired_comparison")
    by_id = {run.id: run for run in runs}
    first, second = _pair(by_id)
    if first.id == second.id:
        st.caption("Choose two different runs.")
        return
    if not same_target(first, second):
        targets = " and ".join(f"'{plain(run.job.config.data.label)}'" for run in (first, second))
        st.caption(f"These runs predict different targets, {targets}: choose two runs of one target.")
        return
    result = jobs.submit_and_watch(PairedComparisonConfig(job=first.job.id, other=second.job.id))
    if result is None:
        return
    for sentence in result.sentences(first.name, second.name):
        st.markdown(plain(sentence))
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(result.frame(), "paired_comparison", key="paired")


def same_target(first: Run[ExperimentConfig], second: Run[ExperimentConfig]) -> bool:
    """Whether two runs may predict the same: not another problem type, nor another column of one table."""
    one, other = first.job.config.data, second.job.config.data
    return one.problem is other.problem and (one.label == other.label or one.dataset != other.dataset)


def _pair(by_id: dict[str, Run[ExperimentConfig]]) -> tuple[Run[ExperimentConfig], Run[ExperimentConfig]]:
    names = distinct({run.id: run.name for run in by_id.values()})
    *older, last = sorted(by_id.values(), key=lambda run: run.created)
    newest = ([run for run in older if same_target(run, last)] or older)[-1], last
    for key, run in zip(("paired_first", "paired_second"), newest, strict=True):
        if state.get_value(key) not in names:
            state.set_value(key, run.id)
    left, right = st.columns(2)
    with left:
        first = st.selectbox("Compare", list(names), format_func=names.__getitem__, key="paired_first")
    with right:
        second = st.selectbox("with", list(names), format_func=names.__getitem__, key="paired_second")
    return by_id[first], by_id[second]
