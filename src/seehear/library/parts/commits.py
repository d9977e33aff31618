"""Commits: small files that name the parts of a library, ordered by their names.

A commit adds parts; one of `seehear compact` replaces earlier commits by parts with the same clips.
If two replace the same commit, only the first counts (both are correct).  So all commits together
give one consistent state, whatever is written meanwhile.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from seehear.errors import DataError
from seehear.foreign.forms import flag, items, one_of, record, text, whole
from seehear.foreign.texts import parse_json
from seehear.library.parts.store import Store

SCHEMA = "seehear.library/1"
FOLDER = "commits"
TABLES = ("clips", "scores", "features")
_FORM = record(
    {
        "schema": one_of(SCHEMA),
        "replaces": items(text),
        "parts": items(
            record(
                {
                    "token": text,
                    "clips": whole(),
                    "segments": whole(),
                    "first": text,
                    "last": text,
                    "features": flag,
                }
            )
        ),
    }
)


@dataclass(frozen=True)
class LibraryPart:
    """Some clips in a file of each table.

    Args:
        token: the name of its files.
        clips, segments: how many it has.
        first, last: paths of its timelines, in their order.
        features: whether features of its clips were kept.
    """

    token: str
    clips: int
    segments: int
    first: str
    last: str
    features: bool

    def file(self, table: str) -> str:
        """Return its file of a table."""
        return f"{table}/{self.token}.parquet"


@dataclass(frozen=True)
class Commit:
    """One change of a library by one writer.

    Args:
        name: sorts after all commits that the writer knew.
        parts: the parts that it adds.
        replaces: names of the commits that these parts replace.
    """

    name: str
    parts: tuple[LibraryPart, ...]
    replaces: tuple[str, ...] = ()

    @property
    def written_s(self) -> float:
        """When it was written, in seconds since 1970 by the writer's clock."""
        return int(self.name.partition("-")[0]) / 1e9


@dataclass(frozen=True)
class State:
    """A library at one moment.

    Args:
        commits: the valid ones.
        replaced: those that others replace.
        void: those that came too late to replace commits that others had replaced.
    """

    commits: tuple[Commit, ...] = ()
    replaced: tuple[Commit, ...] = ()
    void: tuple[Commit, ...] = ()

    @property
    def parts(self) -> tuple[LibraryPart, ...]:
        """All parts, in the order of their clips."""
        found = [part for commit in self.commits for part in commit.parts]
        return tuple(sorted(found, key=lambda part: (part.first, part.token)))

    @property
    def digest(self) -> str:
        """A digest that differs from that of any other state."""
        names = "\n".join(commit.name for commit in self.commits)
        return hashlib.sha256(names.encode()).hexdigest()

    @property
    def is_disjoint(self) -> bool:
        """Whether no clip can be in two parts."""
        parts = self.parts
        return all(a.last < b.first for a, b in pairwise(parts))

    def next_name(self) -> str:
        """Return a name for the next commit, which sorts after all of this state."""
        known = (*self.commits, *self.replaced, *self.void)
        last = max((int(commit.name.partition("-")[0]) for commit in known), default=0)
        return f"{max(time.time_ns(), last + 1):020d}-{os.urandom(6).hex()}"


def state_of(commits: Iterable[Commit]) -> State:
    """Return the state that results from all commits."""
    ordered = sorted(commits, key=lambda commit: commit.name)
    gone: set[str] = set()
    void: list[Commit] = []
    for commit in ordered:
        if gone.intersection(commit.replaces):
            void.append(commit)
        else:
            gone.update(commit.replaces)
    late = {commit.name for commit in void}
    live = (c for c in ordered if c.name not in gone and c.name not in late)
    replaced = (c for c in ordered if c.name in gone and c.name not in late)
    return State(tuple(live), tuple(replaced), tuple(void))


class Commits:
    """Reads the commits of a library, each once.

    Args:
        store: where it lies.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Commit] = {}

    def state(self) -> State:
        """Return what there is now.

        Raises:
            DataError: a commit is damaged.
        """
        names = [name for name in self._store.names(FOLDER) if name.endswith(".json")]
        found = {}
        for name in names:
            try:
                found[name] = self._known.get(name) or self._read(name)
            except FileNotFoundError:  # removed meanwhile, because others replace it
                continue
        self._known = found
        return state_of(found.values())

    def add(self, commit: Commit) -> None:
        """Write a commit; from now on it is valid."""
        parts = [asdict(part) for part in commit.parts]
        value = {"schema": SCHEMA, "replaces": list(commit.replaces), "parts": parts}
        content = json.dumps(value, indent=1).encode()
        self._store.write(f"{FOLDER}/{commit.name}.json", content)

    def remove(self, commit: Commit) -> None:
        """Remove a commit that is not valid, and its parts."""
        self._store.remove(f"{FOLDER}/{commit.name}.json")
        for part in commit.parts:
            for table in TABLES:
                self._store.remove(part.file(table))

    def _read(self, name: str) -> Commit:
        where = f"{self._store.address}/{FOLDER}/{name}"
        value = parse_json(self._store.read(f"{FOLDER}/{name}"), _FORM, where=where)
        parts = tuple(LibraryPart(**part) for part in value["parts"])
        stem = PurePosixPath(name).stem
        if not stem.partition("-")[0].isdigit():
            raise DataError("expected the name of a commit", where=where)
        return Commit(stem, parts, tuple(value["replaces"]))
