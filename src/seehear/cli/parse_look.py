"""What `seehear parse` says of files that it does not parse: done, left, kept, failed before."""

from collections.abc import Iterator, Sequence

from seehear.amounts import amount
from seehear.closest import shown
from seehear.library.archive import Look, Made, ParsedArchive
from seehear.library.plan import FileTask, Standing

_NAMED = 20  # timelines that others changed are named, beyond these they are counted


def look_lines(look: Look, archive: ParsedArchive, made: Made, *, first: bool) -> Iterator[str]:
    """Yield the lines about a look at an archive.

    Args:
        look: what was found.
        archive: where.
        made: how timelines would be made now.
        first: whether this is the first look of the run; only then it says how many are done.
    """
    moved = [task for task in look.tasks() if task.moved]
    if moved:
        names = [f"{t.before.source} is now {t.file.source}" for t in moved if t.before]
        yield f"{amount(len(moved), 'file')} moved and not parsed again: {shown(names, most=3)}"
    if look.done and first:
        yield f"{len(look.done)} of {amount(len(look.tasks()), 'file')} done already"
    if look.left:
        parts = "; ".join(_left_parts(look.left, archive, made))
        count = amount(len(look.left), "file")
        yield f"{count} left as before: {parts}; --again changed parses again"
        if ": decoding." in parts:
            yield "seehear decode changes decisions without parsing, where timelines keep scores"
    yield from kept_lines(look.kept, archive)
    if look.failed:
        names = [failure.source for failure in look.failed]
        count = amount(len(look.failed), "file")
        told = f"{count} failed before and not tried again ({shown(names)})"
        yield f"{told}; --retry tries again"


def kept_lines(kept: Sequence[FileTask], archive: ParsedArchive) -> Iterator[str]:
    """Yield the lines about timelines that others changed and that are not written over."""
    for task in kept[:_NAMED]:
        told = "changed since parsing wrote it"
        if task.standing is Standing.MEDIA and task.before is not None and task.before.corrected:
            told = "corrected by a person, but its video has been replaced since"
        yield (
            f"{archive.timeline_path(task)}: {told}, and left as it is; --overwrite-changed "
            "replaces it"
        )
    if len(kept) > _NAMED:
        more = amount(len(kept) - _NAMED, "more timeline")
        yield f"left as before: {more}, changed since"


def _left_parts(left: Sequence[FileTask], archive: ParsedArchive, made: Made) -> Iterator[str]:
    """Yield for each standing how many files have it, which, and how the first one differs."""
    for standing in Standing:
        tasks = [task for task in left if task.standing is standing]
        if tasks:
            names = shown((task.file.source for task in tasks), most=3)
            why = archive.otherwise(tasks[0], made)
            yield f"{len(tasks)} {standing} ({': '.join(filter(None, [names, why]))})"
