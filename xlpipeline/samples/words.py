"""Words from which the sample's companies, people and opportunities are put together; all of them are made up."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = (
    "Ada", "Amira", "Anton", "Beatriz", "Bram", "Carla", "Cedric", "Dalia", "Edda", "Emil", "Farah", "Felix", "Gesa",
    "Goran", "Hanna", "Idris", "Ines", "Jonas", "Kira", "Lars", "Leila", "Luca", "Mara", "Milo", "Nadia", "Nils",
    "Olga", "Oscar", "Pia", "Rafael", "Ronja", "Sami", "Selma", "Tamsin", "Teo", "Ulla", "Viktor", "Wanda", "Yara",
    "Zoltan",
)  # fmt: skip
NAME_STARTS: Final = (
    "Ald", "Bram", "Cor", "Dal", "Elm", "Fen", "Gar", "Hol", "Iver", "Jas", "Kest", "Lor", "Mar", "Nor", "Ost", "Pell",
    "Quar", "Rav", "Sel", "Thorn", "Ulm", "Ver", "Wes", "Yar",
)  # fmt: skip
NAME_ENDS: Final = (
    "acre", "beck", "by", "croft", "dahl", "eby", "feld", "gard", "holt", "ington", "kamp", "lund", "mark", "nau",
    "quist", "rigg", "sano", "tani", "vik", "wen",
)  # fmt: skip

COMPANY_STARTS: Final = (
    "Alver", "Bellan", "Brindle", "Calder", "Corvin", "Dorne", "Elster", "Fjord", "Gant", "Halver", "Isken", "Jorvel",
    "Kalmer", "Lodren", "Merid", "Nantor", "Orlin", "Pexel", "Quill", "Rosk", "Sarnel", "Tavor", "Umbra", "Velden",
    "Wexel", "Yonder", "Zeller", "Arden", "Bostel", "Cinder", "Drummel", "Emmer", "Fenwin", "Grell", "Hexen", "Ilmar",
    "Kestrin", "Lummer", "Morven", "Nessel",
)  # fmt: skip
COMPANY_ENDS: Final = (
    "aco", "bridge", "crest", "dane", "ex", "forge", "grove", "haven", "ic", "joy", "kraft", "line", "mere", "nova",
    "ora", "point", "quay", "ridge", "stone", "tec", "ulo", "via", "ware", "yard", "zen", "base", "core", "dock",
    "field", "gate",
)  # fmt: skip
TRADES: Final = (
    "Logistics", "Foods", "Energy", "Textiles", "Clinics", "Optics", "Machinery", "Travel", "Insurance", "Pharma",
    "Media", "Robotics", "Retail", "Shipping", "Plastics", "Timber", "Chemicals", "Payments", "Hotels", "Aviation",
    "Printing", "Dairy", "Glass", "Security",
)  # fmt: skip
REGIONS: Final = (("DACH", "GmbH"), ("Nordics", "AB"), ("UK & Ireland", "Ltd"), ("Southern Europe", "SpA"))
"""Region, and the legal form of its companies."""

PRODUCTS: Final = (
    ("Flow Suite", 24_000, 30), ("Insight Desk", 15_000, 25), ("Edge Gateway", 32_000, 15), ("Care Plan", 6_500, 18),
    ("Launch Package", 11_000, 12),
)  # fmt: skip
"""Product, typical amount for a mid-market buyer in units of the currency, weight."""

SEGMENTS: Final = (("small business", 45, 70, 45), ("mid-market", 100, 100, 40), ("enterprise", 260, 140, 15))
"""Segment, amount and duration in percent of mid-market, weight."""

PURPOSES: Final = (
    "pilot", "rollout", "expansion", "replacement", "for the field team", "for head office", "upgrade", "second site",
    "for customer service", "framework contract", "for the plant", "trial extension",
)  # fmt: skip
SITES: Final = ("north", "south", "east", "west", "central", "online")

SOURCES: Final = (
    ("Networking", 14), ("Advertising", 16), ("Referral", 18), ("Social media", 12), ("Content", 15),
    ("E-mail campaign", 13), ("Cold call", 12),
)  # fmt: skip
DERAILED_REASONS: Final = ("No decision", "Lost contact", "Stale", "Disqualified")

ACTIVITY_TYPES: Final = (
    "Call", "Inbound call", "Missed call", "E-mail", "Meeting", "Needs-assessment call", "Demo", "Proposal delivered",
    "Value touch", "Social media", "Note",
)  # fmt: skip
OUTCOMES: Final = (
    ("Call", ("Reached, follow-up agreed", "Left a message", "Open questions answered", "Will call back next week")),
    ("E-mail", ("Material sent", "Answer received", "Date proposed", "No answer yet")),
    ("Meeting", ("Met the team", "Needs and dates discussed", "Next talk fixed", "Open points listed")),
    ("Demo", ("Demo went well", "Questions on one feature", "Wants a second demo")),
)
"""Activity type and what may come of it."""
NOTES: Final = (
    "Budget is planned for this fiscal year.", "Works with a competitor's product today.", "Wants a reference call.",
    "Legal asks for our terms.", "Two other vendors are in the race.", "Buyer was on holiday; picked up again.",
)  # fmt: skip
FORMER_REPS: Final = ("Gesa Quarholt", "Teo Fenrigg")
"""People who have left: owners that the Reps table does not know."""
FOREIGN_PRODUCTS: Final = ("FlowSuite Pro", "Legacy Box")
"""Spellings that the Products list does not know."""
