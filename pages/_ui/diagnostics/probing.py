"""Target of linear probes: the label, the text length or another column."""

from pages._ui.shell import jobs, st, state
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import LENGTH, ReadConfig
from translearn_core.runs import Run

ABOUT = "probe_about"


def choose_target(run: Run[ExperimentConfig]) -> str | None:
    """Choose the probing target: the label (None), the text length, or another column."""
    config = run.job.config
    label = config.data.label
    reading = jobs.known(ReadConfig(dataset=config.data.dataset))
    names = [column.name for column in reading.columns] if reading is not None else []
    choices = {"": f"the label ({label})", LENGTH: "the length of the text"} | {
        name: f"column {name}" for name in names if name not in (*config.data.text_columns, label)
    }
    if state.get_value(ABOUT, "") not in choices:
        state.set_value(ABOUT, "")
    return (
        st.selectbox(
            "What to probe for",
            list(choices),
            format_func=choices.__getitem__,
            key=ABOUT,
            help="the target of the linear probe; numeric columns are cut into quartiles",
            width=360,
        )
        or None
    )
