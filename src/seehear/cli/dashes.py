"""A query that begins with `-` is taken for options: said before argparse complains of the rest."""

import re
import shlex
from collections.abc import Collection, Sequence

from seehear.errors import ConfigError

_DASHED = re.compile(r"-[^\W\d]\w|-\(")  # not -h, not a number


def check_dashes(argv: Sequence[str], options: Collection[str]) -> None:
    """Refuse a query with a part such as `-dog` that does not stand behind `--`.

    Args:
        argv: what was typed after `search`.
        options: of the command.

    Raises:
        ConfigError: there is one; the hint is the command to type.
    """
    before = list(argv[: argv.index("--")] if "--" in argv else argv)
    dashed = [word for word in before if _DASHED.match(word) and f"-{word}" not in options]
    if not dashed or before[0][:1] == "-":
        return
    first = before.index(dashed[0])
    while first > 1 and before[first - 1][:1] != "-" and before[first - 2] not in options:
        first -= 1  # words of the query before it
    last = first
    while last < len(before) and before[last] not in options:
        last += 1
    query = " ".join([*before[first:last], *argv[len(before) + 1 :]])
    command = shlex.join(["seehear", "search", *before[:first], *before[last:], "--", query])
    raise ConfigError(
        f"{dashed[0]!r} is no option",
        where="search",
        hint=f"a query with - goes behind --: {command}",
    )
