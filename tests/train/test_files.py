"""Files of a run are whole or not there, and say in one line what is wrong with them."""

from functools import partial

import numpy as np
import pytest
import torch

from seehear.errors import WeightsError
from seehear.foreign.forms import anything
from seehear.train.files import (
    read_arrays,
    read_json,
    read_model,
    write_arrays,
    write_json,
    write_model,
)


def test_a_model_file_gives_back_its_parts(tmp_path):
    main, visual = {"a.weight": torch.ones(2)}, {"a.weight": torch.zeros(2)}
    normalisation = {"audio.mean": torch.full((3,), 0.5)}
    copies = {"main": main, "visual": visual}
    write_model(tmp_path / "m.safetensors", copies, normalisation, {"epoch": 3})
    model = read_model(tmp_path / "m.safetensors", anything)
    assert list(model.copies) == ["main", "visual"]
    assert torch.equal(model.copies["visual"]["a.weight"], visual["a.weight"])
    assert torch.equal(model.normalisation["audio.mean"], normalisation["audio.mean"])
    assert model.about == {"epoch": 3}


def test_json_and_arrays_come_back(tmp_path):
    write_json(tmp_path / "a.json", {"ä": [1, None]})
    assert read_json(tmp_path / "a.json", anything) == {"ä": [1, None]}
    write_arrays(tmp_path / "a.npz", {"x": np.arange(3)})
    assert read_arrays(tmp_path / "a.npz")["x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (partial(read_json, form=anything), None, "cannot be read: No such file"),
        (partial(read_json, form=anything), b"{", "not JSON"),
        (read_arrays, b"PK", "cannot be read"),
        (read_model, None, "no such file"),
        (read_model, b"x", "damaged or truncated checkpoint"),
    ],
)
def test_damaged_files_are_one_line(tmp_path, read, content, message):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=message) as caught:
        read(path)
    assert "\n" not in str(caught.value)
