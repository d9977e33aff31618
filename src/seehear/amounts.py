"""How many of something there are, in words: `1 clip`, `1,200 clips`."""

_ENDINGS = ("s", "x", "ch", "sh")


def amount(number: int, name: str) -> str:
    """Return a number of things in words.

    Args:
        number: how many.
        name: one of them, such as `reviewed clip`; its last word takes the plural.

    Examples:
        >>> amount(1, "clip"), amount(1200, "clip"), amount(0, "class")
        ('1 clip', '1,200 clips', '0 classes')
    """
    if number == 1:
        return f"1 {name}"
    return f"{number:,} {name}{'es' if name.endswith(_ENDINGS) else 's'}"
