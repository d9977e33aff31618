"""Score two predictions of your own against the truth, with intervals and a paired comparison.

Needs numpy only.

    python examples/score_predictions.py
"""

import numpy as np

from seehear.metrics import compare, evaluate, intervals

rng = np.random.default_rng(0)
truth_audio, truth_visual = (
    rng.random((2, 200, 10, 5)) < 0.2
)  # (clips, segments, classes), what is heard and seen


def guess(truth, wrong):
    """Return the truth with a share of its cells turned over: a stand-in for your parser."""
    return truth ^ (rng.random(truth.shape) < wrong)


careless = evaluate(guess(truth_audio, 0.10), guess(truth_visual, 0.10), truth_audio, truth_visual)
careful = evaluate(guess(truth_audio, 0.05), guess(truth_visual, 0.05), truth_audio, truth_visual)

for key, value in careful.figures().items():
    span = intervals(careful)[key]
    print(
        f"{key:22} {100 * value:5.1f}  (95 % of resamples: {100 * span.low:.1f} to"
        f" {100 * span.high:.1f})"
    )
found = compare(careless, careful)["segment/type"]
print(
    f"careful is {100 * found.difference:+.1f} points better than careless, p = {found.p_value:.3f}"
)
