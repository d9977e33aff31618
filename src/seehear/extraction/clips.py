"""Which clips there are to do: those of a dataset, or all media files below folders and URLs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seehear.data import open_dataset
from seehear.data.llp import is_llp
from seehear.errors import DataError, MissingExtraError
from seehear.media import find_media
from seehear.media.files import is_media
from seehear.streaming.messages import ClipJob


@dataclass(frozen=True)
class Collection:
    """Clips to do.

    Args:
        name: of the dataset, or of the first folder.
        fingerprint: of the dataset's tables; None for plain media.
        jobs: one a clip, in dataset order.
        step_s: length of a segment.
    """

    name: str
    fingerprint: str | None
    jobs: tuple[ClipJob, ...]
    step_s: float = 1.0


def collect(inputs: Sequence[str | Path], media: str | None = None) -> Collection:
    """Return the clips of a dataset folder, or of media files and folders.

    Folders are searched with their subfolders.

    Args:
        inputs: one dataset folder, or media files, folders and fsspec URLs.
        media: where a dataset's media files lie, when not where the dataset says; a folder or an
            fsspec URL.

    Raises:
        DataError, MediaError: an input does not exist, holds no media, or two files would get one
            name.
    """
    if len(inputs) == 1 and _is_dataset(inputs[0]):
        return _of_dataset(Path(inputs[0]), media)
    if media is not None:
        raise DataError(
            "goes with one dataset folder",
            parameter="media",
            where=", ".join(map(str, inputs)),
            hint="give the media folder itself instead",
        )
    found = [pair for item in inputs for pair in _media_below(str(item))]
    names = _unique_names([relative for relative, _ in found])
    sources = [source for _, source in found]
    jobs = tuple(
        ClipJob(name, name, source) for name, source in sorted(zip(names, sources, strict=True))
    )
    first = str(inputs[0])
    return Collection(PurePosixPath(first).name or first, None, jobs)


def _is_dataset(item: str | Path) -> bool:
    folder = Path(item)
    return folder.name == "dataset.toml" or (folder / "dataset.toml").is_file() or is_llp(folder)


def _of_dataset(folder: Path, media: str | None) -> Collection:
    dataset = open_dataset(folder)
    clips = {clip.name: clip for split in dataset.splits.values() for clip in split.clips}
    sources: dict[str, str | None] = {}
    if media is None:
        for name, clip in clips.items():
            path = dataset.media_path(clip)
            sources[name] = None if path is None else str(path)
    else:
        stems = {PurePosixPath(relative).stem: source for relative, source in _media_below(media)}
        for name, clip in clips.items():
            sources[name] = stems.get(clip.id, stems.get(name))
    if not any(sources.values()):
        raise DataError(
            f"found a media file for none of the {len(clips)} clips",
            where=media or folder,
            hint="put ID.mp4 files where dataset.toml says, or name their folder (media)",
        )
    jobs = tuple(
        ClipJob(name, clip.id, sources[name], dataset.grid) for name, clip in clips.items()
    )
    return Collection(dataset.name, dataset.fingerprint(), jobs, dataset.grid.step_s)


def _media_below(item: str) -> list[tuple[str, str]]:
    """Return (path relative to the item, path or URL) of every media file at or below it."""
    if "://" in item:
        return _remote_below(item)
    root = Path(item)
    files = find_media([root])
    if not root.is_dir():
        return [(path.name, str(path)) for path in files]
    return [(path.relative_to(root).as_posix(), str(path)) for path in files]


def _remote_below(url: str) -> list[tuple[str, str]]:
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError.of("fsspec", "ray") from None
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        files = sorted(filter(is_media, filesystem.find(root)))
    except Exception as error:  # each filesystem of fsspec has its own errors
        raise DataError(f"cannot be listed: {type(error).__name__}: {error}", where=url) from None
    if not files:
        raise DataError("expected media files, found none", where=url)
    found = []
    for file in files:
        relative = file.removeprefix(root).lstrip("/") or PurePosixPath(file).name
        found.append((relative, filesystem.unstrip_protocol(file)))
    return found


def _unique_names(relative: Iterable[str]) -> list[str]:
    """Return each path without its suffix; files that differ in nothing but the suffix keep it."""
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
