"""Comparison of adaptation methods from a source to a target domain: a study on the target's test rows."""

from typing import Any

from pydantic import ValidationError

from pages._ui.domains import domain_form, study_offer
from pages._ui.forms.require_task import Ready
from pages._ui.shell import errors, st, state
from pages._ui.shell.formatting import plain, short
from pages._ui.studies import study_list
from translearn_core.config import (
    DomainConfig,
    ExperimentConfig,
    StudyConfig,
    Way,
    expand_grid,
    unsuitable_arms,
)
from translearn_core.errors import TranslearnError
from translearn_core.reporting.diagnostics.comparison import NO_WORTH

DEFAULT_WAYS = (Way.SOURCE, Way.TARGET, Way.BOTH, Way.CORAL, Way.DANN)
SIZES = (0, 8, 64, "all")
EXPLANATIONS = {
    Way.SOURCE: "learns from the source alone: the baseline",
    Way.TARGET: "learns from the labelled target rows alone",
    Way.BOTH: "learns from both at once",
    Way.SEQUENTIAL: "learns from the source, then goes on with the target",
    Way.SLOW: "the same, with a tenth of the rate for the backbone on the target: the source's part moves "
    "little, the head fast (arXiv:1801.06146)",
    Way.IMPORTANCE: "source rows that look like the target weigh more",
    Way.CORAL: "draws the covariances of both domains' features together (arXiv:1607.01719)",
    Way.MMD: "draws the distributions of both domains' features together (arXiv:1502.02791)",
    Way.SELF_TRAINING: "takes its own confident predictions of target texts as labels (arXiv:2001.07685)",
    Way.PRETRAIN_TARGET: "goes on pre-training on target texts first, then learns from both "
    "(arXiv:2004.10964)",
    Way.DANN: "learns features by which the domains cannot be told apart (arXiv:1505.07818)",
}


def panel(ready: Ready, domains: DomainConfig, estimate: study_offer.OneEstimate) -> None:
    """Choose adaptation methods, target labels and seeds, and start the study."""
    st.markdown(
        "How best to get from one to the other, with few labels of the target or none? Every adaptation "
        "method is tested on the same test rows of the target; target texts without labels may be read, test "
        "texts never."
    )
    if not (domains.source and domains.target):
        st.caption(
            "An adaptation method leads from some domains to others. Choose above what to learn from and "
            "what to test on, at least one domain each; left empty, a field stands for all domains."
        )
        return
    if domain_form.within_source(domains):  # said at the choice of the domains
        return
    experiment = study_offer.trained_experiment(ready)
    blocks = {experiment.backbone.label: ready.backbone_info.n_blocks}
    unsuitable = _unsuitable(experiment, domains, blocks)
    ways = st.multiselect(
        "Adaptation methods",
        list(Way),
        key="ways",
        default=None if "ways" in st.session_state else list(DEFAULT_WAYS),
        format_func=lambda way: f"{way}, not with these settings" if way in unsuitable else str(way),
        help="; ".join(f"{way}: {text}" for way, text in EXPLANATIONS.items()),
    )
    for way in (way for way in ways if way in unsuitable and len(ways) > 1):
        st.caption(f":material/block: {plain(unsuitable[way])}")
    with st.container(horizontal=True):
        sizes = st.pills("Target labels", SIZES, selection_mode="multi", default=(0, 64), key="way_sizes")
        seeds = st.number_input("Seeds", 1, 10, 3, key="way_seeds")
    if not ways or not sizes:
        st.caption("Choose at least one adaptation method and one number of target labels.")
        return
    try:
        study = _study(experiment, domains, tuple(ways), tuple(sizes), int(seeds))
        planned = expand_grid(study, blocks)
    except (TranslearnError, ValidationError) as problem:
        errors.show_error(problem)
        return
    study_offer.cost(ready, experiment, planned, estimate)
    if Way.TARGET not in ways:
        st.caption(NO_WORTH)
    if st.button("Compare the methods", key="compare_ways", type="primary", icon=":material/alt_route:"):
        name = short(f"From {', '.join(domains.source)} to {', '.join(domains.target)}", 100)
        study_list.start(name, study, blocks)


def _unsuitable(
    experiment: ExperimentConfig, domains: DomainConfig, blocks: dict[str, int]
) -> dict[Way, str]:
    """Return the ways that cannot run with these settings, each with a sentence that says why."""
    try:
        arms = unsuitable_arms(_study(experiment, domains, tuple(Way), SIZES, 1), blocks)
    except (TranslearnError, ValidationError):  # no study at all: said where it would start
        return {}
    return {Way(arm.way): arm.sentence() for arm in arms}


def _study(
    experiment: ExperimentConfig,
    domains: DomainConfig,
    ways: tuple[Way, ...],
    sizes: tuple[Any, ...],
    seeds: int,
) -> StudyConfig:
    places = domains.model_copy(update={"target_labels": 0, "use_source": True})
    data = experiment.data.model_copy(update={"domains": places, "train_rows": None, "subset_seed": None})
    first = state.draft().training.seed
    return StudyConfig(
        data=data,
        backbones=(experiment.backbone,),
        custom_recipe=experiment.model_copy(update={"data": data}),
        seeds=tuple(range(first, first + seeds)),
        sizes=tuple(None if size == "all" else int(size) for size in sizes),
        ways=ways,
        resample=True,
    )
