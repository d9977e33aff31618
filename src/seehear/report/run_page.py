"""One page of a run, one file: clips with player and lanes, figures, learning, labels, settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from seehear._version import __version__
from seehear.amounts import amount
from seehear.data import Clip, Dataset
from seehear.data.scored import caution
from seehear.export import EMBED_LIMIT_BYTES
from seehear.export.html import settings
from seehear.export.page import document
from seehear.metrics import FIGURE_KEYS
from seehear.metrics.told import headline
from seehear.report import charts, opening, tables
from seehear.report.denoised import WORDS, DenoisedTrack
from seehear.report.pictures import clip_frames, data_url, media_urls
from seehear.report.systems import TRUTH, System, network_alone
from seehear.time import Timeline
from seehear.time.decoding_words import decoding_line

_STRIP_CLASSES = 6  # a clip with more labels has more prompts than a page can show

PLAYER = """<div class="beside"><section class="watch"><div class="player">\
<video id="player" controls playsinline preload="metadata"></video>
<p class="failed" id="no-media" hidden></p></div></section>
<section class="card picks" aria-label="Clips"><h2>Clips</h2>
<div class="pick-list">{buttons}</div></section></div>
<section class="card lanes-card" id="lanes" aria-label="Timelines of the chosen clip">
<noscript>Player and lanes need JavaScript; everything below does without.</noscript></section>"""


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


@dataclass(frozen=True)
class RunPage:
    """What the page of a run shows.

    Args:
        systems: the run, then its rivals.
        dataset, split: what they were scored on.
        rows: clips of the split to show with their player.
        folder: where the page will lie; videos that are not embedded are named relative to it.
        denoised: what stands behind the run's labels; None leaves label quality and strips out.
        strips: rows of `denoised` to draw.
        extra: further clips, shown first.
        note: said below the figures.
        limit_bytes: of all embedded videos together.
        notes: what is not as it was when the run was trained.
        compared: names of the rivals that the run is compared with in words, those that differ from
            it in one thing; None: all.
    """

    systems: Sequence[System]
    dataset: Dataset
    split: str
    rows: Sequence[int]
    folder: Path
    denoised: DenoisedTrack | None = None
    strips: Sequence[int] = ()
    extra: Sequence[Extra] = ()
    note: str = ""
    limit_bytes: int = EMBED_LIMIT_BYTES
    notes: Sequence[str] = ()
    compared: Sequence[str] | None = None


def render(page: RunPage) -> str:
    """Return the page of the first system, the others beside it."""
    systems, dataset = page.systems, page.dataset
    main, rivals = systems[0], systems[1:]
    clips = _clips(page)
    compared = rivals
    if page.compared is not None:
        compared = [rival for rival in rivals if rival.name in page.compared]
    figures = tables.figures_table(systems) + tables.against(main, compared)
    if page.note:
        figures += f'<p class="muted">{escape(page.note)}</p>'
    body = f"""<div class="page">
<header class="top"><h1>What {escape(main.name)} heard and saw</h1>
{opening.sentences(main, compared, dataset, page.split)}{_notes(page.notes)}</header>
<main>
{_player_section(clips)}
<section class="card figures"><h2>Figures</h2>{figures}{opening.terms()}
<p class="muted">{escape(_setting(systems, dataset, page.split))}</p>
{_network_alone(systems, dataset, page.split)}{_caution(page)}
<p class="muted">{escape(_summary(main, dataset, page.split))}</p></section>
<section class="card classes"><h2>By class</h2>{tables.class_table(systems, dataset)}
<p class="muted">F in percent at segment level, counts added over the clips.</p></section>
<section class="card learning"><h2>Learning</h2>{_learning(systems)}</section>
{_labels_section(page)}
{_settings_section(main, dataset)}
{"".join(_settings_section(rival, dataset) for rival in rivals)}
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


def _caution(page: RunPage) -> str:
    """Return a caution about few clips, or about a single run of each system."""
    if page.systems[0].report is None:
        return ""
    seeds = 1 if len(page.systems) > 1 else None
    text = caution(clips=len(page.dataset.split(page.split)), seeds=seeds)
    return "" if text is None else f'<p class="muted caution">{escape(text)}</p>'


def _notes(lines: Sequence[str]) -> str:
    return "".join(f'<p class="failed">{escape(line)}</p>' for line in lines)


def _clips(page: RunPage) -> list[dict[str, Any]]:
    """Return what the page's script is told of every clip, those outside the split first."""
    chosen = [page.dataset.split(page.split).clips[row] for row in page.rows]
    media = [extra.media for extra in page.extra]
    media += [page.dataset.media_path(clip) for clip in chosen]
    urls = media_urls(media, page.folder, limit_bytes=page.limit_bytes)
    clips = [_extra_clip(extra) for extra in page.extra]
    clips += [_split_clip(page, row, clip) for row, clip in zip(page.rows, chosen, strict=True)]
    return [{**clip, "media": url} for clip, url in zip(clips, urls, strict=True)]


def _extra_clip(extra: Extra) -> dict[str, Any]:
    lanes = [_lane(name, timeline) for name, timeline in extra.lanes.items()]
    first = next(iter(extra.lanes.values()))
    return {"title": first.source, "note": extra.note, "lanes": lanes}


def _split_clip(page: RunPage, row: int, clip: Clip) -> dict[str, Any]:
    dataset, split = page.dataset, page.split
    media = dataset.media_path(clip)
    source = clip.id if media is None else media.name
    lanes = [_lane(s.name, s.timeline(dataset, row, source)) for s in page.systems]
    note = ", ".join(clip.labels)
    report = page.systems[0].report
    if report is not None:  # the split has its truth
        lanes.insert(1, _lane(TRUTH, page.systems[0].truth(dataset, split, row, source)))
        key = headline("segment", joint=dataset.joint)
        figure = float(report.matrix()[row, FIGURE_KEYS.index(key)])
        word = tables.FIGURE_WORDS[key.partition("/")[2]]
        note = f"{word} {100 * figure:.0f} % · {note}"
    return {"title": clip.id, "note": note, "lanes": lanes}


def _lane(name: str, timeline: Timeline) -> dict[str, Any]:
    return {"name": name, "timeline": timeline.to_dict()}


def _player_section(clips: Sequence[Mapping[str, Any]]) -> str:
    if not clips:
        return ""
    buttons = []
    for index, clip in enumerate(clips):
        pressed = "true" if index == 0 else "false"
        buttons.append(
            f'<button type="button" class="pick" data-clip="{index}" aria-pressed="{pressed}"><b>'
            f"{escape(clip['title'])}</b><span>{escape(clip['note'])}</span></button>"
        )
    return PLAYER.format(buttons="".join(buttons))


def _summary(main: System, dataset: Dataset, split: str) -> str:
    about = main.about
    recipe, trained = about["recipe"], about.get("dataset", {})
    clips = amount(trained["train_clips"], "clip") if trained else "unknown clips"
    parts = [
        recipe.get("summary", ""),
        f"trained on {clips}, seed {about.get('seed')}",
        f"features: {about['features']['name']} ({', '.join(about.get('encoders', {}))})",
        f"scored on {split}, {amount(len(dataset.split(split)), 'clip')}",
    ]
    return " · ".join(part for part in parts if part)


def _setting(systems: Sequence[System], dataset: Dataset, split: str) -> str:
    up_to = "up to " if dataset.split(split).lengths else ""
    text = (
        f"Percent, mean over the {amount(len(dataset.split(split)), 'clip')} of {split};"
        f" {up_to}{amount(dataset.grid.count, 'segment')} of {dataset.grid.step_s:g} s,"
        f" {amount(len(dataset.vocabulary), 'class')}. "
    )
    decodings = [_decoding(system) for system in systems]
    return text + "Decoding: " + "; ".join(decodings) + "."


def _decoding(system: System) -> str:
    alone = ", the network alone" if system.guided else ""
    return f"{system.name}: {decoding_line(system.about['decoding'])}{alone}"


def _network_alone(systems: Sequence[System], dataset: Dataset, split: str) -> str:
    """Return a line for each system that has words beside it when it parses; "" if none has."""
    lines = [
        f'<p class="muted alone">{escape(text)}</p>'
        for system in systems
        if (text := network_alone(system, dataset, split)) is not None
    ]
    return "".join(lines)


def _learning(systems: Sequence[System]) -> str:
    with_log = [system for system in systems if system.log]
    if not with_log:
        return '<p class="muted">There is no log beside these models.</p>'
    kept = {system.name: float(system.about.get("epoch") or 0) for system in with_log}
    loss = {system.name: _losses(system) for system in with_log}
    figures = {system.name: points for system in with_log if (points := _figures_on_val(system))}
    loss_chart = charts.line_chart(loss, label="Training loss by epoch", marks=kept)
    val_chart = charts.line_chart(
        figures, label="Type at segment level on val, by epoch", percent=True, marks=kept
    )
    lines = "".join(_learnt(system, kept[system.name]) for system in with_log)
    return (
        f'<div class="charts"><div><h3>Training loss</h3>{loss_chart}</div>'
        f"<div><h3>Type on val, percent</h3>{val_chart}</div></div><ul>{lines}</ul>"
    )


def _losses(system: System) -> list[charts.Point]:
    return [(float(entry["epoch"]), float(entry["loss"]["total"])) for entry in system.log]


def _figures_on_val(system: System) -> list[charts.Point]:
    scored = [entry for entry in system.log if entry["val"]]
    return [(float(entry["epoch"]), float(entry["val"]["segment/type"])) for entry in scored]


def _learnt(system: System, kept: float) -> str:
    chosen = system.about["recipe"]["training"].get("select")
    seconds = sum(float(entry["seconds"]) for entry in system.log)
    return (
        f"<li>{escape(system.name)}: {amount(len(system.log), 'epoch')}, kept epoch {kept:g} by "
        f"{escape(str(chosen))} on val, {seconds:.0f} s</li>"
    )


def _labels_section(page: RunPage) -> str:
    denoised = page.denoised
    if denoised is None:
        return ""
    dataset = denoised.dataset
    split = denoised.built.labels.provenance.get("split", "train")
    report = denoised.built.report
    parts = [_notes(denoised.built.warnings)]
    parts += [tables.changes_line(numbers, track) for track, numbers in report.items()]
    if dataset.split(split).has_truth and denoised.names == dataset.split(split).names:
        quality = denoised.built.quality(dataset.split(split).truth(), joint=dataset.joint)
        parts.append(tables.quality_table(quality))
        by_class = "".join(tables.quality_by_class(quality, dataset, track) for track in report)
        parts.append(f"<details><summary>By class</summary>{by_class}</details>")
        parts.append(
            '<p class="muted">Segment figures of the training labels themselves, in percent: a'
            f" label of at least ½ counts as on. Truth of {escape(split)} is used for this table"
            " only.</p>"
        )
    known = dataset.split(split).names
    for row in page.strips:
        if denoised.names[row] in known:  # clips may have left the dataset
            parts.append(_strip(denoised, dataset, split, row))
    return f'<section class="card labels"><h2>Labels</h2>{"".join(parts)}</section>'


def _strip(denoised: DenoisedTrack, dataset: Dataset, split: str, row: int) -> str:
    clip = next(c for c in dataset.split(split).clips if c.name == denoised.names[row])
    pictures = clip_frames(dataset, clip, side=112)
    frames = [data_url(picture) for picture in pictures]
    prompts, similarity = denoised.prompts(row)
    classes, rows = strip_rows(denoised, dataset, split, row)
    title = f"{clip.id}: what is {WORDS[denoised.track]}, by {denoised.encoder}"
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
    denoised: DenoisedTrack, dataset: Dataset, split: str, row: int
) -> tuple[list[str], dict[str, Any]]:
    """Return the classes of a clip, and its label matrices (T, K) by what they are."""
    weak = denoised.built.weak[row].astype(bool)
    columns = np.flatnonzero(weak)
    rows: dict[str, Any] = {"weak label": np.ones((dataset.grid.count, len(columns)))}
    rows["denoised"] = denoised.hard[row][:, columns]
    if denoised.options.reweights(denoised.track):
        rows["re-weighted"] = denoised.soft[row][:, columns]
    if dataset.split(split).has_truth:
        at = dataset.split(split).names.index(denoised.names[row])
        truth = getattr(dataset.split(split).truth(), denoised.track)
        rows[TRUTH] = truth[at][:, columns].astype(float)
    return [dataset.vocabulary.names[c] for c in columns], rows


def strip_examples(denoised: DenoisedTrack, count: int) -> list[int]:
    """Return rows of clips with several labels that denoising changed most, but did not empty."""
    weak = denoised.built.weak.astype(bool)
    kept = denoised.hard.sum(axis=(1, 2)) / np.maximum(weak.sum(axis=1), 1) / denoised.hard.shape[1]
    labels = weak.sum(axis=1)
    good = (labels >= 2) & (labels <= _STRIP_CLASSES) & (kept > 0)
    switches = np.abs(np.diff(denoised.hard, axis=1)).sum(axis=(1, 2))
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


def _settings_section(system: System, dataset: Dataset) -> str:
    return (
        f'<details class="card"><summary>Settings of {escape(system.name)}</summary>'
        f"{settings(_settings(system, dataset))}</details>"
    )
