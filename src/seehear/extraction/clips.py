"""Which clips to extract: those of a dataset, or all media files below folders and URLs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from seehear.addresses import address_of, listed
from seehear.amounts import amount
from seehear.data import Clip, Dataset, open_dataset
from seehear.data.readers import reader_of
from seehear.errors import DataError
from seehear.media.files import is_media, list_media, require_any
from seehear.streaming.messages import ClipJob


@dataclass(frozen=True)
class Collection:
    """Clips to do.

    Args:
        name: of the dataset, or of the first folder.
        fingerprint: of the dataset's tables; None for plain media.
        jobs: one a clip, in dataset order.
        step_s: length of a segment, in seconds.
        skipped: files below the inputs that are not media.
        failed: a line for each folder that cannot be looked into.
    """

    name: str
    fingerprint: str | None
    jobs: tuple[ClipJob, ...]
    step_s: float = 1.0
    skipped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass
class _Found:
    """Media at or below inputs: (path relative to its input, path or URL) of each."""

    media: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, other: "_Found") -> None:
        self.media += other.media
        self.skipped += other.skipped
        self.failed += other.failed


def collect(
    inputs: Sequence[str | Path], media: str | None = None, *, everything: bool = False
) -> Collection:
    """Return the clips of a dataset folder, or of media files and folders.

    Folders are searched with their subfolders.

    Args:
        inputs: one dataset folder, or media files, folders and fsspec URLs.
        media: where a dataset's media files lie, when not where the dataset says; a folder or an
            fsspec URL.
        everything: also try files of folders that do not have the suffix of a media file.

    Raises:
        DataError, MediaError: an input does not exist or holds no media, or two files would get
            the same name.
        ConfigError, MissingExtraError, UnreachableError: an address cannot be looked at.
    """
    if len(inputs) == 1 and _is_dataset(inputs[0]):
        return _of_dataset(Path(inputs[0]), media)
    if media is not None:
        raise DataError(
            "works only with one dataset folder",
            parameter="media",
            where=", ".join(map(str, inputs)),
            hint="give the media folder itself instead",
        )
    found = _Found()
    for item in inputs:
        found.add(_media_below(str(item), everything))
    names = _unique_names([relative for relative, _ in found.media])
    sources = [source for _, source in found.media]
    jobs = tuple(
        ClipJob(name, name, source) for name, source in sorted(zip(names, sources, strict=True))
    )
    first = str(inputs[0])
    return Collection(
        PurePosixPath(first).name or first,
        None,
        jobs,
        skipped=tuple(found.skipped),
        failed=tuple(found.failed),
    )


def _is_dataset(item: str | Path) -> bool:
    folder = Path(item)
    if folder.name == "dataset.toml" or (folder / "dataset.toml").is_file():
        return True
    return reader_of(folder) is not None


def _of_dataset(folder: Path, media: str | None) -> Collection:
    dataset = open_dataset(folder)
    clips = {clip.name: clip for split in dataset.splits.values() for clip in split.clips}
    sources = _sources(dataset, clips, media)
    if not any(sources.values()):
        raise _none_found(dataset, next(iter(clips.values())), len(clips), media)
    jobs = []
    grid = None if dataset.varies else dataset.grid  # else each clip's own
    for name, clip in clips.items():
        job = ClipJob(name, clip.id, sources[name], grid)
        if job.source is None and media is None:
            job = replace(job, absent=dataset.absent.kind(clip))
        jobs.append(job)
    return Collection(dataset.name, dataset.fingerprint(), tuple(jobs), dataset.grid.step_s)


def _sources(
    dataset: Dataset, clips: Mapping[str, Clip], media: str | None
) -> dict[str, str | None]:
    """Return the path or URL of each clip's media file by the clip's name."""
    if media is not None:
        found = _media_below(media).media
        stems = {PurePosixPath(relative).stem: source for relative, source in found}
        return {name: stems.get(clip.id, stems.get(name)) for name, clip in clips.items()}
    sources: dict[str, str | None] = {}
    for name, clip in clips.items():
        path = dataset.media_path(clip)
        sources[name] = None if path is None else str(path)
    return sources


def _none_found(dataset: Dataset, first: Clip, clips: int, media: str | None) -> DataError:
    problem = f"found a media file for none of the {amount(clips, 'clip')}"
    if media is None:
        problem = f"{problem}: {dataset.absent.reason(first)}"
    return DataError(
        problem,
        where=media or dataset.root,
        hint="put ID.mp4 files where dataset.toml says, or name their folder (media)",
    )


def _media_below(item: str, everything: bool = False) -> _Found:
    """Return every media file at or below an input."""
    address = address_of(item)
    if address is not None:
        return _remote_below(address)
    root = Path(item)
    listing = list_media(root, everything=everything)
    require_any([root], [listing])
    above = root if root.is_dir() else root.parent
    return _Found(
        [(path.relative_to(above).as_posix(), str(path)) for path in listing.files],
        list(listing.skipped),
        list(map(str, listing.failed)),
    )


def _remote_below(address: str) -> _Found:
    found, skipped = [], []
    for entry in listed(address):
        if is_media(entry.name):
            found.append((entry.name, entry.address))
        else:
            skipped.append(entry.name)
    if not found:
        raise DataError("expected media files, found none", where=address)
    return _Found(found, skipped)


def _unique_names(relative: Iterable[str]) -> list[str]:
    """Return each path without its suffix; files that differ only in their suffixes keep them.

    Raises:
        DataError: two files still have one name.
    """
    paths = list(relative)
    bare = [str(PurePosixPath(p).with_suffix("")) for p in paths]
    count = Counter(bare)
    names = []
    for path, name in zip(paths, bare, strict=True):
        names.append(name if count[name] == 1 else path)
    twice, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise DataError(
            f"two media files would both be called {twice}", hint="extract the folders one by one"
        )
    return names
