"""Checks that the parts of an experiment go together."""

from typing import TYPE_CHECKING

from translearn_core.config.enums import HeadKind, LayerCombination, PairEncoding, ProblemType, Tuning
from translearn_core.config.few_labels.contrastive import check_pairs

if TYPE_CHECKING:
    from translearn_core.config.experiment import ExperimentConfig


def check_consistency(config: "ExperimentConfig") -> None:
    """Raise `ValueError` for the first field that does not go with the others."""
    if not config.training.epochs and config.resume_from is None:
        raise ValueError(
            "0 epochs train nothing: set training.epochs to at least 1, or continue a finished run"
        )
    if empty := [number for number, stage in enumerate(config.stages, 1) if not stage.epochs]:
        raise ValueError(f"stages: stage {empty[0]} has no epoch: give it at least 1, or leave it out")
    for number, stage in enumerate(config.stages, 1):
        frozen = sorted(set(stage.freeze.blocks) - set(config.freeze.blocks))
        if frozen or (stage.freeze.embeddings and not config.freeze.embeddings):
            part = f"block {frozen[0]}" if frozen else "the embeddings"
            raise ValueError(f"stages: stage {number} trains {part}, which the plan leaves frozen")
    if config.features.layer_combination is not LayerCombination.LAST and config.trains_backbone:
        raise ValueError(
            f"features.layer_combination: {config.features.layer_combination!s} needs a frozen backbone: "
            "train the head only, or read the last layer"
        )
    if config.features.pair_encoding is PairEncoding.SIAMESE and config.data.text_pair is None:
        raise ValueError(
            "features.pair_encoding: 'siamese' encodes the two texts of a pair each alone: name the "
            "column of the second texts in data.text_pair"
        )
    if config.augment.copies and config.data.problem is ProblemType.TOKENS:
        raise ValueError("augment.copies: words are labelled where they stand: set it to 0")
    _check_probe(config)
    _check_targets(config)
    _check_domains(config)
    _check_adaptation(config)
    _check_self_training(config)
    _check_contrastive(config)
    if config.tuning.kind is not Tuning.ALL and not config.freeze.blocks:
        raise ValueError(f"freeze: {config.tuning.kind!s} needs at least one block that trains")
    if config.tuning.kind.adds_parameters and config.freeze.embeddings:
        raise ValueError(f"freeze: with {config.tuning.kind!s} the embeddings stay frozen")
    if config.training.mixout and config.tuning.kind is not Tuning.ALL:
        raise ValueError(
            f"training.mixout: with {config.tuning.kind!s} no matrix leaves its pretrained weights: set it "
            "to 0, or tuning.kind to 'all'"
        )


def _check_probe(config: "ExperimentConfig") -> None:
    """Check that a head fitted at once has features that stay as they are, and only labels to fit."""
    if config.backbone.is_tfidf and config.head.kind is not HeadKind.PROBE:
        raise ValueError("head.kind: tf-idf takes a probe, and no other classifier: set it to 'probe'")
    if config.backbone.is_tfidf and config.augment.copies:
        raise ValueError("augment.copies: tf-idf has no tokenizer to alter texts with: set it to 0")
    if config.head.kind is not HeadKind.PROBE:
        return
    conflicts = {
        "freeze": config.trains_backbone and config.contrastive is None,
        "stages": bool(config.stages),
        "distil": config.distil is not None,
        "resume_from": config.resume_from is not None,
        "features.layer_combination": config.features.layer_combination is LayerCombination.MIX,
    }
    if conflicting := [name for name, conflict in conflicts.items() if conflict]:
        raise ValueError(
            f"{conflicting[0]}: a probe is fitted at once on fixed features: leave this at its default, "
            "or choose head.kind 'linear'"
        )


def _check_targets(config: "ExperimentConfig") -> None:
    """Check that a run of several targets, or a target of one, has no setting for one target alone."""
    if not config.data.several_targets:
        return
    conflicts = {
        "head.kind": config.head.kind is HeadKind.PROBE,
        "distil": config.distil is not None,
        "joint_run": config.joint_run is not None,
        "data.other_targets": bool(config.data.other_targets),
    }
    if conflicting := [name for name, conflict in conflicts.items() if conflict]:
        raise ValueError(
            f"{conflicting[0]}: several targets need heads that train in steps, without a teacher: leave "
            "this at its default, or choose one column to predict"
        )
    if not config.training.predict_train:
        raise ValueError(
            "training.predict_train: a run of several targets predicts its training rows too, for each "
            "target's neighbours: set it to true"
        )
    if config.sequential and (config.stages or config.resume_from is not None):
        raise ValueError(
            "training.task_order: one target after the other is a run of its own without stages: leave "
            "out stages and resume_from, or train them together"
        )


def _check_domains(config: "ExperimentConfig") -> None:
    """Check that labelled rows of the target come from a target outside the source."""
    domains = config.data.domains
    if domains is not None and domains.target_labels != 0 and not domains.outside_source:
        raise ValueError(
            "data.domains: target_labels are rows of a target outside the source: name another target, or "
            "set target_labels to 0"
        )


def _check_adaptation(config: "ExperimentConfig") -> None:
    """Check that there are a source and a target domain, and that what is to be aligned can move."""
    if config.adaptation is None:
        return
    method, domains = config.adaptation.method, config.data.domains
    if domains is None or not (domains.source and domains.target):
        raise ValueError(
            f"adaptation: {method!s} goes from a source to a target domain: name both in data.domains"
        )
    if not (domains.outside_source and domains.use_source):
        raise ValueError(
            f"adaptation: {method!s} goes from the source to a target outside it: name another target in "
            "data.domains, and leave use_source true"
        )
    if config.data.several_targets:
        raise ValueError(f"adaptation: {method!s} is for one target: choose one column to predict")
    if config.fitted_at_once or (method.aligns and not config.trains_backbone):
        raise ValueError(
            f"adaptation: {method!s} changes how the backbone trains, and here it stays frozen: train a "
            "block at least, or leave adaptation out"
        )
    if config.source_first and domains.target_labels == 0:
        raise ValueError(
            f"adaptation: {method!s} ends with labelled rows of the target: set data.domains.target_labels"
        )
    if config.source_first and (config.stages or config.resume_from is not None):
        raise ValueError(f"adaptation: {method!s} has stages of its own: leave stages and resume_from out")


def _check_self_training(config: "ExperimentConfig") -> None:
    """Check that there are classes to be sure of, and no setting that needs labels of every row."""
    if (chosen := config.self_training) is not None:
        probe = config.fitted_at_once and (config.augment.copies or chosen.per_step)
        conflicts = {
            "stages": config.stages, "resume_from": config.resume_from, "distil": config.distil,
            "adaptation": config.adaptation, "contrastive": config.contrastive, "head.kind": probe,
            "backbone": config.backbone.is_tfidf,
        }  # fmt: skip
        chosen.check(config.data, [name for name, value in conflicts.items() if value])


def _check_contrastive(config: "ExperimentConfig") -> None:
    if config.contrastive is not None:
        one_class = not config.data.several_targets and config.data.problem is ProblemType.SINGLE_LABEL
        check_pairs(
            one_class=one_class,
            trains_backbone=config.trains_backbone,
            fits_head=config.head.kind is HeadKind.PROBE,
            adapts=config.adaptation is not None,
            patience=config.training.patience is not None,
        )
