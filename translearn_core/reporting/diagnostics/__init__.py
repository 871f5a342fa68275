"""Sections of diagnostics: each module presents one result, for its page and for the report."""
