"""Encoders travel between processes by how they are made."""

import pickle

from seehear.encoders import load_encoder


def test_encoders_travel_between_processes_without_their_networks():
    encoder = load_encoder("conse", fps=3)
    encoder._net._made.append(lambda: None)  # what cannot travel
    other = pickle.loads(pickle.dumps(encoder))
    assert other.fps == 3
    assert other._net._made == []
