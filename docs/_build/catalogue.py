"""Tables of encoders, weights and formats, from the product's own."""

import json
from collections.abc import Iterable, Sequence


def encoders() -> str:
    """Return the table of encoders."""
    from seehear.encoders import cards

    rows = [
        (
            f"`{c.id}`",
            c.track,
            ", ".join(f"{name} {dim}" for name, dim in c.outputs.items()),
            f"`{c.language}`" if c.language else "-",
            ", ".join(f"`{w}`" for w in c.weights),
            c.paper,
            f"`{c.extra}`",
        )
        for c in cards().values()
    ]
    return _table(
        ("id", "track", "numbers a row", "words encoded by", "weights", "paper", "extra"), rows
    )


def weights() -> str:
    """Return the table of weights, and the whole hash of every file below it."""
    from seehear.weights import WEIGHTS

    rows = [
        (f"`{w.id}`", w.title, str(w.source), f"{w.size:.0f}", w.licence, w.paper, w.input)
        for w in WEIGHTS.values()
    ]
    hashes = "\n".join(
        f"{sha:64}  {w.id}/{name}" for w in WEIGHTS.values() for name, sha in w.files.items()
    )
    return (
        _table(("id", "what it is", "source", "MB", "licence", "paper", "input"), rows)
        + f"\n\nThe sha256 of every file:\n\n```text\n{hashes}\n```"
    )


def formats() -> str:
    """Return the table of export formats."""
    from seehear.export import FORMATS
    from seehear.export.table import READERS

    rows = []
    for name, form in FORMATS.items():
        about = READERS[name]
        file = f"`NAME{form.suffix}`"
        rows.append((f"`{name}`", file, form.summary, about.who, about.lacks, about.whose))
    return _table(("format", "file", "what it is", "read by", "cannot hold", "defined by"), rows)


def imports() -> str:
    """Return the table of formats that are read."""
    from seehear.interchange import FORMATS

    said = {"audio": "heard", "visual": "seen", "audio_visual": "both"}
    rows = []
    for name, form in FORMATS.items():
        rows.append(
            (f"`{name}`", form.summary, "what the file says" if form.complete else said[form.track])
        )
    return _table(("format", "what it is", "rows count as"), rows)


def timeline_schema() -> str:
    """Return the JSON schema of a timeline as a block."""
    from seehear.export.json import schema

    return f"```json\n{json.dumps(schema(), indent=1)}\n```"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )
