"""Distances between domains."""

from translearn_core.analysis.domains.distances import mean_discrepancy, proxy_a_distance, shared_vocabulary

__all__ = ["mean_discrepancy", "proxy_a_distance", "shared_vocabulary"]
