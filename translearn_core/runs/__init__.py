"""Workspace: data sets, runs, studies and their files."""

from translearn_core.runs.personal.experiment_drafts import ExperimentDrafts
from translearn_core.runs.personal.lesson_progress import LessonAnswer, LessonProgress
from translearn_core.runs.personal.notes import Notes
from translearn_core.runs.personal.run_tags import RunTags
from translearn_core.runs.personal.share_links import ShareLink, ShareLinks
from translearn_core.runs.records import (
    STOPPING,
    UNREADABLE,
    Dataset,
    Job,
    Progress,
    Run,
    RunningJob,
    State,
    Unreadable,
)
from translearn_core.runs.rooms.pins import Pins
from translearn_core.runs.rooms.records import Room, Seat
from translearn_core.runs.rooms.store import Rooms
from translearn_core.runs.search.records import Search
from translearn_core.runs.search.store import Searches
from translearn_core.runs.store import LOCAL, RunStore, open_store
from translearn_core.runs.studies.records import Study, StudyProgress, StudyRun
from translearn_core.runs.studies.store import Studies
from translearn_core.runs.workspace import Workspace

__all__ = [
    "LOCAL",
    "STOPPING",
    "UNREADABLE",
    "Dataset",
    "ExperimentDrafts",
    "Job",
    "LessonAnswer",
    "LessonProgress",
    "Notes",
    "Pins",
    "Progress",
    "Room",
    "Rooms",
    "Run",
    "RunStore",
    "RunTags",
    "RunningJob",
    "Search",
    "Searches",
    "Seat",
    "ShareLink",
    "ShareLinks",
    "State",
    "Studies",
    "Study",
    "StudyProgress",
    "StudyRun",
    "Unreadable",
    "Workspace",
    "open_store",
]
