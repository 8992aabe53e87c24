"""The command line. Each command is a thin door to one job; heavy imports wait until a job is chosen.

Exit codes: 0 done, 1 issues of severity error were found (only with --strict), 2 the request was refused.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlpipeline import __version__
from xlpipeline.errors import CriteriaError, NoNextStageError, PipelineError, ReasonError, XlpipelineError

if TYPE_CHECKING:
    from xlpipeline.hosts.file import ClosedWorkbook
    from xlpipeline.jobs.outcome import Outcome


_DEMO = Path("demo.xlsx")
_MOST_DEMO_DEALS = 5_000
"""A demo is built cell by cell; real tables of any size come by import."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; faults become one sentence on standard error."""
    gc.set_threshold(100_000, 20, 100)  # looking for rubbish as often as Python does costs a tenth of a command
    options = _parser().parse_args(arguments)
    try:
        outcome: Outcome = options.run(options)
    except XlpipelineError as error:
        _clear_progress()
        print(f"xlpipeline: {error}{_hint(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        _clear_progress()
        print("xlpipeline: stopped; the workbook is as it was.", file=sys.stderr)
        return 2
    except Exception as error:  # a fault of ours: still one sentence, never a traceback unless asked for
        if options.debug:
            raise
        _clear_progress()
        print(
            f"xlpipeline: sorry, this is our fault ({type(error).__name__}: {error!s:.200}); the file is as it was. "
            "Please run it again with --debug and report what it prints.",
            file=sys.stderr,
        )
        return 2
    _clear_progress()
    try:
        _print(outcome, as_json=options.json)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if options.strict and outcome.errors else 0


_HINTS: Final[dict[type[XlpipelineError], str]] = {
    CriteriaError: '\nIf it must move all the same, give the reason: --override "…".',
    ReasonError: ' Write --reason "…".',
    NoNextStageError: " Write --to STAGE.",
    PipelineError: ' Write --pipeline "NAME".',
}
"""What a refusal asks for, as this door takes it."""


def _hint(error: XlpipelineError) -> str:
    return _HINTS.get(type(error), "")


def _print(outcome: Outcome, *, as_json: bool) -> None:
    text = json.dumps(outcome.data, indent=2, ensure_ascii=False) if as_json else "\n".join(outcome.sentences)
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, errors="replace").decode(encoding))


def _progress(step: str) -> None:
    """The running step, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step} …", end="", file=sys.stderr, flush=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _now() -> dt.datetime:
    """The one place that reads the clock."""
    return dt.datetime.now(tz=dt.UTC)


def _user() -> str:
    """Who runs this, for the history; blank where the system does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _workbook(options: argparse.Namespace) -> ClosedWorkbook:
    from xlpipeline.hosts.file import ClosedWorkbook  # noqa: PLC0415

    return ClosedWorkbook(options.workbook)


def _demo(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.demo import demo_file  # noqa: PLC0415

    return demo_file(
        options.workbook,
        now=_now(),
        user=_user(),
        deals=options.deals,
        seed=options.seed,
        replace_existing=options.force or options.workbook == _DEMO,
        progress=_progress,
    )


def _new(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.new import TeamRequest, new_file  # noqa: PLC0415

    request = TeamRequest(options.template, options.team, options.currency or "", options.reps, options.quotas)
    return new_file(
        options.workbook, request, now=_now(), user=_user(), replace_existing=options.force, progress=_progress
    )


def _import(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.import_deals import import_in  # noqa: PLC0415

    return import_in(
        _workbook(options),
        options.source,
        now=_now(),
        map_path=options.map,
        dry_run=options.dry_run,
        pipeline=options.pipeline,
        progress=_progress,
    )


def _refresh(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.refresh import refresh_in  # noqa: PLC0415

    return refresh_in(_workbook(options), now=_now(), as_of=options.as_of, user=_user(), progress=_progress)


def _validate(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.validate import validate_in  # noqa: PLC0415

    return validate_in(
        _workbook(options), now=_now(), as_of=options.as_of, map_spellings=options.map, progress=_progress
    )


def _cleanup(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.cleanup import cleanup_in  # noqa: PLC0415

    return cleanup_in(_workbook(options), options.accept, now=_now(), user=_user(), progress=_progress)


def _advance(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.advance import MoveRequest, advance_in  # noqa: PLC0415

    request = MoveRequest(options.deal, options.to, options.override, options.reason)
    return advance_in(_workbook(options), request, now=_now(), user=_user(), progress=_progress)


def _import_leads(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.import_leads import import_leads_in  # noqa: PLC0415

    return import_leads_in(
        _workbook(options), options.source, now=_now(), dry_run=options.dry_run, user=_user(), progress=_progress
    )


def _convert(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.convert_lead import convert_in  # noqa: PLC0415

    return convert_in(_workbook(options), options.lead, name=options.name, now=_now(), user=_user(), progress=_progress)


def _review(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.review import review_in  # noqa: PLC0415

    return review_in(_workbook(options), options.label, now=_now(), user=_user(), progress=_progress)


def _snapshot(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.snapshot import snapshot_in  # noqa: PLC0415

    return snapshot_in(_workbook(options), options.label, now=_now(), user=_user(), progress=_progress)


def _score(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.win_score import score_in  # noqa: PLC0415

    return score_in(_workbook(options), now=_now(), user=_user(), progress=_progress)


def _reminders(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.reminders import reminders_in  # noqa: PLC0415

    return reminders_in(
        _workbook(options), options.output, now=_now(), rep=options.rep, days=options.days, progress=_progress
    )


def _forget(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.forget import forget_file  # noqa: PLC0415

    return forget_file(options.workbook, options.contact, now=_now(), user=_user(), progress=_progress)


def _upgrade(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.upgrade import upgrade_file  # noqa: PLC0415

    return upgrade_file(options.workbook, now=_now(), user=_user(), progress=_progress)


def _restore(options: argparse.Namespace) -> Outcome:
    from xlpipeline.jobs.restore import restore_file  # noqa: PLC0415

    return restore_file(options.workbook)


def _explain(options: argparse.Namespace) -> Outcome:
    from xlpipeline.addin.functions import examples  # noqa: PLC0415
    from xlpipeline.jobs.explain import explain  # noqa: PLC0415

    told = explain(" ".join(options.name))
    shown = examples(str(told.data.get("name", "")))
    cells = tuple(f"  In a cell: {one}" for one in shown)
    return replace(told, sentences=told.sentences + cells, data=told.data | ({"in_a_cell": shown} if shown else {}))


def _addin(options: argparse.Namespace) -> Outcome:
    from xlpipeline.addin.setup import commands  # noqa: PLC0415

    if options.action == "build":
        return commands.build(options.output, options.interpreter, force=options.force)
    if options.action == "install":
        return commands.install(options.interpreter)
    if options.action == "functions":
        return commands.functions()
    return commands.uninstall() if options.action == "uninstall" else commands.doctor()


_Command = Callable[[str, str, object], argparse.ArgumentParser]
"""Adds a command: name, what it does, function that runs it."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xlpipeline",
        description="Sales pipeline management inside an Excel workbook.",
        epilog="Exit codes: 0 done, 1 errors in the data (with --strict), 2 the request was refused.",
    )
    parser.add_argument("--version", action="version", version=f"xlpipeline {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print the outcome as JSON")
    shared.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    shared.add_argument("--strict", action="store_true", help="exit with 1 if the data has issues of severity error")

    def command(name: str, text: str, run: object) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[shared])
        sub.set_defaults(run=run)
        return sub

    _add_building(command)
    _add_working(command)
    _add_addin(commands.add_parser("addin", help=_ADDIN, description=_ADDIN), shared)
    explain = command("explain", "explain a metric or a check", _explain)
    explain.add_argument("name", nargs="*", help="such as coverage; without a name all are listed")
    return parser


def _add_building(command: _Command) -> None:
    """Commands that build a workbook, fill it from outside, or keep the file itself."""
    demo = command("demo", "build a filled demo workbook here", _demo)
    demo.add_argument("workbook", nargs="?", type=Path, default=_DEMO, help="default: demo.xlsx")
    demo.add_argument("--force", action="store_true", help="replace a file of another name than demo.xlsx")
    demo.add_argument(
        "--deals", type=_deal_count, default=600, metavar="N", help="how many opportunities (default 600)"
    )
    demo.add_argument(
        "--seed", type=int, default=11, metavar="N", help="the same seed gives the same team (default 11)"
    )

    new = command("new", "build a new team workbook", _new)
    new.add_argument("workbook", type=Path)
    new.add_argument(
        "--template", default="eight", metavar="NAME", help="five, seven, eight, or a recipe file of your own (.toml)"
    )
    new.add_argument("--team", default="", metavar="NAME", help="name shown on the dashboards")
    new.add_argument("--reps", type=Path, metavar="FILE", help="CSV or XLSX with the reps")
    new.add_argument(
        "--quotas", type=Path, metavar="FILE", help="CSV or XLSX with rep, period start, period end, quota"
    )
    new.add_argument("--currency", type=_currency, metavar="ISO", help="base currency, such as EUR")
    new.add_argument("--force", action="store_true", help="replace a file of that name")

    imports = command("import", "bring deals, stage history or activities from a CSV or XLSX into a workbook", _import)
    imports.add_argument("workbook", type=Path)
    imports.add_argument("source", type=Path, help="the CSV or XLSX file, or a web page that is called .xls")
    imports.add_argument(
        "--map", type=Path, metavar="FILE", help="mapping file (.toml) that fixes columns, dates and spellings"
    )
    imports.add_argument(
        "--pipeline", default="", metavar="NAME", help="which pipeline of the file (one workbook holds one)"
    )
    imports.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")

    leads = command("import-leads", "bring leads, or what they did, from a CSV or XLSX into Leads", _import_leads)
    leads.add_argument("workbook", type=Path)
    leads.add_argument("source", type=Path, help="the file; it needs a column Lead ID")
    leads.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")

    upgrade = command("upgrade", "add what newer versions have to an older workbook", _upgrade)
    upgrade.add_argument("workbook", type=Path)

    restore = command("restore", "bring the kept previous file back", _restore)
    restore.add_argument("workbook", type=Path)


def _add_working(command: _Command) -> None:
    """Commands of a team's week."""
    refresh = command("refresh", "bring figures, stale flags and issues up to date", _refresh)
    refresh.add_argument("workbook", type=Path)
    refresh.add_argument(
        "--as-of",
        type=_date,
        metavar="YYYY-MM-DD",
        help="the day the figures are for (default: the setting, else today)",
    )

    validate = command("validate", "run all checks and say what they find; writes nothing", _validate)
    validate.add_argument("workbook", type=Path)
    validate.add_argument(
        "--as-of", type=_date, metavar="YYYY-MM-DD", help="the day to check for (default: the setting, else today)"
    )
    validate.add_argument(
        "--map", action="store_true", help="write unknown spellings into Mappings, with what they most likely mean"
    )

    cleanup = command("cleanup", "list open deals that look dead, or accept their clean-up", _cleanup)
    cleanup.add_argument("workbook", type=Path)
    cleanup.add_argument(
        "--accept",
        nargs="+",
        default=[],
        metavar="DEAL",
        help="Deal IDs to move to the derailed stage, or 'all' of the list",
    )

    advance = command("advance", "move a deal to the next stage if its criteria are met", _advance)
    advance.add_argument("workbook", type=Path)
    advance.add_argument("deal", help="the Deal ID")
    advance.add_argument("--to", default="", metavar="STAGE", help="the stage to move to (default: the next)")
    advance.add_argument(
        "--override", default="", metavar="REASON", help="move although criteria are missing; recorded"
    )
    advance.add_argument("--reason", default="", metavar="REASON", help="why the deal goes back or is reopened")

    convert = command("convert", "make a lead an opportunity, and keep the link", _convert)
    convert.add_argument("workbook", type=Path)
    convert.add_argument("lead", help="the Lead ID")
    convert.add_argument("--name", default="", metavar="TEXT", help="what to call the opportunity")

    review = command("review", "freeze a snapshot, and write what to talk through with each rep", _review)
    review.add_argument("workbook", type=Path)
    review.add_argument("--label", default="", metavar="TEXT", help="what to call it, such as weekly")

    snapshot = command("snapshot", "keep what the pipeline looks like now", _snapshot)
    snapshot.add_argument("workbook", type=Path)
    snapshot.add_argument("--label", default="", metavar="TEXT", help="what to call it")

    score = command("score", "fit the win score to the team's closed deals, and score the open ones", _score)
    score.add_argument("workbook", type=Path)

    reminders = command("reminders", "write what is due and overdue as a calendar file", _reminders)
    reminders.add_argument("workbook", type=Path)
    reminders.add_argument("output", type=Path, help="the .ics file")
    reminders.add_argument("--rep", default="", metavar="NAME", help="only what this rep is to do")
    reminders.add_argument("--days", type=int, default=30, metavar="N", help="so many days ahead (default 30)")

    forget = command("forget", "take a person's name out of every table and the history", _forget)
    forget.add_argument("workbook", type=Path)
    forget.add_argument("--contact", required=True, metavar="NAME", help="the name, as it is written in the workbook")


_ADDIN: Final = "build, install, uninstall or check the add-in for Excel"


def _add_addin(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The add-in's own commands."""
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    for name, text in (
        ("build", "write xlpipeline.xlam into the current folder"),
        ("install", "put the add-in where Excel loads it at every start"),
        ("uninstall", "take the add-in away again"),
        ("doctor", "say what keeps the add-in from working, and what to do"),
        ("functions", "list the worksheet functions, each with an example"),
    ):
        action = actions.add_parser(name, help=text, description=text, parents=[shared])
        action.set_defaults(run=_addin)
        if name in {"build", "install"}:
            action.add_argument(
                "--interpreter", metavar="PATH", help="the Python program that Excel starts (default: this one)"
            )
        if name == "build":
            action.add_argument("--output", type=Path, metavar="FILE", help="default: xlpipeline.xlam")
            action.add_argument("--force", action="store_true", help="replace a file that is no add-in of xlpipeline")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date; please write it as 2026-12-31") from error


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise argparse.ArgumentTypeError(f"'{text}' is not an ISO currency code; please write one such as EUR")
    return text.upper()


def _deal_count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _MOST_DEMO_DEALS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of deals; please choose 1 to {_MOST_DEMO_DEALS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
