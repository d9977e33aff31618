"""Bring what is public of LLP into the layout that is read here.

    DIR/
      AVVP_*.csv                        tables of YapengTian/AVVP-ECCV20, with known digests
      CLIP|CLAP/features                features of VALOR, from a hub
      CLIP|CLAP/segment_pseudo_labels   its thresholded labels
      feats_CLIP|CLAP/segment_feats     features of UWAV, from the same hub
      feats_CLIP|CLAP/event_feats       its vectors of the classes' words
      refine_label/*.npz                LSLD's own labels of segments, with known git names
      feats/vggish, res152, ...         by hand: on a shared drive that no program may read
      videos/ID.mp4                     by hand: from YouTube
      fetch.json                        what was fetched: revisions, digests, counts

No revision of the hub's archives is fixed here.  The first fetch takes the newest one and records
it; every later fetch takes the recorded one and verifies it.
"""

import json
import os
import shutil
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from seehear.data.download import digest, download, get_json, size_of
from seehear.data.releases import (
    ARCHIVES,
    HUB_URL,
    LABEL_FILES,
    LABELS,
    LABELS_FOLDER,
    LABELS_LIMIT,
    LABELS_URL,
    HubArchive,
)
from seehear.errors import DataError
from seehear.files import Json, resumed_aside, write_text
from seehear.foreign.forms import Wrong, items, maybe, record, table, text, whole
from seehear.foreign.texts import read_json
from seehear.lock import owned
from seehear.names import inside

TABLES_URL = "https://raw.githubusercontent.com/YapengTian/AVVP-ECCV20/master/data"
RECORD = "fetch.json"
TABLES = {
    "AVVP_dataset_full.csv": "89f112ffc602279c87cc2b2040c4cd42eaf163a9d7e61cf4e74250a343d21e56",
    "AVVP_eval_audio.csv": "d5435664668bec6e7eafb39059d2f424ed2682f6b55395262fc3cb691b7d0778",
    "AVVP_eval_visual.csv": "e2274af694f3f27e38b840e0cd91a9d8d9ac85280f193e90828d26b22db69abe",
    "AVVP_test_pd.csv": "3f7a2b040e3b67c15d08efef25002bf8c5b2320f11049eb99ae0eb2d62f8eb9b",
    "AVVP_train.csv": "bbeb83e8af46a85075216b213d3464f92dd4ab71468c852ae454b82cc745c0a4",
    "AVVP_val_pd.csv": "1811813b54c5f43c3be0a97bd0971cfb8a93818ca7b3ab96cdc7f4ac37ef37a6",
}
PARTS = ("tables", *ARCHIVES, LABELS)
DEFAULT = ("tables", "CLIP", "CLAP")  # other parts are fetched only if they are asked for
_LARGEST = 4 << 20  # bytes of one array file; VALOR's largest has 0.4 MB


@dataclass(frozen=True)
class Fetched:
    """A part that is complete after a fetch.

    Args:
        part: one of `PARTS`.
        state: `fetched`, or `there` if it was complete before.
        detail: what it holds, in words.
    """

    part: str
    state: str
    detail: str


def fetch_llp(
    out: Path | str,
    *,
    parts: Sequence[str] = DEFAULT,
    hub: str | None = None,
    tables: str | None = None,
    labels: str | None = None,
    received: Callable[[str, int], None] = lambda what, count: None,
) -> Iterator[Fetched]:
    """Fetch the parts that are not there yet, one after the other.

    What was interrupted goes on when it is called again.

    Args:
        out: the dataset folder.
        parts: which, of `PARTS`.
        hub: base address of the hub or of a mirror; None: HF_ENDPOINT, else the hub itself.
        tables: base address of the tables; None: their own repository.
        labels: base address of LSLD's labels; None: their own repository.
        received: called with a file's name and the number of bytes, for each block of it.

    Yields:
        each part when it is complete.

    Raises:
        DataError: an address does not answer, or gives another file than the known or recorded
            one.
        ConfigError: the folder cannot be written to, or another command writes into it.
    """
    root = Path(out)
    with owned(root):
        for part in parts:
            if part == "tables":
                yield _fetch_tables(root, (tables or TABLES_URL).rstrip("/"), received)
            elif part == LABELS:
                yield _fetch_labels(root, (labels or LABELS_URL).rstrip("/"), received)
            else:
                yield fetch_archive(root, ARCHIVES[part], hub_address(hub), received)


@dataclass(frozen=True)
class Offer:
    """A part that can be fetched by name.

    Args:
        part: one of `PARTS`.
        source: where it comes from.
        size: bytes, as its address says; None: not known.
        problem: why the address did not answer; None: it did.
    """

    part: str
    source: str
    size: int | None = None
    problem: str | None = None


def offers(
    out: Path | str, *, hub: str | None = None, labels: str | None = None
) -> Iterator[Offer]:
    """Yield each part that can be fetched by name, with its size as its address says.

    The size is that of the revision recorded in the folder, else of the newest one.

    Args:
        out: the dataset folder.
        hub, labels: base addresses, see `fetch_llp`.
    """
    base, known = hub_address(hub), read_record(Path(out))
    for archive in ARCHIVES.values():
        yield archive_offer(archive, base, known)
    source = "fyyCS/LSLD@d34c988/refine_label"
    try:
        sizes = [size_of(f"{(labels or LABELS_URL).rstrip('/')}/{name}") for name in LABEL_FILES]
        total = sum(size or 0 for size in sizes)
        yield Offer(LABELS, source, total if all(sizes) else None)
    except DataError as error:
        yield Offer(LABELS, source, problem=str(error))


def archive_offer(archive: HubArchive, hub: str, known: Mapping[str, Json]) -> Offer:
    """Return an archive with its size: of the recorded revision, else of the newest one."""
    source = f"{archive.repository}/{archive.file}"
    try:
        revision = known.get(archive.release, {}).get("revision") or _newest(hub, archive)
        return Offer(archive.part, source, _expected(hub, revision, archive)[1])
    except DataError as error:
        return Offer(archive.part, source, problem=str(error))


def hub_address(address: str | None) -> str:
    """Return the base address of the hub: the one given, that of the environment, or its own."""
    return (address or os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")


def read_record(root: Path) -> dict[str, Json]:
    """Return what earlier fetches recorded in a folder; empty if there was none.

    Raises:
        DataError: the record is damaged.
    """
    path = root / RECORD
    if not path.is_file():
        return {}
    return read_json(path, _RECORD, hint="delete it and fetch again")


_RELEASE = record({"repository": text, "revision": text})
_RECORD = record(
    {},
    {
        "valor": _RELEASE,
        "uwav": _RELEASE,
        "labels": table(text),
        "archives": table(record({"sha256": text, "size": whole(), "files": table(whole())})),
    },
)


def _fetch_tables(root: Path, base: str, received: Callable[[str, int], None]) -> Fetched:
    new = [
        name
        for name, sha256 in TABLES.items()
        if download(f"{base}/{name}", root / name, sha256=sha256, received=partial(received, name))
    ]
    return Fetched(
        "tables", "fetched" if new else "there", f"{len(TABLES)} tables, content as pinned"
    )


def _fetch_labels(root: Path, base: str, received: Callable[[str, int], None]) -> Fetched:
    known = read_record(root)
    digests, new = dict(known.get("labels", {})), False
    for name, blob in LABEL_FILES.items():
        path = root / LABELS_FOLDER / name
        new |= download(
            f"{base}/{name}",
            path,
            sha256=digests.get(name, ""),
            blob=blob,
            limit=LABELS_LIMIT,
            received=partial(received, name),
        )
        digests[name] = digest(path)
        _write_record(root, {**known, "labels": digests})
    return Fetched(
        LABELS, "fetched" if new else "there", f"{len(LABEL_FILES)} files, content as pinned"
    )


def fetch_archive(
    root: Path, archive: HubArchive, hub: str, received: Callable[[str, int], None]
) -> Fetched:
    """Bring an archive of the hub into a dataset folder, unless it is there already.

    Raises:
        DataError: see `fetch_llp`.
    """
    part, folder = archive.part, root / archive.folder
    known = read_record(root)
    done = known.get("archives", {}).get(part)
    if done and _has(folder, archive, done["files"]):
        return Fetched(part, "there", _counts(done["files"]))
    if archive.release not in known:
        revision = _newest(hub, archive)
        known[archive.release] = {"repository": archive.repository, "revision": revision}
    revision = known[archive.release]["revision"]
    sha256, size = _expected(hub, revision, archive)
    if done and done["sha256"] != sha256:
        raise DataError(
            f"expected sha256 {done['sha256'][:16]}... as recorded, the hub now says"
            f" {sha256[:16]}...",
            where=f"{hub}/datasets/{archive.repository}/{archive.file}",
            hint=f"delete {root / RECORD} to accept the new one",
        )
    _write_record(root, known)
    packed = root / archive.file
    download(
        f"{hub}/datasets/{archive.repository}/resolve/{revision}/{archive.file}",
        packed,
        sha256=sha256,
        size=size,
        received=partial(received, archive.file),
    )
    files = unpack(packed, folder, archive.kinds)
    known.setdefault("archives", {})[part] = {"sha256": sha256, "size": size, "files": files}
    _write_record(root, known)
    packed.unlink()
    return Fetched(part, "fetched", f"{_counts(files)}; the archive has {size / 1e6:,.0f} MB")


def _newest(hub: str, archive: HubArchive) -> str:
    url = f"{hub}/api/datasets/{archive.repository}"
    answer = get_json(url)
    revision = answer.get("sha") if isinstance(answer, dict) else None
    if not isinstance(revision, str) or not revision.isalnum():
        raise DataError("the hub names no revision", where=url)
    return revision


def _expected(hub: str, revision: str, archive: HubArchive) -> tuple[str, int]:
    """Return digest and size of a file as the hub's listing of one revision gives them."""
    name = archive.file
    url = f"{hub}/api/datasets/{archive.repository}/tree/{urllib.parse.quote(revision)}"
    for entry in _listed(get_json(url), url):
        if entry["path"] == name:
            lfs = entry.get("lfs") or {}
            if not {"oid", "size"} <= lfs.keys():
                raise DataError(f"the hub gives no digest of {name}", where=url)
            return lfs["oid"].removeprefix("sha256:"), lfs["size"]
    raise DataError(f"the hub's revision {revision[:12]} has no {name}", where=url)


_LISTING = items(record({"path": text}, {"lfs": maybe(record({}, {"oid": text, "size": whole()}))}))


def _listed(answer: Json, url: str) -> list[dict[str, Json]]:
    try:
        return _LISTING(answer)
    except Wrong as wrong:
        raise DataError(f"expected a listing of files: {wrong}", where=url) from None


def unpack(archive: Path, folder: Path, kinds: Sequence[str]) -> dict[str, int]:
    """Unpack the arrays of an archive into `folder/KIND/ID.npy` and return how many of each kind.

    Only `.npy` files directly below a folder of a known kind are taken, and only by their own file
    names, so nothing is written outside `folder`.  The folder appears when it is complete.

    Args:
        archive: a zip file.
        folder: where its arrays go; replaced.
        kinds: names of folders in the archive; the first holds the features, which must be there.

    Raises:
        DataError: the archive is damaged or holds no such arrays.
    """
    aside = resumed_aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    files = dict.fromkeys(kinds, 0)
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist():
                path = PurePosixPath(member.filename)
                kind = path.parent.name
                if path.suffix != ".npy" or path.name.startswith(".") or kind not in kinds:
                    continue
                target_path = inside(aside / kind, path.name, where=archive)
                if member.file_size > _LARGEST:
                    raise DataError(
                        f"{path.name} has {member.file_size} bytes, more than any feature",
                        where=archive,
                    )
                (aside / kind).mkdir(parents=True, exist_ok=True)
                with zipped.open(member) as source, target_path.open("wb") as target:
                    shutil.copyfileobj(source, target)
                files[kind] += 1
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"not a readable archive: {error}", where=archive, hint="delete it and fetch again"
        ) from None
    if not files[kinds[0]]:
        raise DataError(f"expected arrays in a folder {kinds[0]}, found none", where=archive)
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)
    return {kind: count for kind, count in files.items() if count}


def _write_record(root: Path, known: dict[str, Json]) -> None:
    write_text(root / RECORD, json.dumps(known, indent=1) + "\n")


def _has(folder: Path, archive: HubArchive, files: dict[str, int]) -> bool:
    """Return whether a folder holds what a record says of it."""
    return all(
        kind in archive.kinds and _count(folder / kind) == count for kind, count in files.items()
    )


def _count(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(entry.name.endswith(".npy") for entry in os.scandir(folder))


def _counts(files: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in files.items())
