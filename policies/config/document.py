"""YAML bytes read as data, with the line and column of every value; hostile bytes get an answer, never a hang.

The resolver is YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): `off`, `on`, `yes` and dates stay
text, so that `bad-title: off` means what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from policies.phrase import Phrase
from policies.words import faults

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

LARGEST = 64 * 1024
"""Bytes of a policy file; the longest one seen in practice has 4 KiB."""

DEEPEST = 40
MOST_VALUES = 5_000

MOST_PROBLEMS = 50
"""More are not looked for: nobody reads them, and each one costs a search for the word that was meant."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the file, where it is."""

    position: Position
    message: Phrase


@dataclass(frozen=True, slots=True)
class Document:
    """The value of the file, and where each key and value stands, by path."""

    value: dict[str, Value]
    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]
    problems: tuple[Problem, ...] = ()
    """What is wrong with the YAML itself although it can be read, such as a key that stands twice."""

    def where(self, path: Path, *, key: bool = False) -> Position:
        """Return the position of a value (of its key with ``key``).

        Parts of the path that a short form leaves out are passed over; the nearest enclosing place is the answer.
        """
        known: Path = ()
        for part in path:
            if (*known, part) in self.values:
                known = (*known, part)
        places = self.keys if key and known in self.keys else self.values
        return places.get(known, Position(1, 1))


class _Loader(yaml.SafeLoader):
    """Composes nodes only; the core schema replaces YAML 1.1's surprises."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # as the base has it


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$"
    ),
    list("-+0123456789."),
)


_SURROGATE = re.compile("[\ud800-\udfff]")

_TAGS: dict[type[yaml.Node], frozenset[str]] = {
    yaml.MappingNode: frozenset({"tag:yaml.org,2002:map"}),
    yaml.SequenceNode: frozenset({"tag:yaml.org,2002:seq"}),
    yaml.ScalarNode: frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str")),
}


def parse(data: bytes) -> Document | tuple[Problem, ...]:
    """Read one YAML document; an empty file is an empty mapping."""
    if len(data) > LARGEST:
        return (Problem(Position(1, 1), faults.too_large(len(data), LARGEST)),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return (Problem(_position_of(data[: error.start].decode("utf-8", "replace")), faults.not_text()),)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        return (Problem(_position_of(text[: error.position]), faults.bad_character(_code(error.character))),)
    except yaml.MarkedYAMLError as error:
        return (_yaml_problem(error),)
    except RecursionError:
        return (Problem(Position(1, 1), faults.too_deep(DEEPEST)),)
    return _read_nodes(node)


def _read_nodes(node: yaml.Node | None) -> Document | tuple[Problem, ...]:
    reading = _Reading()
    try:
        value = {} if node is None else reading.value_of(node, ())
    except _Stop as stop:
        return (*reading.problems[:MOST_PROBLEMS], stop.problem)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        return (*reading.problems, Problem(Position(1, 1), faults.not_a_mapping()))
    return Document(value, reading.keys, reading.values, tuple(reading.problems))


def _position_of(before: str) -> Position:
    lines = before.split("\n")
    return Position(len(lines), len(lines[-1]) + 1)


def _code(character: int | str | bytes) -> int:
    return character if isinstance(character, int) else ord(character)


def _yaml_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
    described = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(position, faults.not_yaml(re.sub(r"'<(.+?)>'", r"\1", described)))


class _Stop(Exception):
    """The document is too large or too deep to read on."""

    def __init__(self, position: Position, message: Phrase) -> None:
        super().__init__(message.plain())
        self.problem = Problem(position, message)


@dataclass
class _Reading:
    """Turns nodes into values and remembers where they stood. An alias is read again wherever it is used."""

    problems: list[Problem] = field(default_factory=list)
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    count: int = 0

    def value_of(self, node: yaml.Node, path: Path) -> Value:
        self.count += 1
        position = _start(node)
        if self.count > MOST_VALUES:
            raise _Stop(position, faults.too_many_values(MOST_VALUES))
        if len(path) > DEEPEST:
            raise _Stop(position, faults.too_deep(DEEPEST))
        self.values[path] = position
        if node.tag not in _TAGS[type(node)]:
            self._report(position, faults.tag_refused(node.tag.replace("tag:yaml.org,2002:", "!!")))
        if isinstance(node, yaml.MappingNode):
            return {key: self.value_of(value, (*path, key)) for key, value in self._pairs(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value_of(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(_start(key_node), faults.key_not_text())
                continue
            key = self._text(key_node)
            here = (*path, key)
            if here in self.keys:
                self._report(_start(key_node), faults.duplicate_key(key, self.keys[here].line))
                continue
            self.keys[here] = _start(key_node)
            yield key, value_node

    def _scalar(self, node: yaml.Node) -> Value:
        return _converted(node.tag.rpartition(":")[2], self._text(node))

    def _text(self, node: yaml.Node) -> str:
        """Return the text of a scalar. Half a surrogate pair, which only an escape can bring in, is no character."""
        text = str(node.value)
        half = _SURROGATE.search(text)
        if half:
            self._report(_start(node), faults.bad_character(ord(half.group())))
        return _SURROGATE.sub("�", text)

    def _report(self, position: Position, message: Phrase) -> None:
        self.problems.append(Problem(position, message))
        if len(self.problems) > MOST_PROBLEMS:
            raise _Stop(position, faults.too_many_problems(MOST_PROBLEMS))


def _converted(kind: str, text: str) -> Value:
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return None if kind == "null" else text


def _start(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
