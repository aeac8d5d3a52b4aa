"""Starts a new rule: `make rule NAME=stale-branch` writes its file and its cases, and prints the steps that remain."""

from __future__ import annotations

import argparse
import keyword
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("gitflow", "metrics", "mlops")

RULE = '''\
"""TODO: the offence, in one sentence.

## What it does

TODO: what is looked at, and when it is an offence.

## Why it matters

TODO: what goes wrong in a team that lets it pass.

## How to fix it

TODO: in one or two sentences; the message gives the commands.
"""

from __future__ import annotations

from policies.facts import PullRequest
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies


def check(pull_request: PullRequest) -> Findings:
    """TODO: name each fact that the rule needs as a parameter (see policies/facts.py); yield a finding an offence."""
    if pull_request.head == pull_request.base:
        yield Finding(offences.{function}(pull_request.head), remedies.{function}(pull_request.head))


RULE = Rule(name="{name}", since="{since}", check=check)
'''

CASES = """\
## What is right

TODO: say in one sentence why this passes.

```yaml
pull_request: {head: feature/prophet, base: dev, number: 12}
```

```text
pass
```

## What is wrong

TODO: say in one sentence what happened here.

```yaml
pull_request: {head: feature/prophet, base: dev, number: 12}
```

```text
fail
TODO: the words that people will read
```

## What cannot be seen

TODO: give the fact that the rule needs as unavailable.

```yaml
pull_request: {unavailable: This clone is shallow.}
```

```text
unknown
This clone is shallow.
```
"""

STEPS = """\
1. Written: {file} and {cases}.
2. Say it, in policies/words/: {function}() in offences.py and in remedies.py, one sentence in why.py.
3. Write check() and the documentation above it; what the rule needs is what the parameters are called.
4. Write the cases: at least one that passes, one that fails, one that is unknown.
5. List it in policies/catalogue.py and give it a severity in each of policies/presets/*.yml; then: make docs check
"""


def main(arguments: list[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="make rule NAME=…", description=__doc__)
    parser.add_argument("name", help="the offence, in words joined by hyphens")
    parser.add_argument("--room", choices=ROOMS, default="gitflow", help="the folder of policies/ that it belongs to")
    asked = parser.parse_args(arguments)
    function = asked.name.replace("-", "_")
    file = root / "policies" / asked.room / f"{function}.py"
    cases = root / "tests" / "policies" / "cases" / f"{asked.name}.md"
    refusal = refused(asked.name, root)
    if refusal:
        print(f"rule: {refusal}", file=sys.stderr)
        return 2
    file.parent.mkdir(exist_ok=True)
    file.write_text(RULE.format(name=asked.name, function=function, since=_version(root)), "utf-8")
    cases.write_text(CASES, "utf-8")
    print(STEPS.format(file=file.relative_to(root), cases=cases.relative_to(root), function=function), end="")
    return 0


def refused(name: str, root: Path = ROOT) -> str | None:
    """Return why a rule cannot be called that, or None."""
    if not name:
        return "name it after the offence: make rule NAME=stale-branch"
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        return f"{name!a} is no rule name; use lower-case words joined by hyphens, like stale-branch"
    module = name.replace("-", "_")
    if keyword.iskeyword(module):
        return f"{name} is a word of Python; say more about the offence"
    existing = [*root.glob(f"policies/**/{module}.py"), root / "tests" / "policies" / "cases" / f"{name}.md"]
    taken = next((path for path in existing if path.exists()), None)
    return f"{taken.relative_to(root)} exists already" if taken else None


def _version(root: Path) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
