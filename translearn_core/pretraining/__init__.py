"""Pre-training gone on with: masked words on one's own texts make a new backbone."""

from translearn_core.pretraining.pretrain import pretrain

__all__ = ["pretrain"]
