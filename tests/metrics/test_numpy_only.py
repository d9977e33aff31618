"""`seehear.time`, `seehear.metrics` and `seehear.data` do without torch and the other heavy
packages.
"""

import subprocess
import sys

import pytest

HEAVY = ("torch", "av", "transformers", "onnxruntime", "matplotlib", "scipy", "pandas")


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a new interpreter in which the heavy packages cannot be imported, and check
    none was loaded.
    """
    program = f"""
import sys
heavy = {HEAVY!r}
for name in heavy:
    sys.modules[name] = None  # importing it raises
{code}
loaded = [name for name, module in sys.modules.items() if module and name.split(".")[0] in heavy]
assert not loaded, loaded
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "module", ["seehear.time", "seehear.metrics", "seehear.metrics.reference", "seehear.data"]
)
def test_import_is_light(module: str) -> None:
    done = run(f"import {module}")
    assert done.returncode == 0, done.stderr


def test_evaluating_is_light() -> None:
    done = run(
        "import numpy as np\nfrom seehear.metrics import evaluate, intervals\n"
        "one = np.ones((2, 10, 3))\nintervals(evaluate(one, one, one, one))"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", ["import torch", "from seehear.nn import build"])
def test_the_check_itself_can_fail(code: str) -> None:
    done = run(code)
    assert done.returncode != 0
    assert "torch" in done.stderr


def test_the_check_sees_a_package_that_gets_in_by_another_way() -> None:
    done = run("import types\nsys.modules['torch'] = types.ModuleType('torch')")
    assert done.returncode != 0
    assert "AssertionError: ['torch']" in done.stderr
