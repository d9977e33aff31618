"""What a recipe brings, called: mistakes in code of another package are one line."""

from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest
import torch

from seehear.errors import ConfigError, ForeignCodeError
from seehear.recipes import Term, get
from seehear.recipes._call import call, loss_terms, weighed

SOURCE = """
def shape(step):
    return step.out.segment_prob[0, 0, 0] ** 2


def nothing(step):
    step.out.segment_prob.mean()


def number(step):
    return 0.5


def typo(step):
    return step.out.segments.mean()


def inside(step):
    import torch
    return torch.stack([])


def right(step):
    return step.out.segment_prob.mean()


def detached(step):
    return step.out.segment_prob.detach().mean()
"""


@pytest.fixture
def calm(tmp_path):
    """Return a module as another package would bring it."""
    path = tmp_path / "calm.py"
    path.write_text(SOURCE)
    module = ModuleType("calm")
    exec(compile(SOURCE, str(path), "exec"), module.__dict__)
    return module


def recipe(fn):
    return replace(get("han"), name="han-calm", losses=(Term("calm", 0.5, fn, "?"),))


def step():
    return SimpleNamespace(
        out=SimpleNamespace(segment_prob=torch.rand(2, 4, 2, 3).requires_grad_())
    )


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("shape", r"a tensor of shape \(3,\)"),
        ("nothing", "nothing"),
        ("number", "a float"),
    ],
)
def test_a_term_that_is_not_one_number_is_named(calm, name, got):
    with pytest.raises(
        ConfigError, match=f"recipe han-calm: loss term calm: expected one number, got {got}"
    ):
        loss_terms(recipe(getattr(calm, name)), step())


@pytest.mark.parametrize(
    ("name", "kind", "line"), [("typo", "AttributeError", 15), ("inside", "RuntimeError", 20)]
)
def test_an_exception_names_recipe_term_and_line_of_the_package(calm, tmp_path, name, kind, line):
    with pytest.raises(ForeignCodeError) as caught:
        loss_terms(recipe(getattr(calm, name)), step())
    told = str(caught.value)
    assert told.startswith(f"recipe han-calm: loss term calm: {kind}: ")
    assert told.endswith(f"({tmp_path / 'calm.py'}, line {line})")
    assert "\n" not in told
    assert type(caught.value.__cause__).__name__ == kind  # for --debug


def test_a_term_that_nothing_can_be_learned_from_is_refused(calm):
    whole = recipe(calm.right)
    assert weighed(whole, loss_terms(whole, step())).requires_grad
    blind = recipe(calm.detached)
    with pytest.raises(ConfigError, match="recipe han-calm: no loss term depends on"):
        weighed(blind, loss_terms(blind, step()))


def test_a_fault_of_our_own_and_an_error_for_users_stay_what_they_are():
    def refuse(step):
        raise ConfigError("no such thing")

    with pytest.raises(ConfigError, match=r"^no such thing"):
        call(refuse, None, get("han"), "stage x")
    with pytest.raises(AttributeError):
        call(get("han").losses[0].fn, None, get("han"), "loss term audio")
