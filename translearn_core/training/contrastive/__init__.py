"""Contrastive fine-tuning: losses of pairs, and batches whose texts recur in many pairs."""
