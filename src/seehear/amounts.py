"""How many of something there are, in words: `1 clip`, `1,200 clips`."""

_ENDINGS = ("s", "x", "ch", "sh")
_SPOKEN_K = ("epoch",)  # words whose ch is spoken as k take a plain s


def amount(number: int, name: str) -> str:
    """Return a number of things in words.

    Args:
        number: how many.
        name: one of them, such as `reviewed clip`; its last word takes the plural.

    Examples:
        >>> amount(1, "clip"), amount(1200, "clip"), amount(0, "class"), amount(6, "epoch")
        ('1 clip', '1,200 clips', '0 classes', '6 epochs')
    """
    if number == 1:
        return f"1 {name}"
    with_e = name.endswith(_ENDINGS) and not name.endswith(_SPOKEN_K)
    return f"{number:,} {name}{'es' if with_e else 's'}"
