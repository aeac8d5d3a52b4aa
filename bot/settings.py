"""What the server is told from outside: environment variables, and a ``.env`` file for what they leave open."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import UsageProblem
from bot.github.address import Address as ApiAddress
from bot.state.address import read_address
from bot.tracking.server import DEFAULT_FILE, NO_SERVERS, Servers

ENV_FILE = Path(".env")
"""Read where it lies, if it is there; what the environment says counts more."""

_PREFIX = "HEADGATE_"
_ELSEWHERE = frozenset({"HEADGATE_TRACEBACK"})
"""Variables that other parts of the command line know."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the server is told, checked. ``notes`` are sentences about what was set and is not known."""

    app_id: int
    private_key: SecretStr
    """An RSA private key in PEM."""
    webhook_secrets: tuple[SecretStr, ...]
    """Never empty, and none of them is."""
    github_api_url: str
    database_url: SecretStr
    """It may hold a password."""
    data: Path
    host: str
    port: int
    workers: int
    log_level: str
    servers: Servers = NO_SERVERS
    """The operator's tracking servers."""
    notes: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be seen, for the logs to mask."""
        password = urlsplit(self.database_url.get_secret_value()).password or ""
        given = (self.private_key, *self.webhook_secrets)
        return (*(each.get_secret_value() for each in given), password, unquote(password), *self.servers.secrets)


class SettingsProblem(UsageProblem):
    """The server cannot start like this. ``problems`` are sentences, one for each variable, all there are."""

    def __init__(self, problems: tuple[str, ...], notes: tuple[str, ...]) -> None:
        super().__init__(" ".join(("Headgate is not set up.", *problems, *notes)))
        self.problems, self.notes = problems, notes


def read_settings(env_file: Path | None = None) -> Settings:
    """Read everything; ``env_file`` must exist, the default one need not. Raises SettingsProblem, which has it all."""
    notes = tuple(_unknown(_file(env_file)))
    given, servers = _all_of(env_file, notes)
    key = given.private_key or given.private_key_file
    if key is None:  # the validator of private_key_file has seen to it
        raise AssertionError
    return Settings(
        app_id=given.app_id,
        private_key=key,
        webhook_secrets=given.webhook_secret,
        github_api_url=given.github_api_url,
        database_url=given.database,
        data=given.data,
        host=given.host,
        port=given.port,
        workers=given.workers,
        log_level=given.log_level,
        servers=servers,
        notes=notes,
    )


def _all_of(env_file: Path | None, notes: tuple[str, ...]) -> tuple[_Server, Servers]:
    """Read the variables, and the file of tracking servers that they lead to; what is wrong with both is one list."""
    problems: list[str] = []
    given, servers = None, NO_SERVERS
    try:
        given = _validated(_Server, env_file, notes)
    except SettingsProblem as problem:
        problems += problem.problems
    try:
        servers = _servers(_file(env_file))
    except UsageProblem as problem:
        problems += str(problem).splitlines()
    if given is None or problems:
        raise SettingsProblem(tuple(problems), notes)
    return given, servers


def _servers(env_file: Path | None) -> Servers:
    """Read which tracking servers there are; who we are for them is in variables that the file names.

    The other variables may be wrong, and that is no reason not to say what is wrong with the file.
    """
    from_file = dotenv_values(env_file, encoding="utf-8") if env_file else {}
    environment = {name: value for name, value in {**from_file, **os.environ}.items() if value is not None}
    path = environment.get("HEADGATE_CONFIG")
    if path is None and not DEFAULT_FILE.is_file():
        return NO_SERVERS
    from bot.tracking.servers import read_servers  # noqa: PLC0415  # a third of a second that few servers need

    return read_servers(Path(path or DEFAULT_FILE).expanduser(), environment)


def read_database_url(env_file: Path | None = None) -> SecretStr:
    """Read only where the database is, for commands that need nothing else. Raises SettingsProblem."""
    return _validated(_Storage, env_file, ()).database


class _Storage(BaseSettings):
    """The variables that say where our memory is."""

    model_config = SettingsConfigDict(
        case_sensitive=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, frozen=True
    )

    data: Path = Field(
        Path("data"), validation_alias="HEADGATE_DATA", description="the folder that the embedded database lies in"
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="HEADGATE_DATABASE_URL",
        description="postgresql://USER:PASSWORD@HOST/NAME, or sqlite:///PATH (absolute with four slashes)",
    )

    @field_validator("data", mode="after")
    @classmethod
    def _absolute(cls, data: Path) -> Path:
        return data.expanduser().absolute()

    @field_validator("database_url", mode="after")
    @classmethod
    def _a_database(cls, url: SecretStr | None) -> SecretStr | None:
        try:
            if url:
                read_address(url.get_secret_value())
        except UsageProblem as problem:  # it does not repeat the address
            raise ValueError(f"is wrong: {problem}") from None
        return url

    @property
    def database(self) -> SecretStr:
        """Where the database is; without word from outside a SQLite file in the data folder."""
        return self.database_url or SecretStr(f"sqlite:///{self.data / 'headgate.db'}")


class _Server(_Storage):
    """All variables. Descriptions complete the sentence "it must be ..."."""

    app_id: int = Field(
        validation_alias="HEADGATE_APP_ID",
        gt=0,
        description="the number called App ID on your GitHub App's settings page",
    )
    private_key: SecretStr | None = Field(
        None,
        validation_alias="HEADGATE_PRIVATE_KEY",
        description=r"the private key itself, PEM; line ends may be written as \n",
    )
    private_key_file: SecretStr | None = Field(
        None,
        validation_alias="HEADGATE_PRIVATE_KEY_FILE",
        description="the file of the private key that GitHub made for your App",
    )
    webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        validation_alias="HEADGATE_WEBHOOK_SECRET",
        description="the webhook secret on your GitHub App's settings page; several, with commas, while you rotate it",
    )
    github_api_url: str = Field(
        "https://api.github.com",
        validation_alias="HEADGATE_GITHUB_API_URL",
        description="https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server",
    )
    config: Path = Field(
        DEFAULT_FILE, validation_alias="HEADGATE_CONFIG", description="the file that names the tracking servers"
    )
    host: str = Field("127.0.0.1", validation_alias="HEADGATE_HOST", description="the address to listen on")
    port: int = Field(
        8080, validation_alias="HEADGATE_PORT", ge=0, le=65535, description="a port from 1 to 65535; 0 for any free one"
    )
    workers: int = Field(
        16,
        validation_alias="HEADGATE_WORKERS",
        ge=0,
        le=1000,
        description="a number of jobs at a time, from 1 to 1000; 0 to only accept deliveries",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias="HEADGATE_LOG_LEVEL", description="debug, info, warning or error"
    )

    @field_validator("private_key", mode="after")
    @classmethod
    def _key(cls, pem: SecretStr | None) -> SecretStr | None:
        return pem and _rsa_private_key(pem.get_secret_value().encode())

    @field_validator("private_key_file", mode="after")
    @classmethod
    def _key_of_file(cls, path: SecretStr | None, given: ValidationInfo) -> SecretStr | None:
        """Replace the path by what the file holds, and see to it that there is exactly one key."""
        spoken_for = given.data.get("private_key", "refused") is not None
        if path is None:
            if not spoken_for:
                raise ValueError(
                    "(or HEADGATE_PRIVATE_KEY) is not set: GitHub makes the key on your App's settings page."
                )
            return None
        if spoken_for:
            raise ValueError("and HEADGATE_PRIVATE_KEY are both set: keep one.")
        try:
            return _rsa_private_key(Path(path.get_secret_value()).expanduser().read_bytes())
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}.") from None

    @field_validator("webhook_secret", mode="before")
    @classmethod
    def _secrets(cls, text: str) -> tuple[str, ...]:
        secrets = tuple(part.strip() for part in text.split(","))
        if not all(secrets):
            raise ValueError("has an empty part: write secrets with one comma between two.")
        return secrets

    @field_validator("github_api_url", mode="after")
    @classmethod
    def _an_address(cls, text: str) -> str:
        try:
            host = ApiAddress(text).root.host
        except ValueError:
            raise ValueError("must be https://api.github.com or https://HOST/api/v3.") from None
        if host in {"github.com", "www.github.com"}:
            raise ValueError("is GitHub's web site: leave it out, or write https://api.github.com.")
        return text

    @field_validator("port", mode="before")
    @classmethod
    def _not_a_service_link(cls, given: str | int) -> str | int:
        """Kubernetes tells a pod of a Service called headgate its address by this very name.

        https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
        """
        if str(given).startswith("tcp://"):
            raise ValueError("was set by Kubernetes for a Service called headgate: set it to 8080, say, in the pod.")
        return given


_Kind = TypeVar("_Kind", bound=_Storage)


def _validated(kind: type[_Kind], env_file: Path | None, notes: tuple[str, ...]) -> _Kind:
    try:
        return kind(_env_file=_file(env_file), _env_file_encoding="utf-8")
    except ValidationError as error:
        raise SettingsProblem(tuple(_sentences(error, kind)), notes) from None  # the original shows what was given


def _sentences(error: ValidationError, kind: type[BaseSettings]) -> Iterator[str]:
    """Say what is wrong without ever repeating a value: it may be a secret in the wrong place."""
    fields = kind.model_fields
    by_variable = {str(each.validation_alias): each for each in fields.values()}
    for problem in error.errors(include_url=False, include_input=False):
        place = str(problem["loc"][0])  # the variable, or the field where the default is what is wrong
        about = by_variable[place] if place in by_variable else fields[place]
        if problem["type"] == "missing":
            yield f"{about.validation_alias} is not set: {about.description}."
        elif problem["type"] == "value_error":
            yield f"{about.validation_alias} {problem['ctx']['error']}"
        else:
            yield f"{about.validation_alias} must be {about.description}."


def _file(env_file: Path | None) -> Path | None:
    """Return the file to read; None if nobody named one and there is none here."""
    if env_file is None and not ENV_FILE.is_file():
        return None
    path = env_file or ENV_FILE
    try:
        path.read_text("utf-8")
    except OSError as error:
        raise SettingsProblem((f"The env file {path} cannot be read: {error.strerror}.",), ()) from None
    except UnicodeDecodeError:
        raise SettingsProblem((f"The env file {path} is not UTF-8 text.",), ()) from None
    return path


def _unknown(env_file: Path | None) -> Iterator[str]:
    known = {str(each.validation_alias) for each in _Server.model_fields.values()}
    given = {*os.environ, *(dotenv_values(env_file, encoding="utf-8") if env_file else ())}
    for name in sorted(given - known - _ELSEWHERE):
        if name.startswith(_PREFIX):
            near = difflib.get_close_matches(name, known, n=1)
            yield f"{name} is set but not known{f': did you mean {near[0]}?' if near else '.'}"


def _rsa_private_key(pem: bytes) -> SecretStr:
    r"""Return the key with real line ends; ``\n`` in two characters is what people paste into env files."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # a tenth of a second, only for servers
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  # likewise
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  # likewise

    text = pem.replace(rb"\r", b"").replace(rb"\n", b"\n").strip() + b"\n"
    if b"-----BEGIN" in text and b"-----END" not in text:
        raise ValueError(r"ends early: write the key on one line, with \n for line ends, or use a file.")
    try:
        key, checked = load_pem_private_key(text, password=None), SecretStr(text.decode())
    except TypeError:
        raise ValueError("is encrypted: remove its passphrase, or download the key from GitHub again.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("is not a private key in PEM: use the file that GitHub made for your App.") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("is not an RSA key: use the one that GitHub made for your App.")
    return checked
