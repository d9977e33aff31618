"""Tasks in parallel, each in a new process with one thread, so that its memory is free after it."""

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
        tasks: in order; the next is taken only when a process is free, so that it can be prepared
            while others run.
        jobs: processes at a time; 0: one task after the other in this process.
        report: called with each finished task and its fault; None: there was none.
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
    """Start tasks until `jobs` of them run, or none is left."""
    context = multiprocessing.get_context("spawn")
    while len(running) < jobs and (task := next(tasks, None)) is not None:
        process = context.Process(target=perform_alone, args=(task,), name=task.name)
        process.start()
        running[process] = task


def _ended(running: Iterable[SpawnProcess]) -> list[SpawnProcess]:
    """Return the processes that ended; an empty list after `HEARTBEAT_S` if none has."""
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
    """Return the stage and epoch that a running task has reached, by the logs in its folder."""
    from seehear.train import RunFolder

    latest = RunFolder(task.folder).newest_stage()
    if latest is None:
        return "starting"
    stage = "" if latest.path == task.folder else f"{latest.path.name}, "
    return f"{stage}epoch {len(latest.log())} done"
