"""One page per published system, from its recipe and the tables measured here: it cannot drift."""

import textwrap
from collections.abc import Iterator
from typing import Any

import measured

HEAD = "| features | A | V | AV | Type | Event | A | V | AV | Type | Event |\n|---|" + "--:|" * 10
TAKEN_APART = (
    "* *likeness*, *support*, *language*: how zero-shot parsing helps the network"
    " ([Choosing](../training-gains.md#choosing)); *everywhere*: by one rule on every video;"
    " *elsewhere*: on videos unlike the training clips;",
    "* *events to 0.2, gaps filled*: an event goes on while its probability is at least 0.2, and"
    " gaps of a second are filled;",
    "* *language sees alone from 0.65*: on videos like the training clips, what zero-shot parsing"
    " sees with a probability of 0.65 counts as seen;",
    "* *limit at 0.8, 0.95*: a video counts as unlike the training clips when it is further from"
    " them than this share of the held-out clips (the recipe has nine in ten);",
    "* *heard from -1.25*: the logit that zero-shot parsing must reach before something counts as"
    " heard (the recipe has -1); *gates that slide*: this changes step by step with the distance.",
)


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
            "After this page you can choose a published system. The page of each says how to train "
            "it, its figures, and where ours differs from its paper and code. A system is one "
            "recipe, a Python file that holds its whole definition, and its page is made from that "
            "file. In a terminal, `seehear recipes show NAME` prints a recipe and `seehear recipes "
            "diff A B` prints where two differ. To define one yourself: "
            "[your first recipe and loss](../first-recipe.md).",
            "",
            "| recipe | what it is | venue | stages |",
            "|---|---|---|---|",
            *rows,
            "",
            "How they compare: [results](../results.md).",
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
        ", ".join(facts) + ". After this page you can train it, and you know what it reached and "
        "where ours differs from its paper and code. Its whole definition is at the end.",
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
        else ["## Published figures", "", "No figures were published for this form.", ""]
    )
    if here := list(_measured(recipe.name)):
        text += [
            "## Measured here",
            "",
            "Measured by `seehear reproduce` ([results](../results.md)), in percent: segment "
            "level, then event level. The first column names features and data. If they are not "
            "those of the published figures, the two cannot be compared.",
            "",
            HEAD,
            *here,
            "",
        ]
    if apart := measured.ablation(recipe.name):
        text += [
            "## Taken apart",
            "",
            "What each part of the recipe is worth: percent on the 500 clips of `restaged-folds`,"
            " which are like the training clips (`seg`: segment level, `ev`: event level), and F of"
            " seconds seen and clips heard on 30 real clips, which are not. The table holds every"
            " variant that was tried, also those that did not help. What their names mean:",
            "",
            *TAKEN_APART,
            "",
            apart,
            "",
        ]
        if tried := measured.ingredients():
            text += [
                "## What later systems found, tried here",
                "",
                "Each row adds one thing to the recipe: a setting that is off by default. The"
                " table gives the difference to the recipe as it is, paired by clip over the five"
                " folds, with the interval that holds 95 % of resampled sets of clips, and F of"
                " seconds seen and clips heard on 30 real clips. The recipe as it is and `lsld`"
                " were run with seeds 1 to 10, each variant with at least seven, with five folds"
                " each (`runs`); one H100, 2026-11-28. `benchmarks/own_parser_ablation.py` makes"
                " the table.",
                "",
                "**None of them helps.** Together with zero-shot parsing, no other way of training"
                " is better than the recipe as it is. Labels of a second round do not change how"
                " good the network is by itself, and make the two together worse: zero-shot parsing"
                " already brings what they add. The mean of three epochs' weights, chosen for each"
                " track, adds 0.3 points (0.1 to 0.5), which is less than seeds differ by. Decoding"
                " fitted on `val` is worse than the fixed numbers.",
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
                    + (f" <wbr>± {both['spread']:.1f}" if len(row["seeds"]) > 1 else "")
                    for both in row["ours"].values()
                ]
                yield (
                    f"| {row['features']}, {result['dataset']['name']}, {len(row['seeds'])} seed"
                    f"{'s' * (len(row['seeds']) > 1)}, {result['date']} | "
                    + " | ".join(cells)
                    + " |"
                )
