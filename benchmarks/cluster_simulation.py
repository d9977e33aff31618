"""How long would a cluster take over very many clips, and what of it breaks first?

    python benchmarks/cluster_simulation.py [--clips 10000000] [--seed 0]

SIMULATED, by discrete events (simpy, in the extra `test`): nothing is parsed.  Workers take tasks
of some clips; their times are spread about what one clip was measured to take, some are stragglers,
and workers die and come back, at which what they had not handed in is done again.  Compared are one
process that writes everything down, at the rate that the journal of `seehear extract` was measured
at, and workers that write parts of their own, as libraries of Parquet parts are written; those also
with idle workers that do the last tasks a second time.  Prints JSON.
"""

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import simpy
from common import print_result


@dataclass(frozen=True)
class Cluster:
    """What is simulated.

    Args:
        workers: processor cores.
        clips: in all.
        task: clips that are taken and handed in at once.
        clip_s: seconds of a core that a clip takes, in the middle.
        spread: of that, the standard deviation of its logarithm.
        slow_share, slow_times: how many tasks are stragglers, and how much longer they take.
        life_s: how long a worker lives in the mean; 0: for ever.
        restart_s: until another is in its place.
        writer: clips a second that one process writes down for all; 0: each worker its own.
        part_s: seconds that it takes a worker to write a part and name it.
        again: whether idle workers do the last tasks a second time.
        arrive: clips a second that arrive; 0: all are there.
    """

    workers: int
    clips: int
    task: int = 100
    clip_s: float = 1.17
    spread: float = 0.3
    slow_share: float = 0.01
    slow_times: float = 10.0
    life_s: float = 24 * 3600.0
    restart_s: float = 300.0
    writer: float = 0.0
    part_s: float = 0.5
    again: bool = True
    arrive: float = 0.0


@dataclass
class Outcome:
    """What came of it.

    Args:
        hours: until the last clip was handed in.
        done: how often each task was counted.
        lost_s: seconds of workers that came to nothing.
        deaths: of workers.
    """

    done: np.ndarray
    hours: float = 0.0
    lost_s: float = 0.0
    deaths: int = 0


@dataclass
class _Run:
    cluster: Cluster
    draw: np.random.Generator
    env: simpy.Environment
    outcome: Outcome
    waiting: simpy.Store
    writer: simpy.Resource
    end: simpy.Event
    running: dict[int, int] = field(default_factory=dict)  # task -> workers at it
    alone: dict[int, None] = field(default_factory=dict)  # tasks with one worker at them
    left: int = 0

    def arrivals(self) -> Iterator[simpy.Event]:
        """Put the tasks there, as they arrive."""
        c = self.cluster
        for task in range(self.left):
            if c.arrive:
                yield self.env.timeout(c.task / c.arrive)
            yield self.waiting.put(task)

    def worker(self) -> Iterator[simpy.Event]:
        """Take a task, do it, hand it in; now and then, die."""
        c = self.cluster
        dies = self._life()
        while self.left:
            task = yield from self._next()
            if task is None:
                return
            self._join(task)
            needs = self._needs()
            if self.env.now + needs > dies:
                wait = max(0.0, dies - self.env.now)
                yield self.env.timeout(wait + c.restart_s)
                self.outcome.deaths += 1
                self.outcome.lost_s += wait
                self._leave(task, whole=False)
                dies = self.env.now + self._life()
                continue
            yield self.env.timeout(needs)
            if c.writer:
                with self.writer.request() as turn:
                    yield turn
                    yield self.env.timeout(c.task / c.writer)
            self._leave(task, whole=True)
            if self.outcome.done[task] == 0:
                self._count(task)
            else:
                self.outcome.lost_s += needs

    def _next(self) -> Iterator[Any]:
        """Take a task that waits; where none does, one that others are at."""
        if not self.waiting.items and self.cluster.again and not self._arriving():
            if self.alone:
                return next(iter(self.alone))
        got = self.waiting.get()
        yield got | self.end
        return got.value if got.triggered else None

    def _arriving(self) -> bool:
        """Return whether more is to come."""
        return self.left > len(self.running) + len(self.waiting.items)

    def _join(self, task: int) -> None:
        """Note that a worker is at a task."""
        self.running[task] = self.running.get(task, 0) + 1
        self._look(task)

    def _look(self, task: int) -> None:
        """Note whether one worker alone is at a task; the longest at it come first."""
        if self.running.get(task) == 1:
            self.alone[task] = None
        else:
            self.alone.pop(task, None)

    def _leave(self, task: int, *, whole: bool) -> None:
        """Note that a worker is no longer at a task; put it back where nobody is."""
        self.running[task] -= 1
        self._look(task)
        if not self.running[task]:
            del self.running[task]
            if not whole and not self.outcome.done[task]:
                self.waiting.put(task)

    def _count(self, task: int) -> None:
        self.outcome.done[task] += 1
        self.left -= 1
        self.outcome.hours = self.env.now / 3600
        if not self.left:
            self.end.succeed()

    def _needs(self) -> float:
        c = self.cluster
        slow = c.slow_times if self.draw.random() < c.slow_share else 1.0
        spread = float(np.exp(c.spread * self.draw.normal())) if c.spread else 1.0
        return c.task * c.clip_s * spread * slow + (0.0 if c.writer else c.part_s)

    def _life(self) -> float:
        life = self.cluster.life_s
        return self.env.now + float(self.draw.exponential(life)) if life else float("inf")


def simulated(cluster: Cluster, seed: int = 0) -> Outcome:
    """Return what comes of a cluster; the same for the same seed."""
    env = simpy.Environment()
    tasks = -(-cluster.clips // cluster.task)
    run = _Run(
        cluster,
        np.random.default_rng(seed),
        env,
        Outcome(np.zeros(tasks, np.int64)),
        simpy.Store(env),
        simpy.Resource(env),
        env.event(),
        left=tasks,
    )
    env.process(run.arrivals())
    for _ in range(cluster.workers):
        env.process(run.worker())
    env.run(run.end)
    return run.outcome


def main() -> None:
    """Simulate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rows = []
    for workers, (writer, again) in itertools.product(
        (10, 100, 1000, 10_000), ((50.0, False), (0.0, False), (0.0, True))
    ):
        task = max(100, args.clips // workers // 100)  # at most a hundred tasks a worker
        cluster = Cluster(workers, args.clips, min(task, 10_000), writer=writer, again=again)
        outcome = simulated(cluster, args.seed)
        assert (outcome.done == 1).all()
        ideal = args.clips * cluster.clip_s / workers / 3600
        rows.append(
            {
                "workers": workers,
                "writes": "one process" if writer else "each worker",
                "last tasks twice": again,
                "hours": round(outcome.hours, 2),
                "hours if nothing went wrong": round(ideal, 2),
                "clips a second": round(args.clips / outcome.hours / 3600, 1),
                "work lost": round(outcome.lost_s / (outcome.hours * 3600 * workers), 4),
                "deaths": outcome.deaths,
            }
        )
    print_result(
        {"simulated": True, "cluster": vars(replace(Cluster(0, args.clips))), "rows": rows}
    )


if __name__ == "__main__":
    main()
