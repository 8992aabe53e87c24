"""The command line as a user meets it: sentences, exit codes, JSON, and a light start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from xlpipeline.cli import main
from xlpipeline.tabs import issues


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom xlpipeline.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'openpyxl', 'python_calamine', 'xlwings'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "refresh" in done.stdout


def test_a_refresh_loads_neither_openpyxl_nor_xlwings(tmp_path: Path, small_book: Path) -> None:
    script = (
        "import sys\nfrom xlpipeline.cli import main\n"
        f"code = main(['refresh', {str(small_book)!r}])\n"
        "heavy = {'openpyxl', 'xlwings', 'lxml'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["demo", "new", "import", "refresh", "upgrade", "restore", "explain"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_a_missing_workbook_is_one_sentence_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refresh", str(tmp_path / "none.xlsx")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "There is no file" in err


def test_a_bad_date_is_refused_with_the_right_form(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["refresh", "team.xlsx", "--as-of", "31.12.2026"])
    assert stop.value.code == 2
    assert "please write it as 2026-12-31" in capsys.readouterr().err


def test_explain_gives_definition_formula_why_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "coverage"]) == 0
    out = capsys.readouterr().out
    for head in ("Definition", "Formula", "Why it matters", "What to do"):
        assert f"{head}: " in out


def test_explain_says_how_a_cell_asks_for_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Simulated outcome"]) == 0
    assert "  In a cell: =XLP_OUTCOME(Pipeline[#All]," in capsys.readouterr().out
    assert main(["explain", "duplicate_deal_id"]) == 0
    assert "In a cell" not in capsys.readouterr().out


def test_explain_proposes_the_closest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "coverege"]) == 2
    assert "did you mean coverage" in capsys.readouterr().err


def test_explain_finds_an_entry_by_a_word_of_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "stale"]) == 2
    assert "aging" in capsys.readouterr().err


def test_explain_without_a_name_lists_all_metrics_and_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "win_rate" in listed["metrics"]
    assert "duplicate_deal_id" in listed["checks"]


def test_a_fault_of_ours_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("xlpipeline.jobs.explain.explain", broken)
    assert main(["explain", "coverage"]) == 2
    assert "our fault (ZeroDivisionError" in capsys.readouterr().err


def test_strict_exits_with_1_when_the_data_has_errors(
    messy_book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlpipeline.jobs.refresh.TABS", (issues.TAB,))  # the others would only take time
    assert main(["refresh", str(messy_book)]) == 0
    capsys.readouterr()
    assert main(["refresh", str(messy_book), "--strict", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["issues"]["error"] > 0


def test_the_readme_shows_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = main.__globals__["_parser"]()._subparsers._group_actions[0].choices
    missing = [name for name in commands if f"xlpipeline {name}" not in readme]
    assert not missing, f"README.md does not show: {', '.join(missing)}"
