"""Distances between domains, and their overlap."""

from translearn_core.analysis.domains.distances import mean_discrepancy, proxy_a_distance, shared_vocabulary
from translearn_core.analysis.domains.overlap import Overlap, domain_overlap

__all__ = ["Overlap", "domain_overlap", "mean_discrepancy", "proxy_a_distance", "shared_vocabulary"]
