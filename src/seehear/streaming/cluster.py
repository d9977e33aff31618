"""The engine of a cluster: clips as a Ray Data pipeline, each encoded and finished by one actor.

    clips -> actors that hold the weights; each has its clip decoded, encodes piece after piece as
             they come, and finishes it
          -> this process: one result for each clip

Without GPUs each actor has a processor and decodes in a child process of its own, as on a single
machine: no pieces travel between machines.  With GPUs a few actors share each GPU, and separate
tasks decode, with one processor each, wherever one is free.

A task is one clip.  If a node is lost, Ray repeats the clips that it was working on, and no others.
Clips are given out in rounds, since Ray remembers every task of a round.  Pieces are encoded one by
one and in order, so the rows of a clip do not depend on the actor that made them.

What is pickled here was made by our own code, from pieces that were checked when they left the
process that decodes (`streaming.worker`).  That process pickles nothing.
"""

import logging
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from seehear.amounts import amount
from seehear.errors import MissingExtraError, SeehearError, UnreachableError
from seehear.streaming.bring import clip_messages
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.worker import Decoder, Front

_ROUND = 1000  # clips for each actor in a round
_SHARING = 4  # actors that share a GPU, each with a decoding task
_DEATHS = 20  # actors in a row that may die at their start before the run is given up
_GO_ON = "what was finished is kept; run the same command again to go on"
_AHEAD = 4  # pieces that a decoding task is ahead of its actor


class ClipWork(Protocol):
    """A clip that an actor works on."""

    def add(self, piece: Piece) -> None:
        """Encode a piece."""

    def finish(self, job: ClipJob, outcome: ClipOutcome) -> object:
        """Return the result of the clip, which is pickled and sent to the main process."""


class Work(Protocol):
    """What an actor does with clips; made in the actor's own process."""

    def begin(self, job: ClipJob, note: object) -> ClipWork:
        """Begin a clip.

        Args:
            job: the clip.
            note: what came with it.
        """


@dataclass(frozen=True)
class ClusterOptions:
    """How a cluster is used.

    Args:
        workers: the most actors; 0: as many as there are processors, or places on GPUs.
        timeout_s: see `Decoder`.
        told: called once with a line on what the cluster has.
    """

    workers: int = 0
    timeout_s: float = 60.0
    told: Callable[[str], None] = lambda line: None


def run_on_cluster(
    jobs: Sequence[tuple[ClipJob, object]],
    front: Front,
    make: Callable[[], Work],
    options: ClusterOptions,
) -> Iterator[tuple[int, object]]:
    """Yield, for each clip when it is done, its place in `jobs` and its result.

    The cluster is the one of RAY_ADDRESS, else one that runs on this machine, else a new one for
    this call.  Every node needs seehear, the weights, and access to the media.

    Args:
        jobs: clips, each with a note for `Work.begin`.
        front: what decoding processes have to know.
        make: makes the work of an actor; pickled.
        options: how.

    Raises:
        MissingExtraError: Ray is not installed.
        UnreachableError: the cluster is lost, or media cannot be reached.
        SeehearError: the first error of an actor's work, such as missing weights.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError.of("ray[data]", "ray") from None
    if not jobs:
        return
    started = _connect(ray)
    try:
        pool = _pool(ray, options.workers)
        options.told(pool.told)
        each = _ROUND * pool.actors
        for first in range(0, len(jobs), each):
            part = jobs[first : first + each]
            for number, result in _round(ray, part, (front, make, options.timeout_s), pool):
                if isinstance(result, SeehearError):
                    raise result
                yield first + number, result
    except ray.exceptions.RayError as error:
        text = str(error).strip().splitlines() or [type(error).__name__]
        raise UnreachableError(f"the cluster gave up: {text[-1][:200]}", hint=_GO_ON) from error
    finally:
        if started:
            ray.shutdown()


@dataclass(frozen=True)
class _Pool:
    """The actors of a cluster.

    Args:
        actors: the most there can be.
        place: the processors and GPUs that each takes, as arguments of Ray.
        apart: whether separate tasks decode.
        told: the cluster in words.
    """

    actors: int
    place: dict[str, float]
    apart: bool
    told: str


def _pool(ray: Any, workers: int) -> _Pool:
    found = ray.cluster_resources()
    gpus, cores = int(found.get("GPU", 0)), max(1, int(found.get("CPU", 1)))
    nodes = sum(node["Alive"] for node in ray.nodes())
    parts = [(nodes, "node"), (cores, "processor"), (gpus, "GPU")]
    told = ", ".join(amount(number, name) for number, name in parts if number)
    if not gpus:
        return _Pool(min(workers or cores, cores), {"num_cpus": 1}, False, told)
    sharing = max(1, min(_SHARING, cores // gpus))
    most = gpus * sharing
    place = {"num_gpus": 1 / sharing, "num_cpus": 0}
    return _Pool(min(workers or most, most), place, True, told)


def _connect(ray: Any) -> bool:
    """Connect to a cluster; return whether this call began the connection and has to end it."""
    if ray.is_initialized():
        return False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # our own progress lines say what a user needs
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if os.environ.get("RAY_ADDRESS"):
        ray.init(**quiet)
        return True
    try:
        ray.init(address="auto", **quiet)
    except ConnectionError:  # none is running: start one
        ray.init(num_cpus=max(2, os.cpu_count() or 1), include_dashboard=False, **quiet)
    return True


def _round(
    ray: Any, jobs: Sequence[tuple[ClipJob, object]], how: tuple[Any, ...], pool: _Pool
) -> Iterator[tuple[int, object]]:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_consecutive_actor_init_deaths = _DEATHS  # a node may be lost at any moment
    items = [{"number": number, "job": pickle.dumps(job)} for number, job in enumerate(jobs)]
    clips = ray.data.from_items(items, override_num_blocks=len(items))
    done = clips.map_batches(
        _Actor,
        fn_constructor_args=(*how, pool.apart),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(
            min_size=1, max_size=pool.actors, max_tasks_in_flight_per_actor=2
        ),
        **pool.place,
    )
    seen: set[int] = set()
    # nothing is fetched ahead: what is done is told at once
    for batch in done.iter_batches(batch_size=None, prefetch_batches=0):
        for number, result in zip(batch["number"], batch["result"], strict=True):
            if int(number) not in seen:  # else a lost node's work, repeated
                seen.add(int(number))
                yield int(number), pickle.loads(result)


class _Actor:
    """Does clip after clip.

    Its work is made with the first clip, so that an error in making it is returned as a result.
    """

    def __init__(
        self, front: Front, make: Callable[[], Work], timeout_s: float, apart: bool
    ) -> None:
        self._front, self._timeout_s, self._apart = front, timeout_s, apart
        self._make = make
        self._work: Work | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        results = [pickle.dumps(self._done(*pickle.loads(packed))) for packed in batch["job"]]
        return {"number": list(batch["number"]), "result": results}

    def _done(self, job: ClipJob, note: object) -> object:
        try:
            if self._work is None:
                self._work = self._make()
            clip = self._work.begin(job, note)
            for told, message in self._messages(job):
                if isinstance(message, ClipOutcome):
                    return clip.finish(told, message)
                clip.add(message)
        except SeehearError as error:
            return error
        raise AssertionError("decoding ends with an outcome")

    def _messages(self, job: ClipJob) -> Iterator[tuple[ClipJob, Piece | ClipOutcome]]:
        if not self._apart:
            yield from clip_messages(_decoder(self._front, self._timeout_s), job)
            return
        import ray

        options = {"num_cpus": 1, "num_returns": "streaming", "max_retries": -1}
        task = ray.remote(_decoded).options(**options, _generator_backpressure_num_objects=_AHEAD)
        places: Any = task.remote(self._front, self._timeout_s, job)
        for place in places:
            found = pickle.loads(ray.get(place))
            if isinstance(found, SeehearError):
                raise found
            yield found


def _decoded(front: Front, timeout_s: float, job: ClipJob) -> Iterator[bytes]:
    """Decode a clip, as a task of its own: its messages, pickled."""
    try:
        for found in clip_messages(_decoder(front, timeout_s), job):
            yield pickle.dumps(found)
    except SeehearError as error:
        yield pickle.dumps(error)


_DECODERS: dict[bytes, Decoder] = {}


def _decoder(front: Front, timeout_s: float) -> Decoder:
    """Return the decoder of this process.

    Starting one for each clip would take longer than the clip.
    """
    key = pickle.dumps((front, timeout_s))
    if key not in _DECODERS:
        _DECODERS[key] = Decoder(front, timeout_s=timeout_s)
    return _DECODERS[key]
