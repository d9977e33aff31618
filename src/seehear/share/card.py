"""The model card: what was learned from what, how well it does, and where it ends."""

from collections.abc import Mapping
from typing import Any

from seehear.amounts import amount
from seehear.time.decoding_words import decoding_line

_ROWS = (("segment", "Segment level"), ("event", "Event level"))
_COLUMNS = (
    ("audio", "A"),
    ("visual", "V"),
    ("audio_visual", "AV"),
    ("type", "Type"),
    ("event", "Event"),
)


def model_card(
    about: Mapping[str, Any], figures: Mapping[str, Mapping[str, float]], *, licence: str = ""
) -> str:
    """Return the card of a trained parser as Markdown with the front matter that hubs read.

    Args:
        about: what its model file says about itself (`Run.about`).
        figures: the ten figures by split, beside those on val that `about` holds.
        licence: of the parser, an SPDX name; empty: not stated.
    """
    recipe, dataset, classes = about["recipe"], about.get("dataset") or {}, about["vocabulary"]
    paper = recipe["paper"]
    scored = dict(figures)
    if about.get("figures"):
        scored = {"val": about["figures"], **figures}
    named = zip(classes["names"], classes["descriptions"], strict=True)
    described = ", ".join(_class(name, description) for name, description in named)
    made = f"trained on {dataset['name']}" if dataset else "converted"
    front = [
        "---",
        "library_name: seehear",
        "pipeline_tag: video-classification",
        "tags: [audio-visual, video-parsing, weakly-supervised, safetensors]",
    ]
    if licence:
        front.append(f"license: {licence.lower()}")
    arxiv = f", arXiv:{paper['arxiv']}" if paper.get("arxiv") else ""
    parts = [
        "\n".join([*front, "---"]),
        f"# {recipe['name']}, {made}",
        f"What is heard, what is seen, and when: {recipe['summary']}.\n{paper['title']}"
        f" ({paper['venue']}{arxiv}). " + _origin(about),
        (
            "## Use\n\n```\nseehear parse clip.mp4 --model ADDRESS\n```\n\nLoading reads"
            " safetensors and JSON; nothing in this folder is run."
        ),
        (
            f"## Data\n\n{_data(dataset)} {amount(about['grid']['count'], 'segment')} of"
            f" {about['grid']['step_s']:g} s.{_class_counts(dataset)}"
        ),
        f"## Labels\n\n{_labels(about)}\n\n{amount(len(classes['names']), 'class')}: {described}.",
        "## Inputs\n\n" + _encoders(about),
        "## Figures\n\n" + _figures(about, scored),
        "## Limits\n\n" + _limits(about, licence),
    ]
    return "\n\n".join(parts) + "\n"


def _origin(about: Mapping[str, Any]) -> str:
    if converted := about.get("converted"):
        files = ", ".join(
            f"`{c['file']}` (sha256 `{c['sha256'][:16]}`)" for c in converted.values()
        )
        return f"Converted from the official checkpoint {files} with seehear {about['seehear']}."
    return f"Trained with seehear {about['seehear']}, seed {about['seed']}, epoch {about['epoch']}."


def _data(dataset: Mapping[str, Any]) -> str:
    if not dataset:
        return "The checkpoint does not say what it was trained on."
    return (
        f"{dataset['name']}: {amount(dataset['train_clips'], 'training clip')}, labels fingerprint "
        f"`{dataset['fingerprint'][:16]}`."
    )


def _class_counts(dataset: Mapping[str, Any]) -> str:
    """Return how many clips were labelled with each class, where the run says."""
    if not (counts := dataset.get("classes")):
        return ""
    return f" Clips of each class: {', '.join(f'{name} {n:,}' for name, n in counts.items())}."


def _class(name: str, description: str) -> str:
    return name if description in (name, name.replace("_", " ")) else f"{name} (“{description}”)"


def _labels(about: Mapping[str, Any]) -> str:
    segments = about["recipe"]["labels"].get("segments")
    if about.get("labels") is not None or segments:
        denoised = (
            "the visual track" if segments and segments.get("tracks") == "visual" else "the tracks"
        )
        return (
            f"Clip labels, and segment labels of {denoised} denoised from them by comparing"
            " segments with sentences; no human said when, or whether a class is heard or seen."
        )
    return "Clip labels only: no human said when, or whether a class is heard or seen."


def _encoders(about: Mapping[str, Any]) -> str:
    lines = []
    for name, encoder in about["encoders"].items():
        weights = ", ".join(
            f"{k} `{str(v)[:12]}`" for k, v in (encoder.get("weights") or {}).items()
        )
        lines.append(
            f"- {name} ({weights or 'unknown weights'};"
            f" {encoder.get('licence', 'licence not recorded')})"
        )
    return "Features of encoders that are not part of this model:\n\n" + "\n".join(lines)


def _figures(about: Mapping[str, Any], scored: Mapping[str, Mapping[str, float]]) -> str:
    if not scored:
        return "None were measured."
    lines = [
        "| split | level | " + " | ".join(short for _, short in _COLUMNS) + " |",
        "|---|---|" + "---|" * len(_COLUMNS),
    ]
    for split, figures in scored.items():
        for level, word in _ROWS:
            numbers = [f"{100 * figures[f'{level}/{key}']:.1f}" for key, _ in _COLUMNS]
            lines.append(f"| {split} | {word} | {' | '.join(numbers)} |")
    text = f"Percent, mean over clips; {decoding_line(about['decoding'])}, truth read literally."
    if "val" in scored and about["recipe"]["network"].get("prior", "none") != "none":
        text += (
            " Figures on val are those of the network alone; in parsing, zero-shot parsing with the"
            " same classes helps it."
        )
    chosen = about["recipe"]["training"]["select"]
    if chosen != "last":
        text += f" The epoch was chosen by {chosen} on val, so val figures are optimistic."
    return "\n".join(lines) + f"\n\n{text}"


def _limits(about: Mapping[str, Any], licence: str) -> str:
    grid = about["grid"]
    span = grid["count"] * grid["step_s"]
    lines = [
        (
            "It knows the classes above and no others; everything else goes unmentioned or is"
            " mistaken for one of them."
        ),
        (
            f"Times are whole segments of {grid['step_s']:g} s; longer clips are parsed in windows"
            f" of {span:g} s."
        ),
        (
            "The figures apply to clips like those it was trained on; other cameras, microphones "
            "and places were not measured. A video unlike them gets a warning, where held-out "
            "clips (val) could tell what is like them."
        ),
        (
            "It needs the encoders above with just these weights; their licences and the data's"
            " apply beside this one."
        ),
        "Do not rest decisions about people on it.",
    ]
    if not licence:
        lines.append("No licence was stated by whoever shared it.")
    return "\n".join(f"- {line}" for line in lines)
