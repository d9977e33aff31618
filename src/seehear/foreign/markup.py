"""XML of others: read with limits into a plain tree that knows its lines.

Nothing outside the document is ever looked at: a document type may be named but not defined, so
there are no entities but the five of XML, and no address is followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from seehear.errors import DataError
from seehear.foreign.forms import shortened

_DEEPEST = 256  # elements, one in the other
_MOST = 4_000_000  # elements of a document


@dataclass(slots=True)
class Markup:
    """One element.

    Args:
        tag: its name, without a namespace.
        attributes: as they stand, without namespaces.
        line: of the document, where it begins.
        parts: text and elements inside it, in order.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    parts: "list[str | Markup]" = field(default_factory=list)

    def __iter__(self) -> "Iterator[Markup]":
        for part in self.parts:
            if isinstance(part, Markup):
                yield part

    def get(self, name: str, otherwise: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, otherwise)

    def child(self, tag: str) -> "Markup | None":
        """Return the first element of a name directly inside, or None."""
        return next((element for element in self if element.tag == tag), None)

    def all(self, *tags: str) -> "Iterator[Markup]":
        """Yield the elements of these names anywhere inside, in order."""
        waiting = list(self)[::-1]
        while waiting:
            element = waiting.pop()
            if element.tag in tags:
                yield element
            waiting += list(element)[::-1]

    def text(self) -> str:
        """Return all text inside, of elements too."""
        out, waiting = [], self.parts[::-1]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Markup):
                waiting += part.parts[::-1]
            else:
                out.append(part)
        return "".join(out)

    def said(self, tag: str) -> str:
        """Return the text of the first element of a name directly inside, or nothing."""
        found = self.child(tag)
        return "" if found is None else found.text().strip()


def parse_markup(content: bytes, *, where: object) -> Markup:
    """Return the outermost element of an XML document.

    Args:
        content: the document.
        where: its file, for errors.

    Raises:
        DataError: it is not XML, has an entity of its own, or too many elements.
    """
    tree = _Tree(where)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, found: tree.begin(tag, found, parser.CurrentLineNumber)
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.add
    parser.EntityDeclHandler = tree.refuse_entity
    parser.ExternalEntityRefHandler = tree.refuse_entity
    parser.SkippedEntityHandler = tree.refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code)
        raise DataError(f"not XML: {told}", where=f"{where}:{error.lineno}") from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise DataError(f"not XML: {error}", where=where) from None
    assert tree.root is not None  # expat refuses a document without an element
    return tree.root


class _Tree:
    def __init__(self, where: object) -> None:
        self.root: Markup | None = None
        self._where, self._open, self._count = where, list[Markup](), 0

    def begin(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._count += 1
        if len(self._open) >= _DEEPEST or self._count > _MOST:
            told = f"expected at most {_DEEPEST} nested elements and {_MOST:,} in all"
            raise DataError(f"{told}, got more", where=f"{self._where}:{line}")
        named = {_local(name): value for name, value in attributes.items()}
        element = Markup(_local(tag), named, line)
        if self._open:
            self._open[-1].parts.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def add(self, text: str) -> None:
        self._open[-1].parts.append(text)

    def refuse_entity(self, name: object, *_: object) -> NoReturn:
        told = f"expected no entities of its own, got {shortened(str(name))!r}"
        raise DataError(told, where=self._where, hint="a document that defines any is not read")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
