"""The PostgreSQL database of tests: where pytest-xdist runs several processes, each has one of its own."""

import os
from functools import cache

from sqlalchemy import create_engine, make_url, text

VARIABLE = "TRANSLEARN_TEST_DATABASE_URL"


@cache
def postgresql() -> str | None:
    """Return the address of a database for this process alone; None if none was named."""
    given, process = os.environ.get(VARIABLE), os.environ.get("PYTEST_XDIST_WORKER")
    if not given or not process:
        return given
    url = make_url(given)
    own = url.set(database=f"{url.database}_{process}")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": own.database}) is None:
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    engine.dispose()
    return own.render_as_string(hide_password=False)
