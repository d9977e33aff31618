import pytest

from seehear.amounts import amount


@pytest.mark.parametrize(
    ("number", "name", "told"),
    [
        (1, "clip", "1 clip"),
        (0, "clip", "0 clips"),
        (1234567, "reviewed clip", "1,234,567 reviewed clips"),
        (2, "class", "2 classes"),
        (3, "stretch", "3 stretches"),
        (1, "epoch", "1 epoch"),
        (60, "epoch", "60 epochs"),
    ],
)
def test_one_thing_is_one_thing(number: int, name: str, told: str) -> None:
    assert amount(number, name) == told
