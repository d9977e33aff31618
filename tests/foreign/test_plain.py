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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Собака лает, а где-то далеко звонит колокол. ", "cp1251"),
        ("犬が吠えている。遠くで鐘が鳴っています。", "cp932"),
        ("개가 짖고 있고 멀리서 종이 울린다. ", "cp949"),
        ("狗在叫，远处的钟声响了，我们都听见了。", "gb18030"),
        ("Où est le chien ? Là-bas, près de l'église où ça sonne. ", "cp1252"),
    ],
)
def test_old_ones_are_known_by_their_letters_where_there_are_enough(text: str, name: str) -> None:
    assert decode((text * 3).encode(name)) == (text * 3, name)
    assert decode(text[:4].encode(name))[1] in ("cp1252", "utf-8")
