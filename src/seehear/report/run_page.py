"""One page of a run: example clips with player and lanes, figures, classes, learning, labels,
settings.  One file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from seehear._version import __version__
from seehear.data import Dataset
from seehear.export import EMBED_LIMIT_BYTES
from seehear.export.html import settings
from seehear.export.page import document
from seehear.report import charts, tables
from seehear.report.denoised import WORDS, Evidence
from seehear.report.pictures import data_url, media_urls, segment_frames
from seehear.report.systems import TRUTH, System, truth_timeline
from seehear.time import Timeline

_STRIP_CLASSES = 6  # a clip with more labels has more prompts than a page can show


@dataclass(frozen=True)
class Extra:
    """A clip outside the split, such as one that was parsed from its video.

    Args:
        note: what it is, for the list of clips.
        media: its video.
        lanes: name -> timeline, the truth among them if it is known.
    """

    note: str
    media: Path | None
    lanes: Mapping[str, Timeline]


def render(
    systems: Sequence[System],
    dataset: Dataset,
    split: str,
    *,
    rows: Sequence[int],
    folder: Path,
    evidence: Evidence | None = None,
    strips: Sequence[int] = (),
    extra: Sequence[Extra] = (),
    limit_bytes: int = EMBED_LIMIT_BYTES,
) -> str:
    """Return the page of the first system, the others beside it.

    Args:
        systems: the run, then its rivals.
        dataset, split: what they were scored on.
        rows: clips of the split to show with their player.
        folder: where the page will lie; videos that are not embedded are named relative to it.
        evidence: what stands behind the run's labels; None leaves label quality and strips out.
        strips: rows of `evidence` to draw.
        extra: further clips, shown first.
        limit_bytes: of all embedded videos together.
    """
    main = systems[0]
    clips = _clips(systems, dataset, split, rows, extra, folder, limit_bytes)
    body = f"""<div class="page">
<header class="top"><h1>{escape(main.name)} on {escape(dataset.name)}</h1>
<p class="muted">{escape(_summary(main, dataset, split))}</p></header>
<main>
<section class="card figures"><h2>Figures</h2>{tables.figures_table(systems)}{tables.against(main, systems[1:])}
<p class="muted">{escape(_setting(systems, dataset, split))}</p></section>
{_player_section(clips)}
<section class="card classes"><h2>By class</h2>{tables.class_table(systems, dataset)}
<p class="muted">F in percent at segment level, counts added over the clips.</p></section>
<section class="card learning"><h2>Learning</h2>{_learning(systems)}</section>
{_labels_section(evidence, dataset, strips)}
<details class="card"><summary>Settings of {escape(main.name)}</summary>{settings(_settings(main, dataset))}</details>
{"".join(_rival_settings(s, dataset) for s in systems[1:])}
</main>
<footer class="muted">seehear {escape(__version__)}: what is heard, what is seen, and when</footer>
</div>"""
    return document(
        f"{main.name} on {dataset.name} · seehear",
        body,
        data={"clips": clips},
        styles=("theme.css", "lanes.css", "clip.css", "run.css"),
        scripts=("lanes.js", "run.js"),
    )


def _clips(
    systems: Sequence[System],
    dataset: Dataset,
    split: str,
    rows: Sequence[int],
    extra: Sequence[Extra],
    folder: Path,
    limit_bytes: int,
) -> list[dict[str, Any]]:
    chosen = [dataset.split(split).clips[row] for row in rows]
    paths = [e.media for e in extra] + [dataset.media_path(clip) for clip in chosen]
    urls = media_urls(paths, folder, limit_bytes=limit_bytes)
    clips = []
    for e in extra:
        lanes = [{"name": name, "timeline": t.to_dict()} for name, t in e.lanes.items()]
        clips.append({"title": next(iter(e.lanes.values())).source, "note": e.note, "lanes": lanes})
    for row, clip in zip(rows, chosen, strict=True):
        media = dataset.media_path(clip)
        source = clip.id if media is None else media.name
        lanes = [
            {"name": s.name, "timeline": s.timeline(dataset, row, source).to_dict()}
            for s in systems
        ]
        note = ", ".join(clip.labels)
        if dataset.split(split).has_truth:
            lanes.insert(
                1,
                {"name": TRUTH, "timeline": truth_timeline(dataset, split, row, source).to_dict()},
            )
            report = systems[0].report
            assert report is not None
            note = f"Type {100 * float(report.matrix()[row, 3]):.0f} % · {note}"
        clips.append({"title": clip.id, "note": note, "lanes": lanes})
    return [{**clip, "media": url} for clip, url in zip(clips, urls, strict=True)]


def _player_section(clips: Sequence[Mapping[str, Any]]) -> str:
    if not clips:
        return ""
    buttons = "".join(
        f'<button type="button" class="pick" data-clip="{i}"'
        f' aria-pressed="{"true" if i == 0 else "false"}"><b>'
        f"{escape(clip['title'])}</b><span>{escape(clip['note'])}</span></button>"
        for i, clip in enumerate(clips)
    )
    return f"""<section class="card picks" aria-label="Clips"><h2>Clips</h2>
<div class="pick-list">{buttons}</div></section>
<section class="watch"><div class="player"><video id="player" controls playsinline preload="metadata"></video>
<p class="failed" id="no-media" hidden></p></div></section>
<section class="card lanes-card" id="lanes" aria-label="Timelines of the chosen clip">
<noscript>Player and lanes need JavaScript; everything below does without.</noscript></section>
<p class="muted keys">Keys on the lanes: <kbd>space</kbd> play, <kbd>←</kbd> <kbd>→</kbd> step, <kbd>Tab</kbd> to the
events, there <kbd>←</kbd> <kbd>→</kbd> from one to the next and <kbd>Enter</kbd> to go to it.</p>"""


def _summary(main: System, dataset: Dataset, split: str) -> str:
    about = main.about
    recipe, trained = about["recipe"], about.get("dataset", {})
    parts = [
        recipe.get("summary", ""),
        f"trained on {trained.get('train_clips', '?')} clips, seed {about.get('seed')}",
        f"features: {about['features']['name']} ({', '.join(about.get('encoders', {}))})",
        f"scored on {split}, {len(dataset.split(split))} clips",
    ]
    return " · ".join(part for part in parts if part)


def _setting(systems: Sequence[System], dataset: Dataset, split: str) -> str:
    from seehear.time import Decoding

    text = (
        f"Percent, mean over the {len(dataset.split(split))} clips of {split}; {dataset.grid.count}"
        f" segments of {dataset.grid.step_s:g} s, {len(dataset.vocabulary)} classes. "
    )
    decodings = []
    for system in systems:
        value = {
            k: tuple(v) if isinstance(v, list) else v for k, v in system.about["decoding"].items()
        }
        d = Decoding(**value)
        limit = (
            f"{d.threshold:g}" if isinstance(d.threshold, float | int) else "a threshold per class"
        )
        decodings.append(f"{system.name}: segments from {limit}, gate {d.gate}")
    return text + "Decoding: " + "; ".join(decodings) + "."


def _learning(systems: Sequence[System]) -> str:
    with_log = [s for s in systems if s.log]
    if not with_log:
        return '<p class="muted">No log lies beside these models.</p>'
    kept = {s.name: float(s.about.get("epoch") or 0) for s in with_log}
    loss = {
        s.name: [(float(e["epoch"]), float(e["loss"]["total"])) for e in s.log] for s in with_log
    }
    figures = {
        s.name: [(float(e["epoch"]), float(e["val"]["segment/type"])) for e in s.log if e["val"]]
        for s in with_log
    }
    text = "".join(
        f"<li>{escape(s.name)}: {len(s.log)} epochs, kept epoch {kept[s.name]:g} by "
        f"{escape(str(s.about['recipe']['training'].get('select')))} on val, "
        f"{sum(float(e['seconds']) for e in s.log):.0f} s</li>"
        for s in with_log
    )
    shown = {name: points for name, points in figures.items() if points}
    val = charts.line_chart(
        shown, label="Type at segment level on val, by epoch", percent=True, marks=kept
    )
    return (
        f'<div class="charts"><div><h3>Training loss</h3>'
        f"{charts.line_chart(loss, label='Training loss by epoch', marks=kept)}</div>"
        f"<div><h3>Type on val, percent</h3>{val}</div></div><ul>{text}</ul>"
    )


def _labels_section(evidence: Evidence | None, dataset: Dataset, strips: Sequence[int]) -> str:
    if evidence is None:
        return ""
    split = evidence.built.labels.provenance.get("split", "train")
    report = evidence.built.report
    parts = [tables.changes_line(numbers, track) for track, numbers in report.items()]
    if dataset.split(split).has_truth and evidence.names == dataset.split(split).names:
        quality = evidence.built.quality(dataset.split(split).truth())
        parts.append(tables.quality_table(quality))
        by_class = "".join(tables.quality_by_class(quality, dataset, track) for track in report)
        parts.append(f"<details><summary>By class</summary>{by_class}</details>")
        parts.append(
            '<p class="muted">Segment figures of the training labels themselves, in percent: a'
            f" label of at least ½ counts as on. Truth of {escape(split)} is used for this table"
            " only.</p>"
        )
    for row in strips:
        parts.append(_strip(evidence, dataset, split, row))
    return f'<section class="card labels"><h2>Labels</h2>{"".join(parts)}</section>'


def _strip(evidence: Evidence, dataset: Dataset, split: str, row: int) -> str:
    clip = next(c for c in dataset.split(split).clips if c.name == evidence.names[row])
    frames = [
        data_url(frame)
        for frame in segment_frames(dataset.media_path(clip), dataset.grid, side=112)
    ]
    prompts, similarity = evidence.prompts(row)
    classes, rows = strip_rows(evidence, dataset, split, row)
    title = f"{clip.id}: what is {WORDS[evidence.track]}, by {evidence.encoder}"
    drawing = charts.strip(
        frames,
        prompts,
        similarity,
        rows,
        classes,
        label=f"Denoising of {clip.id}",
        step_s=dataset.grid.step_s,
    )
    return f"<h3>{escape(title)}</h3>{drawing}"


def strip_rows(
    evidence: Evidence, dataset: Dataset, split: str, row: int
) -> tuple[list[str], dict[str, Any]]:
    """Return the classes of a clip and its label matrices (T, K): weak, denoised, re-weighted,
    truth where known.
    """
    weak = evidence.built.weak[row].astype(bool)
    columns = np.flatnonzero(weak)
    rows: dict[str, Any] = {"weak label": np.ones((dataset.grid.count, len(columns)))}
    rows["denoised"] = evidence.hard[row][:, columns]
    if evidence.options.reweights(evidence.track):
        rows["re-weighted"] = evidence.soft[row][:, columns]
    if dataset.split(split).has_truth:
        at = dataset.split(split).names.index(evidence.names[row])
        rows[TRUTH] = getattr(dataset.split(split).truth(), evidence.track)[at][:, columns].astype(
            float
        )
    return [dataset.vocabulary.names[c] for c in columns], rows


def strip_examples(evidence: Evidence, count: int) -> list[int]:
    """Return rows of clips with several labels where denoising changed most, but left something."""
    weak = evidence.built.weak.astype(bool)
    kept = evidence.hard.sum(axis=(1, 2)) / np.maximum(weak.sum(axis=1), 1) / evidence.hard.shape[1]
    labels = weak.sum(axis=1)
    good = (labels >= 2) & (labels <= _STRIP_CLASSES) & (kept > 0)
    switches = np.abs(np.diff(evidence.hard, axis=1)).sum(axis=(1, 2))
    order = np.lexsort((kept, -switches, ~good))
    return [int(row) for row in order[:count] if labels[row]]


def _settings(system: System, dataset: Dataset) -> dict[str, Any]:
    about = system.about
    return {
        "run": str(system.path),
        "recipe": about["recipe"],
        "features": about["features"],
        "encoders": about.get("encoders", {}),
        "trained on": about.get("dataset", {}),
        "seed": about.get("seed"),
        "epoch kept": about.get("epoch"),
        "labels": about.get("labels"),
        "machine": about.get("machine", {}),
        "classes": dict(
            zip(dataset.vocabulary.names, dataset.vocabulary.descriptions, strict=True)
        ),
        "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint()},
    }


def _rival_settings(system: System, dataset: Dataset) -> str:
    return (
        f'<details class="card"><summary>Settings of {escape(system.name)}</summary>'
        f"{settings(_settings(system, dataset))}</details>"
    )
