"""Bring what is public of LLP into the layout we read, and say what is missing and where it goes.

    DIR/
      AVVP_*.csv                    tables of YapengTian/AVVP-ECCV20, pinned by their digests
      CLIP/features, CLAP/features  features of VALOR, from a hub
      CLIP|CLAP/segment_pseudo_labels  its thresholded labels
      feats/vggish, res152, ...     by hand: a shared drive that no program may read has them
      videos/ID.mp4                 by hand: YouTube
      fetch.json                    what was fetched: revision, digests, counts

The hub's revision of VALOR's features was not known when this was written, so the first fetch takes
the newest one and records it; every later fetch takes the recorded one and verifies it.
"""

import json
import os
import shutil
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from seehear.data.download import download, get_json
from seehear.errors import DataError
from seehear.files import Json, resumed_aside, write_text
from seehear.foreign.forms import Wrong, items, maybe, record, table, text, whole
from seehear.foreign.texts import read_json
from seehear.lock import owned
from seehear.names import inside

TABLES_URL = "https://raw.githubusercontent.com/YapengTian/AVVP-ECCV20/master/data"
HUB_URL = "https://huggingface.co"
VALOR = "NTUBarista/valor_features"
RECORD = "fetch.json"
TABLES = {
    "AVVP_dataset_full.csv": "89f112ffc602279c87cc2b2040c4cd42eaf163a9d7e61cf4e74250a343d21e56",
    "AVVP_eval_audio.csv": "d5435664668bec6e7eafb39059d2f424ed2682f6b55395262fc3cb691b7d0778",
    "AVVP_eval_visual.csv": "e2274af694f3f27e38b840e0cd91a9d8d9ac85280f193e90828d26b22db69abe",
    "AVVP_test_pd.csv": "3f7a2b040e3b67c15d08efef25002bf8c5b2320f11049eb99ae0eb2d62f8eb9b",
    "AVVP_train.csv": "bbeb83e8af46a85075216b213d3464f92dd4ab71468c852ae454b82cc745c0a4",
    "AVVP_val_pd.csv": "1811813b54c5f43c3be0a97bd0971cfb8a93818ca7b3ab96cdc7f4ac37ef37a6",
}
PARTS = ("tables", "CLIP", "CLAP")
_KINDS = ("features", "segment_pseudo_labels")
_LARGEST = 4 << 20  # bytes of one array file; VALOR's largest has 0.4 MB


@dataclass(frozen=True)
class Fetched:
    """One part that a fetch dealt with.

    Args:
        part: of `PARTS`.
        state: `fetched`, or `there` when it was complete before.
        detail: in words.
    """

    part: str
    state: str
    detail: str


def fetch_llp(
    out: Path | str,
    *,
    parts: Sequence[str] = PARTS,
    hub: str | None = None,
    tables: str | None = None,
    received: Callable[[str, int], None] = lambda what, count: None,
) -> Iterator[Fetched]:
    """Fetch the parts that are not there yet, one after the other; run again after an interruption.

    Args:
        out: the dataset folder.
        parts: which, of `PARTS`.
        hub: base address of the hub or of a mirror (default: HF_ENDPOINT, else the hub itself).
        tables: base address of the tables.
        received: told of each file's bytes as they come.

    Yields:
        each part when it is complete.

    Raises:
        DataError: an address does not answer, or gives another file than the one pinned or
            recorded.
    """
    root = Path(out)
    base = (hub or os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")
    with owned(root):
        for part in parts:
            if part == "tables":
                yield _fetch_tables(root, (tables or TABLES_URL).rstrip("/"), received)
            else:
                yield _fetch_archive(root, part, base, received)


def read_record(root: Path) -> dict[str, Json]:
    """Return what earlier fetches recorded, empty if there was none."""
    path = root / RECORD
    if not path.is_file():
        return {}
    return read_json(path, _RECORD, hint="delete it and fetch again")


_RECORD = record(
    {},
    {
        "valor": record({"repository": text, "revision": text}),
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


def _fetch_archive(
    root: Path, part: str, hub: str, received: Callable[[str, int], None]
) -> Fetched:
    known = read_record(root)
    done = known.get("archives", {}).get(part)
    if done and all(_has(root / part, kind, n) for kind, n in done["files"].items()):
        return Fetched(part, "there", _counts(done["files"]))
    if "valor" not in known:
        known["valor"] = {"repository": VALOR, "revision": _newest(hub)}
    revision = known["valor"]["revision"]
    name = f"{part}.zip"
    sha256, size = _expected(hub, revision, name)
    if done and done["sha256"] != sha256:
        raise DataError(
            f"expected sha256 {done['sha256'][:16]}... as recorded, the hub now says"
            f" {sha256[:16]}...",
            where=f"{hub}/datasets/{VALOR}/{name}",
            hint=f"delete {root / RECORD} to accept the new one",
        )
    _write_record(root, known)
    download(
        f"{hub}/datasets/{VALOR}/resolve/{revision}/{name}",
        root / name,
        sha256=sha256,
        size=size,
        received=partial(received, name),
    )
    files = unpack(root / name, root / part)
    known.setdefault("archives", {})[part] = {"sha256": sha256, "size": size, "files": files}
    _write_record(root, known)
    (root / name).unlink()
    return Fetched(part, "fetched", _counts(files))


def _newest(hub: str) -> str:
    answer = get_json(f"{hub}/api/datasets/{VALOR}")
    revision = answer.get("sha") if isinstance(answer, dict) else None
    if not isinstance(revision, str) or not revision.isalnum():
        raise DataError("the hub names no revision", where=f"{hub}/api/datasets/{VALOR}")
    return revision


def _expected(hub: str, revision: str, name: str) -> tuple[str, int]:
    """Return digest and size of a file as the hub's listing of one revision gives them."""
    url = f"{hub}/api/datasets/{VALOR}/tree/{urllib.parse.quote(revision)}"
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


def unpack(archive: Path, folder: Path) -> dict[str, int]:
    """Unpack the arrays of an archive into `folder/KIND/ID.npy` and return how many of each kind.

    Only `.npy` files directly below a folder of a known kind are taken, whatever else the archive
    holds, and only by their own name, so nothing can land outside.  The folder appears when it is
    complete.

    Raises:
        DataError: the archive is damaged or holds no such arrays.
    """
    aside = resumed_aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    files = dict.fromkeys(_KINDS, 0)
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist():
                path = PurePosixPath(member.filename)
                kind = path.parent.name
                if path.suffix != ".npy" or path.name.startswith(".") or kind not in _KINDS:
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
    if not files["features"]:
        raise DataError("expected arrays in a folder features, found none", where=archive)
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)
    return {kind: count for kind, count in files.items() if count}


def _write_record(root: Path, known: dict[str, Json]) -> None:
    write_text(root / RECORD, json.dumps(known, indent=1) + "\n")


def _has(folder: Path, kind: str, files: int) -> bool:
    """Return whether a folder holds what a record says of it."""
    return kind in _KINDS and _count(folder / kind) == files


def _count(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(entry.name.endswith(".npy") for entry in os.scandir(folder))


def _counts(files: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in files.items())
