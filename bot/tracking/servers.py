"""The operator's file: which tracking servers there are, how we show who we are, and which repositories may use them.

A repository's policy names one of them and never a URL: we would send our credentials wherever it says.

    mlflow:
      main:
        url: https://mlflow.example.com
        repositories: [acme/*]
        username_env: MLFLOW_MAIN_USERNAME
        password_env: MLFLOW_MAIN_PASSWORD
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from bot.errors import UsageProblem
from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers
from policies.config.document import Document, Problem, parse
from policies.config.mlflow import is_server_name
from policies.config.problems import problems_of
from policies.phrase import say, visible
from policies.rule import Glob

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def _url(text: str) -> str:
    """Check an address, without ever repeating it: it may hold a password."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound, parts = False, urlsplit("")
    if not sound or parts.query or parts.fragment:
        raise PydanticCustomError("plain", "This must be the URL of a server, like https://mlflow.example.com")
    if parts.username is not None or parts.password is not None:
        raise PydanticCustomError("plain", "Credentials are named, not written here: use username_env and password_env")
    return text.rstrip("/")


def _variable(text: str) -> str:
    """Check the name of a variable, without repeating it either: somebody may have written the secret itself."""
    if not _VARIABLE.fullmatch(text):
        raise PydanticCustomError("plain", "This must be the name of an environment variable, not what it holds")
    return text


def _listed(given: Any) -> Any:  # whatever the file says; the model judges what comes out
    return [given] if isinstance(given, str) else given


Variable = Annotated[str, AfterValidator(_variable)]


class _Entry(BaseModel):
    """One server, as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_url)]
    repositories: Annotated[tuple[Glob, ...], Field(strict=False, min_length=1), BeforeValidator(_listed)]
    username_env: Variable | None = None
    password_env: Variable | None = None
    token_env: Variable | None = None
    webhook_secret_env: Variable | None = None

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> _Entry:
        if (self.username_env is None) != (self.password_env is None):
            raise PydanticCustomError("plain", "A username needs a password, and a password a username")
        if self.token_env is not None and self.username_env is not None:
            raise PydanticCustomError("plain", "Log in with a token, or with username and password, not with both")
        return self


_VARIABLES = frozenset(name for name in _Entry.model_fields if name.endswith("_env"))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    mlflow: dict[str, _Entry] = Field(default_factory=dict)


class ServersProblem(UsageProblem):
    """The file cannot be used; ``problems`` are all there are, each with its place."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        shown = visible(str(path))
        self.problems = tuple(
            f"{shown}:{each.position.line}:{each.position.column}: {each.message.plain()}" for each in problems
        )
        super().__init__("\n".join(self.problems))


def read_servers(path: Path, environment: Mapping[str, str]) -> Servers:
    """Read the file. Raises UsageProblem, which has a line for each thing that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageProblem(f"The file {path} cannot be read (HEADGATE_CONFIG): {error.strerror}.") from None
    servers = _read(data, environment)
    if not isinstance(servers, Servers):
        raise ServersProblem(path, servers)
    return servers


def _read(data: bytes, environment: Mapping[str, str]) -> Servers | tuple[Problem, ...]:
    document = parse(data)
    if not isinstance(document, Document):
        return document
    problems = [*document.problems, *_bad_names(document)]
    try:
        given = _File.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        problems += problems_of(error, document, _File)
        given = _File()
    problems += _unset(document, environment)
    if problems:
        return tuple(sorted(set(problems), key=lambda problem: (problem.position, problem.message.plain())))
    return Servers({name: _server(name, entry, environment) for name, entry in given.mlflow.items()})


def _entries(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    given = document.value.get("mlflow")
    for name, entry in given.items() if isinstance(given, dict) else ():
        yield name, entry if isinstance(entry, dict) else {}


def _bad_names(document: Document) -> Iterator[Problem]:
    for name, _ in _entries(document):
        if not is_server_name(name):
            where = document.where(("mlflow", name), key=True)
            yield Problem(
                where, say("{name} cannot be named in a policy: use letters, digits, dots, - and _.", name=name)
            )


def _unset(document: Document, environment: Mapping[str, str]) -> Iterator[Problem]:
    """Find variables that are named and not set; an empty one is as good as none."""
    for name, entry in _entries(document):
        for key, variable in entry.items():
            is_named = key in _VARIABLES and isinstance(variable, str) and _VARIABLE.fullmatch(variable)
            if is_named and not environment.get(variable):
                where = document.where(("mlflow", name, key))
                yield Problem(where, say("The environment variable {name} is not set.", name=variable))


def _server(name: str, entry: _Entry, environment: Mapping[str, str]) -> Server:
    def value(variable: str | None) -> str | None:
        return environment[variable] if variable else None

    connection = Connection(
        name, entry.url, value(entry.username_env), value(entry.password_env), value(entry.token_env)
    )
    return Server(connection, entry.repositories, value(entry.webhook_secret_env))
