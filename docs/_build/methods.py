"""One page per published system, from its recipe and the tables measured here: it cannot drift."""

import textwrap
from collections.abc import Iterator
from typing import Any

import measured

HEAD = "| features | A | V | AV | Type | Event | A | V | AV | Type | Event |\n|---|" + "--:|" * 10


def method_pages() -> dict[str, str]:
    """Return {page: Markdown}: one a recipe, and their index."""
    from seehear.recipes import RECIPES

    return {
        "methods/index.md": index(),
        **{f"methods/{r.name}.md": page(r) for r in RECIPES.values()},
    }


def index() -> str:
    """Return the list of all systems."""
    from seehear.recipes import RECIPES

    rows = [
        f"| [{r.name}]({r.name}.md) | {r.summary} | {r.paper.venue} | {_stages(r)} |"
        for r in RECIPES.values()
    ]
    return "\n".join(
        [
            "# Published systems",
            "",
            "Each system is one recipe: one Python file that holds its whole definition. These "
            "pages are written from the recipes. `seehear recipes show NAME` prints the same in a "
            "terminal, `seehear recipes diff A B` where two differ.",
            "",
            "| recipe | what it is | venue | stages |",
            "|---|---|---|---|",
            *rows,
            "",
            "How to set them side by side: [results](../results.md).",
            "",
        ]
    )


def _stages(recipe: Any) -> str:
    return " → ".join(stage.name for stage in recipe.stages)


def page(recipe: Any) -> str:
    """Return the page of one recipe."""
    from seehear.cli.recipes import page as definition

    paper = recipe.paper
    facts = [f"*{paper.title}*, {paper.venue}"]
    facts += [f"[arXiv:{paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})"] if paper.arxiv else []
    facts += [_code_link(paper.code)] if paper.code else []
    summary = f"{recipe.summary[0].upper()}{recipe.summary[1:]}."
    text = [
        f"# {recipe.name}",
        "",
        summary,
        "",
        ", ".join(facts) + ".",
        "",
        "## How to run",
        "",
        "```sh",
        f"seehear train DATASET --features FEATURES --recipe {recipe.name} --out RUN",
        "seehear evaluate DATASET --split test --model RUN --features FEATURES",
        "```",
        "",
    ]
    published = [
        f"| {name} | " + " | ".join(f"{x:.1f}" for x in figures) + " |"
        for name, figures in recipe.published.items()
    ]
    text += (
        [
            "## Published figures",
            "",
            "LLP test, percent: segment level, then event level.",
            "",
            HEAD,
            *published,
            "",
        ]
        if published
        else ["## Published figures", "", "None in this form.", ""]
    )
    if here := list(_measured(recipe.name)):
        text += [
            "## Measured here",
            "",
            "By `seehear reproduce` ([results](../results.md)); other data and other "
            "features than the published figures, so not to be compared with them.",
            "",
            HEAD,
            *here,
            "",
        ]
    if apart := measured.ablation(recipe.name):
        text += [
            "## Taken apart",
            "",
            "Percent over the folds of `restaged-folds` (500 clips, segment level, then event"
            " level), which are like the training clips; F of seconds seen and clips heard on 30"
            " real clips, which are not. Every row is from committed data, what did not help too.",
            "",
            apart,
            "",
        ]
        if tried := measured.ingredients():
            text += [
                "## What later systems found, tried here",
                "",
                "Every ingredient is a switch of the recipe and off. Trained and judged on the five"
                " folds; differences to the recipe as it is, paired by clip, with the interval that"
                " holds 95 % of resampled sets of clips, and F of seconds seen and clips heard on"
                " 30 real clips. Seeds 1 to 10 of the recipe as it is and of `lsld`, at least seven"
                " of each variant, five folds each (`runs`); one H100, 2026-11-28."
                " `benchmarks/own_parser_ablation.py`",
                "",
                "**None of them helps.** Trained otherwise, no row lies above the recipe as it is"
                " once language stands beside the network; labels of a second round make the"
                " network alone no worse and the whole worse, for language brings already what they"
                " add. The mean of three epochs' weights, chosen for each track, adds 0.3 points"
                " (0.1 to 0.5), less than seeds differ by, and stays off. Decoding fitted on `val`"
                " loses to the fixed numbers.",
                "",
                tried,
                "",
            ]
    text += [
        "## Ours against the paper and its code",
        "",
        *(f"* {line}" for line in recipe.differs),
        "",
    ]
    return "\n".join(
        [*text, "## Whole definition", "", "```text", _wrapped(definition(recipe)), "```", ""]
    )


def _code_link(code: str) -> str:
    """Return the link to `owner/name@commit` on GitHub; anything else as it is."""
    repository, _, commit = code.partition("@")
    if repository.count("/") != 1:
        return f"code {code}"
    at = f"/tree/{commit}" if commit else ""
    return f"code [{repository}](https://github.com/{repository}{at})" + (
        f" at `{commit[:12]}`" if commit else ""
    )


def _wrapped(text: str, width: int = 102) -> str:
    """Return the text with long lines broken; what follows stands in the column of the values."""
    return "\n".join(
        textwrap.fill(
            line, width, subsequent_indent=" " * 13, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )


def _measured(recipe: str) -> Iterator[str]:
    """Yield the line of each measured run of a recipe, a shared one once."""
    seen = set()
    for result in (*measured.tables(), *measured.tables(measured.BEFORE)):
        for row in result["rows"]:
            if (
                row["recipe"] == recipe
                and row["ours"]
                and not row["settings"]
                and row["features"] not in seen
            ):
                seen.add(row["features"])
                cells = [
                    f"{both['mean']:.1f}"
                    + (f" ± {both['spread']:.1f}" if len(row["seeds"]) > 1 else "")
                    for both in row["ours"].values()
                ]
                yield (
                    f"| {row['features']}, {result['dataset']['name']}, {len(row['seeds'])} seed"
                    f"{'s' * (len(row['seeds']) > 1)}, {result['date']} | "
                    + " | ".join(cells)
                    + " |"
                )
