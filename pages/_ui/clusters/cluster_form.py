"""Settings of a clustering: layer, method, number of clusters, columns to compare with."""

from pages._ui.forms import config_fields
from pages._ui.shell import jobs, language, navigation, st, state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import FeatureConfig, Method
from translearn_core.jobs import ReadConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import MOST_VALUES, ClusterConfig, ClusterMethod
from translearn_core.results import TableProfile
from translearn_core.results.format import join_list
from translearn_core.runs import Dataset

METHODS = {ClusterMethod.KMEANS: "k-means", ClusterMethod.HDBSCAN: "HDBSCAN"}
METHOD_HELP = (
    "k-means: every text lies in a cluster, and clusters are about alike in extent; HDBSCAN: clusters are "
    "dense places, and texts between them lie in none"
)


def with_texts() -> state.Draft:
    """Return the draft, with the suggested columns if none are chosen; end the page while they are found."""
    draft = state.draft()
    if draft.dataset is None or draft.text is not None or state.dataset() is None:
        return draft
    profile = jobs.submit_and_watch(ReadConfig(dataset=draft.dataset))
    if profile is None:
        navigation.stop_page()
    return state.accept(profile)


def choose(dataset: Dataset, draft: state.Draft) -> ClusterConfig | None:
    """Draw the settings and return the job; None until the table and the backbone are known."""
    profile = jobs.submit_and_watch(ReadConfig(dataset=dataset.digest))
    backbone_info = jobs.backbone_info(draft.backbone)
    if profile is None or backbone_info is None or draft.text is None:
        return None
    draft = state.fit_to(backbone_info)
    st.caption(plain(f"Column {draft.text} of {dataset.name}, in the vectors of {draft.backbone.label}."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = config_fields.layer("Layer", backbone_info.n_blocks, "cluster_layer")
        state.init_widget("cluster_method", ClusterMethod.KMEANS)
        method = st.segmented_control(
            "Method",
            list(METHODS),
            format_func=METHODS.__getitem__,
            default=ClusterMethod.KMEANS,
            required=True,
            key="cluster_method",
            persist_state="session",
            help=METHOD_HELP,
        )
        count, smallest = _size(method)
        state.init_widget("cluster_projection", Method.PCA)
        projection = st.segmented_control(
            "Projection",
            list(Method),
            format_func=str.upper,
            default=Method.PCA,
            required=True,
            key="cluster_projection",
            persist_state="session",
            help=config_fields.HINTS["method"],
        )
    compare = _columns(profile, draft)
    pair = draft.text_pair if draft.text_pair != draft.text else None
    return ClusterConfig(
        dataset=dataset.digest,
        text=draft.text or "",
        text_pair=pair,
        backbone=draft.backbone,
        features=FeatureConfig(pooling=draft.features.pooling, token_limit=draft.features.token_limit),
        layer=layer,
        method=method,
        clusters=count,
        smallest=smallest,
        compare=compare,
        projection=projection,
        precision=draft.training.precision,
        device=draft.training.device,
        seed=draft.training.seed,
    )


def _size(method: ClusterMethod) -> tuple[int | None, int | None]:
    """Choose the number of clusters, or the fewest texts of one; None for the default."""
    kmeans = method is ClusterMethod.KMEANS
    name, label = ("clusters", "Clusters") if kmeans else ("smallest", "Fewest texts of a cluster")
    info = ClusterConfig.model_fields[name]
    low, high = config_fields.bounds(info)
    key = f"cluster_{name}"
    state.init_widget(key, None)
    value = st.number_input(
        label,
        None if low is None else int(low),
        None if high is None else int(high),
        None,
        key=key,
        persist_state="session",
        placeholder="found",
        help=info.description,
        width=200,
    )
    return (value, None) if kmeans else (None, value)


def _columns(profile: TableProfile, draft: state.Draft) -> tuple[str, ...]:
    """Choose the columns that the clusters are compared with, preset to labels and domains."""
    others = [one for one in profile.columns if one.name not in (draft.text, draft.text_pair)]
    names = [column.name for column in others if 2 <= column.distinct <= MOST_VALUES]
    many = [f"{short(one.name)} ({one.distinct:,})" for one in others if one.distinct > MOST_VALUES]
    if many:
        st.caption(
            plain(
                f"Clusters are compared with columns of at most {MOST_VALUES} values. Left out: "
                f"{join_list(many)}."
            )
        )
    if not names:
        return ()
    domain = profile.suggestion.domain if draft.domains is None else draft.domains.column
    preset = [name for name in dict.fromkeys((draft.label, domain)) if name in names]
    chosen = [name for name in state.get_value("cluster_compare", preset) if name in names]
    state.set_value("cluster_compare", chosen)
    return tuple(
        st.multiselect(
            "Compare with",
            names,
            format_func=language.AsWritten,
            key="cluster_compare",
            persist_state="session",
            max_selections=5,
            placeholder="No column",
            help="columns that are known, such as labels or languages: do the clusters follow them? They are "
            "not used to find the clusters",
        )
    )
