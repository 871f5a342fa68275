"""Probes of several runs on one figure: at which layer each task is best read."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pages._ui.shell import jobs, page_header, result_cache, st, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import ProbeConfig
from translearn_core.results import ProbeScores
from translearn_core.results.format import join_list
from translearn_core.runs import Run, State

HELP = (
    "Linear probes of the backbone as it came, a line per run. 0 % is the constant prediction, 100 % the "
    "best layer, marked by a star. Parts of speech are often read best from lower layers than meaning is."
)
NONE = "Probes of two runs at least are drawn here; compute them on the Probes page."


def panel(runs: Sequence[Run[ExperimentConfig]]) -> None:
    """Draw the probes of the runs that have been probed with the default settings."""
    st.subheader("Where is it encoded? Probes by layer", anchor=False, help=HELP)
    probed = {f"{k}. {run.name}": scores for k, run in enumerate(runs, 1) if (scores := _scores(run))}
    if len(probed) < 2:
        st.caption(NONE)
        return
    table = pd.DataFrame(
        [
            {
                "run": name,
                "variant": scores.variants[0],
                "best layer": scores.best_layers(0)[0],
                "within one standard error": ", ".join(map(str, sorted(scores.best_layers(0)))),
                "expected layer": scores.expected_layer(0),
                "test": scores.test[0, scores.best_layers(0)[0]],
                "constant": scores.majority,
            }
            for name, scores in probed.items()
        ]
    )
    figure = plots.relative_lines(probed, page_header.dark())
    tables.figure(figure, table, "probes", key="probe_comparison", alt="Probes of the runs by layer")
    best = (f"{plain(row.run)}: layer {row['best layer']}" for _, row in table.iterrows())
    st.caption("Best layer by cross-validation: " + "; ".join(best) + "." + coinciding_lines(probed))


def coinciding_lines(probed: Mapping[str, ProbeScores]) -> str:
    """Return a sentence on the runs whose lines are the same, so that only the last is seen."""
    numbers: dict[bytes, list[str]] = {}
    for name, scores in probed.items():
        numbers.setdefault(scores.test[0].tobytes(), []).append(name.partition(".")[0])
    same = [join_list(runs) for runs in numbers.values() if len(runs) > 1]
    return "".join(
        f" The lines of {runs} coincide: these runs have the same backbone and the same labels."
        for runs in same
    )


def _scores(run: Run[ExperimentConfig]) -> ProbeScores | None:
    """Return the probes of a run for its own target, if they are computed."""
    job = jobs.find_run(ProbeConfig(job=run.job.id))
    if job is None or job.state is not State.DONE:
        return None
    return result_cache.cached_result(job, ProbeScores)
