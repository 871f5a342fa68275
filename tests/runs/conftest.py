import pytest
from sqlalchemy import create_engine

from tests.databases import postgresql
from translearn_core.runs import RunStore, Workspace
from translearn_core.runs.database.schema import metadata

POSTGRESQL = postgresql()


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    if request.param == "sqlite":
        yield None
        return
    if not POSTGRESQL:
        pytest.skip("TRANSLEARN_TEST_DATABASE_URL names no PostgreSQL database to test with")
    yield POSTGRESQL
    engine = create_engine(POSTGRESQL)
    metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def store(workspace, database_url):
    opened = RunStore(workspace, database_url)
    yield opened
    opened.close()
