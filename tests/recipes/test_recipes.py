"""Every recipe is whole: paper, numbers, differences; its network can be built and its settings
changed.
"""

import dataclasses
import json

import pytest
import torch

from seehear.errors import ConfigError
from seehear.recipes import (
    FEATURES,
    FIGURES,
    RECIPES,
    Training,
    apply,
    differences,
    flatten,
    get,
    resolve,
)
from seehear.time import Decoding
from seehear.train.networks import build_networks

ALL = list(RECIPES.values())
DIMS = {"audio": 12, "visual": 14, "motion": 6}
NAMES = pytest.mark.parametrize("recipe", ALL, ids=lambda r: r.name)


@NAMES
def test_a_recipe_is_whole(recipe):
    assert recipe.paper.title
    assert recipe.paper.venue
    assert (
        recipe.paper.code is None or len(recipe.paper.code.split("@")[1]) == 40
    )  # a commit, not a branch
    assert recipe.differs
    assert recipe.features
    assert set(recipe.features) <= set(FEATURES)
    assert set(recipe.adapt) <= set(recipe.features)
    assert set(recipe.published) <= set(recipe.features)
    for figures in recipe.published.values():
        assert len(figures) == len(FIGURES) == 10
        assert all(20 < figure < 80 for figure in figures)
    assert len({term.name for term in recipe.losses}) == len(recipe.losses)
    made = set()
    for stage in recipe.stages:
        assert set(stage.needs) <= made
        made.add(stage.name)
    assert recipe.stages[-1].name == "final"
    assert recipe.stages[-1].make is None
    json.dumps(recipe.to_dict(), allow_nan=False)


def test_recipes_on_published_frames_declare_the_step_that_ours_lacks():
    from seehear.recipes._features import EXTRACTED

    for recipe in ALL:
        published = set(recipe.features) - {"offline"}
        assert (EXTRACTED in recipe.differs) == bool(published), recipe.name
    assert "JPEG" in EXTRACTED


def test_so_do_the_encoders_of_published_frames():
    import importlib

    from seehear.encoders import cards
    from seehear.recipes._features import _FROM_FRAMES

    ours = _FROM_FRAMES & cards().keys()
    assert {"resnet152", "r2plus1d18", "clip-vit-b16"} <= ours
    for encoder in ours:
        module = "clip" if encoder.startswith("clip") else encoder
        about = importlib.import_module(f"seehear.encoders.{module}").__doc__ or ""
        assert "wrote every frame as a JPEG file first" in " ".join(about.split()), encoder


def test_published_type_is_the_mean_of_its_parts_where_the_paper_is_consistent():
    """Guards against slips in typing; the tables' own inconsistencies are named in the
    specification.
    """
    odd = {("ma", "paper", 0), ("mm_pyramid", "paper", 5), ("dhhn", "paper", 5)}
    for recipe in ALL:
        for features, figures in recipe.published.items():
            for start in (0, 5):
                mean = sum(figures[start : start + 3]) / 3
                if (recipe.name, features, start) in odd:
                    assert abs(figures[start + 3] - mean) > 0.25
                else:
                    assert abs(figures[start + 3] - mean) < 0.25, (recipe.name, features)


@NAMES
@torch.no_grad()
def test_its_network_is_built_for_every_feature_set(recipe):
    built = []
    for name in recipe.features:
        resolved = resolve(recipe, name)
        dims = {**DIMS, "motion": 6 if FEATURES[name].motion else None}
        if (resolved.network, dims) in built:
            continue  # the very same network, for features of another name
        built.append((resolved.network, dims))
        nets = build_networks(resolved.network, dims, classes=5, segments=10)
        assert set(nets) == {"main", *(h.key for h in resolved.network.helpers)}
        motion = torch.rand(2, 10, 6) if FEATURES[name].motion else None
        out = nets["main"].eval()(
            torch.rand(2, 10, 12), torch.rand(2, 10, 14), motion, **resolved.network.forward
        )
        assert out.segment_prob.shape == (2, 10, 2, 5)
        break_after_first = recipe.name in ("mm_pyramid", "mm_pyramid-lsld")  # 40 million weights
        if break_after_first:
            break


def test_every_network_option_is_visible_on_the_page():
    from seehear.nn import SYSTEMS

    given = {"self", "audio_dim", "visual_dim", "motion_dim", "classes", "segments"}
    for recipe in ALL:
        for builder, options in [
            (recipe.network.builder, recipe.network.options),
            *((h.builder, h.options) for h in recipe.network.helpers),
        ]:
            system = SYSTEMS[builder]
            hidden = set(system.keywords) - given - set(options)
            unused = {
                "contrast",
                "temperature",
                "visual_dropout",
                "from_language",
                "language_dropout",
            }  # HAN's class serves five systems
            assert hidden <= unused | set(), (recipe.name, hidden)


def test_settings_are_parsed_by_the_type_of_what_they_replace():
    changed = resolve(
        "han",
        "paper",
        {
            "training.epochs": "3",
            "training.lr": "1e-4",
            "training.clip_norm": "1",
            "training.optimiser": "adamw",
            "losses.audio": "3",
            "network.layers": "2",
            "network.stacking": "chain",
            "decoding.threshold": "0.4",
            "decoding.visual_threshold": "0.4,0.5",
            "decoding.gate": "own",
            "labels.smooth_visual": "1",
        },
    )
    assert (changed.training.epochs, changed.training.lr, changed.training.clip_norm) == (
        3,
        1e-4,
        1.0,
    )
    assert changed.training.optimiser == "adamw"
    assert [term.weight for term in changed.losses] == [3.0, 1.0, 1.0]
    assert changed.network.options["layers"] == 2
    assert changed.network.options["stacking"] == "chain"
    assert changed.decoding == Decoding(0.4, (0.4, 0.5), gate="own")
    assert changed.labels.smooth_visual == 1.0
    assert resolve("han", "paper", {"training.clip_norm": "none"}).training.clip_norm is None
    assert resolve("mgn", "paper", {"network.depths": "1,2,3"}).network.options["depths"] == (
        1,
        2,
        3,
    )
    assert (
        resolve("mm_pyramid", "paper", {"network.swap_tracks": "no"}).network.options["swap_tracks"]
        is False
    )
    assert RECIPES["han"].training.epochs == 40  # the page itself never changes


def test_settings_reach_stages_all_together_or_one_by_name():
    everywhere = apply(get("dhhn-refined"), {"training.epochs": "1"})
    assert [everywhere.at(s).training.epochs for s in everywhere.stages if s.make is None] == [1, 1]
    one = apply(get("dhhn-refined"), {"origin.training.epochs": "1"})
    assert [one.at(s).training.epochs for s in one.stages if s.make is None] == [1, 5]
    base = apply(
        get("ma"), {"base.training.epochs": "2"}
    )  # a stage that had no training of its own
    assert [base.at(s).training.epochs for s in base.stages if s.make is None] == [2, 12]
    assert apply(get("ma"), {"removals.seed": "5"}).stages[1].settings == {"seed": 5}
    assert apply(get("jomold"), {"labels.relabel.form": "linear"}).labels.relabel.form == "linear"
    helper = apply(get("dhhn"), {"network.helpers.audio.lr": "1e-3"}).network.helpers[0]
    assert helper.lr == 1e-3


@pytest.mark.parametrize("name", ["han", "ma", "jomold", "lsld", "lsld-plus", "valor"])
def test_attention_to_the_other_track_is_a_share(name):
    path = "network.forward.cross_attention"
    for text, share in {"0": 0.0, "0.25": 0.25, "1": 1.0, "true": 1.0, "False": 0.0}.items():
        assert apply(get(name), {path: text}).network.forward == {"cross_attention": share}
    assert apply(get(name), {path: True}).network.forward["cross_attention"] == 1.0
    for wrong in ("2", "-0.1", "nan", "half", None):
        with pytest.raises(ConfigError, match="expected a number from 0 to 1, or true or false"):
            apply(get(name), {path: wrong})


def test_jomolds_estimator_has_none_of_it_unless_it_is_named():
    path = "network.forward.cross_attention"
    estimator = apply(get("jomold"), {path: "0.5"}).stages[0].change["network"]
    assert estimator.forward == {"cross_attention": 0.0}
    estimator = apply(get("jomold"), {f"estimator.{path}": "0.5"}).stages[0].change["network"]
    assert estimator.forward == {"cross_attention": 0.5}
    deeper = apply(get("jomold"), {"network.layers": "2"}).stages[0].change["network"]
    assert deeper.options["layers"] == 2  # everything else follows


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"training.epoch": "3"},
            r"settings training\.epoch: no setting 'epoch'; did you mean epochs\?",
        ),
        ({"trainin.epochs": "3"}, r"no setting 'trainin'; did you mean training\?"),
        ({"network.layer": "3"}, r"did you mean layers\?"),
        ({"losses.audoi": "3"}, r"did you mean audio\?"),
        ({"xyz": "3"}, "no setting 'xyz'; expected one of"),
        ({"epochs": "3"}, r"no setting 'epochs'; did you mean training\.epochs\?"),
        ({"training.epochs": "many"}, "expected a whole number, got 'many'"),
        ({"training.lr": "fast"}, "expected a number, got 'fast'"),
        ({"training.lr": "-1"}, r"lr: expected a positive number, got -1\.0"),
        ({"training.epochs": "0"}, "epochs: expected at least 1, got 0"),
        ({"training.select": "best"}, "expected mean, last, or figures joined by"),
        ({"training.select": "mean+last"}, "expected mean, last, or figures joined by"),
        ({"training.optimiser": "sgd"}, "expected one of adam, adamw, got 'sgd'"),
        ({"decoding.gate": "and"}, "expected one of joint, own, or, none, got 'and'"),
        ({"losses.audio.fn": "x"}, "a value that no text can give"),
        ({"labels.segments.alpha": "1"}, "this recipe has it switched off"),
        ({"labels": "x"}, "name one of its settings"),
    ],
)
def test_wrong_settings_say_what_would_be_right(settings, message):
    with pytest.raises(ConfigError, match=message):
        apply(get("han"), settings)


def test_where_there_are_no_settings_that_is_said():
    told = "no setting 'cross_attention'; network.forward has none"
    with pytest.raises(ConfigError, match=told):
        apply(get("mgn"), {"network.forward.cross_attention": "0"})


def test_unknown_recipes_and_feature_sets():
    with pytest.raises(ConfigError, match="no recipe 'jomol'; did you mean jomold"):
        get("jomol")
    with pytest.raises(ConfigError, match=r"recipe ave runs on paper, clip.*got clap"):
        resolve("ave", "clap")


@pytest.mark.parametrize("name", ["han-calm", "xyzzy", "calm/calm.py", "calm.py", "calm"])
def test_an_unknown_recipe_says_where_ones_own_come_from(name):
    with pytest.raises(ConfigError) as caught:
        get(name)
    told = str(caught.value)
    assert "pip install -e" in told
    assert "docs/first-recipe.md" in told
    assert ("the path" in told) == name.endswith(".py")


def test_the_adaptation_to_a_feature_set_comes_before_the_users_settings():
    han = resolve("han", "offline")
    assert han.training.epochs == RECIPES["han"].adapt["offline"]["training.epochs"]
    assert resolve("han", "offline", {"training.epochs": "7"}).training.epochs == 7
    assert han.features == ("offline",)


def test_a_variant_is_its_delta():
    han = RECIPES["han"]
    variant = dataclasses.replace(han, name="x", training=dataclasses.replace(han.training, lr=1.0))
    assert differences(han.to_dict(), variant.to_dict()) == {"training.lr": (3e-4, 1.0)}


def test_nested_settings_flatten_by_name():
    assert flatten({"a": {"b": 1}, "c": [{"name": "x", "w": 2}], "d": [1, 2]}) == {
        "a.b": 1,
        "c.x.name": "x",
        "c.x.w": 2,
        "d": [1, 2],
    }


def test_selection_by_joined_figures_is_allowed():
    assert Training(epochs=1, batch=1, lr=1, select="segment/audio+event/audio").select


SWITCHES = {
    "labels.segments.context": 1,
    "labels.rounds": 2,
    "labels.balance": 0.5,
    "training.mix_up": 1.7,
    "training.recombine": True,
    "training.average": 3,
    "training.fit_decoding": True,
}


def test_a_switch_that_is_off_goes_unsaid_as_in_runs_before_it_was_there():
    plain = resolve("lsld-robust", "offline")
    for path, value in SWITCHES.items():
        changed = resolve("lsld-robust", "offline", {path: str(value)})
        assert differences(plain.to_dict(), changed.to_dict()) == {path: ("-", value)}


@pytest.mark.parametrize("wrong", ["labels.rounds=3", "labels.balance=-1", "training.average=0"])
def test_a_switch_has_its_bounds(wrong):
    path, _, value = wrong.partition("=")
    with pytest.raises(ConfigError, match=path.rpartition(".")[2]):
        resolve("lsld-robust", "offline", {path: value})
