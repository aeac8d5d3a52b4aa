"""Policy files that are wrong, and what we say of each.

`<name>.txt` beside `<name>.yml` has one `line:column message` a line;
`<name>.organisation.yml` is the policy that the file extends.
"""

from __future__ import annotations

from pathlib import Path

from policies.config import Config, ConfigErrors, read

DIRECTORY = Path(__file__).with_name("config")
EXAMPLE = DIRECTORY / "example.yml"


def names() -> list[str]:
    """Return the files that have a list of problems beside them."""
    return sorted(path.stem for path in DIRECTORY.glob("*.txt"))


def path_of(name: str) -> Path:
    return DIRECTORY / f"{name}.yml"


def organisation(name: str) -> Config | None:
    """Return the policy that a file extends, where it has one."""
    path = DIRECTORY / f"{name}.organisation.yml"
    return config_of(path.read_bytes()) if path.exists() else None


def config_of(data: bytes) -> Config:
    """Read a policy file that is right."""
    config = read(data)
    assert isinstance(config, Config), problems(config)
    return config


def problems(answer: Config | ConfigErrors) -> list[str]:
    """Return what is wrong as lines."""
    found = answer.problems if isinstance(answer, ConfigErrors) else ()
    return [f"{p.position.line}:{p.position.column} {p.message.plain()}" for p in found]
