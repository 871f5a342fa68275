"""Catastrophic forgetting: earlier tasks, sentence similarity, masked language modelling."""
