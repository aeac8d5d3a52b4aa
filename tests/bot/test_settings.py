"""What the server is told: everything checked before it starts, all problems at once, and no secret in any of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.errors import UsageProblem
from bot.settings import Settings, SettingsProblem, read_database_url, read_settings
from tests.bot.web.support import pem, public_pem

PASSWORD = "hunter2-of-the-database"  # opens nothing


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("HEADGATE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what has no default."""
    monkeypatch.setenv("HEADGATE_APP_ID", "4711")
    monkeypatch.setenv("HEADGATE_PRIVATE_KEY", pem())
    monkeypatch.setenv("HEADGATE_WEBHOOK_SECRET", "one")


def problems() -> str:
    with pytest.raises(SettingsProblem) as caught:
        read_settings()
    return "\n".join((*caught.value.problems, *caught.value.notes))


def test_defaults(enough: None, tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.app_id == 4711
    assert settings.private_key.get_secret_value() == pem()
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == ["one"]
    assert settings.github_api_url == "https://api.github.com"
    assert settings.data == tmp_path / "data"
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/data/headgate.db"
    assert (settings.host, settings.port, settings.workers, settings.log_level) == ("127.0.0.1", 8080, 16, "info")
    assert settings.notes == ()
    assert not (tmp_path / "data").exists()  # reading settings changes nothing


def test_everything_from_an_env_file(tmp_path: Path) -> None:
    one_line = pem().replace("\n", r"\n")
    (tmp_path / ".env").write_text(
        "# what GitHub told us\n"
        "HEADGATE_APP_ID=1\n"
        f"HEADGATE_PRIVATE_KEY={one_line}\n"
        "HEADGATE_WEBHOOK_SECRET='new, old'\n"
        "export HEADGATE_GITHUB_API_URL=https://github.example.com/api/v3/\n"
        f"HEADGATE_DATABASE_URL=postgresql://headgate:{PASSWORD}@db/headgate\n"
        "HEADGATE_DATA=/var/lib/headgate\n"
        "HEADGATE_HOST=::\n"
        "HEADGATE_PORT=0\n"
        "HEADGATE_WORKERS=0\n"
        "HEADGATE_LOG_LEVEL=debug\n"
        "SOMETHING_ELSE=1\n"
    )
    settings = read_settings()
    assert settings.private_key.get_secret_value() == pem()
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == ["new", "old"]
    assert settings.github_api_url == "https://github.example.com/api/v3/"
    assert settings.database_url.get_secret_value() == f"postgresql://headgate:{PASSWORD}@db/headgate"
    assert settings.data == Path("/var/lib/headgate")
    assert (settings.host, settings.port, settings.workers, settings.log_level) == ("::", 0, 0, "debug")
    assert settings.notes == ()


def test_the_environment_counts_more_than_the_file(
    enough: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("HEADGATE_APP_ID=1\nHEADGATE_PORT=9000\n")
    settings = read_settings()
    assert (settings.app_id, settings.port) == (4711, 9000)


def test_a_named_env_file_replaces_the_default_one(enough: None, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HEADGATE_PORT=9000\n")
    (tmp_path / "other").write_text("HEADGATE_HOST=0.0.0.0\n")
    settings = read_settings(tmp_path / "other")
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)  # noqa: S104  # nothing listens


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read: No such file"), (b"\xff\xfe", "is not UTF-8 text")]
)
def test_an_env_file_that_cannot_be_read(enough: None, tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "named").write_bytes(content)
    with pytest.raises(SettingsProblem, match=said):
        read_settings(tmp_path / "named")


# --- all problems at once ---


def test_nothing_set_at_all_is_one_message_that_names_everything() -> None:
    with pytest.raises(UsageProblem) as caught:
        read_settings()
    said = str(caught.value)
    assert "\n" not in said
    for name in ("HEADGATE_APP_ID", "HEADGATE_PRIVATE_KEY_FILE (or HEADGATE_PRIVATE_KEY)", "HEADGATE_WEBHOOK_SECRET"):
        assert f"{name} is not set: " in said


def test_everything_wrong_is_one_message_that_repeats_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "APP_ID": "Iv23-client-id",
        "PRIVATE_KEY": "not-a-key-but-secret",
        "PRIVATE_KEY_FILE": "/etc/hostname",
        "WEBHOOK_SECRET": "secret-a,,secret-b",
        "GITHUB_API_URL": "https://user:url-password@api.github.com",
        "DATABASE_URL": f"mysql://root:{PASSWORD}@db/headgate",
        "PORT": "eighty-eighty",
        "WORKERS": "-1",
        "LOG_LEVEL": "loud",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(f"HEADGATE_{name}", value)
    said = problems()
    assert len(said.splitlines()) == len(wrong)
    assert [name for name in wrong if f"HEADGATE_{name} " not in said] == []
    assert [value for value in (*wrong.values(), PASSWORD, "url-password", "secret-b") if value in said] == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HEADGATE_APP_ID", "0", "must be the number called App ID"),
        ("HEADGATE_WEBHOOK_SECRET", "", "is not set: the webhook secret"),
        ("HEADGATE_WEBHOOK_SECRET", " ", "has an empty part"),
        ("HEADGATE_WEBHOOK_SECRET", "one,", "has an empty part"),
        ("HEADGATE_PORT", "65536", "must be a port from 1 to 65535"),
        ("HEADGATE_PORT", "tcp://10.0.0.1:8080", "was set by Kubernetes for a Service called headgate"),
        ("HEADGATE_WORKERS", "1.5", "must be a number of jobs"),
        ("HEADGATE_GITHUB_API_URL", "https://github.com/", "is GitHub's web site"),
        ("HEADGATE_GITHUB_API_URL", "api.github.com", "must be https://api.github.com or https://HOST/api/v3"),
        ("HEADGATE_GITHUB_API_URL", "https://[::1/api/v3", "must be https://api.github.com or https://HOST/api/v3"),
        ("HEADGATE_DATABASE_URL", "sqlite://", "is wrong: The embedded database must be a file"),
        ("HEADGATE_DATABASE_URL", "headgate.db", "is wrong: The address of the database is of an unknown kind"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write_instead(
    enough: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    (line,) = problems().splitlines()
    assert line.startswith(f"{name} {said}")


def test_a_name_that_is_not_known_is_told_with_the_nearest_one(enough: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_WEBHOK_SECRET", "two")
    monkeypatch.setenv("HEADGATE_TRACEBACK", "1")
    assert read_settings().notes == (
        "HEADGATE_WEBHOK_SECRET is set but not known: did you mean HEADGATE_WEBHOOK_SECRET?",
    )
    monkeypatch.delenv("HEADGATE_WEBHOOK_SECRET")
    missing, unknown = problems().splitlines()
    assert missing.startswith("HEADGATE_WEBHOOK_SECRET is not set")
    assert unknown.startswith("HEADGATE_WEBHOK_SECRET is set but not known")


def test_a_name_that_is_not_known_is_told_of_the_env_file_too(enough: None, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HEADGATE_QQQQQQQQQQ=1\n")
    assert read_settings().notes == ("HEADGATE_QQQQQQQQQQ is set but not known.",)


# --- the key ---


def test_a_key_in_a_file(enough: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HEADGATE_PRIVATE_KEY")
    (tmp_path / "app.pem").write_text(pem().replace("\n", "\r\n"))
    monkeypatch.setenv("HEADGATE_PRIVATE_KEY_FILE", "app.pem")
    assert "BEGIN RSA PRIVATE KEY" in read_settings().private_key.get_secret_value()
    monkeypatch.setenv("HEADGATE_PRIVATE_KEY", pem())
    assert problems() == "HEADGATE_PRIVATE_KEY_FILE and HEADGATE_PRIVATE_KEY are both set: keep one."
    monkeypatch.setenv("HEADGATE_PRIVATE_KEY", "")  # what compose files pass for a variable that is not set
    assert read_settings().private_key


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "is not a private key in PEM"),
        ("\0\1\2", "is not a private key in PEM"),
        (public_pem(), "is not a private key in PEM"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "is not an RSA key"),
        (pem(passphrase=b"secret"), "is encrypted"),
        (pem()[:400], "ends early"),
        (pem().replace("M", "N"), "is not a private key in PEM"),
    ],
    ids=["missing", "empty", "binary", "public", "elliptic", "encrypted", "first line only", "damaged"],
)
def test_a_key_that_is_none(
    enough: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, said: str
) -> None:
    monkeypatch.delenv("HEADGATE_PRIVATE_KEY")
    monkeypatch.setenv("HEADGATE_PRIVATE_KEY_FILE", str(tmp_path / "app.pem"))
    if content is not None:
        (tmp_path / "app.pem").write_text(content)
    assert problems().startswith(f"HEADGATE_PRIVATE_KEY_FILE {said}")


# --- secrets stay in ---


def test_secrets_are_in_no_representation(enough: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_DATABASE_URL", f"postgresql://headgate:{PASSWORD}@db/headgate")
    monkeypatch.setenv("HEADGATE_WEBHOOK_SECRET", "very-secret-one,very-secret-two")
    settings = read_settings()
    shown = f"{settings!r} {settings} {Settings.__repr__(settings)}"
    assert "4711" in shown
    hidden = (PASSWORD, "very-secret-one", "very-secret-two", pem().splitlines()[5])
    assert [secret for secret in hidden if secret in shown] == []


def test_a_command_may_ask_for_the_database_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_database_url().get_secret_value() == f"sqlite:///{tmp_path}/data/headgate.db"
    monkeypatch.setenv("HEADGATE_DATABASE_URL", f"oracle://x:{PASSWORD}@y/z")
    with pytest.raises(SettingsProblem) as caught:
        read_database_url()
    assert PASSWORD not in str(caught.value)


SERVERS = """\
mlflow:
  main:
    url: https://mlflow.example.com
    repositories: [acme/*]
    username_env: MLFLOW_MAIN_USERNAME
    password_env: MLFLOW_MAIN_PASSWORD
"""


def test_tracking_servers_are_in_a_file_of_their_own(enough: None, tmp_path: Path) -> None:
    """Who we are for them may stand in the environment file, like every other secret."""
    assert read_settings().servers.by_name == {}
    (tmp_path / "headgate-server.yml").write_text(SERVERS)
    (tmp_path / ".env").write_text("MLFLOW_MAIN_USERNAME=headgate\nMLFLOW_MAIN_PASSWORD=a password\n")
    settings = read_settings()
    connection = settings.servers.by_name["main"].connection
    assert (connection.url, connection.username, connection.password) == (
        "https://mlflow.example.com",
        "headgate",
        "a password",
    )
    assert "a password" in settings.secrets
    assert "a password" not in repr(settings)


def test_the_file_of_tracking_servers_may_lie_elsewhere(
    enough: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.yml").write_text("mlflow: {lab: {url: http://localhost:5000, repositories: '**'}}\n")
    monkeypatch.setenv("HEADGATE_CONFIG", "elsewhere.yml")
    settings = read_settings()
    assert list(settings.servers.by_name) == ["lab"]
    assert settings.notes == ()
    monkeypatch.setenv("HEADGATE_CONFIG", "nowhere.yml")
    assert problems() == "The file nowhere.yml cannot be read (HEADGATE_CONFIG): No such file or directory."


def test_what_is_wrong_with_the_file_is_told_together_with_the_rest(
    enough: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "headgate-server.yml").write_text(SERVERS)
    monkeypatch.setenv("HEADGATE_PORT", "none")
    assert problems().splitlines() == [
        "HEADGATE_PORT must be a port from 1 to 65535; 0 for any free one.",
        "headgate-server.yml:5:19: The environment variable `MLFLOW_MAIN_USERNAME` is not set.",
        "headgate-server.yml:6:19: The environment variable `MLFLOW_MAIN_PASSWORD` is not set.",
    ]
