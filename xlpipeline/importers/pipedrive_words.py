"""Pipedrive's heads follow the user's language: the same fields in German, French, Portuguese, Spanish, Italian, Dutch.

Sources: heads of exports as people's published scripts read them, and Pipedrive's help pages in these languages.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.importers.system import plain

PREFIX: Final = "deal - "
_ENTITIES: Final = {
    "deal": "deal", "affaire": "deal", "negócio": "deal", "trato": "deal", "affare": "deal",
    "organization": "organization", "organisation": "organization", "organização": "organization",
    "organización": "organization", "organizzazione": "organization", "organisatie": "organization",
}  # fmt: skip
_ACTIVITIES: Final = tuple(f"{name} - " for name in ("activity", "aktivität", "activité", "atividade", "actividad"))
_FIELDS: Final = {
    "title": "titel, deal-titel, titre, titre de l'affaire, título, titolo",
    "owner": "besitzer, eigentümer, propriétaire, proprietário, propietario, proprietario, eigenaar",
    "creator": "ersteller, créateur, criado por, criador, creador, creatore, maker",
    "value": "wert, valeur, valor, valore, waarde",
    "currency of value": "währung von wert, währung, devise de valeur, devise, moeda de valor, moeda, moneda de valor, "
    "moneda, valuta di valore, valuta van waarde, valuta",
    "weighted value": "gewichteter wert, valeur pondérée, valor ponderado, valore ponderato, gewogen waarde",
    "probability": "wahrscheinlichkeit, probabilité, probabilidade, probabilidad, probabilità, waarschijnlijkheid",
    "organization": "organisation, organização, organización, organizzazione, organisatie",
    "name": "nom, nome, nombre, naam",
    "pipeline": "funil, embudo, pijplijn",
    "stage": "phase, étape, etapa, fase",
    "status": "statut, estado, stato",
    "deal created": "deal erstellt, deal erstellt am, erstellt am, affaire créée, affaire créée le, negócio criado em, "
    "negócio criado, trato creado, trato creado el, affare creato, deal aangemaakt",
    "update time": "zeit der aktualisierung, aktualisierungszeit, aktualisiert am, heure de mise à jour, "
    "date de mise à jour, atualizado em, hora de actualización",
    "last stage change": "letzte phasenänderung, dernier changement d'étape, última alteração de etapa, "
    "último cambio de etapa",
    "next activity date": "datum nächste aktivität, datum der nächsten aktivität, date de la prochaine activité, "
    "data da próxima atividade, fecha de la próxima actividad",
    "last activity date": "datum letzte aktivität, datum der letzten aktivität, date de la dernière activité, "
    "data da última atividade, fecha de la última actividad",
    "won time": "datum des gewonnenen deals, gewonnen-zeit, gewonnen am, date de gain, ganho em, data de ganho, "
    "fecha de ganado, ganado el",
    "lost time": "datum des verlorenen deals, verloren-zeit, verloren am, date de perte, data de perda, perdido em, "
    "fecha de perdido, perdido el",
    "deal closed on": "deal abgeschlossen am, deal geschlossen am, affaire conclue le, affaire clôturée le, "
    "negócio fechado em, trato cerrado el",
    "lost reason": "verlustgrund, grund für verlust, raison de la perte, raison de perte, motivo da perda, "
    "motivo de pérdida, motivo de la pérdida",
    "expected close date": "erwartetes abschlussdatum, voraussichtliches abschlussdatum, date de clôture prévue, "
    "data de fechamento esperada, fecha de cierre prevista, fecha de cierre esperada",
    "product name": "produktname, nom du produit, nome do produto, nombre del producto",
    "archive status": "archivstatus, archivierungsstatus, statut d'archivage",
}
_ENGLISH: Final = {word: field for field, words in _FIELDS.items() for word in words.split(", ")}
DELETED: Final = frozenset(
    ("deleted", "gelöscht", "supprimé", "supprimée", "excluído", "eliminado", "eliminada", "eliminato", "verwijderd")
)
"""Words of a status that say that the deal was thrown away."""
ARCHIVED: Final = frozenset(("archived", "yes", "true", "archiviert", "ja", "archivé", "archivée", "oui", "arquivado"))


def english(head: str) -> str:
    """A head in Pipedrive's English, plain; one that is not known as it is."""
    text = plain(head).replace("\u2019", "'")
    entity, dash, field = text.partition(" - ")
    if not dash:
        return _ENTITIES.get(text, text)
    if entity not in _ENTITIES:
        return text
    return f"{_ENTITIES[entity]} - {_ENGLISH.get(field, field)}"


def tells_activities(head: str) -> bool:
    """Whether a head is one of an activity's."""
    return plain(head).startswith(_ACTIVITIES)
