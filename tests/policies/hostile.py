"""Bytes that somebody may hand in as a policy file to make us crash, hang or obey."""

from __future__ import annotations

from collections.abc import Iterator

from policies.config.document import LARGEST

LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
)


def rows(count: int, form: bytes) -> bytes:
    """Repeat ``form`` with a number in it."""
    return b"".join(form % number for number in range(count))


def fitted(data: bytes) -> bytes:
    """Cut to the size of a file that is still read."""
    return data[:LARGEST]


HOSTILE = {
    "one megabyte": b"a" * 1_000_000,
    "one megabyte of YAML": b"preset: gitflow\n" * 62_500,
    "200,000 brackets": b"[" * 200_000,
    "brackets": fitted(b"[" * 100_000),
    "braces": fitted(b"{" * 100_000),
    "brackets and braces": fitted(b"[{" * 50_000),
    "closed brackets": b"[" * 30_000 + b"]" * 30_000,
    "dashes": fitted(b"- " * 50_000),
    "question marks": fitted(b"? " * 50_000),
    "anchors and aliases": fitted(b"&a *a " * 20_000),
    "many anchors": rows(4_000, b"- &a%d x\n"),
    "colons": fitted(b":" * 100_000),
    "quotes": fitted(b'"' * 100_001),
    "exclamation marks": fitted(b"!" * 100_000),
    "percent signs": fitted(b"%" * 100_000),
    "carriage returns": fitted(b"\r" * 100_000),
    "spaces": fitted(b" " * 100_000),
    "comments": fitted(b"#\n" * 100_000),
    "indented ever deeper": b"".join(b" " * depth + b"a:\n" for depth in range(350)),
    "billion laughs": LAUGHS,
    "list in itself": b"rules: &a [*a]",
    "list in itself twice": b"rules: &a [*a, *a]",
    "mapping in itself": b"branches: &a {x: *a, y: *a}",
    "merge key": b"x: &a {bad-title: off}\nrules: {<<: *a}",
    "NUL bytes": b"\0" * 1_000,
    "NUL in a word": b"preset: git\0flow",
    "escape sequence": b"preset: \x1b[31mgitflow",
    "invalid UTF-8": b"preset: \xff\xfe",
    "UTF-16": "preset: gitflow".encode("utf-16"),
    "overlong UTF-8": b"preset: \xc0\xaf",
    "half a surrogate pair": rb'preset: "\ud800"',
    "half a surrogate pair as a key": rb'"\udc80": 1',
    "Python object": b"!!python/object/apply:os.system [reboot]",
    "Python object as a rule": b"rules: !!python/object/new:dict {}",
    "Python name": b"preset: !!python/name:os.system",
    "binary": b"preset: !!binary gitflow",
    "wrong boolean": b"rules: {bad-title: {may_relax: !!bool x}}",
    "one list aliased often": b"x: &a {" + b"a: 1, " * 3_000 + b"}\ny: [" + b"*a, " * 4_000 + b"]",
    "lists as keys, aliased often": b"x: &a {" + b"? [] : 1, " * 3_000 + b"}\ny: [" + b"*a, " * 4_000 + b"]",
    "one key very often": b"branches:\n" + b"  t: t\n" * 8_000,
    "many unknown keys": rows(4_900, b"k%d: 1\n"),
    "many unknown rules": b"rules:\n" + rows(2_500, b"  bad-titel%d: 1\n"),
    "many unknown options": b"rules: {bad-title: {" + rows(3_000, b"patern%d: error, ") + b"}}",
    "many unknown types": b"branches: {x: {names: x, into: [" + rows(4_800, b"featuer%d, ") + b"]}}",
    "many unknown types in an option": b"rules: {missing-approval: {for: {" + rows(4_000, b"featu%d: 1, ") + b"}}}",
    "many types": b"branches:\n" + rows(1_800, b"  featur%d: {names: x, into: [featuer]}\n"),
    "many wrong types": b"branches:\n" + rows(4_000, b"  t%d: 1\n"),
    "many types with costly names": b"branches: {" + rows(1_800, b"t%d: 'regex:.{1,900}', ") + b"}",
    "many costly names": b"branches: {feature: [" + rows(3_000, b"'regex:.{1,900}%d', ") + b"]}",
    "costly names": b"branches: {feature: [" + (b"'regex:" + b"[a-z]{1,900}" * 80 + b"', ") * 60 + b"]}",
    "nested quantifiers": b"rules: {bad-title: {pattern: '(((a*)*)*)*$'}}",
    "repeated repetitions": b"rules: {bad-title: {pattern: '(a{1,1000}){1,1000}'}}",
    "long expression": b"rules: {bad-title: {pattern: '" + b"a" * 10_000 + b"'}}",
    "open groups": b"rules: {bad-title: {pattern: '" + b"(" * 900 + b"'}}",
    "look-ahead": b"branches: {feature: 'regex:(?=x)'}",
    "back-reference": rb"branches: {feature: 'regex:(a)\1'}",
    "a great many stars": b"branches: {feature: '" + b"*a" * 127 + b"'}",
    "very long word": b"rules: {bad-title: " + b"e" * 60_000 + b"}",
    "very long key": b"? " + b"e" * 60_000 + b"\n: 1",
    "very long repository": b"extends: " + b"a-" * 30_000,
    "very long address": b"rules: {missing-story: {jira: 'https://" + b"a" * 60_000 + b"'}}",
    "many wrong metrics": b"mlflow: {metrics: {" + rows(1_500, b"m%d: {goal: x, tolerance: y}, ") + b"}}",
    "not a number": b"mlflow: {metrics: {m: {goal: minimize, floor: .nan, tolerance: .inf}}}",
    "huge number": b"rules: {missing-approval: {approvals: 99999999999999999999999999999999999999}}",
    "huge exponent": b"mlflow: {metrics: {m: {goal: minimize, floor: 1e999}}}",
}

ALLOWED = frozenset({"carriage returns", "spaces", "comments", "nested quantifiers", "a great many stars"})
"""Harmless, however they look: nothing is said in them, or the expression takes linear time."""


def harmful() -> Iterator[str]:
    """Yield the names of those that must be answered with a problem."""
    return (name for name in HOSTILE if name not in ALLOWED)
