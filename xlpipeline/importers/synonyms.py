"""What other systems call the columns of Pipeline. Names are as `head_keys` makes them: small letters, no signs."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CLOSE_DATE: Final = "Close date"
"""Target of a single close date: of an open deal it is the expected, of a closed one the actual close."""
UPDATED: Final = "Updated"
"""Target of the moment of the last change; it only tells which of two rows of one deal is newer."""
STATUS: Final = "Status"
"""Target of a column that says open, won or lost beside the stage."""
_WORDS: Final = {
    "open": "open, in progress, active, pending, offen, ouvert, ouverte, en cours, abierto, abierta, aberto, aberta, "
    "em aberto, aperto, aperta, in corso, openstaand",
    "won": "won, closed won, gewonnen, gagné, gagnée, ganado, ganada, ganho, ganha, vinto, vinta",
    "lost": "lost, closed lost, verloren, perdu, perdue, perdido, perdida, perso, persa",
}
OUTCOMES: Final = {word: outcome for outcome, words in _WORDS.items() for word in words.split(", ")}
"""Words of a status column and what they mean."""

SYNONYMS: Final[dict[str, str]] = {
    "Deal ID": "dealid opportunityid oppid id recordid dealnumber dealno opportunitynumber opportunityid18digit "
    "pipedrivesystemid externalid key",
    "Opportunity": "opportunity opportunityname dealname deal name dealtitle title topic subject project",
    "Account": "account accountname organization organisation company companyname customer customername client "
    "associatedcompany companytitle clientname firma kunde unternehmen",
    "Owner": "owner ownername salesagent salesrep salesperson salesrepresentative rep repname agent accountexecutive "
    "accountmanager assignedto assigneduser seller responsible ownerfullname vertriebler verantwortlich "
    "assignedby assignedbyname repid ownerid",
    "Stage": "stage stagename salesstage pipelinestage currentstage phase step verkaufsphase",
    STATUS: "status dealstatus opportunitystatus outcome dealoutcome result",
    "Amount": "amount opportunityrevenue dealvalue dealamount value closevalue totalvalue dealsize expectedrevenue "
    "contractvalue acv tcv revenue price total betrag wert umsatz",
    "Currency": "currency currencycode currencyisocode currencyofvalue amountcurrency dealcurrency currencyid "
    "währung waehrung",
    "Probability": "probability closepercentage closeprobability winprobability percentage chance likelihood "
    "confidence closepercent wahrscheinlichkeit abschlusswahrscheinlichkeit",
    "Forecast category": "forecastcategory forecastcategoryname forecaststatus manualforecastcategory",
    "Expected close": "expectedclose expectedclosedate expectedclosing expectedclosingdate estimatedclosedate "
    "estclosedate estimatedclose forecastclosedate targetclosedate plannedclosedate anticipatedclosedate "
    "erwartetesabschlussdatum",
    "Actual close": "actualclose actualclosedate dealclosedon closedon closedat closeddate datewon wonon wontime",
    CLOSE_DATE: "closedate closingdate close closing dateclosed abschlussdatum",
    "Created": "created createdate createddate createdon createdat createdtime creationdate datecreated datecreate "
    "dealcreated opendate opened openedon dateentered engagedate startdate entrydate datesourced erstellt erstelltam "
    "erstellungsdatum",
    "First contact": "firstcontact firstcontactdate initialcontact firstcontacted firsttouch",
    "Next step": "nextstep nextsteps nextactivity nextaction nextactivitysubject",
    "Next step date": "nextstepdate nextactivitydate nextactivityon nextactiondate followupdate",
    "Last touch": "lasttouch lastactivity lastactivitydate lastactivitytime lastcontact lastcontacted lastcontactdate "
    "lastaction",
    "Lost reason": "lostreason lossreason closedlostreason reasonforloss reasonlost verlustgrund",
    "Objection": "objection mainobjection",
    "Persona": "persona buyerpersona contactpersona",
    "Last stage before loss": "laststagebeforeloss lostatstage stagelost laststage",
    "Source": "source leadsource sourceorigin origin sourcechannel quelle leadquelle",
    "Product": "product productname products produkt",
    "Decision maker": "decisionmaker economicbuyer",
    "Need confirmed": "needconfirmed needsconfirmed",
    "Needs call on": "needscallon needscall",
    "Proposal sent on": "proposalsenton proposalsent proposaldate quotesent quotesenton",
    "Proposal acknowledged on": "proposalacknowledgedon proposalacknowledged",
    "Approval needed": "approvalneeded approvalrequired",
    "Approved on": "approvedon approvaldate",
    "Signed on": "signedon signed signaturedate contractsignedon",
    "Payment received on": "paymentreceivedon paymentreceived paymentdate paidon",
    "Parent deal": "parentdeal parentopportunity parentdealid parentid",
    "Follow-up due": "followupdue followupdueon nextfollowup",
    "Notes": "notes note description comments comment bemerkung notizen",
    "Stage since": "stagesince laststagechange laststagechangedate laststageupdate stagechangedon stagechangedate "
    "dateenteredcurrentstage dateenteredstage stagedate stageentered",
    UPDATED: "updated updatedon updatedat updatetime updateddate lastmodified lastmodifieddate lastmodifiedtime "
    "modifiedtime datemodify modified modifiedon modifieddate lastupdated lastupdate lastchange",
}  # fmt: skip
"""Per target its names elsewhere, the surest first."""

_RANKS: Final = {
    name: (target, rank) for target, names in SYNONYMS.items() for rank, name in reversed([*enumerate(names.split())])
}
_PREFIXES: Final = ("opportunity", "deal", "opp", "sales", "crm")
_CURRENCIES: Final = frozenset(
    ("usd", "eur", "gbp", "chf", "jpy", "cad", "aud", "nzd", "sek", "nok", "dkk", "pln", "czk", "huf", "inr", "brl")
)


def head_keys(head: str) -> tuple[str, ...]:
    """Forms of a head to look up: without signs, units in brackets and ``Deal - ``; then without its prefix."""
    text = unicodedata.normalize("NFKC", head).replace("\ufeff", "").strip()
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", re.sub(r"^deal\s+-\s+", "", text, flags=re.I))
    text = re.sub(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])", " ", text)
    words = re.findall(r"[^\W_]+", text.casefold())
    if len(words) > 1 and words[-1] in _CURRENCIES:
        words.pop()
    keys = ["".join(words)]
    if len(words) > 1 and words[0] in _PREFIXES:
        keys.append("".join(words[1:]))
    return tuple(key for key in keys if key)


def known_target(head: str) -> tuple[str, int] | None:
    """The target that a head is a known name of, with its rank (0: the surest name)."""
    for penalty, key in enumerate(head_keys(head)):
        if key in _RANKS:
            target, rank = _RANKS[key]
            return target, rank + penalty
    return None


def head_currency(head: str) -> str:
    """ISO code that a head of amounts names, as in ``Amount (USD)`` or ``revenue_usd``; empty if it names none."""
    words = re.findall(r"[^\W_]+", head.casefold())
    return next((word.upper() for word in reversed(words) if word in _CURRENCIES), "")
