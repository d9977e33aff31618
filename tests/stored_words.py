"""Stands for the evidence of words over stored features."""

import numpy as np


class Words:
    """Evidence that is a few numbers of a stream."""

    def __init__(self, stream):
        self.streams = (stream,)

    def of(self, values):
        return np.asarray(values[self.streams[0]][:, :4], np.float32)

    def nothing(self):
        return -9.0

    def prob(self, kept):
        return (1 / (1 + np.exp(3 - kept))).astype(np.float32)
