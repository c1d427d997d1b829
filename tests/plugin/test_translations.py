"""The plugin in another language: nothing left out, nothing out of date, no gap lost on the way."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "qgis_plugin" / "i18n"
FILES = sorted(FOLDER.glob("*.ts"))
LRELEASE = next(
    (path for path in ("/usr/lib/qt5/bin/lrelease", shutil.which("lrelease")) if path and Path(path).exists()), None
)
GAP = re.compile(r"\{\w*\}|%n|%\d|%L\d")
MANY = (0, 2, 5, 11, 21, 100)  # all of them take the second form in English and German


def tool(name):
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / "tools"))


qm, translations = tool("qm"), tool("translations")


def messages(file):
    return [pytest.param(message, id=message.source[:50]) for message in qm.messages(file)]


# -- the files of translations ------------------------------------------------------------


def test_german_is_there_and_english_has_its_plurals():
    assert [file.name for file in FILES] == ["wholescene_de.ts", "wholescene_en.ts"]
    assert len(qm.messages(FOLDER / "wholescene_de.ts")) > 500
    assert all(message.plural for message in qm.messages(FOLDER / "wholescene_en.ts"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_of_the_code_is_translated_and_no_other(file):
    assert translations.problems_of(file) == [], "run: make translations; then fill in what is new with Qt Linguist"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_translation_has_the_gaps_of_its_source(file):
    for message in qm.messages(file):
        wanted = Counter(GAP.findall(message.source))
        for place, form in enumerate(message.forms):
            found = Counter(GAP.findall(form))
            counting = {"%n", "{n}"} if message.plural and place == 0 else set()  # "one file" needs no number
            missing = {gap for gap, count in (wanted - found).items() if gap not in counting}
            assert not missing, f"{message.source!r} lost {missing} in {form!r}"
            assert not found - wanted, f"{message.source!r} got {found - wanted} in {form!r}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_translation_begins_and_ends_as_its_source(file):
    for message in qm.messages(file):
        for form in message.forms:
            edges = [
                (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]) for text in (message.source, form)
            ]
            assert edges[0] == edges[1], f"other spaces around {form!r}"
            for ending in ("…", ":", "."):
                assert message.source.endswith(ending) == form.endswith(ending), f"{message.source!r} and {form!r}"
            assert message.source.count("\n") == form.count("\n"), message.source
            assert re.findall(r"^[A-Z_, ]+(?=:)", message.source, re.M) == re.findall(r"^[A-Z_, ]+(?=:)", form, re.M), (
                form
            )


def test_quoted_words_of_the_interface_are_those_of_the_interface():
    """Where a text names a field or a file, it is the same in every language."""
    for message in qm.messages(FOLDER / "wholescene_de.ts"):
        for name in re.findall(
            r"\b[\w-]+\.(?:json|toml|log|tif|gpkg|md)\b|--[\w-]+|wholescene:\w+|\b[A-Z]+_[A-Z_]+\b", message.source
        ):
            shown = name in message.forms[0] or (ROOT / "docs" / message.forms[0]).is_file()  # a page has its own name
            assert shown, f"{name} is missing in {message.forms}"


# -- what Qt makes of them ----------------------------------------------------------------


@pytest.fixture
def spoken():
    """Installs compiled translations; looks texts up as the plugin does."""
    installed = []

    def install(path):
        translator = QTranslator()
        assert translator.load(str(path))
        QCoreApplication.installTranslator(translator)
        installed.append(translator)
        return lambda message, n=-1: QCoreApplication.translate(
            message.context, message.source, message.comment or None, n
        )

    yield install
    for translator in installed:
        QCoreApplication.removeTranslator(translator)


def as_qt_says(message, say):
    if not message.plural:
        return [say(message)]
    return [say(message, n) for n in (1, *MANY)]


def expected(message):
    if not message.plural:
        return [message.forms[0]]
    return [message.forms[n != 1].replace("%n", str(n)) for n in (1, *MANY)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_qt_reads_every_translation_and_chooses_the_plurals(file, spoken, tmp_path):
    compiled = tmp_path / "language.qm"
    compiled.write_bytes(qm.compiled(file))
    say = spoken(compiled)
    for message in qm.messages(file):
        assert as_qt_says(message, say) == expected(message)


@pytest.mark.skipif(LRELEASE is None, reason="Qt's lrelease is not installed")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_qt_s_own_compiler_makes_the_same_of_them(file, spoken, tmp_path):
    theirs = tmp_path / "language.qm"
    done = subprocess.run([LRELEASE, str(file), "-qm", str(theirs)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(qm.messages(file))
    assert f"Generated {count} translation(s) ({count} finished and 0 unfinished)" in done.stdout
    say = spoken(theirs)
    for message in qm.messages(file):
        assert as_qt_says(message, say) == expected(message)


def test_what_is_not_finished_is_left_out(spoken, tmp_path):
    file = tmp_path / "half.ts"
    file.write_text(
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="de"><context><name>C</name>'
        "<message><source>done</source><translation>fertig</translation></message>"
        '<message><source>not done</source><translation type="unfinished">halb</translation></message>'
        "</context></TS>"
    )
    (tmp_path / "half.qm").write_bytes(qm.compiled(file))
    spoken(tmp_path / "half.qm")
    assert QCoreApplication.translate("C", "done") == "fertig"
    assert QCoreApplication.translate("C", "not done") == "not done"


# -- what the code says -------------------------------------------------------------------

SHOWN = re.compile(
    r"set\w*(Text|ToolTip|Title|Description|Name|Tip|Help|Placeholder|Labels?|Suffix|Prefix|SpecialValueText)$|"
    r"(add|insert)(Item|Action|Row|Tab|Menu|Button|Widget)s?$|Q\w*(Label|Button|Box|Action|Menu)$|"
    r"push\w+|reportError|show_\w+|say|QgsProcessing(Parameter|Output)\w+|QgsProcessingException|"
    r"get(Open|Save|Existing)\w+|question|warning|information|critical|Errand|Caption|Fold|Hint$"
)
NOT_SHOWN = {"setObjectName", "setDescriptionName"}
FOR_PROGRAMMERS = {"ValueError", "KeyError", "TypeError", "ZmtpError", "CanvasError"}  # caught, or a fault of ours
LOOKED_FOR = {"compile", "partition"}  # in what other programs say
NAMES = {  # as they are in every language
    "WholeScene",
    "GeoPackage (*.gpkg)",
    "CSV (*.csv)",
    "WholeScene sample",  # a folder
    "WholeScene classes",  # a style in a GeoPackage
    "water-lite",
    "https://…/simple",  # the address of a package index
    "exec cat",  # a shell's
}
REPORT = "core/diagnostics.py"  # in English: it is for whoever helps
IN_FILES = re.compile(  # what other programs read
    "stratified estimators of Olofsson|smaller patches joined the neighbour|"
    "shared out: |.? points drawn at random|no reason given"
)
CODE = re.compile(r"SELECT |[<{;]|^[\w.]+=|^\W*$")  # SQL, markup, style sheets
WORDS = re.compile(r"[A-Za-z]{2,} +[A-Za-z]{2,}")


def called(node):
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def literal(node):
    """The words of a literal or an f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
    return None


def unwrapped(tree):
    """(line, text) of what a person would read untranslated."""
    wrapped = {id(part) for node in ast.walk(tree) if is_quiet(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in wrapped:
            continue
        if isinstance(node, ast.Call) and SHOWN.match(called(node)) and called(node) not in NOT_SHOWN:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                text = literal(argument)
                if text and re.search(r"[A-Za-z]{2,}", text) and text not in NAMES and not is_name(text):
                    yield argument.lineno, text
        text = literal(node)
        if text and WORDS.search(text) and text not in NAMES and not CODE.search(text) and not IN_FILES.match(text):
            yield node.lineno, text


def is_name(text):
    """An id, a path, a parameter of Processing, markup."""
    return bool(
        CODE.search(text)
        or re.fullmatch(r"[\w.:/|%-]*[._:/|][\w.:/|%-]*|[A-Z_]+|wholescene\w+|[a-z]+|([A-Z][a-z]+){2,}", text)
    )


def is_quiet(node):
    if isinstance(node, ast.Call):
        return called(node) in {*translations.WRAPPERS, *FOR_PROGRAMMERS, *LOOKED_FOR}
    if isinstance(node, ast.Compare):  # what other programs say, looked for
        return all(isinstance(operator, (ast.In, ast.NotIn)) for operator in node.ops)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring


PLUGIN = ROOT / "qgis_plugin"


SHOWING = sorted(set(PLUGIN.rglob("*.py")) - {PLUGIN / REPORT})


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: str(path.relative_to(PLUGIN)))
def test_nothing_is_shown_without_being_translated(path):
    found = list(unwrapped(ast.parse(path.read_text("utf-8"))))
    assert not found, "\n".join(f"{path.relative_to(ROOT)}:{line}: {text!r}" for line, text in found)


@pytest.mark.parametrize(
    "code",
    [
        'label.setText("Not translated")',
        'QPushButton("Stop")',
        'button.setToolTip(f"Click {name} to go on")',
        'raise OutputUnwritable(detail="GDAL could not write it")',
        'told = "so many words"',
        'menu.addAction("Undo")',
    ],
)
def test_what_was_forgotten_is_found(code):
    assert list(unwrapped(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ['label.setText(tr("Translated"))', 'x.setObjectName("wholesceneStop")', 'def f():\n    """Some words."""']
)
def test_what_is_translated_or_not_shown_is_not_found(code):
    assert not list(unwrapped(ast.parse(code)))


def test_a_text_that_is_put_together_is_refused(tmp_path):
    """It could never be found in a file of translations."""
    path = tmp_path / "code.py"
    path.write_text('tr(f"{n} files")')
    with pytest.raises(translations.NotLiteral, match=r"code.py:1"):
        list(translations._wrapped(path))


def test_nothing_is_translated_while_modules_are_read():
    """Then no language is chosen yet: tables take mark() and marked()."""
    early = []
    for path in PLUGIN.rglob("*.py"):
        for node in outside_of_functions(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) == "tr":
                early.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert early == []


def outside_of_functions(node):
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield child
            yield from outside_of_functions(child)


# -- the engine's clauses -----------------------------------------------------------------


def test_every_clause_of_the_list_is_said_by_the_engine():
    from wholescene_qgis.core import details

    said = set()
    for path in (ROOT / "engine" / "wholescene").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = literal(node)
            if text:
                said.add(re.sub(r"\0|\{\w+\}", "*", text))
    listed = [re.sub(r"\{\w+\}", "*", clause) for clause in details.CLAUSES]
    assert [clause for clause in listed if clause not in said] == []


# -- the user guide -----------------------------------------------------------------------

GUIDES = [ROOT / "docs" / name for name in ("user-guide.md", "user-guide.de.md")]
WORD_BY_WORD = {  # what is the same in every language, and what it is called
    "code": r"`[^`\n]+`",
    "pictures": r"!\[[^]]*\]\(([^)]+)\)",
    "links to other pages": r"(?<!!)\[[^]]*\]\(([^)#]+)\)",
    "commands": r"^\$ .*$",
    "headings": r"^(#+) ",
    "rows": r"^(\|)",
    "steps": r"^ *(\d\.|-) ",
    "bold": r"(\*\*)[^*]+\*\*",
}


def sections(guide):
    return re.split(r"^(?=## )", guide.read_text("utf-8"), flags=re.M)


def test_the_german_guide_has_all_sections():
    english, german = (sections(guide) for guide in GUIDES)
    assert len(english) == len(german)


@pytest.mark.parametrize("place", range(len(sections(GUIDES[0]))))
def test_the_german_guide_says_what_the_guide_says(place):
    """Not word by word, but every name, picture, link, command, row and step of each section is there."""
    english, german = (sections(guide)[place] for guide in GUIDES)
    for what, pattern in WORD_BY_WORD.items():
        found = [Counter(re.findall(pattern, section, re.M)) for section in (english, german)]
        assert found[0] == found[1], f"{what}: {found[0] - found[1]} and {found[1] - found[0]}"


def test_the_german_guide_names_the_words_of_the_german_plugin():
    """What it calls a button, a menu or a dialog (bold) is what the plugin calls it."""
    forms = {form.replace("&", "").rstrip("…") for m in qm.messages(FOLDER / "wholescene_de.ts") for form in m.forms}
    german = GUIDES[1].read_text("utf-8")
    named = {name.rstrip("…") for bold in re.findall(r"\*\*Mehr > ([^*]+)\*\*", german) for name in bold.split(" > ")}
    assert named
    assert named <= forms, named - forms
