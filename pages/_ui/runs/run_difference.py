"""Settings in which two runs differ, and the way to their paired comparison."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from pages._ui.forms import summary
from pages._ui.runs import run_picker
from pages._ui.shell import st, state, tables
from translearn_core.config import ExperimentConfig
from translearn_core.runs import Run


def panel(runs: Sequence[Run[ExperimentConfig]]) -> None:
    """Choose two of `runs`, and show the settings in which they differ."""
    names = unique_names(runs)
    with st.expander("Compare two runs", icon=":material/difference:"):
        picked = st.multiselect(
            "Two runs", list(names), format_func=names.__getitem__, key="runs_compared", max_selections=2
        )
        if len(picked) == 2:
            first, second = (next(run for run in runs if run.id == id) for id in picked)
            _difference(first, second)


def unique_names(runs: Sequence[Run[ExperimentConfig]]) -> dict[str, str]:
    """Return the names of runs by id; equal names get the id."""
    counts = Counter(run.name for run in runs)
    return {run.id: run.name if counts[run.name] == 1 else f"{run.name} ({run.id})" for run in runs}


def _difference(first: Run[ExperimentConfig], second: Run[ExperimentConfig]) -> None:
    frame = difference(first, second)
    if frame.empty:
        st.caption("They have the same settings.")
    else:
        tables.table(frame, "difference", key="difference")
    if all(map(run_picker.has_results, (first, second))):
        if st.button("Compare on the same test rows", key="compare_pair", icon=":material/compare_arrows:"):
            run_picker.compare(first, second)
    else:
        st.caption("When both have results, they can be compared on the same test rows.")


def difference(first: Run[ExperimentConfig], second: Run[ExperimentConfig]) -> pd.DataFrame:
    """Return the settings that differ: setting, and a column for each run."""
    left, right = (summary.settings_of(run.job.config) | _data(run) for run in (first, second))
    settings = [name for name in dict.fromkeys([*left, *right]) if left.get(name) != right.get(name)]
    columns = unique_names((first, second)).values()
    values = ([side.get(name, "–") for name in settings] for side in (left, right))
    return pd.DataFrame({"setting": settings, **dict(zip(columns, values, strict=True))})


def _data(run: Run[ExperimentConfig]) -> dict[str, str]:
    names = {d.digest: d.name for d in state.store().datasets(state.owner())}
    digest = run.job.config.data.dataset
    return {"data set": names.get(digest, digest)}
