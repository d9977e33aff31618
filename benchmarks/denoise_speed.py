"""How long does denoising LLP's training set take, and how many texts are encoded for it?

    python benchmarks/denoise_speed.py [--clips 10000]

Random features of CLIP's shape (pooled: 10 x 512), one to three labels a clip out of 25.  The time
is that apart from encoding texts.  Prints JSON.
"""

import argparse
import json
import os
import time

import numpy as np

from seehear.data import LLP_VOCABULARY
from seehear.labels import lsld


def main() -> None:
    """Make the data, denoise, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=10_000)
    clips = parser.parse_args().clips
    rng = np.random.default_rng(0)
    features = rng.standard_normal((clips, 10, 512), np.float32)
    weak = np.stack(
        [
            np.isin(np.arange(25), rng.choice(25, rng.integers(1, 4), replace=False))
            for _ in range(clips)
        ]
    )
    encoded: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        encoded.extend(texts)
        return rng.standard_normal((len(texts), 512), np.float32)

    started = time.perf_counter()
    hard = lsld.denoise(features, weak, encode, LLP_VOCABULARY)
    denoised = time.perf_counter()
    lsld.reweight(hard, features, encode(list(LLP_VOCABULARY.names)))
    done = time.perf_counter()
    prompts = encoded[:-25]
    print(
        json.dumps(
            {
                "clips": clips,
                "denoise_s": round(denoised - started, 2),
                "reweight_s": round(done - denoised, 2),
                "total_s": round(done - started, 2),
                "prompts_encoded": len(prompts),
                "distinct_prompts": len(set(prompts)),
                "cores": os.cpu_count(),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
