"""What tests of pages wait for."""

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
