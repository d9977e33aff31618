"""Plain text in the character sets that occur."""

import pytest

from seehear.errors import ConfigError
from seehear.foreign.plain import decode


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "cp1252"])
def test_what_people_save(name: str) -> None:
    assert decode("Größe\r\nzwei\rdrei".encode(name))[0] == "Größe\nzwei\ndrei"


def test_a_named_one() -> None:
    assert decode("Собака".encode("cp1251"), "cp1251") == ("Собака", "cp1251")
    with pytest.raises(ConfigError, match="a character set such as"):
        decode(b"x", "klingon")
