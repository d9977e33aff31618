"""What tests of pages wait for."""

import json
from typing import Any


def until(page: Any, condition: str) -> None:
    """Wait for a condition; Playwright's own way evaluates text, which the policy refuses."""
    page.evaluate(f"""async () => {{
        const end = performance.now() + 20000;
        while (!({condition})) {{
            if (performance.now() > end) throw new Error("waited too long");
            await new Promise((done) => requestAnimationFrame(done));
        }}
    }}""")


def read(page: Any, selector: str, expression: str, nth: int = 0) -> Any:
    """Return what an expression makes of the n-th element `e` that fits a selector.

    It is looked up and asked in one step.  Lanes are drawn again whenever a curve comes from the
    server, and an element that was looked up a step before is no longer on the page: it has no
    colour and no place.
    """
    return page.evaluate(f"""() => {{
        const e = document.querySelectorAll({json.dumps(selector)})[{nth}];
        return {expression};
    }}""")
