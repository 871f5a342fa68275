"""Default name of a run."""

from pages._ui.shell import jobs
from pages._ui.shell.formatting import short
from translearn_core.config import BackboneConfig, ExperimentConfig, Way
from translearn_core.config.recipes.catalog import closest_recipe
from translearn_core.jobs import BackboneInfoConfig


def with_all_blocks(backbone: BackboneConfig) -> BackboneConfig:
    """Return the pretrained backbone with all its blocks."""
    return backbone.model_copy(update={"random_init": False, "keep_blocks": None, "reinit_top_layers": 0})


def default_run_name(experiment: ExperimentConfig) -> str:
    """Return the default name of a run: the closest recipe, else what trains.

    Of pairs, the encoding too, and how rows without a label are learned from.
    """
    if experiment.fitted_at_once:
        return experiment.method_name()
    backbone_info = jobs.known(BackboneInfoConfig(backbone=with_all_blocks(experiment.backbone)))
    name = closest_recipe(experiment, backbone_info.n_blocks) if backbone_info else None
    method = experiment.freeze.label if name is None else str(name)
    if experiment.self_training is not None:
        method = f"{method}, {experiment.self_training.method.label}"
    return method if experiment.data.text_pair is None else f"{method}, {experiment.features.pair_encoding}"


def transfer_name(experiment: ExperimentConfig) -> str:
    """Return source, target and way for the name of a run, such as "en to zh, CORAL, "; "" for all rows."""
    domains = experiment.data.domains
    if domains is None or not domains.selects:
        return ""
    source, target = (", ".join(names) or "all" for names in (domains.source, domains.target))
    way = Way.of(domains, experiment.adaptation, self_training=experiment.self_training is not None)
    name = f"{short(source, 24)} to {short(target, 24)}"
    parts = [name, *([] if way in (None, Way.SELF_TRAINING) else [str(way)])]  # the method says the latter
    if domains.target_labels != 0:
        parts.append(f"{'all' if domains.target_labels is None else domains.target_labels} target labels")
    return "".join(f"{part}, " for part in parts)
