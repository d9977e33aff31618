"""The hint "did you mean": the known name that is nearest to an unknown one."""

from collections.abc import Iterable

CUTOFF = 0.5  # the least likeness of two names, from 0 to 1, as `difflib` measures it
SHOWN = 8  # names that are listed at most


def closest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """Return the known name most like `name`, whatever its case; None if none is near.

    Args:
        name: the unknown name.
        known: the names to choose from.
        cutoff: the least likeness, from 0 to 1.

    Examples:
        >>> closest("lsdl", ["han", "lsld"])
        'lsld'
    """
    import difflib  # here: most names are known

    spelled = {other.casefold(): other for other in known}
    found = difflib.get_close_matches(name.casefold(), spelled, n=1, cutoff=cutoff)
    return spelled[found[0]] if found else None


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown name: the closest known one, else all of them.

    Examples:
        >>> suggest("lsdl", ["han", "lsld"])
        'did you mean lsld?'
        >>> suggest("x", ["han", "lsld"])
        'known: han, lsld'
    """
    names = list(known)
    near = closest(name, names)
    return f"did you mean {near}?" if near is not None else f"known: {shown(names)}"


def shown(names: Iterable[str], most: int = SHOWN) -> str:
    """Return names between commas; only the first `most` of them, and a count, if there are more.

    Examples:
        >>> shown(["a", "b", "c"], most=2)
        'a, b ... (3 in all)'
    """
    listed = list(names)
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{', '.join(listed[:most])} ... ({len(listed)} in all)"


def plain(label: str) -> str:
    """Return a class name in small letters and with single spaces, to compare what users type.

    Examples:
        >>> plain("Baby_cry") == plain("baby  cry")
        True
    """
    return " ".join(label.casefold().replace("_", " ").split())
