"""Import…: choose a file, look at a preview, import, refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from xlpipeline.addin import dialogs
from xlpipeline.addin.click import Click
from xlpipeline.errors import PipelineError, SetupError, SourceError

_TYPES: Final = (("Deals", "*.csv;*.xlsx;*.xls"),)
_WHAT: Final = {"deals": "opportunities", "entries": "entries to stages", "activities": "activities"}
_COLUMNS: Final = 12
_FAULTS: Final = 4


def run(click: Click) -> str:
    """Bring the deals of a CSV or XLSX file into Pipeline, or its stage history or activities where they belong.

    Where an export holds several pipelines it asks which one.

    A mapping file beside the source, ``NAME.toml`` for ``NAME.csv``, decides what the import cannot.

    Raises:
        SourceError: the file cannot be read or understood.
        SetupError: the mapping file is not right.
        BookError: the workbook is none of ours, or must not be written.
    """
    workbook = click.workbook()
    source = dialogs.ask_open_file(click.app, click.title, _TYPES)
    if source is None:
        return "Nothing was imported."
    from xlpipeline.jobs.import_deals import import_in  # noqa: PLC0415 - pandas takes a second
    from xlpipeline.jobs.refresh import refresh_in  # noqa: PLC0415

    mapping = mapping_beside(source)
    pipeline = ""
    try:
        plan = import_in(workbook, source, now=click.now, map_path=mapping, dry_run=True, progress=click.progress).data
    except PipelineError as several:
        chosen = ask_pipeline(click, several)
        if chosen is None:
            return "Nothing was imported."
        pipeline = chosen
        plan = import_in(
            workbook, source, now=click.now, map_path=mapping, dry_run=True, pipeline=pipeline, progress=click.progress
        ).data
    except (SourceError, SetupError) as error:
        raise type(error)(f"{error}{_mapping_hint(source, mapping)}") from error
    if not plan["added"] + plan["updated"] + plan["history_entries"]:
        what = _WHAT[plan["kind"]]
        return f"{source.name} holds nothing new: {plan['unchanged']:,} {what} are in the workbook as they are."
    if not click.confirm("Import it?", preview(source, mapping, plan)):
        return "Nothing was imported."
    done = import_in(workbook, source, now=click.now, map_path=mapping, pipeline=pipeline, progress=click.progress).data
    refreshed = refresh_in(click.workbook(), now=click.now, user=click.user, progress=click.progress)
    counts = f"{done['added']:,} added, {done['updated']:,} updated, {done['unchanged']:,} unchanged"
    counts += f", {done['history_entries']:,} entries to stages" if done["history_entries"] else ""
    left = f"; {len(done['faults']):,} to mend, listed on Issues" if done["faults"] else ""
    return "\n".join((f"Imported {source.name}: {counts}{left}.", *refreshed.sentences))


def ask_pipeline(click: Click, several: PipelineError) -> str | None:
    """Which of a file's pipelines is wanted, by name or number; None: cancelled.

    Raises:
        PipelineError: the answer is none of them, or there is nothing to choose: the workbook holds another one.
    """
    names = several.names
    if not names:
        raise several
    shown = "; ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
    answer = click.ask(f"Which pipeline is this workbook for? {shown}", names[0])
    if answer is None:
        return None
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(names) and answer not in names:
        return names[int(answer) - 1]
    found = next((name for name in names if " ".join(name.split()).casefold() == answer.strip().casefold()), None)
    if found is None:
        raise several
    return found


def mapping_beside(source: Path) -> Path | None:
    """The mapping file of that name beside a source; None where there is none."""
    beside = source.with_suffix(".toml")
    return beside if beside.is_file() else None


def preview(source: Path, mapping: Path | None, plan: dict[str, Any]) -> str:
    """What an import would do, in a few lines."""
    taken = [c for c in plan["columns"] if c["target"]]
    left = [c["source"] for c in plan["columns"] if not c["target"]]
    kind = plan.get("kind", "deals")
    new = f"{plan['added']:,} new{'' if kind == 'deals' else f' {_WHAT[kind]}'}"
    lines = [f"{source.name}: {new}, {plan['updated']:,} updated, {plan['unchanged']:,} unchanged."]
    if kind == "deals" and plan.get("history_entries"):
        lines.append(f"{plan['history_entries']:,} entries to stages go to the history.")
    lines += [f"The mapping file {mapping.name} beside it is used."] if mapping else []
    lines.append("Columns: " + ", ".join(f"{c['source']} → {c['target']}" for c in taken[:_COLUMNS]))
    lines += [f"  … and {len(taken) - _COLUMNS} more"] if len(taken) > _COLUMNS else []
    lines += [f"Not imported: {', '.join(left)}"] if left else []
    if plan["faults"]:
        lines.append(f"To decide or to mend ({len(plan['faults']):,}):")
        lines += [f"  row {f['row']}: {f['wrong']}" for f in plan["faults"][:_FAULTS]]
    return "\n".join(lines)


def _mapping_hint(source: Path, mapping: Path | None) -> str:
    if mapping:
        return f"\nThe mapping file {mapping.name} beside it was used."
    return f"\nA mapping file is read where it lies beside the source as {source.with_suffix('.toml').name}."
