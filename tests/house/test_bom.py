"""The bill of materials: what is in it, and that it tells nothing of the machine."""

import importlib.util
import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def bom():
    path = Path(__file__).parents[2] / "tools" / "bom.py"
    spec = importlib.util.spec_from_file_location("bom", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def part(name, **more):
    about = {"bom-ref": f"{name}==1", "type": "library", "name": name, "version": "1"}
    return {**about, "purl": f"pkg:pypi/{name}@1?file_name=x", **more}


BILL = {
    "$schema": "s",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {"component": {"name": "the machine of someone"}},
    "components": [
        part("Own_Name", externalReferences=[{"url": "https://somewhere"}], properties=[1]),
        part("other", licenses=[{"expression": "MIT OR Apache-2.0"}]),
        part("third", licenses=[{"license": {"id": "MIT", "text": {"content": "Permission"}}}]),
    ],
    "dependencies": [{"ref": "Own_Name==1", "dependsOn": ["other==1", "third==1"]}],
}


def test_it_holds_what_is_wanted_and_no_address(bom):
    kept = bom.pruned(BILL, {"own-name", "third"})
    assert [one["name"] for one in kept["components"]] == ["Own_Name", "third"]
    assert kept["dependencies"] == [{"ref": "Own_Name==1", "dependsOn": ["third==1"]}]
    assert kept["components"][1]["licenses"] == [{"license": {"id": "MIT"}}]
    text = json.dumps(kept)
    for told in ("somewhere", "someone", "file_name", "Permission"):
        assert told not in text


def test_packages_are_wanted_by_extra_and_by_what_needs_them(bom):
    asks = {
        "seehear": ["numpy>=2", 'av; extra == "offline"', 'rich; extra == "test"'],
        "av": ["deep[fast]"],
        "deep": ['quick; extra == "fast"', 'old; python_version < "3"'],
    }
    found = bom.needed("seehear", {"offline"}, asks.get)
    assert found == {"seehear", "numpy", "av", "deep", "quick"}
