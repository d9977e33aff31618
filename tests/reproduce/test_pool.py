"""Tasks over processes: filled as places come free, faults told, nothing left running."""

from pathlib import Path

import pytest

from seehear.errors import DataError
from seehear.recipes import get
from seehear.reproduce import pool
from seehear.reproduce.task import Task


def tasks(folder, count):
    for number in range(count):
        yield Task(
            name=f"task {number}",
            dataset=folder,
            features=folder,
            recipe=get("han"),
            inputs="offline",
            labels=None,
            seed=number,
            folder=folder / f"seed-{number}",
            split="test",
        )


class FakeProcess:
    """A process that has ended by the time it is waited for."""

    alive = 0
    most = 0

    def __init__(self, *, target, args, name):
        (self.task,) = args
        self.sentinel = self.task.name
        self.ended = False

    def start(self):
        FakeProcess.alive += 1
        FakeProcess.most = max(FakeProcess.most, FakeProcess.alive)

    def join(self):
        if not self.ended:
            FakeProcess.alive -= 1
        self.ended = True

    def terminate(self):
        pass

    @property
    def exitcode(self):
        return {0: 0, 1: -9, 2: 2}.get(self.task.seed, 0)


@pytest.fixture
def processes(monkeypatch):
    class Context:
        Process = FakeProcess

    FakeProcess.alive = FakeProcess.most = 0
    monkeypatch.setattr(pool.multiprocessing, "get_context", lambda kind: Context)
    monkeypatch.setattr(pool, "wait", lambda sentinels, timeout: list(sentinels)[:1])


def test_so_many_run_at_a_time_and_every_end_is_told(processes, tmp_path):
    (tmp_path / "seed-2.fault.txt").write_text("no such split")
    ends = {}
    pool.run_tasks(
        tasks(tmp_path, 5),
        jobs=2,
        report=lambda task, fault: ends.update({task.seed: fault}),
        say=print,
    )
    assert FakeProcess.most == 2
    assert FakeProcess.alive == 0
    assert ends == {
        0: None,
        1: "its process ended with -9 (killed: too little memory?)",
        2: "no such split",
        3: None,
        4: None,
    }


def test_from_time_to_time_it_says_what_runs(processes, monkeypatch, tmp_path):
    monkeypatch.setattr(pool, "HEARTBEAT_S", -1.0)
    said = []
    pool.run_tasks(tasks(tmp_path, 2), jobs=2, report=lambda task, fault: None, say=said.append)
    assert said == ["running: task 1 (starting)"]


def test_an_interruption_ends_all_processes(processes, monkeypatch, tmp_path):
    def interrupt(sentinels, timeout):
        raise KeyboardInterrupt

    monkeypatch.setattr(pool, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        pool.run_tasks(tasks(tmp_path, 3), jobs=2, report=lambda task, fault: None, say=print)
    assert FakeProcess.alive == 0


def test_a_fault_in_this_process_does_not_stop_the_next_task(monkeypatch, tmp_path: Path):
    def perform(task):
        if task.seed == 0:
            raise DataError("no such split")

    monkeypatch.setattr(pool, "perform", perform)
    ends = []
    pool.run_tasks(
        tasks(tmp_path, 2), jobs=0, report=lambda task, fault: ends.append(fault), say=print
    )
    assert ends == ["no such split", None]
