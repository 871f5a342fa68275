"""Search, filters and groups of training runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pages._ui.backbones import backbone_names
from pages._ui.shell import jobs, language, st, state
from translearn_core.config import ExperimentConfig
from translearn_core.runs import Run, RunTags, State, Studies
from translearn_core.runs.joint_runs import with_targets_together

GONE = "data set that was deleted"


@dataclass(frozen=True)
class ListedRun:
    """Training run with its tags, the study it belongs to, and the version of its data set."""

    run: Run[ExperimentConfig]
    tags: tuple[str, ...]
    study: str
    data: str

    @property
    def group(self) -> str:
        """Study, if any, and data version."""
        return f"{self.study} · {self.data}" if self.study else self.data


def listed_runs(runs: Iterable[Run[ExperimentConfig]]) -> list[ListedRun]:
    """Return runs with what they are filtered and grouped by, those of targets trained together in a row."""
    store, owner = state.store(), state.owner()
    studies = {job: study.name for study in Studies(store).all(owner) for job in study.jobs}
    data, tags = {d.digest: d.name for d in store.datasets(owner)}, RunTags(store).all(owner)
    return [
        ListedRun(
            run,
            tags.get(run.id, ()),
            studies.get(run.job.config.joint_run or run.job.id, ""),
            data.get(run.job.config.data.dataset, GONE),
        )
        for run in with_targets_together(runs)
    ]


def choose(runs: Sequence[ListedRun]) -> list[ListedRun]:
    """Draw search and filters, and return the runs that match, those of one group together."""
    tags = sorted({tag for one in runs for tag in one.tags})
    states = [value for value in State if any(one.run.state is value for one in runs)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search",
            key="runs_search",
            placeholder="name, tag, study, data, backbone",
            icon=":material/search:",
            persist_state="session",
            width=340,
        )
        chosen_tags = (
            st.multiselect("Tags", tags, format_func=language.AsWritten, key="runs_tags", width=240)
            if tags
            else []
        )
        chosen_states = (
            st.pills(
                "State",
                states,
                format_func=lambda value: jobs.WORDS[value][0],
                selection_mode="multi",
                key="runs_states",
            )
            if len(states) > 1
            else []
        )
    return grouped(matches(runs, words, chosen_tags, chosen_states))


def matches(
    runs: Iterable[ListedRun], words: str, tags: Sequence[str], states: Sequence[State]
) -> list[ListedRun]:
    """Return the runs that hold every word, have every tag and are in one of the states, if any is given."""
    tell, sought = backbone_names.name_lookup(), words.casefold().split()
    matching = []
    for one in runs:
        backbone = tell(one.run.job.config.backbone.label)
        text = " ".join((one.run.name, *one.tags, one.study, one.data, backbone)).casefold()
        if (
            all(word in text for word in sought)
            and set(tags) <= set(one.tags)
            and (not states or one.run.state in states)
        ):
            matching.append(one)
    return matching


def grouped(runs: Sequence[ListedRun]) -> list[ListedRun]:
    """Return the runs with those of one group together, the group of the newest run first."""
    order: Mapping[str, int] = {group: k for k, group in enumerate(dict.fromkeys(one.group for one in runs))}
    return sorted(runs, key=lambda one: order[one.group])
