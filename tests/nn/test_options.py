"""Options are frozen values, given by keyword; networks of three streams share their widths."""

import dataclasses

import pytest

from seehear.nn.options import StreamOptions
from seehear.nn.systems import SYSTEMS


def test_options_are_frozen_and_by_keyword() -> None:
    options = StreamOptions(classes=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.classes = 4
    with pytest.raises(TypeError):
        StreamOptions(128)


@pytest.mark.parametrize("name", SYSTEMS)
def test_released_settings_are_options_of_the_network(name: str) -> None:
    system = SYSTEMS[name]
    assert set(system.released) <= set(system.keywords)
    assert {"classes", "width"} <= set(system.keywords)
    system.options(**system.released)


def test_networks_of_three_streams_share_their_widths() -> None:
    widths = {option.name for option in dataclasses.fields(StreamOptions)}
    helpers = {"dhhn_audionet", "dhhn_videonet", "ave_events"}
    for name in set(SYSTEMS) - helpers:
        assert widths <= set(SYSTEMS[name].keywords), name
