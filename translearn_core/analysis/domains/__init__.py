"""Distances between domains, and their overlap."""

from translearn_core.analysis.domains.distances import mean_discrepancy, proxy_a_distance, shared_vocabulary
from translearn_core.analysis.domains.overlap import domain_overlap

__all__ = ["domain_overlap", "mean_discrepancy", "proxy_a_distance", "shared_vocabulary"]
