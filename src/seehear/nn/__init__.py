"""Networks: features of three streams in, probabilities of clip, track and segment out."""

from seehear.nn.layouts import looks_like
from seehear.nn.official import load_official
from seehear.nn.output import Output
from seehear.nn.systems import SYSTEMS, build

__all__ = ["SYSTEMS", "Output", "build", "load_official", "looks_like"]
