"""The operator's file of tracking servers: what it says, and everything that can be wrong with it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageProblem
from bot.tracking.client import Tracking
from bot.tracking.pool import Pool
from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers
from bot.tracking.servers import ServersProblem, read_servers
from policies.facts import Unavailable

RANGE = "`invalid character class range: z-a`. It is RE2: no look-around, no back-references."

FILE = """\
mlflow:
  main:
    url: https://mlflow.example.com/tracking/
    repositories: [acme/*, other/forecast]
    username_env: MLFLOW_MAIN_USERNAME
    password_env: MLFLOW_MAIN_PASSWORD
    webhook_secret_env: MLFLOW_MAIN_SECRET
  second.one:
    url: http://10.0.0.7:5000
    repositories: "**"
    token_env: MLFLOW_SECOND_TOKEN
  open: {url: "http://localhost:5000", repositories: acme/*}
"""
ENVIRONMENT = {
    "MLFLOW_MAIN_USERNAME": "headgate",
    "MLFLOW_MAIN_PASSWORD": "a-password",
    "MLFLOW_MAIN_SECRET": "a-secret",
    "MLFLOW_SECOND_TOKEN": "a-token",
}


def read(folder: Path, text: str, **environment: str) -> Servers:
    path = folder / "servers.yml"
    path.write_text(text)
    return read_servers(path, environment)


def problems(folder: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(ServersProblem) as raised:
        read(folder, text, **environment)
    return [problem.replace(f"{folder}/", "") for problem in raised.value.problems]


def test_servers_by_the_operators_names(tmp_path: Path) -> None:
    servers = read(tmp_path, FILE, **ENVIRONMENT)
    assert servers.by_name == {
        "main": Server(
            Connection("main", "https://mlflow.example.com/tracking", "headgate", "a-password"),
            ("acme/*", "other/forecast"),
            "a-secret",
        ),
        "second.one": Server(Connection("second.one", "http://10.0.0.7:5000", None, None, "a-token"), ("**",)),
        "open": Server(Connection("open", "http://localhost:5000"), ("acme/*",)),
    }
    assert set(servers.secrets) == {"a-password", "a-secret", "a-token"}
    assert not any(secret in repr(servers) for secret in servers.secrets)


@pytest.mark.parametrize(
    ("repository", "allowed"),
    [
        ("acme/forecast", True),
        ("Acme/Forecast", True),
        ("other/forecast", True),
        ("acme-evil/forecast", False),
        ("acme/forecast/x", False),
        ("other/forecast2", False),
        ("evil/acme/x", False),
        ("", False),
    ],
)
def test_only_the_named_repositories_may_use_a_server(tmp_path: Path, repository: str, *, allowed: bool) -> None:
    servers = read(tmp_path, FILE, **ENVIRONMENT)
    assert (servers.for_repository("main", repository) is not None) is allowed


def test_a_policy_is_told_the_same_of_a_server_for_others_as_of_none(tmp_path: Path) -> None:
    pool = Pool(read(tmp_path, FILE, **ENVIRONMENT))
    for name, repository in [
        ("main", "evil/x"),
        ("no-such", "acme/forecast"),
        ("https://evil.example", "acme/forecast"),
    ]:
        said = pool.server(name, repository)
        assert isinstance(said, Unavailable)
        assert said.why.plain() == f"There is no tracking server `{name}` for `{repository}`."
    nameless = pool.server(None, "acme/forecast")
    assert isinstance(nameless, Unavailable)
    assert nameless.why.plain() == "The policy does not say which tracking server holds the runs."
    one, again = pool.server("main", "acme/forecast"), pool.server("main", "acme/other")
    assert isinstance(one, Tracking)
    assert one is again, "one client for all"
    pool.close()


def test_all_problems_are_found_at_once_with_their_places(tmp_path: Path) -> None:
    text = """\
mlflow:
  main:
    url: ftp://example.com
    repositories: []
    usernme_env: X
  bad/name:
    repositories: [acme/*]
    url: https://user:hunter2@example.com
  third:
    url: https://example.com/?x=1
    repositories: ["[z-a]"]
    username_env: MLFLOW_USER
    token_env: not a variable
  fourth: 3
servers: {}
"""
    found = problems(tmp_path, text)
    assert found == [
        "servers.yml:3:10: This must be the URL of a server, like https://mlflow.example.com.",
        "servers.yml:4:19: This must have at least 1 item.",
        "servers.yml:5:5: The key `usernme_env` is not known here. Did you mean `username_env`?",
        "servers.yml:6:3: `bad/name` cannot be named in a policy: use letters, digits, dots, - and _.",
        "servers.yml:8:10: Credentials are named, not written here: use username_env and password_env.",
        "servers.yml:10:10: This must be the URL of a server, like https://mlflow.example.com.",
        f"servers.yml:11:20: The regular expression `[z-a]` is refused: {RANGE}",
        "servers.yml:12:19: The environment variable `MLFLOW_USER` is not set.",
        "servers.yml:13:16: This must be the name of an environment variable, not what it holds.",
        "servers.yml:14:11: This must be a mapping, not a whole number.",
        "servers.yml:15:1: The key `servers` is not known here. Known here: `mlflow`.",
    ]
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{repositories: x/y}", "The key `url` is missing here."),
        ("{url: 'http://h'}", "The key `repositories` is missing here."),
        (
            "{url: 'http://h', repositories: x/y, username_env: A}",
            "A username needs a password, and a password a username.",
        ),
        (
            "{url: 'http://h', repositories: x/y, username_env: A, password_env: A, token_env: A}",
            "Log in with a token, or with username and password, not with both.",
        ),
        ("{url: 'http://', repositories: x/y}", "This must be the URL of a server, like https://mlflow.example.com."),
        (
            "{url: 'http://[::1', repositories: x/y}",
            "This must be the URL of a server, like https://mlflow.example.com.",
        ),
        (
            "{url: 'http://h:0', repositories: x/y}",
            "This must be the URL of a server, like https://mlflow.example.com.",
        ),
    ],
)
def test_what_is_wrong_with_one_server(tmp_path: Path, entry: str, said: str) -> None:
    (problem,) = problems(tmp_path, f"mlflow:\n  main: {entry}\n", A="set")
    assert problem.startswith("servers.yml:2:")
    assert problem.endswith(said)


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    text = "mlflow:\n  main: {url: 'http://h', repositories: x/y, token_env: TOKEN}\n"
    assert problems(tmp_path, text, TOKEN="") == ["servers.yml:2:57: The environment variable `TOKEN` is not set."]


def test_what_is_no_such_file(tmp_path: Path) -> None:
    assert problems(tmp_path, "- a\n- list\n") == [
        "servers.yml:1:1: The file must be a mapping of settings, like `preset: gitflow`."
    ]
    assert len(problems(tmp_path, "mlflow: [")) == 1
    with pytest.raises(UsageProblem, match="cannot be read"):
        read_servers(tmp_path / "missing.yml", {})


def test_an_empty_file_names_no_server(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Servers()
