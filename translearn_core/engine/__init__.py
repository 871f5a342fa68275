"""Start, find and stop the engine: the process that takes jobs from the store and gives them to workers."""

from translearn_core.engine.launcher import engine_status, ensure_engine, stop_engine
from translearn_core.engine.status import EngineStatus
from translearn_core.settings import Settings

__all__ = ["EngineStatus", "engine_status", "ensure_engine", "run_engine", "stop_engine"]


def run_engine(settings: Settings) -> None:
    """Be the engine of this workspace until asked to leave or idle for too long; if there is one, return."""
    # distributed is slow to import and pages never need it; what jobs need is imported meanwhile
    from translearn_core.engine.fork_server import start_server

    start_server()
    from translearn_core.engine.service import serve

    serve(settings)
