"""`seehear recipes`: list the published systems, show one on a page, compare two."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from seehear.cli.console import print_json, table


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(dest="action", metavar="ls|show|diff", required=True)
    listing = commands.add_parser("ls", help="every recipe, one line each")
    show = commands.add_parser("show", help="one recipe, whole, on a page")
    show.add_argument("name", metavar="NAME")
    diff = commands.add_parser("diff", help="where two recipes differ")
    diff.add_argument("a", metavar="A")
    diff.add_argument("b", metavar="B")
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
    from seehear.recipes import RECIPES

    if args.json:
        print_json(
            [
                {
                    "name": r.name,
                    "summary": r.summary,
                    "features": list(r.features),
                    "stages": [s.name for s in r.stages],
                    "published": _plain(r.published),
                }
                for r in RECIPES.values()
            ]
        )
        return 0
    rows = []
    for recipe in RECIPES.values():
        published = " ".join(
            f"{name} {figures[3]:.1f}" for name, figures in recipe.published.items()
        )
        rows.append(
            [
                recipe.name,
                " > ".join(s.name for s in recipe.stages),
                published or "-",
                recipe.summary,
            ]
        )
    table(
        "Recipes",
        ["name", "stages", "published segment Type by features", "what it is"],
        rows,
        note="whole definition: seehear recipes show NAME",
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    recipe = _recipe(args.name, args)
    if args.json:
        print_json(recipe.to_dict())
    else:
        print(page(recipe))
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


def _recipe(name: str, args: argparse.Namespace) -> Any:
    from seehear.cli.train import parse_settings
    from seehear.recipes import apply, get, resolve

    features, settings = parse_settings(args.settings)
    features = args.features or features
    return resolve(name, features, settings) if features else apply(get(name), settings)


def page(recipe: Any) -> str:
    """Return a recipe as a readable page of plain text."""
    from seehear.recipes import FEATURES, FIGURES

    paper = recipe.paper
    lines = [f"{recipe.name}: {recipe.summary}", "", f"paper      {paper.title}, {paper.venue}"]
    for label, value in (("arXiv", paper.arxiv), ("code", paper.code), ("licence", paper.licence)):
        lines += [f"           {label} {value}"] if value else []
    for name, figures in recipe.published.items():
        lines.append(
            f"published  LLP test, features {name}: "
            + " / ".join(f"{x:.1f}" for x in figures[:5])
            + "  event level "
            + " / ".join(f"{x:.1f}" for x in figures[5:])
        )
    if recipe.published:
        lines.append("           (" + " / ".join(key.split("/")[1] for key in FIGURES[:5]) + ")")
    lines.append("features   in order of preference")
    for name in recipe.features:
        features = FEATURES[name]
        inputs = [f"audio {' + '.join(features.audio)}", f"visual {' + '.join(features.visual)}"]
        inputs += [f"motion {' + '.join(features.motion)}"] if features.motion else []
        lines.append(
            f"           {name}: {', '.join(inputs)}"
            + (", standardised" if features.standardise else "")
        )
    value = recipe.to_dict()
    lines += _block("labels", value["labels"])
    network = value["network"]
    lines.append(f"network    {network['builder']}({_settings(network['options'])})")
    lines += [f"           frames: {network['rows']} rows"] if network["rows"] != "segment" else []
    lines += [f"           forward({_settings(network['forward'])})"] if network["forward"] else []
    lines += [
        f"           helper {h['key']}: {h['builder']}({_settings(h['options'])}), lr {h['lr']:g}"
        for h in network["helpers"]
    ]
    lines += [
        f"{'losses' if i == 0 else '':11}{t['weight']:g} x {t['name']}: {t['formula']}"
        for i, t in enumerate(value["losses"])
    ]
    lines += _block("training", value["training"])
    lines += _block("decoding", value["decoding"])
    for index, stage in enumerate(value["stages"]):
        needs = f" (needs {', '.join(stage['needs'])})" if stage["needs"] else ""
        lines.append(
            f"{'stages' if index == 0 else '':11}{index + 1}. {stage['name']}:"
            f" {stage['does']}{needs}"
        )
        lines += [f"           {'':3}{key} = {_text(v)}" for key, v in stage["settings"].items()]
        lines += [
            f"           {'':3}{key} = {_text(v)}"
            for key, v in stage["change"].items()
            if not key.endswith((".fn", ".name"))
        ]
    for name, settings in recipe.adapt.items():
        lines.append(f"adapted    features {name}: {_settings(settings)}")
    lines += [f"{'differs' if i == 0 else '':11}- {line}" for i, line in enumerate(recipe.differs)]
    return "\n".join(lines)


def _block(title: str, values: Mapping[str, Any]) -> list[str]:
    from seehear.recipes import flatten

    flat = {k: v for k, v in flatten(values).items() if v not in (None, False)}
    return [
        f"{title if i == 0 else '':11}{key} = {_text(v)}" for i, (key, v) in enumerate(flat.items())
    ]


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_text(value)}" for key, value in values.items())


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
