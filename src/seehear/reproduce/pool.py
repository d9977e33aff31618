"""Tasks over processes: each in a fresh one with a single thread, so that memory is its own and
cores do not fight.
"""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import wait
from typing import Any

from seehear.errors import SeehearError
from seehear.reproduce.task import FAULT, Task, perform, perform_alone

HEARTBEAT_S = 30.0
Report = Callable[[Task, str | None], None]  # a finished task, and its fault


def run_tasks(
    tasks: Iterable[Task], *, jobs: int, report: Report, say: Callable[[str], None]
) -> None:
    """Run tasks, `jobs` at a time; a faulty one does not stop the others.

    Args:
        tasks: in order; drawn when a place is free, so that what a task needs can be made
            meanwhile.
        jobs: processes at a time; 0: one after the other in this process (no process to start,
            memory is shared).
        report: told of each finished task.
        say: receives a line about what is running, from time to time.
    """
    if jobs == 0:
        for task in tasks:
            fault = None
            try:
                perform(task)
            except SeehearError as error:
                fault = str(error)
            report(task, fault)
        return
    context = multiprocessing.get_context("spawn")
    running: dict[Any, Task] = {}
    waiting, said = iter(tasks), time.monotonic()
    more = True
    try:
        while more or running:
            while more and len(running) < jobs:
                new = next(waiting, None)
                more = new is not None
                if new is not None:
                    process = context.Process(target=perform_alone, args=(new,), name=new.name)
                    process.start()
                    running[process] = new
            for sentinel in wait([process.sentinel for process in running], timeout=HEARTBEAT_S):
                process = next(p for p in running if p.sentinel == sentinel)
                process.join()
                task = running.pop(process)
                report(task, _fault(process.exitcode, task))
            if running and time.monotonic() - said > HEARTBEAT_S:
                said = time.monotonic()
                say(
                    "running: "
                    + ", ".join(f"{task.name} ({_progress(task)})" for task in running.values())
                )
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _fault(code: int | None, task: Task) -> str | None:
    if code == 0:
        return None
    path = task.folder.with_name(f"{task.folder.name}.{FAULT}")
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8")
    return f"its process ended with {code}" + (
        " (killed: too little memory?)" if code == -9 else ""
    )


def _progress(task: Task) -> str:
    """Return the stage and epoch a running task is at, told by the logs in its folder."""
    from seehear.train import RunFolder

    latest = RunFolder(task.folder).newest_stage()
    if latest is None:
        return "starting"
    stage = "" if latest.path == task.folder else f"{latest.path.name}, "
    return f"{stage}epoch {len(latest.log())} done"
