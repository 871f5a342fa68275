"""Engine process: takes jobs from the store and dispatches them to workers."""

from translearn_core.config.settings import Settings
from translearn_core.engine.launcher import engine_status, ensure_engine, stop_engine
from translearn_core.engine.status import EngineStatus

__all__ = ["EngineStatus", "engine_status", "ensure_engine", "run_engine", "stop_engine"]


def run_engine(settings: Settings) -> None:
    """Run the engine of this workspace until stopped or idle; return at once if one is running."""
    # imported here: distributed is slow to import, and meanwhile the fork server imports what jobs need
    from translearn_core.engine.fork_server import start_server

    start_server()
    from translearn_core.engine.service import serve

    serve(settings)
