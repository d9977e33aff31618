"""Foreign files as tests write and read them: a few characters in, plain rows out."""

from pathlib import Path

from seehear.interchange import Hints, Imported, read

Plain = tuple[float, float | None, str]


def imported(folder: Path, content: str | bytes, name: str = "file", **hints: object) -> Imported:
    """Return what a file of this content says."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path, hints=Hints(**hints))  # type: ignore[arg-type]


def plain(found: Imported) -> list[Plain]:
    """Return start, end and label of the rows, times with six decimals."""
    return [
        (round(r.start_s, 6), None if r.end_s is None else round(r.end_s, 6), r.label)
        for r in found.rows
    ]
