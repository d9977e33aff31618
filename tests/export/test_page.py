"""A page that holds all it needs and lets nothing else run."""

import base64
import hashlib
import json
import re

from seehear.export.page import asset, document, script_json


def test_no_text_can_leave_its_script_element() -> None:
    text = "</script><!-- & \u2028\u2029 ü"
    written = script_json({"label": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"label": text}


def test_the_policy_names_the_hashes_of_what_stands_in_the_page() -> None:
    page = document("A <title>", "<main></main>", data={"clip": {"n": 1}})
    assert "<title>A &lt;title&gt;</title>" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for element, source in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert '<script type="application/json" id="clip">{"n": 1}</script>' in page
    assert asset("lanes.js") in page
