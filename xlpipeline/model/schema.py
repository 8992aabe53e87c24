"""Tables and columns of a team workbook: names, types, units and who writes each. Names are the contract.

``SCHEMA_VERSION`` stands in the workbook's defined name ``xlp_schema``; it goes up when a table, column or name is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SCHEMA_VERSION: Final = 5

Kind = Literal["text", "whole", "number", "money", "share", "ratio", "date", "moment"]
"""money: in the base currency, or in the row's own where the table has a Currency column; share: 0-1 shown as %;
ratio: shown as 0.0 x; moment: date and time."""
Writer = Literal["user", "refresh", "formula"]


@dataclass(frozen=True)
class Column:
    """One table column. ``note`` is the cell note on its head; ``choices`` names the list behind its drop-down."""

    name: str
    kind: Kind
    note: str
    width: int = 12
    writer: Writer = "user"
    unit: str = ""
    choices: str = ""
    required: bool = False
    highest: int = 0
    """Of a mark: a drop-down offers the whole numbers from 0 to this; 0 = no mark."""
    within: tuple[int, int] | None = None
    """Usual bounds of a number: Excel asks about what lies beyond them; None = those of its kind."""


@dataclass(frozen=True)
class Table:
    """One Excel table. ``tab`` is where the builder puts it; ``key`` identifies a row."""

    name: str
    tab: str
    title: str
    columns: tuple[Column, ...]
    key: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name (KeyError if there is none)."""
        return next_or_key_error(self.columns, name)


def next_or_key_error(columns: tuple[Column, ...], name: str) -> Column:
    """First column of that name."""
    for column in columns:
        if column.name == name:
            return column
    raise KeyError(name)


_C = Column

PIPELINE: Final = Table(
    "Pipeline",
    "Pipeline",
    "Pipeline",
    (
        _C(
            "Deal ID", "text", "Identifies the deal for ever. Leave blank on a new row: the next refresh gives one.", 12
        ),
        _C("Opportunity", "text", "What we hope to sell, in a few words.", 36, required=True),
        _C("Account", "text", "The company that buys.", 24),
        _C("Owner", "text", "The rep who owns the deal now.", 18, choices="RepChoices"),
        _C(
            "Stage",
            "text",
            "Where the deal stands. The list offers the way back, and forward as far as the exit criteria are met.",
            18,
            choices="StageMoves",
            required=True,
        ),
        _C("Amount", "money", "Expected value of the deal in its currency.", 14, unit="currency"),
        _C("Currency", "text", "ISO code. Blank = the team's currency.", 10, choices="CurrencyChoices"),
        _C("Probability", "share", "Chance to win, 0-100 %. Blank = the stage's default.", 11),
        _C(
            "Forecast category",
            "text",
            "What you tell the forecast: Commit, Best case, Pipeline or Omitted. Blank = by probability and stage.",
            13,
            choices="ForecastCategories",
        ),
        _C(
            "Expected close",
            "date",
            "The day you expect the deal to be decided. Keep it honest: a past date is a flag.",
            12,
        ),
        _C("Next step", "text", "What happens next, and by whom.", 26),
        _C("Next step date", "date", "When the next step is due.", 12),
        _C("Last touch", "date", "Last call, mail, meeting or note with the buyer.", 12),
        _C(
            "Flags",
            "text",
            "Stale flags: T over the stage's time-bound, B over it with earlier stays (bounced), I idle (no touch), C expected close is past, N next step blank or past.",
            8,
            "formula",
        ),
        _C(
            "Missing criteria",
            "text",
            "What must still be true before the deal may move to the next stage, by the IDs of Criteria on Process. (late): its time has run out.",
            30,
            "formula",
        ),
        _C("Stage type", "text", "open, won, lost, derailed or post: the type of the stage on Process.", 10, "formula"),
        _C(
            "In stage since",
            "date",
            "The day the deal entered its stage, as far as known. Open deals only.",
            12,
            "formula",
        ),
        _C(
            "Days in stage",
            "whole",
            "Calendar days since the deal entered its stage. Open deals only.",
            9,
            "formula",
            "days",
        ),
        _C("Stage due", "date", "Last day within the stage's bound of business days.", 12, "formula"),
        _C("Days over", "whole", "Business days past Stage due; 0 = in time.", 9, "formula", "business days"),
        _C(
            "Idle days",
            "whole",
            "Business days since the last touch (or, without one, since Created). Open deals only.",
            9,
            "formula",
            "business days",
        ),
        _C(
            "Weighted amount",
            "money",
            "Amount x probability (the deal's own, else the stage's default). Open deals only.",
            14,
            "formula",
            "currency",
        ),
        _C(
            "Furthest stage",
            "whole",
            "How far down its list the drop-down of Stage reaches: to the last stage whose criteria are met.",
            10,
            "formula",
            "stages",
        ),
        _C("Created", "date", "The day the opportunity was created.", 12),
        _C("First contact", "date", "First contact with the buyer; the sales cycle starts here when given.", 12),
        _C("Actual close", "date", "The day the deal was won, lost or derailed. Blank while open.", 12),
        _C("Lost reason", "text", "Why the deal was lost or derailed.", 18, choices="LostReasonChoices"),
        _C(
            "Last stage before loss",
            "text",
            "For lost deals: the stage in which they were lost.",
            18,
            choices="StageChoices",
        ),
        _C("Source", "text", "Where the opportunity came from.", 16, choices="SourceChoices"),
        _C("Product", "text", "What is offered; the list is on Lists.", 18, choices="ProductChoices"),
        _C("Decision maker", "text", "Name of the person who decides.", 18),
        _C(
            "Persona",
            "text",
            "The kind of person we talk to; the list is on Lists.",
            18,
            choices="PersonaChoices",
        ),
        _C("Need confirmed", "text", "Y when the buyer has confirmed the need.", 11, choices="YesNo"),
        _C("Needs call on", "date", "Day of the needs-assessment call.", 12),
        _C("Proposal sent on", "date", "Day the written proposal was sent.", 12),
        _C("Proposal acknowledged on", "date", "Day the buyer acknowledged the proposal.", 14),
        _C("Approval needed", "text", "Y when more than one person must approve.", 11, choices="YesNo"),
        _C("Approved on", "date", "Day the approval was given.", 12),
        _C("Signed on", "date", "Day the contract was signed.", 12),
        _C("Payment received on", "date", "Day the payment came in.", 12),
        _C("Parent deal", "text", "Deal ID of the deal that this one expands.", 12),
        _C("Notes", "text", "Anything worth knowing.", 30),
        _C("Stage seen", "text", "The stage at the last refresh. Written by refresh.", 18, "refresh"),
        _C(
            "Stage since",
            "date",
            "The day the deal entered its stage. Written by refresh; from an import where it tells, else Created.",
            12,
            "refresh",
        ),
        _C(
            "Earlier days",
            "whole",
            "Business days that the deal spent in this stage before the present stay. Written by refresh from the history.",
            10,
            "refresh",
            "business days",
        ),
        _C(
            "Last change",
            "date",
            "The day a refresh last found a change of stage, amount, expected close or notes; counts as a touch.",
            12,
            "refresh",
        ),
        _C("Last activity", "date", "The last activity logged on Activities; counts as a touch.", 12, "refresh"),
        _C(
            "Next touch",
            "date",
            "The next touch that the cadence of the stage asks for; blank = none left.",
            12,
            "refresh",
        ),
        _C("Next touch by", "text", "Channel of the next touch.", 18, "refresh"),
        _C(
            "Priority",
            "whole",
            "0-100: chance to be won by the end of the quarter x rank of the amount among the open deals. "
            "Sort by it, highest first. Blank = closed, or no amount.",
            9,
            "refresh",
            "points of 100",
        ),
        _C(
            "Value touches",
            "whole",
            "Activities so far that gave the buyer something of use (value touch, on Lists). Open deals only.",
            9,
            "refresh",
            "activities",
        ),
        _C(
            "Objection",
            "text",
            "What the buyer holds against it; the list is on Lists.",
            18,
            choices="ObjectionChoices",
        ),
        _C(
            "Qualification",
            "whole",
            "0-100: weighted mean of the team's qualification marks, of those that are given. Blank = none given yet.",
            12,
            "formula",
            "points of 100",
        ),
        _C(
            "Deal score",
            "whole",
            "0-100: weighted mean of the deal marks (budget, timing, authority, interest), of those that are given. "
            "Blank = not scored, which is not 0.",
            10,
            "formula",
            "points of 100",
        ),
        _C("Follow-up due", "date", "After the sale: the day on which the customer is to hear from you next.", 12),
    ),
    key="Deal ID",
)
"""One row = one opportunity."""
WRITTEN_SINCE: Final = {"Priority": 5, "Value touches": 5}
"""Columns of refresh, and from which version on; in an older book a column of that name is the team's own."""

STAGES: Final = Table(
    "Stages",
    "Process",
    "Stages",
    (
        _C("Order", "whole", "1 is the first stage. Lost and derailed stages come last.", 8, required=True),
        _C("Stage", "text", "Name of the stage, as Pipeline shows it.", 24, required=True),
        _C(
            "Type",
            "text",
            "open, won, lost, derailed (ended without a decision) or post (after the sale).",
            11,
            choices="StageTypes",
            required=True,
        ),
        _C("Default probability", "share", "Chance to win a deal in this stage.", 12),
        _C("Max business days", "whole", "Longest time in this stage; blank = no bound.", 12, unit="business days"),
        _C("Counts as qualified", "text", "Y: a deal that reached this stage is qualified.", 12, choices="YesNo"),
        _C("Counts as forecast", "text", "Y: open deals in this stage belong in the forecast.", 12, choices="YesNo"),
        _C("What happens here", "text", "The work of this stage, in one sentence.", 60),
    ),
    key="Stage",
)
CRITERIA: Final = Table(
    "Criteria",
    "Process",
    "Exit and entry criteria",
    (
        _C("Stage", "text", "The stage that the criterion guards.", 20, choices="StageChoices", required=True),
        _C(
            "Direction",
            "text",
            "exit: needed to leave the stage forward. entry: needed to enter it.",
            10,
            choices="Directions",
            required=True,
        ),
        _C("ID", "text", "Short name of the criterion.", 20, required=True),
        _C("Text", "text", "What must be true, as a sentence.", 48, required=True),
        _C(
            "Kind",
            "text",
            "filled, value, list, date_order, activity or tick: see Kinds of criteria, to the right.",
            12,
            choices="CriterionKinds",
            required=True,
        ),
        _C("Argument 1", "text", "Column, activity type or tick.", 22),
        _C("Argument 2", "text", "Operator, list, second column or least number.", 22),
        _C("Argument 3", "text", "Value to compare with.", 14),
        _C(
            "Within business days",
            "whole",
            "Must be met within so many business days of entering the stage; blank = any time. A late one cannot be met any more, so it is best a reminder (Blocking N).",
            12,
        ),
        _C("Blocking", "text", "Y: without it the deal may not move on. N: a reminder.", 10, choices="YesNo"),
    ),
    key="ID",
)
KINDS: Final = Table(
    "KindsOfCriteria",
    "Process",
    "Kinds of criteria",
    (
        _C("Kind of criterion", "text", "Choose it under Kind in Criteria.", 14, "refresh"),
        _C("First argument", "text", "What to enter under Argument 1.", 15, "refresh"),
        _C("Second argument", "text", "What to enter under Argument 2.", 19, "refresh"),
        _C("Third argument", "text", "What to enter under Argument 3.", 24, "refresh"),
        _C("It is met when", "text", "The meaning. A cell with an error value never meets a criterion.", 50, "refresh"),
    ),
)
REPS: Final = Table(
    "Reps",
    "Team",
    "Reps",
    (
        _C("Rep", "text", "Name, exactly as Owner in Pipeline.", 24, required=True),
        _C("Manager", "text", "Who reviews the rep's pipeline.", 22),
        _C("Region", "text", "Region or team.", 16),
        _C("Active", "text", "Y while the rep sells.", 9, choices="YesNo"),
        _C(
            "Capacity",
            "whole",
            "Open deals and leads the rep can work well; blank = not set.",
            11,
            unit="deals and leads",
        ),
        _C("Booking link", "text", "Web page on which buyers book a meeting with the rep.", 34),
    ),
    key="Rep",
)
QUOTAS: Final = Table(
    "Quotas",
    "Team",
    "Quotas",
    (
        _C("Rep", "text", "Name, exactly as in Reps.", 24, choices="RepChoices", required=True),
        _C("Period start", "date", "First day of the period.", 13, required=True),
        _C("Period end", "date", "Last day of the period (included).", 13, required=True),
        _C("Quota", "money", "Target in the team's currency.", 16, required=True),
    ),
)
SETTINGS: Final = Table(
    "Settings",
    "Settings",
    "Settings",
    (
        _C("Key", "text", "Name of the setting; please do not change it.", 28, required=True),
        _C("Value", "text", "What you may change.", 20),
        _C("Unit", "text", "Unit or form of the value.", 18),
        _C("Meaning", "text", "What the setting does.", 74),
    ),
    key="Key",
)
MAPPINGS: Final = Table(
    "Mappings",
    "Settings",
    "Remembered spellings and import columns",
    (
        _C(
            "Kind",
            "text",
            "column: a column of an import file; pipeline: which one of a system this workbook holds; Status: To is "
            "open, won or lost; Activity type. Otherwise the Pipeline column whose values are mapped.",
            18,
        ),
        _C("From", "text", "Spelling in the source.", 30),
        _C("To", "text", "What it means here; blank = still to decide.", 30),
        _C("Learned on", "date", "Day of the import that brought it.", 13),
    ),
)
IMPORT_FAULTS: Final = Table(
    "ImportFaults",
    "Settings",
    "What imports could not read",
    (
        _C("Deal ID", "text", "The deal that the row became; blank if it became none.", 14, "refresh"),
        _C("Source row", "whole", "Row in the imported file.", 10, "refresh"),
        _C("File", "text", "The imported file.", 22, "refresh"),
        _C("Column", "text", "The column of Pipeline; blank where the whole row is meant.", 18, "refresh"),
        _C("What is wrong", "text", "The fault, with what was found.", 60, "refresh"),
        _C("What to do", "text", "The next step.", 50, "refresh"),
        _C("Imported on", "date", "Day of the import.", 13, "refresh"),
    ),
)
HOLIDAYS: Final = Table(
    "Holidays",
    "Calendar",
    "Holidays",
    (_C("Date", "date", "A day that is not worked.", 13), _C("Holiday", "text", "Its name.", 28)),
)
PERIODS: Final = Table(
    "Periods",
    "Calendar",
    "Fiscal periods of your own",
    (
        _C("Period", "text", "Name, such as FY26 Q1.", 16),
        _C("Start", "date", "First day.", 13),
        _C("End", "date", "Last day (included).", 13),
    ),
)
FX: Final = Table(
    "FX",
    "Calendar",
    "Exchange rates",
    (
        _C("Currency", "text", "ISO code.", 11),
        _C("Period start", "date", "First day from which the rate holds.", 13),
        _C("Rate", "number", "Value of 1 unit in the team's currency.", 13),
    ),
)


def _list(name: str, head: str, note: str) -> Table:
    return Table(name, "Lists", head, (_C(head, "text", note, 24),))


LISTS: Final = (
    _list("Products", "Product", "What the team sells."),
    _list("Sources", "Source", "Where opportunities come from."),
    _list("LostReasons", "Lost reason", "Why deals are lost or derail."),
    Table(
        "ActivityTypes",
        "Lists",
        "Activity type",
        (
            _C("Activity type", "text", "Kinds of activity.", 24),
            _C(
                "Counts as",
                "text",
                "What it counts as on the tab Activity. Blank = by its name, where it tells.",
                14,
                choices="ActivityKinds",
            ),
        ),
    ),
    _list("Currencies", "Currency", "ISO codes in use."),
    _list("Objections", "Objection", "What buyers hold against a purchase."),
    _list("Personas", "Persona", "Kinds of people that buy or decide."),
)
STAGE_LIST: Final = Table(
    "StageList",
    "Lists",
    "Stages as Pipeline offers them",
    (
        _C(
            "Stages offered",
            "text",
            "Lost and derailed first, then the stages in their order: Pipeline's drop-down is cut from it. Change Stages on Process instead.",
            24,
            "refresh",
        ),
    ),
)
ACTIVITIES: Final = Table(
    "Activities",
    "Activities",
    "Activities",
    (
        _C("Date", "date", "Day of the activity.", 12, required=True),
        _C("Deal ID", "text", "Deal or lead it belongs to.", 14, required=True),
        _C("Type", "text", "Call, e-mail, meeting …", 18, choices="ActivityTypeChoices", required=True),
        _C("Outcome", "text", "What came of it.", 40),
        _C("By", "text", "Who did it.", 20, choices="RepChoices"),
    ),
)
LEADS: Final = Table(
    "Leads",
    "Leads",
    "Leads",
    (
        _C("Lead ID", "text", "Identifies the lead.", 12),
        _C("Lead", "text", "Person or company.", 28, required=True),
        _C("Account", "text", "Company.", 24),
        _C("Owner", "text", "Rep who works the lead.", 20, choices="RepChoices"),
        _C("Source", "text", "Where the lead came from.", 18, choices="SourceChoices"),
        _C("Created", "date", "Day the lead came in.", 12),
        _C("First response", "date", "First outbound activity.", 13),
        _C("Status", "text", "new, working, qualified or disqualified.", 14, choices="LeadStatuses"),
        _C("Converted on", "date", "Day it became an opportunity.", 13),
        _C("Deal ID", "text", "The opportunity it became.", 12),
        _C("Persona", "text", "The kind of person; the list is on Lists.", 18, choices="PersonaChoices"),
        _C("Industry", "text", "Industry of the company.", 16),
        _C("Employees", "whole", "How many people work there.", 11, unit="people"),
        _C("Country", "text", "Country of the company.", 14),
        _C("Budget", "money", "What they could spend, in the team's currency.", 12, unit="currency"),
        _C("E-mails answered", "whole", "E-mails that the lead answered. Blank = not known.", 11, unit="e-mails"),
        _C("Page views", "whole", "Pages that the lead looked at. Blank = not known.", 9, unit="pages"),
        _C("Downloads", "whole", "Papers that the lead fetched. Blank = not known.", 11, unit="papers"),
        _C(
            "Manual adj.",
            "number",
            "What you know and the table does not: -20 to +20 points. It counts only with a reason.",
            10,
            unit="points",
            within=(-20, 20),
        ),
        _C("Adj. reason", "text", "Why the score is adjusted.", 28),
        _C(
            "Disqualified reason",
            "text",
            "Why the lead is no lead for us.",
            18,
            choices="LostReasonChoices",
        ),
        _C(
            "Fit", "whole", "0-100: how well it matches ICP on Scoring, as far as known.", 8, "refresh", "points of 100"
        ),
        _C("Confidence", "share", "Share of ICP's points that could be judged.", 11, "refresh"),
        _C("Behaviour", "whole", "0-100: what the lead did, by the marks Behaviour on Scoring.", 10, "refresh"),
        _C("Automatic", "whole", "0-100: fit and behaviour together, without the adjustment.", 10, "refresh"),
        _C("Score", "whole", "0-100: automatic part plus the adjustment, where it has a reason.", 8, "refresh"),
        _C(
            "Top",
            "text",
            "Y: among the best open leads by score, as many as the setting top_share says; ties at the cut are in.",
            8,
            "refresh",
        ),
        _C("Next touch", "date", "The next touch that the cadence of the first stage asks for.", 12, "refresh"),
        _C("Next touch by", "text", "Channel of the next touch.", 18, "refresh"),
    ),
    key="Lead ID",
)
COSTS: Final = Table(
    "Costs",
    "Costs",
    "Costs of marketing and prospecting",
    (
        _C("Month", "date", "Any day of the month in which the money was spent.", 12, required=True),
        _C("Source", "text", "What it was spent on: a source of leads.", 20, choices="SourceChoices", required=True),
        _C("Spend", "money", "What was spent, in the team's currency.", 14, unit="currency", required=True),
        _C("Note", "text", "Campaign, invoice …", 30),
    ),
)
SCORING: Final = Table(
    "Scoring",
    "Scoring",
    "Qualification marks",
    (
        _C(
            "Framework",
            "text",
            "BANT, MEDDIC, CHAMP, Deal, or Behaviour (of leads): the set that the mark belongs to.",
            13,
            choices="Frameworks",
            required=True,
        ),
        _C("Mark", "text", "What is marked.", 22, required=True),
        _C("Question", "text", "What to find out before giving the mark.", 52),
        _C(
            "Highest mark",
            "whole",
            "Marks run from 0 to this number; blank = not asked yet, which is not 0. Of Behaviour: the count that is full.",
            10,
            unit="marks",
            required=True,
        ),
        _C("Weight", "number", "How much the mark counts within its framework.", 9, required=True),
    ),
)
ICP: Final = Table(
    "ICP",
    "Scoring",
    "Ideal customer profile",
    (
        _C(
            "Field",
            "text",
            "A column of Leads (or of Pipeline): what is known of a company, such as Industry or Employees.",
            18,
            required=True,
        ),
        _C("Operator", "text", "How the field is compared with the value.", 11, choices="Operators", required=True),
        _C(
            "Value",
            "text",
            "A number (10000, without thousands separators), a text, or for 'in' several texts parted by semicolons.",
            30,
            required=True,
        ),
        _C(
            "Points",
            "number",
            "Points for a match. Unknown is no mismatch: it lowers confidence, not the score.",
            9,
            required=True,
        ),
    ),
)
CADENCE: Final = Table(
    "Cadence",
    "Scoring",
    "Follow-up cadence",
    (
        _C("Stage", "text", "Stage in which the touch is due.", 22, choices="StageChoices", required=True),
        _C("Day", "whole", "Business days after the deal entered the stage.", 9, unit="business days", required=True),
        _C("Channel", "text", "How to reach the buyer.", 18, choices="ActivityTypeChoices", required=True),
        _C("Purpose", "text", "What the touch is for.", 44),
    ),
)
PLAYBOOK: Final = Table(
    "Playbook",
    "Process",
    "Playbook",
    (
        _C("Stage", "text", "Stage that the advice is for.", 22, choices="StageChoices", required=True),
        _C("Process step", "text", "What to do, in one sentence.", 48, required=True),
        _C("Content", "text", "Material that helps: a name or a link.", 32),
        _C("Conversation guide", "text", "Questions and phrases that work.", 52),
        _C("Required activities", "text", "Activity types that belong to the stage, parted by semicolons.", 26),
    ),
)
PLAYBOOK_LOG: Final = Table(
    "PlaybookLog",
    "Process",
    "Changes of the playbook",
    (
        _C("Date", "date", "Day of the change.", 12),
        _C("What changed", "text", "The change, in one sentence.", 44),
        _C("Why", "text", "What was seen: which stage delays, which criterion is overridden ...", 40),
        _C("Expected effect", "text", "What should get better, and by when.", 40),
    ),
)
EXPERIMENTS: Final = Table(
    "Experiments",
    "Process",
    "Experiments",
    (
        _C("Experiment", "text", "Short name of what is tried.", 24, required=True),
        _C(
            "Stage",
            "text",
            "The stage from which more deals should go on.",
            22,
            choices="StageChoices",
            required=True,
        ),
        _C("Start date", "date", "First day on which the team worked the new way.", 12, required=True),
        _C("Hypothesis", "text", "What should get better, by how much, and why.", 60),
    ),
)
BENCHMARKS: Final = Table(
    "Benchmarks",
    "Costs",
    "Benchmarks of peers",
    (
        _C("Measure", "text", "Which figure is compared.", 20, choices="BenchmarkMeasures", required=True),
        _C("Stage", "text", "For stage conversion: the stage. Otherwise blank.", 22, choices="StageChoices"),
        _C(
            "Peers",
            "number",
            "What others report: a rate as a share (0.25 = 25 %), money in the team's currency, a cycle in days.",
            12,
            required=True,
        ),
        _C(
            "Source",
            "text",
            "Who says so: report, page, year. A figure without a source is not shown.",
            48,
            required=True,
        ),
        _C("As of", "date", "The day or year that the figure is from.", 12),
    ),
)
ISSUES: Final = Table(
    "Issues",
    "Issues",
    "Issues",
    (
        _C(
            "Severity",
            "text",
            "error: figures are wrong until it is mended. warning: please look. info: good to know.",
            10,
            "refresh",
        ),
        _C("Check", "text", "Name of the rule; Definitions explains each.", 26, "refresh"),
        _C("Deal ID", "text", "The deal.", 14, "refresh"),
        _C("Owner", "text", "Who can mend it.", 20, "refresh"),
        _C("What is wrong", "text", "The fault, with the value found.", 60, "refresh"),
        _C("What to do", "text", "The next step.", 50, "refresh"),
        _C("Cell", "text", "Where it is.", 18, "refresh"),
        _C("Go to", "text", "Click to jump to the cell.", 9, "formula"),
        _C("First seen", "date", "As-of day of the refresh that found it first.", 12, "refresh"),
        _C(
            "Decision",
            "text",
            "accept: it may stay as it is. snooze: not before the day in Until. Both need a reason.",
            11,
            choices="IssueDecisions",
        ),
        _C("Until", "date", "The day on which the decision ends; a snooze needs one, an accept does not.", 12),
        _C("Reason", "text", "Why it may stay. Without a reason the issue still counts.", 34),
        _C("Key", "text", "Identifies the issue, so that a decision stays with it.", 14, "refresh"),
    ),
    key="Key",
)

INPUT_TABLES: Final = (
    PIPELINE, LEADS, ACTIVITIES, STAGES, CRITERIA, PLAYBOOK, PLAYBOOK_LOG, EXPERIMENTS, REPS, QUOTAS, COSTS, BENCHMARKS, SCORING,
    ICP, CADENCE, SETTINGS, MAPPINGS, HOLIDAYS, PERIODS, FX, *LISTS,
)  # fmt: skip
"""Tables that people write. Result tables of dashboards are declared by their tabs."""

DEAL_MARKS: Final = ("Deal ID", "Opportunity", "Account", "Amount", "Stage")
"""A Pipeline row in which all of these are blank is not a deal (SEMANTICS 0)."""

STAGE_TYPES: Final = ("open", "won", "lost", "derailed", "post")

CRITERION_KINDS: Final = ("filled", "value", "list", "date_order", "activity", "tick")
"""What a criterion can ask (SEMANTICS 17)."""
OPERATORS: Final = ("=", "<>", ">", ">=", "<", "<=", "in")
BENCHMARK_MEASURES: Final = ("Win rate", "Average deal", "Sales cycle", "Won per day", "Stage conversion")
"""Figures that can be compared with those of peers."""
QUALIFICATION: Final = ("BANT", "MEDDIC", "CHAMP")
"""Frameworks of which a recipe chooses one for Pipeline."""
DEAL_FRAMEWORK: Final = "Deal"
BEHAVIOUR: Final = "Behaviour"
FRAMEWORKS: Final = (*QUALIFICATION, DEAL_FRAMEWORK, BEHAVIOUR)

LEAD_STATUSES: Final = ("new", "working", "qualified", "disqualified")
ACTIVITY_KINDS: Final = ("call", "e-mail", "meeting", "proposal", "value touch", "other")
"""What activity types count as; the first four are the leading indicators."""

FORECAST_CATEGORIES: Final = ("Commit", "Best case", "Pipeline", "Omitted")
"""What an open deal may be in the forecast, the surest first (SEMANTICS 13); won deals are Closed."""

CHOICES: Final[dict[str, str | tuple[str, ...]]] = {
    "StageChoices": "Stages[Stage]",
    "StageMoves": "StageList[Stages offered]",
    "RepChoices": "Reps[Rep]",
    "SourceChoices": "Sources[Source]",
    "ProductChoices": "Products[Product]",
    "LostReasonChoices": "LostReasons[Lost reason]",
    "ActivityTypeChoices": "ActivityTypes[Activity type]",
    "CurrencyChoices": "Currencies[Currency]",
    "ObjectionChoices": "Objections[Objection]",
    "PersonaChoices": "Personas[Persona]",
    "StageTypes": STAGE_TYPES,
    "YesNo": ("Y", "N"),
    "LeadStatuses": LEAD_STATUSES,
    "Directions": ("exit", "entry"),
    "CriterionKinds": CRITERION_KINDS,
    "Operators": OPERATORS,
    "Frameworks": FRAMEWORKS,
    "BenchmarkMeasures": BENCHMARK_MEASURES,
    "IssueDecisions": ("accept", "snooze"),
    "ActivityKinds": ACTIVITY_KINDS,
    "ForecastCategories": FORECAST_CATEGORIES,
}
"""Lists behind drop-downs: a table column that the team keeps (also a defined name of the book), or fixed texts."""
