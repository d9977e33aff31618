"""Lines that a person reads once: the rules of counts.py hold, but for reasoned exceptions."""

import ast
import tomllib
from pathlib import Path

import pytest

from counts import PACKAGE, RULES, Module, Place, read, room_arrows

EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def package() -> list[Module]:
    return read(PACKAGE)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_holds(rule: str, package: list[Module]) -> None:
    excused = EXCEPTIONS.get(rule, {})
    places = list(RULES[rule](package))
    wrong = [place for place in places if place.name not in excused]
    assert not wrong, "\n".join(map(str, wrong))
    stale = set(excused) - {place.name for place in places}
    assert not stale, f"exceptions.toml excuses under [{rule}] what is well: {sorted(stale)}"


def test_every_exception_has_a_reason_and_a_rule() -> None:
    for rule, excused in EXCEPTIONS.items():
        assert rule in RULES
        for place, reason in excused.items():
            assert len(reason.split()) >= 3, f"{place}: {reason!r} is no reason"


BREAKS = {
    "long": f"x = '{'a' * 100}'",
    "any": "def f(a: Any, b: list[Any]) -> None: ...",
    "parameters": "def f(self, a, b, c, d, e, *, f, g, h, i): ...",
    "complex": "def f(a):\n    return [b for b in a if b and b and b] or " + " or ".join("a" * 10),
    "dense": "x = [1 if a else 2 for a in b]",
    "expression-as-branch": "f() if a else g()",
    "text-times-truth": "x = ', ' * (a > b)",
    "names-at-once": "a, b, (c, d) = e",
    "two-meanings": "class Clip: ...",
}
KEEPS = {
    "long": f"x = '{'a' * 90}'",
    "any": "def _f(a: Any) -> Any: ...\ndef f(a: Any | None, *b: Any) -> None: ...",
    "parameters": "def f(self, a, b, c, d, *, f, g, h, i): ...",
    "complex": "def f(a):\n    def g(b):\n        return a or b\n    return "
    + " or ".join("a" * 12),
    "dense": "if [b for b in a]:\n    x = [b for b in a]\n    y = 1 if a else 2",
    "expression-as-branch": "x = f() if a else g()",
    "text-times-truth": "x = ', ' * a + '-' * 10",
    "names-at-once": "a = b = c = d\ne, f, g, h = x.shape",
    "two-meanings": "class Other: ...",
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_fail(rule: str) -> None:
    def places(text: str) -> list[Place]:
        other = Module("b.py", "", ast.parse("class Clip: ..."))
        return list(RULES[rule]([other, Module("a.py", text, ast.parse(text))]))

    assert [place.name.partition(":")[0] for place in places(BREAKS[rule])] == ["a.py"]
    assert places(KEEPS[rule]) == []


def test_arrows_between_rooms_are_counted() -> None:
    texts = {
        "web/app.py": "from seehear.cli import x\nimport seehear.cli.main",
        "cli/main.py": "from seehear import web\nfrom seehear.cli import y",
    }
    modules = [Module(path, text, ast.parse(text)) for path, text in texts.items()]
    assert room_arrows(modules) == {("web", "cli"): 2, ("cli", "web"): 1}
