"""Foreign text is inert for every reader: Markdown, HTML, a terminal, a shell; and our own words are plain."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import words
from policies.catalogue import CATALOGUE
from policies.facts import NOT_ASKED, Commit, Sha, Unavailable
from policies.phrase import LONGEST_FOREIGN, Foreign, Phrase, command, say, visible
from policies.verdict import Remedy
from policies.words import blind, check, comment, failure, faults, offences, policy, remedies, skips
from policies.words.why import WHY
from tests.policies.readers import ITEM, PLAIN, TABLE, Browser, invisible_in, shown_in
from tests.policies.strategies import NASTY, TEXT

WORDS = (blind, check, comment, failure, faults, offences, policy, remedies, skips)


@given(TEXT, TEXT)
def test_foreign_text_is_code_in_a_paragraph(one: str, other: str) -> None:
    kinds, code = shown_in(say("Between {one} and {other} we speak.", one=one, other=other).markdown())
    assert kinds <= PLAIN
    assert [text.strip() for text in code] == [expected(one), expected(other)]


def expected(text: str, *, in_table: bool = False) -> str:
    """Outside a table, the backslash before a pipe is shown; a phrase does not know where it will stand."""
    shown = visible(text).strip()
    return shown if in_table else shown.replace("|", r"\|")


@given(TEXT, TEXT)
def test_foreign_text_is_code_in_a_list_item(one: str, other: str) -> None:
    kinds, code = shown_in("- " + say("{one} {other}", one=one, other=other).markdown())
    assert kinds <= PLAIN | ITEM
    assert [text.strip() for text in code] == [expected(one), expected(other)]


@given(TEXT, TEXT)
def test_foreign_text_is_code_in_a_table_cell(one: str, other: str) -> None:
    cells = [say("{text} here", text=text).markdown() for text in (one, other)]
    kinds, code = shown_in(f"| a | b |\n|---|---|\n| {cells[0]} | {cells[1]} |\n")
    assert kinds <= PLAIN | TABLE
    assert kinds >= TABLE
    assert [text.strip() for text in code] == [expected(one, in_table=True), expected(other, in_table=True)]


@given(st.lists(TEXT, max_size=8))
def test_a_list_of_foreign_texts_is_code_and_is_cut(texts: list[str]) -> None:
    phrase = say("Known: {texts}.", texts=texts)
    kinds, code = shown_in(phrase.markdown())
    assert kinds <= PLAIN
    assert [text.strip() for text in code] == [expected(text) for text in texts[:5]]
    assert phrase.plain().endswith("and 3 more.") == (len(texts) == 8)


@given(TEXT, TEXT)
def test_foreign_text_is_code_in_html(one: str, other: str) -> None:
    reader = Browser()
    reader.feed(say("{one} & {other}", one=one, other=other).html())
    reader.close()
    assert reader.elements == ["code", "code"]
    assert reader.text == f"{visible(one)} & {visible(other)}"


@given(TEXT)
def test_nothing_invisible_reaches_a_terminal(text: str) -> None:
    phrase = say("It is {text}.", text=text)
    for form in (phrase.plain(), phrase.markdown(), phrase.html(), command("git", text)):
        assert not invisible_in(form)
        form.encode("utf-8")


@given(TEXT)
def test_what_is_shown_is_short_and_shows_itself_again(text: str) -> None:
    shown = visible(text)
    assert len(shown) <= LONGEST_FOREIGN + 1
    assert visible(shown, len(shown)) == shown


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_command_has_the_words_that_it_was_given(given_words: list[str]) -> None:
    assert shlex.split(command(*given_words)) == [visible(word) for word in given_words]


def test_a_pasted_command_prints_the_words_and_runs_nothing() -> None:
    told = [visible(word) for word in NASTY]
    line = command("printf", r"%s\n", *NASTY).replace(r"'%s\n'", r"'%s\0'", 1)
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == told


def test_our_own_text_is_not_escaped() -> None:
    assert say("It {is} so.", **{"is": Phrase(("`really`",))}).markdown() == "It `really` so."


def test_numbers_are_ours_and_texts_are_not() -> None:
    assert say("{n} {text}", n=3, text="three").parts == ("3", " ", Foreign("three"))


CODE_WORDS = re.compile(r"`[A-Za-z0-9 ./:_-]+`")
"""Our own code words, such as `.github/headgate.yml`, are trusted and may stand between backticks."""

RENDERS = re.compile(r"[*_\[\]<>|\\~`@]|^#|^\s*(?:[-+>]|\d+[.)])\s|https?://|www\.")


def sentences() -> Iterator[tuple[str, Callable[..., object]]]:
    for module in WORDS:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", function


SENTENCES = dict(sentences())


def sample(parameter: inspect.Parameter) -> object:
    """Return something to say for a parameter, by its annotation."""
    kind = str(parameter.annotation)
    samples: dict[str, object] = {"str": "KIND", "int": 2, "bool": True, "str | None": "KIND", "int | None": 2}
    if kind in samples:
        return samples[kind]
    if kind in ("Sequence[str]", "Iterable[str]", "tuple[str, ...]"):
        return ("FOREIGN", "FOREIGN")
    if kind == "Sequence[Commit]":
        return [Commit(Sha("a" * 40), "FOREIGN")]
    assert parameter.default is None, f"{parameter}: there is no sample of this"
    return None


def spoken(function: Callable[..., object], *, absent: bool = False) -> object:
    """Call a function of our words with samples; with ``absent``, None wherever that may stand."""
    parameters = inspect.signature(function).parameters.values()
    given_values = [None if absent and "None" in str(p.annotation) else sample(p) for p in parameters]
    named = {p.name: value for p, value in zip(parameters, given_values, strict=True) if p.kind is p.KEYWORD_ONLY}
    return function(*given_values[: len(given_values) - len(named)], **named)


def phrases(said: object) -> Iterator[Phrase]:
    if isinstance(said, Phrase):
        yield said
    elif isinstance(said, Remedy):
        yield said.text
    elif isinstance(said, Unavailable):
        yield said.why
        yield from phrases(said.remedy)
    elif isinstance(said, tuple):
        for each in said:
            yield from phrases(each)


@pytest.mark.parametrize("name", SENTENCES)
def test_our_own_words_are_plain(name: str) -> None:
    function = SENTENCES[name]
    for absent in (False, True):
        for phrase in phrases(spoken(function, absent=absent)):
            text = "".join(part if isinstance(part, str) else "foreign" for part in phrase.parts)
            assert not RENDERS.search(CODE_WORDS.sub("", text))


@pytest.mark.parametrize("rule", WHY)
def test_the_reasons_are_plain(rule: str) -> None:
    assert not RENDERS.search(WHY[rule])


@pytest.mark.parametrize("name", [name for name in SENTENCES if name.startswith("remedies.")])
def test_a_remedy_starts_with_a_verb_and_is_a_sentence(name: str) -> None:
    said = spoken(SENTENCES[name])
    assert isinstance(said, Remedy)
    text = said.text.plain()
    assert re.match(r"[A-Z][a-z]+ ", text)
    assert text.endswith(".")
    assert all(shlex.split(line) for line in said.commands)


def test_there_are_words_for_every_rule() -> None:
    assert words.__doc__
    assert [rule.name for rule in CATALOGUE] == list(WHY)
    assert NOT_ASKED.why.plain()
