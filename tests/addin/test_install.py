"""Where the add-in goes on each system, what is replaced, and that what was put there is what goes away."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from xlpipeline import __version__
from xlpipeline.addin.setup import commands, install
from xlpipeline.addin.setup.build import OwnParts, build_addin
from xlpipeline.addin.setup.install import ADDIN_NAME, BuiltAddin, Places, places, read_addin, read_settings, save_addin
from xlpipeline.addin.setup.xlwings_files import addin_applescript, installed_xlwings
from xlpipeline.addin.setup.xlwings_text import APPLESCRIPT_NAME
from xlpipeline.cli import main
from xlpipeline.errors import BookError, BusyError, RequestError

FILES = installed_xlwings()
PYTHON = r"C:\Users\a & b\python 3\pythonw.exe"
ADDIN = build_addin(PYTHON, FILES, OwnParts((), "", {}))
SCRIPT = addin_applescript(FILES)


def test_on_windows_it_goes_to_the_users_xlstart(tmp_path: Path) -> None:
    where = places("win32", {"APPDATA": str(tmp_path / "Roaming")}, tmp_path)
    assert where == Places(tmp_path / "Roaming" / "Microsoft" / "Excel" / "XLSTART" / "xlpipeline.xlam")


def test_on_windows_without_appdata_the_usual_folder_is_taken(tmp_path: Path) -> None:
    where = places("win32", {}, tmp_path)
    assert where.addin == tmp_path / "AppData/Roaming/Microsoft/Excel/XLSTART/xlpipeline.xlam"


def test_on_macos_it_goes_to_excels_start_up_folder_with_its_script(tmp_path: Path) -> None:
    where = places("darwin", {}, tmp_path)
    office = tmp_path / "Library/Group Containers/UBF8T346G9.Office/User Content.localized"
    assert where.addin == office / "Startup.localized/Excel/xlpipeline.xlam"
    assert where.applescript == tmp_path / "Library/Application Scripts/com.microsoft.Excel/xlpipeline.applescript"


def test_on_linux_a_sentence_says_what_to_do_instead(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as refusal:
        places("linux", {}, tmp_path)
    assert str(refusal.value) == (
        "Excel does not run on this system, so there is nothing to install into; 'xlpipeline addin build --interpreter "
        "PATH' makes xlpipeline.xlam here, which you can copy to a machine with Excel."
    )


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_uninstall_removes_exactly_what_install_put_there(platform: str, tmp_path: Path) -> None:
    where = places(platform, {}, tmp_path)
    where.addin.parent.mkdir(parents=True)
    neighbour = where.addin.with_name("other.xlam")
    neighbour.write_bytes(b"other")
    scripts = tmp_path / "Library/Application Scripts/com.microsoft.Excel"
    scripts.mkdir(parents=True)
    (scripts / "xlwings-0.37.8.applescript").write_text("of another add-in")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    installed = install.install(ADDIN, SCRIPT, where)
    assert where.addin.read_bytes() == ADDIN
    put = {path for path in tmp_path.rglob("*") if path.is_file()} - before.keys()
    assert put == {where.addin} | ({where.applescript} if platform == "darwin" else set())
    assert {*installed.data["installed"]} == {str(path) for path in put}
    assert installed.sentences[-1] == (
        "Please start Excel again: the tab Pipeline is there. If it is not, run: xlpipeline addin doctor"
    )

    removed = install.uninstall(where)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert {*removed.data["removed"]} == {str(path) for path in put}
    assert removed.sentences[0] == f"Removed {where.addin}."


def test_on_macos_the_script_is_the_one_for_this_version(tmp_path: Path) -> None:
    where = places("darwin", {}, tmp_path)
    install.install(ADDIN, SCRIPT, where)
    assert where.applescript is not None
    assert where.applescript.name == APPLESCRIPT_NAME
    assert where.applescript.read_bytes() == SCRIPT.encode()


def test_installing_twice_replaces_the_older_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    where = places("win32", {}, tmp_path)
    install.install(b"older", SCRIPT, where)
    install.install(ADDIN, SCRIPT, where)
    assert [*where.addin.parent.iterdir()] == [where.addin]
    assert where.addin.read_bytes() == ADDIN


def test_uninstalling_what_was_never_installed_says_so(tmp_path: Path) -> None:
    outcome = install.uninstall(places("win32", {}, tmp_path))
    assert outcome.sentences == ("The add-in was not installed; nothing was removed.",)
    assert outcome.data == {"removed": []}


def test_uninstall_leaves_a_file_that_is_not_ours(tmp_path: Path) -> None:
    where = places("win32", {}, tmp_path)
    where.addin.parent.mkdir(parents=True)
    where.addin.write_bytes(b"somebody's own")
    with pytest.raises(RequestError) as refusal:
        install.uninstall(where)
    assert str(refusal.value) == (f"{where.addin} is no add-in of xlpipeline, so it stays; please look at it yourself.")
    assert where.addin.exists()


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "used by another process")


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_while_excel_holds_the_add_in_it_asks_to_close_excel(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = places("win32", {}, tmp_path)
    install.install(ADDIN, SCRIPT, where)
    monkeypatch.setattr(Path, "replace" if action == "install" else "unlink", refuse)
    with pytest.raises(BusyError) as refusal:
        install.install(b"newer", SCRIPT, where) if action == "install" else install.uninstall(where)
    assert str(refusal.value) == f"{where.addin} is in use; please close Excel and run this again."
    assert where.addin.read_bytes() == ADDIN


def test_excels_owner_file_counts_as_in_use(tmp_path: Path) -> None:
    (tmp_path / "~$xlpipeline.xlam").touch()
    with pytest.raises(BusyError, match="open in Excel"):
        save_addin(ADDIN, tmp_path / ADDIN_NAME)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "AppData").write_text("a file where the folder should be")
    where = places("win32", {}, tmp_path)
    with pytest.raises(BookError, match=r"the folder .*XLSTART cannot be made \(.+\)\."):
        install.install(ADDIN, SCRIPT, where)


# build --------------------------------------------------------------------------------------------------------------


def test_build_replaces_an_older_add_in_of_ours_without_asking(tmp_path: Path) -> None:
    path = tmp_path / ADDIN_NAME
    path.write_bytes(build_addin("/usr/bin/python3", FILES, OwnParts((), "", {})))
    outcome = save_addin(ADDIN, path)
    assert path.read_bytes() == ADDIN
    assert outcome.sentences[:2] == (
        f"{path} is ready.",
        f"It starts {PYTHON}; --interpreter gives another machine's path.",
    )


def test_build_replaces_another_file_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlam"
    path.write_bytes(b"my own")
    with pytest.raises(RequestError) as refusal:
        save_addin(ADDIN, path)
    assert str(refusal.value) == "mine.xlam is there already and no add-in of xlpipeline; --force replaces it."
    assert path.read_bytes() == b"my own"
    save_addin(ADDIN, path, force=True)
    assert path.read_bytes() == ADDIN
    assert [*tmp_path.iterdir()] == [path]


def test_an_add_in_says_what_it_was_built_from(tmp_path: Path) -> None:
    path = tmp_path / ADDIN_NAME
    path.write_bytes(ADDIN)
    assert read_addin(path) == BuiltAddin(PYTHON, __version__, FILES.version)


@pytest.mark.parametrize("cut", [0, 10, 2_000, len(ADDIN) - 1])
def test_a_broken_file_is_none_of_ours(cut: int) -> None:
    assert read_settings(ADDIN[:cut]) is None


def test_another_programs_add_in_is_none_of_ours() -> None:
    other = ADDIN.replace(b"xlpipeline.conf", b"otherthing.conf")
    assert read_settings(other) is None
    assert read_addin(Path("nowhere.xlam")) is None


# through the door ---------------------------------------------------------------------------------------------------


def test_addin_build_in_an_empty_folder_makes_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["addin", "build"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "xlpipeline.xlam is ready."
    assert [path.name for path in tmp_path.iterdir()] == ["xlpipeline.xlam"]
    built = read_addin(tmp_path / "xlpipeline.xlam")
    assert built == BuiltAddin(sys.executable, __version__, FILES.version)


def test_addin_build_takes_another_machines_python_and_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "team.xlam"
    command = ["addin", "build", "--output", str(path), "--interpreter", r"C:\v\Scripts\python.exe", "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out) == {"addin": str(path)}
    built = read_addin(path)
    assert built is not None
    assert built.interpreter == r"C:\v\Scripts\pythonw.exe"


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="Excel runs here")
@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_where_excel_does_not_run_nothing_is_installed(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addin", action]) == 2
    assert capsys.readouterr().err.startswith("xlpipeline: Excel does not run on this system")


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_the_commands_install_and_uninstall_for_the_user(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "sys", type("Sys", (), {"platform": platform, "executable": "/opt/python3"}))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delitem(os.environ, "APPDATA", raising=False)
    where = places(platform, {}, tmp_path)
    assert main(["addin", "install", "--interpreter", "/opt/venv/bin/python"]) == 0
    built = read_addin(where.addin)
    assert built is not None
    assert built.interpreter == "/opt/venv/bin/python"
    assert main(["addin", "uninstall"]) == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_action_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["addin"])
    assert "ACTION" in capsys.readouterr().err
