"""In which words captions describe a sound: a table for each language, which a user can change.

A line is `CLASS = words`.  A class with nothing after the sign is not described, such as speech,
which the subtitles hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from seehear.closest import plain, suggest
from seehear.data.dialect import read_lines, read_text
from seehear.errors import ConfigError, DataError
from seehear.export.told import description
from seehear.export.words import one_line
from seehear.time import Timeline

_PLACE = "words"
_SUFFIX = ".txt"


@dataclass(frozen=True)
class Wording:
    """The words for classes; upper case and underscores do not matter.

    Args:
        own: of the user, before everything.
        usual: of the language.
    """

    own: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, language: str = "en", own: Path | None = None) -> "Wording":
        """Return the wording of a language, and of a file of the user's.

        Raises:
            ConfigError: there is no table for the language.
            DataError: the file cannot be read as such a table.
        """
        known = languages()
        if language not in known:
            hint = suggest(language, known) + "; a table of your own goes into `words`"
            raise ConfigError(f"no words in {language!r:.40}", hint=hint, parameter="language")
        text = files("seehear.captions").joinpath(_PLACE, language + _SUFFIX).read_text("utf-8")
        return cls({} if own is None else _table(read_text(own), own), _table(text, language))

    def words(self, timeline: Timeline, label: str) -> str:
        """Return how a class is described; empty: it is not.

        A class of no table is described by the words that it was looked for with, else by its name.
        """
        given = timeline.parser.get("descriptions")
        name = plain(label)
        if name in self.own:
            return self.own[name]
        if name in self.usual and not (isinstance(given, dict) and given.get(label)):
            return self.usual[name]
        return description(timeline, label)


def languages() -> list[str]:
    """Return the languages that there is a table for."""
    found = files("seehear.captions").joinpath(_PLACE).iterdir()
    return sorted(file.name.removesuffix(_SUFFIX) for file in found if file.name.endswith(_SUFFIX))


def _table(text: str, where: object) -> dict[str, str]:
    table: dict[str, str] = {}
    for number, line in enumerate(read_lines(text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, words = line.partition("=")
        if not sign or not name.strip():
            raise DataError(
                f"expected a line such as Dog = dog barking, got {line.strip()!r:.80}",
                where=f"{where}:{number}",
            )
        table[plain(name.strip())] = one_line(words)
    return table
