"""Pages and parts of pages that are generated from the product, so that they cannot drift from it.

`generate` returns whole pages; `fill` replaces `<!-- generated: NAME -->` lines of written pages,
with the line below that says to readers of the plain file where to find that part.  One function a
part.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import catalogue
import measured
import methods

ROOT = Path(__file__).resolve().parents[2]
MARK = re.compile(r"^<!-- generated: (\w+) -->\n\*[^*\n]+\*$", re.MULTILINE)


def generate() -> dict[str, str]:
    """Return {page: Markdown} of every page that is generated whole."""
    written = {"index.md": "README.md", "CONTRIBUTING.md": "CONTRIBUTING.md"}
    pages = {page: (ROOT / source).read_text(encoding="utf-8") for page, source in written.items()}
    return pages | methods.method_pages()


def fill(markdown: str) -> str:
    """Return the page with its generated parts put in; an unknown name is an error."""
    return MARK.sub(lambda mark: PARTS[mark[1]](), markdown)


def commands() -> str:
    """Return the help text of every command."""
    from seehear.cli.main import COMMANDS, build_parser

    parts = []
    for name in COMMANDS:
        parser = build_parser(name)
        choices = next(
            a for a in parser._actions if getattr(a, "choices", None) and name in a.choices
        ).choices
        parts.append(f"## seehear {name}\n\n```text\n{choices[name].format_help()}```\n")
        for part, help_of in _parts(choices[name]).items():
            parts.append(f"### seehear {name} {part}\n\n```text\n{help_of.format_help()}```\n")
    return "\n".join(parts)


def _parts(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parts of a command that has such, by name: `fetch` of `seehear models`."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "encoders": catalogue.encoders,
    "weights": catalogue.weights,
    "formats": catalogue.formats,
    "imports": catalogue.imports,
    "timeline_schema": catalogue.timeline_schema,
    "results": measured.results,
    "dry_run": measured.dry_run,
    "teach_curve": measured.teach_curve,
}
