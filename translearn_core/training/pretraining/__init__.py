"""Continued pretraining: masked language modelling on a user's texts gives a new backbone."""

from translearn_core.training.pretraining.pretrain import pretrain

__all__ = ["pretrain"]
