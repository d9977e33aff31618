"""Bring what is public of LFAV, AVE, UnAV-100 and VGGSounder into the layouts that we read."""

import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from seehear.data.download import download, size_of
from seehear.data.fetch_llp import (
    Fetched,
    Offer,
    archive_offer,
    fetch_archive,
    hub_address,
    read_record,
)
from seehear.data.public import Public
from seehear.errors import DataError
from seehear.lock import owned

TABLES = "tables"


@dataclass(frozen=True)
class Addresses:
    """Where to fetch from, in place of the usual addresses.

    Args:
        hub: base address of the hub; None: HF_ENDPOINT, else the hub's own.
        tables: base address of the tables; None: the benchmark's own repository.
    """

    hub: str | None = None
    tables: str | None = None

    def table(self, public: Public, path: str) -> str:
        """Return the address of a table."""
        base = (self.tables or public.address).rstrip("/")
        return f"{base}/{urllib.parse.quote(path)}"


def parts_of(public: Public) -> tuple[str, ...]:
    """Return the names of the parts of a benchmark that a program can fetch."""
    return (TABLES, *(archive.part for archive in public.archives))


def fetch_public(
    public: Public,
    out: Path | str,
    *,
    parts: Sequence[str] = (TABLES,),
    addresses: Addresses | None = None,
    received: Callable[[str, int], None] = lambda what, count: None,
) -> Iterator[Fetched]:
    """Fetch the parts that are not there yet, one after the other.

    What was interrupted goes on when it is called again.

    Args:
        public: the benchmark.
        out: the dataset folder.
        parts: which, of `parts_of`.
        addresses: where from; None: the usual addresses.
        received: called with a file's name and the number of bytes, for each block of it.

    Yields:
        each part when it is complete.

    Raises:
        DataError: an address does not answer, or gives another file than the known or recorded
            one.
        ConfigError: the folder cannot be written to, or another command writes into it.
    """
    root, places = Path(out), addresses or Addresses()
    with owned(root):
        if TABLES in parts:
            yield _fetch_tables(public, root, places, received)
        for archive in public.archives:
            if archive.part in parts:
                yield fetch_archive(root, archive, hub_address(places.hub), received)


def _fetch_tables(
    public: Public, root: Path, places: Addresses, received: Callable[[str, int], None]
) -> Fetched:
    new = False
    for path, sha256 in public.tables.items():
        name = PurePosixPath(path).name
        new |= download(
            places.table(public, path), root / name, sha256=sha256, received=partial(received, name)
        )
    count = len(public.tables)
    told = f"{count} file{'s' if count > 1 else ''} of {public.pinned}, as pinned"
    return Fetched(TABLES, "fetched" if new else "there", told)


def public_offers(
    public: Public, out: Path | str, addresses: Addresses | None = None
) -> Iterator[Offer]:
    """Yield each part that can be fetched, with its size as its address says; see `offers`."""
    places = addresses or Addresses()
    try:
        sizes = [size_of(places.table(public, path)) for path in public.tables]
        total = sum(size or 0 for size in sizes)
        yield Offer(TABLES, public.pinned, total if all(sizes) else None)
    except DataError as error:
        yield Offer(TABLES, public.pinned, problem=str(error))
    known = read_record(Path(out))
    for archive in public.archives:
        yield archive_offer(archive, hub_address(places.hub), known)
