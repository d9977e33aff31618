"""Tasks over processes, each in a fresh one with one thread: memory is its own, cores are free."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

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
        _run_here(tasks, report)
    else:
        _run_apart(iter(tasks), jobs, report, say)


def _run_here(tasks: Iterable[Task], report: Report) -> None:
    for task in tasks:
        fault = None
        try:
            perform(task)
        except SeehearError as error:
            fault = str(error)
        report(task, fault)


def _run_apart(
    tasks: Iterator[Task], jobs: int, report: Report, say: Callable[[str], None]
) -> None:
    running: dict[SpawnProcess, Task] = {}
    told = time.monotonic()
    try:
        _fill(running, tasks, jobs)
        while running:
            for process in _ended(running):
                task = running.pop(process)
                report(task, _fault(process.exitcode, task))
            if running and time.monotonic() - told > HEARTBEAT_S:
                told = time.monotonic()
                stages = (f"{task.name} ({_progress(task)})" for task in running.values())
                say(f"running: {', '.join(stages)}")
            _fill(running, tasks, jobs)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _fill(running: dict[SpawnProcess, Task], tasks: Iterator[Task], jobs: int) -> None:
    """Start tasks until as many run as may, or none is left."""
    context = multiprocessing.get_context("spawn")
    while len(running) < jobs and (task := next(tasks, None)) is not None:
        process = context.Process(target=perform_alone, args=(task,), name=task.name)
        process.start()
        running[process] = task


def _ended(running: Iterable[SpawnProcess]) -> list[SpawnProcess]:
    """Return the processes that ended; none if none does for a while."""
    ready = wait([process.sentinel for process in running], timeout=HEARTBEAT_S)
    ended = [process for process in running if process.sentinel in ready]
    for process in ended:
        process.join()
    return ended


def _fault(code: int | None, task: Task) -> str | None:
    if code == 0:
        return None
    path = task.folder.with_name(f"{task.folder.name}.{FAULT}")
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8")
    guess = " (killed: too little memory?)" if code == -9 else ""
    return f"its process ended with {code}{guess}"


def _progress(task: Task) -> str:
    """Return the stage and epoch a running task is at, told by the logs in its folder."""
    from seehear.train import RunFolder

    latest = RunFolder(task.folder).newest_stage()
    if latest is None:
        return "starting"
    stage = "" if latest.path == task.folder else f"{latest.path.name}, "
    return f"{stage}epoch {len(latest.log())} done"
