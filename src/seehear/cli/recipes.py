"""`seehear recipes`: list the published systems, show one on a page, compare two."""

import argparse
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from seehear.cli.console import print_json, table

if TYPE_CHECKING:
    from seehear.recipes import Paper, Recipe


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(dest="action", metavar="ls|show|diff", required=True)
    listing = commands.add_parser("ls", help="list every recipe, one per line")
    show = commands.add_parser("show", help="print one whole recipe on a page")
    show.add_argument("name", metavar="NAME", help="a recipe")
    diff = commands.add_parser("diff", help="show where two recipes differ")
    diff.add_argument("a", metavar="A", help="a recipe")
    diff.add_argument("b", metavar="B", help="another")
    for command in (show, diff):
        command.add_argument("--features", metavar="SET", help="as adapted to this feature set")
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            dest="settings",
            help="with this setting changed (repeatable)",
        )
    for command in (listing, show, diff):
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Print what was asked for."""
    return {"ls": _ls, "show": _show, "diff": _diff}[args.action](args)


def _ls(args: argparse.Namespace) -> int:
    from seehear.recipes import RECIPES, RECOMMENDED

    if args.json:
        print_json([_about(recipe) for recipe in RECIPES.values()])
        return 0
    rows = []
    for recipe in RECIPES.values():
        published = [f"{name} {figures[3]:.1f}" for name, figures in recipe.published.items()]
        stages = " > ".join(stage.name for stage in recipe.stages)
        mark = "recommended; " if recipe.name == RECOMMENDED else ""
        rows.append([recipe.name, stages, " ".join(published) or "-", mark + recipe.summary])
    table(
        "Recipes",
        ["name", "stages", "published segment Type by features", "what it is"],
        rows,
        note=(
            "whole definition: seehear recipes show NAME;"
            f" without a name, seehear train takes {RECOMMENDED}"
        ),
    )
    return 0


def _about(recipe: "Recipe") -> dict[str, object]:
    from seehear.recipes import RECOMMENDED

    return {
        "name": recipe.name,
        "recommended": recipe.name == RECOMMENDED,
        "summary": recipe.summary,
        "features": list(recipe.features),
        "stages": [stage.name for stage in recipe.stages],
        "published": json.loads(json.dumps(dict(recipe.published))),
    }


def _show(args: argparse.Namespace) -> int:
    recipe = _recipe(args.name, args)
    if args.json:
        print_json(recipe.to_dict())
    else:
        print(page(recipe, changed=bool(args.settings)))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from seehear.recipes import differences

    found = differences(*(_recipe(name, args).to_dict() for name in (args.a, args.b)))
    if args.json:
        print_json({key: list(values) for key, values in found.items()})
        return 0
    rows = [[key, *map(_text, values)] for key, values in found.items()]
    table(
        f"{args.a} and {args.b}",
        ["setting", args.a, args.b],
        rows,
        note=None if rows else "no difference in any setting",
    )
    return 0


def _recipe(name: str, args: argparse.Namespace) -> "Recipe":
    from seehear.cli.train import parse_settings
    from seehear.recipes import apply, get, resolve

    features, settings = parse_settings(args.settings)
    features = args.features or features
    return resolve(name, features, settings) if features else apply(get(name), settings)


def page(recipe: "Recipe", *, changed: bool = False) -> str:
    """Return a recipe as a readable page of plain text.

    Args:
        recipe: as it is to be shown.
        changed: whether settings of it were changed, which its last part says nothing about.
    """
    value = recipe.to_dict()
    lines = [f"{recipe.name}: {recipe.summary}", ""]
    lines += _under("paper", _paper(recipe.paper))
    lines += _published(recipe)
    lines += _under("features", ["in order of preference", *map(_inputs, recipe.features)])
    lines += _under("labels", _values(value["labels"], _unused(recipe)))
    lines += _under("network", _network(value["network"]))
    losses = [f"{loss['weight']:g} x {loss['name']}: {loss['formula']}" for loss in value["losses"]]
    lines += _under("losses", losses)
    lines += _under("training", _values(value["training"]))
    lines += _under("decoding", _values(value["decoding"]))
    stages = []
    for number, stage in enumerate(value["stages"], 1):
        stages += _stage(number, stage)
    lines += _under("stages", stages)
    for name, settings in recipe.adapt.items():
        lines += _under("adapted", [f"features {name}: {_settings(settings)}"])
    differs = [f"- {line}" for line in recipe.differs]
    lines += _under("differs", ["(without the settings changed here)", *differs][not changed :])
    return "\n".join(lines)


def _under(title: str, lines: Iterable[str]) -> list[str]:
    """Return lines with the title before the first and room for it before the others."""
    titled = []
    for line in lines:
        titled.append(f"{title:11}{line}")
        title = ""
    return titled


def _paper(paper: "Paper") -> list[str]:
    known = {"arXiv": paper.arxiv, "code": paper.code, "licence": paper.licence}
    lines = [f"{label} {value}" for label, value in known.items() if value]
    return [f"{paper.title}, {paper.venue}", *lines]


def _published(recipe: "Recipe") -> list[str]:
    """Return the figures of the paper, a line for each feature set."""
    from seehear.recipes import FIGURES

    lines = []
    for name, figures in recipe.published.items():
        numbers = [f"{figure:.1f}" for figure in figures]
        segment, event = " / ".join(numbers[:5]), " / ".join(numbers[5:])
        line = f"LLP test, features {name}: {segment}  event level {event}"
        lines += _under("published", [line])
    if lines:
        keys = [key.split("/")[1] for key in FIGURES[:5]]
        lines += _under("", [f"({' / '.join(keys)})"])
    return lines


def _inputs(name: str) -> str:
    """Return what a feature set holds, in a line."""
    from seehear.recipes import FEATURES

    features = FEATURES[name]
    streams = {"audio": features.audio, "visual": features.visual, "motion": features.motion}
    inputs = [f"{track} {' + '.join(names)}" for track, names in streams.items() if names]
    if features.standardise:
        inputs.append("standardised")
    return f"{name}: {', '.join(inputs)}"


def _network(network: Mapping[str, Any]) -> list[str]:
    lines = [f"{network['builder']}({_settings(network['options'])})"]
    if network["rows"] != "segment":
        lines.append(f"frames: {network['rows']} rows")
    if "prior" in network:
        lines.append(f"prior {network['prior']}: zero-shot parsing beside it, in every parse")
    if network["forward"]:
        lines.append(f"forward({_settings(network['forward'])})")
    for helper in network["helpers"]:
        call = f"{helper['builder']}({_settings(helper['options'])})"
        lines.append(f"helper {helper['key']}: {call}, lr {helper['lr']:g}")
    return lines


def _stage(number: int, stage: Mapping[str, Any]) -> list[str]:
    """Return what a stage does, and below it what it sets and changes."""
    needs = f" (needs {', '.join(stage['needs'])})" if stage["needs"] else ""
    functions = (".fn", ".name")  # not needed: a changed loss comes with its formula
    changes = {key: v for key, v in stage["change"].items() if not key.endswith(functions)}
    lines = [f"{number}. {stage['name']}: {stage['does']}{needs}"]
    for values in (stage["settings"], changes):
        lines += [f"   {key} = {_text(value)}" for key, value in values.items()]
    return lines


def _unused(recipe: "Recipe") -> dict[str, str]:
    """Return the settings of the labels that change nothing, and the setting that says so."""
    unused = getattr(recipe.labels.segments, "unused", dict)
    return {f"segments.{name}": why for name, why in unused().items()}


def _values(values: Mapping[str, Any], unused: Mapping[str, str] | None = None) -> list[str]:
    """Return a line for each setting; behind one without effect stands what takes it away."""
    from seehear.recipes import flatten

    lines = []
    for key, value in flatten(values).items():
        if value not in (None, False):
            why = (unused or {}).get(key)
            lines.append(f"{key} = {_text(value)}{f'  (no effect: {why})' if why else ''}")
    return lines


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_text(value)}" for key, value in values.items())


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
