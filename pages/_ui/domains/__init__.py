"""Parts of the Domains page."""
