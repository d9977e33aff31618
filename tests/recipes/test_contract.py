"""What the functions of a recipe are given, and what they may ask of it."""

import dataclasses

import pytest
import torch

from seehear.errors import ConfigError
from seehear.labels.lsld.options import Denoising
from seehear.recipes import RECIPES
from seehear.recipes.contract import Clips, Context, require
from seehear.recipes.valor import Thresholds


def context(recipe):
    clips = Clips(("a",), torch.ones(1, 1), torch.ones(1, 2, 3), torch.ones(1, 2, 4))
    return Context(recipe, recipe.stages[0], None, None, clips, {}, 1)


def test_options_of_segment_labels_are_of_the_kind_that_a_stage_wants():
    assert context(RECIPES["lsld"]).segment_options(Denoising).tracks == "visual"
    with pytest.raises(ConfigError, match="kind Thresholds, got Denoising"):
        context(RECIPES["lsld"]).segment_options(Thresholds)
    with pytest.raises(ConfigError, match="kind Denoising, got NoneType"):
        context(RECIPES["han"]).segment_options(Denoising)


def test_an_output_that_a_network_does_not_give_is_named():
    assert require(3, "similarity") == 3
    with pytest.raises(ConfigError, match="gives no similarity"):
        require(None, "similarity")


def test_a_stage_without_a_network_before_it_says_so():
    with pytest.raises(ConfigError, match="no network of stage base"):
        context(RECIPES["ma"]).predict("base", context(RECIPES["ma"]).train)


def test_clips_know_their_inputs():
    clips = context(RECIPES["han"]).train
    with_motion = dataclasses.replace(clips, motion=torch.zeros(1, 2, 5))
    assert len(clips) == 1
    assert clips.inputs(slice(0, 1))["motion"] is None
    assert with_motion.to(torch.device("cpu")).inputs(slice(0, 1))["motion"].shape == (1, 2, 5)
