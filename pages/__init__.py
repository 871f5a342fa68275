"""One file a page: what it needs, a form, a job, a picture."""
