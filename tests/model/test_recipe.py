"""Recipes: what is shipped is right, and what is wrong in one of the team's own is said in one sentence."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from xlpipeline.errors import RequestError, SetupError
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.criteria_table import read_criteria
from xlpipeline.model.recipe import parse_recipe
from xlpipeline.model.recipe_rows import Recipe
from xlpipeline.model.schema import ACTIVITIES, PIPELINE, STAGE_TYPES
from xlpipeline.workbooks.bodies import table_bodies
from xlpipeline.workbooks.recipes import RECIPE_NAMES, load_recipe, templates_folder

SMALL = """
title = "Small"
description = "A small recipe."
[settings]
idle_business_days = 7
[lists]
activity_types = ["Call", "Demo"]
[[stages]]
name = "First"
type = "open"
probability = 0.2
max_business_days = 5
what_happens = "Begin."
[[stages]]
name = "Won"
type = "won"
probability = 1
what_happens = "Signed."
[[stages]]
name = "After"
type = "post"
probability = 1
what_happens = "Care."
[[stages]]
name = "Lost"
type = "lost"
probability = 0
what_happens = "Gone."
[[stages]]
name = "Dead"
type = "derailed"
probability = 0
what_happens = "Ended."
[[criteria]]
stage = "First"
id = "demo"
text = "A demo was held."
kind = "activity"
arguments = ["Demo", 1]
[[playbook]]
stage = "First"
step = "Call."
activities = ["Call"]
[[cadence]]
stage = "First"
day = 2
channel = "Call"
"""


def refusal(old: str, new: str) -> str:
    """The sentence about the small recipe with one text replaced."""
    assert old in SMALL
    with pytest.raises(SetupError) as caught:
        parse_recipe(SMALL.replace(old, new, 1), "own.toml")
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith("own.toml")
    return sentence


def test_a_recipe_becomes_records() -> None:
    recipe = parse_recipe(SMALL, "own.toml")
    assert (recipe.name, recipe.title) == ("own", "Small")
    assert [(stage.name, stage.type, stage.max_business_days) for stage in recipe.stages][:2] == [
        ("First", "open", 5),
        ("Won", "won", 0),
    ]
    assert recipe.criteria[0].arguments == ("Demo", 1)
    assert recipe.criteria[0].direction == "exit"
    assert recipe.criteria[0].blocking
    assert recipe.playbook[0].activities == ("Call",)
    assert recipe.settings.idle_business_days == 7
    assert recipe.lists["ActivityTypes"] == ("Call", "Demo")
    assert recipe.lists["Sources"] == ()


@pytest.mark.parametrize(
    ("name", "open_stages", "after"),
    [
        ("five", ["Prospecting", "Qualification", "Proposal", "Negotiation", "Closing"], "Post-sale"),
        (
            "seven",
            ["Prospecting", "Contacting", "Qualifying", "Presenting", "Making an offer", "Closing"],
            "Following up",
        ),
        (
            "eight",
            [
                "Prospecting", "Qualification", "Discovery", "Solution presentation", "Handling objections",
                "Negotiation/Proposal", "Closing",
            ],
            "Post-sale",
        ),
    ],
)  # fmt: skip
def test_shipped_recipes_have_their_stages_and_all_four_ends(name: str, open_stages: list[str], after: str) -> None:
    recipe = load_recipe(name)
    assert [stage.name for stage in recipe.stages] == [*open_stages, "Won", after, "Lost", "Derailed"]
    assert [stage.type for stage in recipe.stages] == ["open"] * len(open_stages) + ["won", "post", "lost", "derailed"]


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_shipped_recipes_grow_more_certain_and_qualify_for_good(name: str) -> None:
    stages = [stage for stage in load_recipe(name).stages if stage.type in ("open", "won", "post")]
    chances = [stage.probability for stage in stages]
    marks = [stage.qualified for stage in stages]
    assert chances == sorted(chances)
    assert marks == sorted(marks)
    assert any(marks)
    assert all(stage.max_business_days for stage in stages if stage.type == "open")


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_shipped_recipes_hold_the_criteria_that_are_promised(name: str) -> None:
    criteria = {row.id: row for row in load_recipe(name).criteria}
    assert criteria["need-confirmed"].direction == "entry"
    assert criteria["need-confirmed"].kind == "tick"
    assert (criteria["needs-call"].kind, criteria["needs-call"].within_business_days) == ("filled", 5)
    acknowledged = criteria["proposal-acknowledged"]
    assert (acknowledged.kind, acknowledged.arguments) == (
        "date_order",
        ("Proposal sent on", "Proposal acknowledged on"),
    )
    held = criteria["needs-call-held"]
    assert (held.kind, held.arguments, held.blocking) == ("value", ("Needs call on", "<=", "today"), True)
    assert not criteria["needs-call"].blocking
    assert {row.id for row in criteria.values() if row.within_business_days and row.blocking} == set()
    assert any(row.arguments == ("Decision maker",) and row.blocking for row in criteria.values())
    assert criteria["signed"].arguments == ("Signed on", "<=", "today")
    assert criteria["payment-received"].arguments == ("Signed on", "Payment received on")


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_shipped_recipes_bring_marks_profile_cadence_and_advice_for_every_open_stage(name: str) -> None:
    recipe = load_recipe(name)
    assert {row.framework for row in recipe.scoring} == {"BANT", "MEDDIC", "CHAMP", "Deal", "Behaviour"}
    assert recipe.framework == {"five": "BANT", "seven": "CHAMP", "eight": "MEDDIC"}[name]
    assert recipe.profile
    assert recipe.cadence
    advised = {row.stage for row in recipe.playbook}
    assert {stage.name for stage in recipe.stages if stage.type in ("open", "post")} <= advised


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_shipped_criteria_can_all_be_used(name: str) -> None:
    recipe = load_recipe(name)
    bodies = table_bodies(recipe, recipe.settings, {})
    bodies |= {table.name: pd.DataFrame(columns=list(table.heads), dtype=object) for table in (PIPELINE, ACTIVITIES)}
    book = Book({table: BookTable(table, "Process", 6, 2, frame) for table, frame in bodies.items()})
    criteria, faults = read_criteria(book)
    assert faults == ()
    assert [one.id for one in criteria] == [row.id for row in recipe.criteria]


def test_every_template_of_the_folder_is_shipped() -> None:
    assert sorted(path.stem for path in templates_folder().glob("*.toml")) == sorted(RECIPE_NAMES)


def test_a_template_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        RequestError, match="There is no template 'nine'; please use one of five, seven, eight, or the path"
    ):
        load_recipe("nine")


def test_bad_toml_is_named_with_its_line() -> None:
    assert re.search(r"own.toml is not valid TOML: .*line 2", refusal('title = "Small"', "title = "))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('title = "Small"', "", "own.toml: title is missing; please give it as a text."),
        (
            'title = "Small"',
            'name = "x"\ntitle = "Small"',
            "own.toml: 'name' is not known; allowed are title, description, framework, settings,",
        ),
        (
            "idle_business_days = 7",
            "idle_days = 7",
            "own.toml, [settings]: 'idle_days' is not known; allowed are team, currency,",
        ),
        (
            "idle_business_days = 7",
            "idle_business_days = 0",
            "the setting idle_business_days is 0; please enter a whole number from 1 to 365",
        ),
        (
            "activity_types = ",
            "activities = ",
            "own.toml, [lists]: 'activities' is not known; allowed are products, sources,",
        ),
        (
            '["Call", "Demo"]',
            '["Call", "call"]',
            "own.toml, [lists]: activity_types holds a text twice; please keep one.",
        ),
        ('["Call", "Demo"]', '"Call"', "activity_types must be a list of texts"),
        ('name = "First"\n', "", "own.toml, [[stages]] entry 1: 'name' is missing; please add it."),
        ('name = "First"', 'name = "F*"', "the stage name 'F*' holds * ? or ~; please use other letters."),
        ('name = "After"', 'name = "won"', "the stage 'Won' is there twice; please keep one."),
        (
            'type = "won"',
            'type = "closed"',
            "[[stages]] entry 2: type is 'closed'; allowed are open, won, lost, derailed, post.",
        ),
        (
            'type = "derailed"',
            'type = "lost"',
            f"no stage has the type derailed; every recipe needs each of {', '.join(STAGE_TYPES)}.",
        ),
        (
            "probability = 0.2",
            "probability = 20",
            "[[stages]] entry 1: probability is 20; please give a number from 0 to 1.",
        ),
        ("probability = 0.2", "probability = true", "probability is True; please give a number from 0 to 1."),
        (
            "max_business_days = 5",
            "max_business_days = 2.5",
            "max_business_days is 2.5; please give a whole number from 0 to 10000.",
        ),
        (
            "max_business_days = 5",
            "max_days = 5",
            "[[stages]] entry 1: 'max_days' is not known; allowed are name, type,",
        ),
        ("max_business_days = 5", 'qualified = "Y"', "qualified is 'Y'; allowed are true and false."),
        (
            'kind = "activity"',
            'kind = "done"',
            "kind is 'done'; allowed are filled, value, list, date_order, activity, tick.",
        ),
        (
            '["Demo", 1]',
            '["Demo"]',
            "entry 1 (demo): the arguments of the kind activity are activity type, least number.",
        ),
        ('["Demo", 1]', '["Party", 1]', "'Party' is not among the activity_types of [lists]."),
        (
            '["Demo", 1]',
            '["Demo", 0]',
            "the least number of activities is 0; please give a whole number from 1 to 1000.",
        ),
        (
            'stage = "First"\nid',
            'stage = "Fist"\nid',
            "[[criteria]] entry 1: the stage 'Fist' is not one of After, Dead, First, Lost, Won.",
        ),
        (
            'activities = ["Call"]',
            'activities = ["Chat"]',
            "[[playbook]] entry 1: 'Chat' is not among the activity_types of [lists].",
        ),
        (
            'channel = "Call"',
            'channel = "Chat"',
            "[[cadence]] entry 1: 'Chat' is not among the activity_types of [lists].",
        ),
        ("[[cadence]]", "[cadence]", "please write each entry of cadence under its own [[cadence]]."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(old: str, new: str, sentence: str) -> None:
    assert sentence in refusal(old, new)


@pytest.mark.parametrize(
    ("kind", "arguments", "sentence"),
    [
        ("filled", '["Budget"]', "'Budget' is no column of Pipeline; allowed are Deal ID, Opportunity"),
        ("value", '["Amount", "more", 0]', "the operator 'more' is not known; allowed are =, <>, >, >=, <, <="),
        ("date_order", '["Signed on"]', "the arguments of the kind date_order are column, column."),
        ("tick", '["Need confirmed", "Y"]', "the arguments of the kind tick are column."),
    ],
)
def test_arguments_of_criteria_are_checked_by_kind(kind: str, arguments: str, sentence: str) -> None:
    assert sentence in refusal(
        'kind = "activity"\narguments = ["Demo", 1]', f'kind = "{kind}"\narguments = {arguments}'
    )


def test_a_criterion_id_is_used_once() -> None:
    twice = (
        SMALL
        + '[[criteria]]\nstage = "First"\nid = "demo"\ntext = "x"\nkind = "tick"\narguments = ["Need confirmed"]\n'
    )
    with pytest.raises(SetupError, match=r"entry 2 \(demo\): this id is there twice"):
        parse_recipe(twice, "own.toml")


def test_a_recipe_cannot_be_changed() -> None:
    recipe: Recipe = parse_recipe(SMALL, "own.toml")
    with pytest.raises(AttributeError):
        recipe.title = "x"  # type: ignore[misc]
