"""Jobs scripted by their data set, loaded into a test engine's workers by Dask's preload option.

A file that begins with ``script:`` holds the function to run in JSON; other files run the real job.
"""

import json
import os
import re
import signal
import time
from functools import partial

from translearn_core.errors import Stopped
from translearn_core.jobs import AUGMENTATION_PREVIEW, PROFILE, READ, TRAIN
from translearn_core.worker.context import Context
from translearn_core.worker.process.read_budget import read_budget

MARK = b"script:"


class PanicException(BaseException):  # as a damaged tokenizer raises: not an Exception
    pass


def dask_setup(worker):
    from translearn_core.worker import runtime
    from translearn_core.worker.process import setup

    setup.warm_up_specs = lambda slot: []  # no scripted job needs torch
    real = runtime.handler
    scripted = (READ, AUGMENTATION_PREVIEW, TRAIN)

    def handler(spec):
        if spec is PROFILE:
            return partial(work, seconds=20)
        return partial(run_script, real(spec)) if spec in scripted else real(spec)

    runtime.handler = handler


def run_script(real, context: Context) -> None:
    text = context.store.workspace.sources(context.config.dataset_digest())["train"].read_bytes()
    if not text.startswith(MARK):
        real(context)
        return
    script = json.loads(text.removeprefix(MARK))
    write_facts(context)
    if context.job.attempts in script["attempts"]:
        globals()[script["function"]](context, **script["options"])


def write_facts(context):
    facts = {
        "threads": {
            name: os.environ.get(name)
            for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        },
        "trims": os.environ.get("MALLOC_TRIM_THRESHOLD_"),
        "telemetry": os.environ.get("HF_HUB_DISABLE_TELEMETRY"),
        "pid": os.getpid(),
    }
    (context.folder / "facts.json").write_text(json.dumps(facts))


def work(context, seconds):
    for tenth in range(int(seconds * 10)):
        context.report("working", tenth, seconds * 10)
        time.sleep(0.1)


def hang(context, seconds):
    context.report("hanging")
    time.sleep(seconds)


def linger(context, seconds):
    try:
        work(context, 60)
    except Stopped:
        time.sleep(seconds)  # as a training that scores its current weights
        (context.folder / "saved").touch()
        raise


def crash(context):
    context.report("crashing", force=True)
    os.kill(os.getpid(), signal.SIGKILL)


def fill(context, gigabytes):
    bytearray(int(gigabytes * 1e9))


def regex(context):
    context.report("matching", force=True)
    with read_budget(context.store.workspace.sources(context.config.dataset).values()):
        re.fullmatch("(a+)+b", "a" * 60)  # never returns to the interpreter


def panic(context):
    raise PanicException("called `Option::unwrap()` on a `None` value\nsecond line")
