"""A rep's May, told line by line: what is typed, and what issues, flags and history say after each refresh.

The calendar: 4 May 2026 is a Monday; every working day counts. Talk and Offer are bounded by five business days.
"""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

from tests.jobs.story_book import Story, day, new_book
from xlpipeline.jobs.advance import MoveRequest, advance
from xlpipeline.model.applied import applied
from xlpipeline.tabs import issues
from xlpipeline.tabs.pipeline import TINTS

OVER, BOUNCED, WITHOUT = "Over time-bound", "Over time-bound (bounced)", "Advanced without criteria"
IDLE = ("Reps with idle deals", "1 open deal has had no touch for more than 10 business days.")
BACK = ("Moved back without a reason", "Moved back from Offer to Talk on 2026-05-11.")
HISTORY = [
    ("05-07", "D-00001", "stage", "Talk", "Offer"),
    ("05-07", "D-00001", "changed", "|2026-05-04", "|2026-05-07"),
    ("05-07", "D-00003", "changed", None, "Y"),
    ("05-07", "D-00003", "changed", None, "|2026-05-05"),
    ("05-07", "D-00004", "id_given", None, "D-00004"),
    ("05-11", "D-00001", "stage", "Offer", "Talk"),
    ("05-11", "D-00001", "changed", "|2026-05-07", "|2026-05-11"),
    ("05-12", "D-00001", "changed", None, "Y"),
    ("05-14", "D-00001", "stage", "Talk", "Offer"),
    ("05-21", "D-00003", "stage", "Close", "Won"),
    ("05-21", "D-00003", "changed", None, "|2026-05-21"),
    ("05-21", "D-00003", "changed", None, "|2026-05-21"),
    ("05-21", "D-00004", "stage", "Talk", "Lost"),
    ("05-21", "D-00004", "changed", None, "|2026-05-20"),
    ("05-21", "D-00004", "changed", None, "Price"),
    ("05-29", "D-00002", "stage", "Offer", "Won"),
    ("05-29", "D-00002", "changed", None, "|2026-05-29"),
    ("05-29", "D-00004", "reopened", "Lost", "Talk"),
    ("05-29", "D-00004", "changed", "|2026-05-07", "|2026-05-29"),
    ("05-29", "D-00004", "changed", "|2026-05-20", None),
    ("05-29", "D-00004", "changed", "Price", None),
]
"""What ``_History`` tells at the end of the month, after the births."""


def month() -> Story:
    """Three deals as Ann has them on the first Monday."""
    deals = (
        {"Opportunity": "Acme"},
        {"Opportunity": "Bolt", "Stage": "Offer", "Need confirmed": "Y", "Expected close": day(20)},
        {"Opportunity": "Corp", "Stage": "Close", "Amount": 9000.0},
    )
    return Story(new_book(deals))


def colour(letters: object) -> str:
    """Colour of a row with these flags: that of the first tint that holds, as Excel takes them."""
    for tint in TINTS:
        if any(f'SEARCH("{letter}"' in tint.when for letter in str(letters or "")):
            return tint.colour
    return ""


def look(story: Story) -> dict[str, tuple[object, object, str]]:
    """Stage, flags and colour of each deal."""
    rows = story.rows()
    return {str(row["Opportunity"]): (row["Stage"], row["Flags"], colour(row["Flags"])) for _, row in rows.iterrows()}


def test_a_month_of_ann() -> None:
    story = month()

    # Monday 4 May: the first refresh. All are given IDs; Corp stands in Close without what it takes: one note.
    story.refresh(day(4))
    assert dict(zip(story.rows()["Opportunity"], story.rows()["Deal ID"], strict=True)) == {
        "Acme": "D-00001", "Bolt": "D-00002", "Corp": "D-00003",
    }  # fmt: skip
    assert story.issues() == [
        (
            "First seen without criteria",
            "1 open deal was first seen in a stage without its criteria; most often missing: need (1), sent (1).",
        )
    ]
    assert look(story) == {"Acme": ("Talk", None, ""), "Bolt": ("Offer", None, ""), "Corp": ("Close", None, "")}

    # Thursday 7 May: Acme is moved on although nobody confirmed the need; Corp's papers are filled in; Dorn is new.
    story.edit("Acme", Stage="Offer", Last_touch=day(7))
    story.edit("Corp", Need_confirmed="Y", Proposal_sent_on=day(5))
    story.add(Opportunity="Dorn", Created=day(7), Last_touch=day(7))
    story.refresh(day(7))
    assert story.cell("Dorn", "Deal ID") == "D-00004"
    assert story.issues() == [(WITHOUT, "Moved from Talk to Offer on 2026-05-07 without need.")]
    assert story.told() == HISTORY[:5]

    # Monday 11 May: Acme goes back to Talk, without a word. Bolt is in its fifth business day: still in time.
    story.edit("Acme", Stage="Talk", Last_touch=day(11))
    story.refresh(day(11))
    assert story.issues() == [BACK]
    assert story.cell("Acme", "Earlier days") == 3
    assert look(story)["Bolt"] == ("Offer", None, "")

    # Tuesday 12 May: Bolt is one day over. The job moves Acme on, for the need is confirmed now.
    story.edit("Acme", Need_confirmed="Y")
    story.refresh(day(12))
    assert story.issues() == [BACK, (OVER, "1 business day past the bound of Offer (5).")]
    assert look(story)["Bolt"] == ("Offer", "T", "vermilion")

    # Thursday 14 May: Acme has been in Talk for three days now, and three before: over, though not by this stay.
    story.refresh(day(14))
    assert look(story)["Acme"] == ("Talk", "B", "orange")
    assert story.issues() == [
        BACK,
        (OVER, "3 business days past the bound of Offer (5)."),
        (BOUNCED, "1 business day past the bound of Talk (5), earlier stays included."),
    ]
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        now = dt.datetime(2026, 5, 14, 16, tzinfo=dt.UTC)
        done = advance(story.book, MoveRequest("D-00001"), now=now, user="ann", tool="test")
    story.book = applied(story.book, done.changes)
    assert story.told("D-00001")[-1] == ("05-14", "D-00001", "stage", "Talk", "Offer")
    assert look(story)["Acme"][0] == "Offer"

    # Thursday 21 May: Bolt's expected close has passed; Dorn is lost; Corp is won; nothing was typed over.
    story.edit("Dorn", Stage="Lost", Actual_close=day(20), Lost_reason="Price")
    story.edit("Corp", Stage="Won", Actual_close=day(21), Signed_on=day(21))
    story.refresh(day(21))
    assert look(story) == {
        "Acme": ("Offer", "B", "orange"),
        "Bolt": ("Offer", "TIC", "vermilion"),
        "Corp": ("Won", None, ""),
        "Dorn": ("Lost", None, ""),
    }
    assert story.issues() == [
        ("Expected close past", "The deal was to close by 2026-05-20 and is still open."),
        (OVER, "8 business days past the bound of Offer (5)."),
        (BOUNCED, "2 business days past the bound of Offer (5), earlier stays included."),
        IDLE,
    ]

    # Friday 29 May: Bolt is dated anew and its stage put to Won without a signature; Dorn comes back.
    story.edit("Bolt", Stage="Won", Actual_close=day(29))
    story.edit("Dorn", Stage="Talk", Actual_close=None, Lost_reason=None, Last_touch=day(29))
    story.refresh(day(29))
    assert story.issues() == [
        (WITHOUT, "Moved from Offer to Won on 2026-05-29 without sent, signed."),
        (OVER, "6 business days past the bound of Offer (5)."),
        (BOUNCED, "5 business days past the bound of Talk (5), earlier stays included."),
        IDLE,
        ("Reopened deal", "Reopened in Talk on 2026-05-29."),
    ]
    assert look(story) == {
        "Acme": ("Offer", "TI", "vermilion"),
        "Bolt": ("Won", None, ""),
        "Corp": ("Won", None, ""),
        "Dorn": ("Talk", "B", "orange"),
    }

    # The month's end: nothing more happened, and nothing more is told.
    assert story.told() == HISTORY
    assert not story.refresh(day(29), hour=18).changes
    assert story.told() == HISTORY
