"""Which names of workbooks may stand in the command that starts Python: both sides, and what they would do there."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyopenvba.apps.excel import ExcelApplication

from tests.addin.vba_excel import VBA

NAMES = VBA / "XlpNames.bas"
SAFE = (
    "team.xlsx", "Book1", "Müller & Söhne (Q3).xlsx", "100% sure.xlsx", "O'Brien's deals.xlsx", "a^b.xlsx", "Wow!.xlsx",
    "Deals $5m, net.xlsx", "$HOME.xlsx", "`date`.xlsx", "$(date).xlsx", "a;b.xlsx", "[2026] {x} ~#@+-_.xlsx",
    "案件（Q3）.xlsx", "Привет.xlsx", "😀.xlsx", "a & b && c.xlsx", "€ 3–4 m.xlsx",
)  # fmt: skip
UNSAFE = {
    "a%PATH%.xlsx": ("windows", "holds the sign % more than once"),
    "%CMDCMDLINE%.xlsx": ("windows", "holds the sign % more than once"),
    "10% of 20%.xlsx": ("windows", "holds the sign % more than once"),
    'a" & calc & ".xlsx': ("windows", 'holds the sign "'),
    "a\\": ("windows", "holds the sign \\"),
    "a|python|b.xlsx": ("mac", "holds the sign |"),
    "a.xlsx=b.xlsx": ("both", "holds the sign ="),
    " team.xlsx": ("both", "begins or ends with a space"),
    "team ": ("both", "begins or ends with a space"),
    "\N{NO-BREAK SPACE}team.xlsx": ("both", "begins or ends with a space"),
    "a\nb.xlsx": ("both", "holds a sign that cannot be seen"),
    "a\0b.xlsx": ("both", "holds a sign that cannot be seen"),
    "a\x7fb.xlsx": ("both", "holds a sign that cannot be seen"),
}
SYSTEMS = ("windows", "mac")


@pytest.fixture(scope="module")
def basic() -> ExcelApplication:
    app = ExcelApplication()
    app.add_workbook()
    app.add_module(NAMES.read_text("ascii"), name="XlpNames")
    return app


def refusal(basic: ExcelApplication, name: str, system: str) -> str:
    return str(basic.run("XlpNameRefusal", name, system == "mac"))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", SAFE)
def test_ordinary_names_are_let_through(basic: ExcelApplication, name: str, system: str) -> None:
    assert refusal(basic, name, system) == ""


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", UNSAFE)
def test_dangerous_names_are_refused_with_what_to_do(basic: ExcelApplication, name: str, system: str) -> None:
    where, why = UNSAFE[name]
    expected = (
        f"Please rename this workbook: its name {why}, which cannot safely be passed on to Python. Then click again."
    )
    assert refusal(basic, name, system) == (expected if where in {system, "both"} else "")


def test_a_space_of_any_kind_at_an_end_is_refused_since_xlwings_takes_it_off(basic: ExcelApplication) -> None:
    spaces = [chr(code) for code in range(0x3001) if chr(code).isspace()]
    assert len(spaces) == 29
    for space in spaces:
        for name in (f"{space}a.xlsx", f"a{space}"):
            assert name.strip() != name
            assert refusal(basic, name, "windows")
            assert refusal(basic, name, "mac")


def windows_line(name: str) -> str:
    """What xlwings gives to cmd.exe, after cmd.exe has replaced variables: at worst every text between two % is one."""
    line = f'cmd.exe /C C: & cd "C:\\py" & "C:\\py\\python.exe" -c "import x" --wb="{name}" --from_xl=1 2> "C:\\log"'
    return re.sub(r"%[^%]+%", '" & calc & "', line)


def windows_arguments(line: str) -> list[str]:
    """The arguments of Python, as a C program takes its line apart: \\" is a quote, a quote alone begins or ends."""
    found, argument, is_quoted, at = [], "", False, 0
    line = line.partition('python.exe"')[2]
    while at < len(line):
        if line.startswith('\\"', at):
            argument, at = argument + '"', at + 1
        elif line[at] == '"':
            is_quoted = not is_quoted
        elif line[at] == " " and not is_quoted:
            found.append(argument)
            argument = ""
        else:
            argument += line[at]
        at += 1
    return [one for one in (*found, argument) if one]


def outside_of_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def as_xlwings_reads(argument: str) -> str:
    """``xlwings.Book.caller``."""
    return argument.split("=")[1].strip()


names = st.text(st.sampled_from("ab%=\"\\|^&!$;'` \n.é"), min_size=1, max_size=12)


@given(name=names)
def test_what_windows_lets_through_is_one_argument_and_no_command(basic: ExcelApplication, name: str) -> None:
    if refusal(basic, name, "windows"):
        return
    line = windows_line(name)
    assert f'--wb="{name}"' in line
    assert outside_of_quotes(line).count("&") == 2
    assert [as_xlwings_reads(one) for one in windows_arguments(line) if one.startswith("--wb=")] == [name]


@given(name=names)
def test_what_macos_lets_through_is_one_argument_of_six(basic: ExcelApplication, name: str) -> None:
    if refusal(basic, name, "mac"):
        return
    given_to_the_script = f"false;|/py/python|import x|{name}|/Applications/Excel.app|/log".split("|")
    assert len(given_to_the_script) == 6
    (argument,) = shlex.split(shlex.quote(f"--wb={given_to_the_script[3]}"))
    assert as_xlwings_reads(argument) == name


def test_the_naive_line_shows_what_a_dangerous_name_would_do() -> None:
    assert outside_of_quotes(windows_line("%a%")).count("&") == 4
    assert outside_of_quotes(windows_line('a" & calc & "')).count("&") == 4
