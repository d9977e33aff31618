"""Whether the graph of a run says what PyTorch says, on clips of several lengths."""

from pathlib import Path

import numpy as np

from seehear.runs.graph import load_graph_run
from seehear.train import load_run

TOLERANCE = 1e-5


def check_graph(folder: Path) -> None:
    """Fail unless both agree; a network that is built for one length is asked at that one."""
    graph, net = load_graph_run(folder), load_run(folder)
    assert graph is not None
    count = net.grid.count
    fixed = any(getattr(copy, "segments", None) is not None for copy in net.copies.values())
    for clips, segments in ((2, count), (1, 1), (3, 7), (2, 23)):
        if fixed and segments != count:
            continue
        random = np.random.default_rng(segments)
        inputs = {}
        for role, width in net.about["dims"].items():
            if width is not None:
                rows = segments * (4 if net.frames and role == "visual" else 1)
                inputs[role] = random.normal(1, 2, (clips, rows, width)).astype(np.float32)
        if net.takes_prior:
            shape = (clips, segments, 2, len(net.vocabulary))
            inputs["prior"] = random.normal(0, 3, shape).astype(np.float32)
        given = {role: rows.copy() for role, rows in inputs.items()}
        for ours, theirs in zip(
            graph.predict_arrays(inputs), net.predict_arrays(given), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, atol=TOLERANCE, rtol=0)
