"""Networks: features of three streams in, probabilities of clip, track and segment out.

    han, mgn, mm_pyramid, dhhn, ave, avsdn    the networks, one published system a file
    ave_events                                AVE's own task
    systems                                   every network by its name, with its options
    output, options                           what all of them return, and their common options
    layouts, official, checkpoint             how released weights are read into them
    graph                                     a trained network without PyTorch

The other modules are the parts that networks are built of.
"""

from seehear.nn.layouts import looks_like
from seehear.nn.official import load_official
from seehear.nn.output import Output
from seehear.nn.systems import SYSTEMS, build

__all__ = ["SYSTEMS", "Output", "build", "load_official", "looks_like"]
