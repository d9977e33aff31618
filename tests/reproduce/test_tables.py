"""The tables as data: complete, resolvable, true to the numbers that the paper prints."""

import pytest

from seehear.errors import ConfigError
from seehear.recipes import FIGURES, resolve
from seehear.reproduce import TABLES, table

ROWS = [(t, row) for t in TABLES.values() for row in t.rows]


def test_seven_tables_with_the_printed_number_of_rows():
    printed = {name: [row for row in t.rows if not row.control] for name, t in TABLES.items()}
    assert {name: len(rows) for name, rows in printed.items()} == {
        "table1": 11,
        "table2": 3,
        "table3": 3,
        "table4": 20,
        "table5": 8,
        "table6": 4,
        "table7": 5,
    }
    for t in TABLES.values():
        assert len({row.key for row in t.rows}) == len(t.rows)


@pytest.mark.parametrize(
    ("t", "row"), ROWS, ids=lambda x: getattr(x, "key", getattr(x, "name", ""))
)
def test_a_row_is_a_recipe_its_features_and_what_differs(t, row):
    recipe = resolve(row.recipe, row.features, row.settings)
    assert recipe.features == (row.features,)
    assert set(row.published) <= set(FIGURES)
    ours = row.control or row.key == "mgn+lsld"  # what the paper does not have
    assert bool(row.published) != ours


@pytest.mark.parametrize(
    ("name", "key", "segment_visual", "event_visual"),
    [
        ("table1", "ave", 37.1, 34.7),
        ("table1", "jomold+clip", 67.1, 63.5),
        ("table1", "lsld", 71.9, 68.8),
        ("table2", "none", 55.6, 51.7),
        ("table2", "den", 70.6, 67.0),
        ("table3", "not-class", 58.4, 55.6),
        ("table3", "other", 71.9, 68.8),
        ("table4", "a3.5-b0.4", 69.2, None),
        ("table4", "a4-b0.4", 71.9, None),
        ("table4", "with-event", 69.9, 66.5),
        ("table5", "mm_pyramid+lsld", 66.8, 62.5),
        ("table5", "dhhn+lsld", 69.0, 66.2),
        ("table6", "person", 69.4, 66.0),
        ("table7", "vit-b32+3d", 68.5, 65.3),
        ("table7", "vit-b16", 71.9, 68.8),
    ],
)
def test_published_figures(name, key, segment_visual, event_visual):
    (row,) = table(name).choose([key])
    assert row.published["segment/visual"] == segment_visual
    assert row.published.get("event/visual") == event_visual


def test_the_grid_changes_nothing_but_alpha_and_beta():
    from seehear.recipes import differences

    lsld = resolve("lsld", "clip").to_dict()
    for row in TABLES["table4"].rows[:16]:
        changed = differences(lsld, resolve(row.recipe, row.features, row.settings).to_dict())
        assert set(changed) <= {"labels.segments.alpha", "labels.segments.beta"}


def test_controls_go_from_han_to_lsld_one_step_at_a_time():
    from seehear.recipes import differences

    lsld = resolve("lsld", "offline").to_dict()
    for name in ("table1", "table2"):
        controls = (row for row in table(name).rows if row.control)
        apart, trained, *attends = (row for row in controls if row.features == "offline")
        assert apart.title == "HAN, without attention to the other track (ours)"
        assert trained.title == "HAN, LSLD's training schedule, weak labels (ours)"
        one, two = (resolve(r.recipe, "offline", r.settings).to_dict() for r in (apart, trained))
        assert set(differences(resolve("han", "offline").to_dict(), one)) == {
            "network.forward.cross_attention"
        }
        if attends:
            (row,) = attends
            other = resolve(row.recipe, "offline", row.settings).to_dict()
            assert set(differences(other, lsld)) == {"network.forward.cross_attention"}
        left = set(differences(two, lsld)) - {"network.builder", "features", "adapt"}
        same = {"network.options.stacking", "network.options.start"}  # at one layer
        assert {
            key for key in left - same if not key.startswith(("labels.", "losses.", "stages"))
        } == set()


def test_unknown_tables_and_rows_name_the_closest():
    with pytest.raises(ConfigError, match=r"no table 'tabel1'; did you mean table1\?"):
        table("tabel1")
    with pytest.raises(
        ConfigError, match=r"rows: table1 has no row 'jomold\+clp'; did you mean jomold\+clip\?"
    ):
        table("table1").choose(["jomold+clp"])


def test_where_factors_are_fitted_the_grid_is_of_multiples_of_them():
    alpha, beta = "labels.segments.alpha", "labels.segments.beta"
    rows = {row.key: row for row in TABLES["table4"].rows}
    assert rows["a3-b0.2"].on("offline").settings == {alpha: "fit*0.75", beta: "fit*0.5"}
    assert rows["a4.5-b0.4"].on("offline").settings == {alpha: "fit*1.125"}
    assert rows["a4-b0.4"].on("offline").settings == {}  # what LSLD is there
    assert rows["a3-b0.2"].on("offline").title == "alpha 0.75 x, beta 0.5 x what is fitted"
    assert all(row.on("clip") is row for row in rows.values())
    grid = [row.on("offline") for row in TABLES["table4"].rows[:16]]
    made = {str(resolve(row.recipe, "offline", row.settings).to_dict()) for row in grid}
    assert len(made) == 16
