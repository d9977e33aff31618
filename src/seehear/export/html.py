"""One page of one clip: a player, lanes that follow it, and tables; everything in one file."""

from collections.abc import Mapping, Sequence
from html import escape

from seehear._version import __version__
from seehear.amounts import amount
from seehear.export.page import document
from seehear.export.words import one_line
from seehear.files import Json
from seehear.time import Event, Timeline, Track
from seehear.time.shown import time_text

PERCEIVED = {Track.AUDIO: "Heard", Track.VISUAL: "Seen", Track.AUDIO_VISUAL: "Both"}
_TOLD = 3  # so many stretches that were not parsed are listed; further ones are counted
_NUMBER = ' class="num"'
_EVENT_COLUMNS = (
    ("Track", ""),
    ("Class", ""),
    ("From", _NUMBER),
    ("To", _NUMBER),
    ("Score, 0 to 1", _NUMBER),
    ("Who says so", ""),
)
_WHO = {
    "parser": "the parser",
    "confirmed": "the parser, confirmed by a person",
    "corrected": "corrected by a person",
    "added": "a person",
}


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the page; `media` is a `data:` or relative URL of the video, None leaves the player
    out.
    """
    events = _event_table(timeline)
    all_events = f"All {amount(len(timeline), 'event')}"
    body = f"""<div class="page">
<header class="top"><h1>{escape(timeline.source or "untitled clip")}</h1>
<p class="muted">{_summary(timeline)}</p></header>
<main>
<div class="player">{_player(timeline, media)}</div>
<section class="card" aria-label="Timeline"><div id="lanes"><noscript>{events}</noscript></div>
</section>
<section class="card by-class"><h2>By class</h2>{class_table(timeline)}</section>
{_warnings(timeline)}
<details class="card"><summary>{all_events}</summary>{events}</details>
<details class="card"><summary>How this was made</summary>{settings(_made(timeline))}</details>
</main>
<footer class="muted">seehear {escape(__version__)}: what is heard, what is seen, and when</footer>
</div>"""
    return document(
        f"{one_line(timeline.source)} · seehear",
        body,
        data={"timeline": timeline.to_dict()},
        styles=("theme.css", "lanes.css", "clip.css"),
        scripts=("lanes.js", "clip.js"),
    )


def class_table(timeline: Timeline) -> str:
    """Return the HTML table of seconds and events per class and track, the longest class first."""
    seconds = {label: _seconds(timeline, label) for label in timeline.vocabulary}
    found = [label for label in seconds if any(seconds[label])]
    if not found:
        classes = amount(len(timeline.vocabulary), "class")
        return f'<p class="muted">Looked for {classes}, found none.</p>'
    found.sort(key=lambda label: -max(seconds[label]))
    head = "".join(f'<th scope="col" class="num {t}">{PERCEIVED[t]}</th>' for t in Track)
    rows = "".join(_class_row(label, seconds[label]) for label in found)
    return (
        f'<table><thead><tr><th scope="col">Class</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _seconds(timeline: Timeline, label: str) -> list[float]:
    """Return how long a class is on in each track."""
    out = []
    for track in Track:
        out.append(sum(event.duration_s for event in timeline.on(track, label)))
    return out


def _class_row(label: str, seconds: Sequence[float]) -> str:
    cells = ""
    for value in seconds:
        text = f"{value:.1f} s" if value else "–"
        cells += f'<td class="num">{text}</td>'
    return f'<tr><th scope="row">{escape(_words(label))}</th>{cells}</tr>'


def _words(label: str) -> str:
    """Return a class as a person writes it."""
    return label.replace("_", " ")


def settings(values: Mapping[str, Json]) -> str:
    """Return nested settings as an HTML description list."""
    items = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            shown = settings(value)
        elif isinstance(value, list | tuple):
            shown = escape(", ".join(map(str, value))) or "–"
        else:
            shown = escape("–" if value is None or value == {} else str(value))
        items.append(f"<dt>{escape(str(key))}</dt><dd>{shown}</dd>")
    return f"<dl>{''.join(items)}</dl>"


def _summary(timeline: Timeline) -> str:
    parts = [time_text(timeline.duration_s)]
    for track in Track:
        labels = dict.fromkeys(_words(e.label) for e in timeline.on(track))
        if track is not Track.AUDIO_VISUAL and timeline.tracks[str(track)].absent:
            parts.append(f"no {track} track")
        elif track is not Track.AUDIO_VISUAL or labels:
            known = ", ".join(labels) or "nothing"
            parts.append(f"{PERCEIVED[track].lower()}: {known}{_unknown(timeline, track)}")
    return escape(" · ".join(parts))


def _unknown(timeline: Timeline, track: Track) -> str:
    """Return which seconds of a track were not parsed, in words."""
    spans = timeline.unparsed(track)
    if not spans or track is Track.AUDIO_VISUAL:
        return ""
    told = [f"{time_text(start)} to {time_text(end)}" for start, end in spans[:_TOLD]]
    more = f" and {len(spans) - _TOLD} more" if len(spans) > _TOLD else ""
    return f" (not parsed: {', '.join(told)}{more})"


def _warnings(timeline: Timeline) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in timeline.warnings)
    return f'<ul class="card warnings">{items}</ul>' if items else ""


def _player(timeline: Timeline, media: str | None) -> str:
    if media is None:
        return (
            '<p class="no-media muted">The video is not beside this page; the lanes work without'
            " it.</p>"
        )
    tag = "audio" if timeline.tracks["visual"].absent else "video"
    return f'<{tag} id="player" controls playsinline preload="auto" src="{escape(media)}"></{tag}>'


def _event_table(timeline: Timeline) -> str:
    if not timeline.events:
        return '<p class="muted">No events.</p>'
    head = "".join(f'<th scope="col"{extra}>{name}</th>' for name, extra in _EVENT_COLUMNS)
    rows = "".join(_event_row(event) for event in timeline)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _event_row(event: Event) -> str:
    score = "–" if event.score is None else f"{event.score:.2f}"
    return (
        f'<tr><td><span class="dot {event.track}"></span>{PERCEIVED[event.track]}</td>'
        f'<th scope="row">{escape(_words(event.label))}</th>'
        f'<td class="num">{time_text(event.start_s)}</td>'
        f'<td class="num">{time_text(event.end_s)}</td><td class="num">{score}</td>'
        f"<td>{_WHO[event.origin]}</td></tr>"
    )


def _made(timeline: Timeline) -> dict[str, Json]:
    grid = timeline.grid
    segments = f"{grid.count} of {grid.step_s:g} s"
    if grid.start_s:
        segments += f", from {grid.start_s:g} s"
    return {
        **timeline.parser,
        "tracks": {name: extent.state for name, extent in timeline.tracks.items()},
        "segments": segments,
        "looked for": list(timeline.vocabulary),
    }
