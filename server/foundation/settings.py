"""All settings in one frozen object, read once from GEMBA_* variables.

`GEMBA_<NAME>_FILE` names a file to read the value from. Nothing else reads the environment.
`docs/settings.md` is printed from here by `gemba settings`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from flask import Flask

SECRET_MIN_LENGTH: Final = 32
SETTINGS: Final = "gemba_settings"
_BAD_SECRETS: Final = ("changeme", "secret", "default", "password", "gemba", "example", "demo")


class SettingsError(ValueError):
    """A wrong value. The text is a sentence for the person who starts the server."""


def _setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What one installation decides. Every field is a variable GEMBA_<NAME> in upper case."""

    database_url: str = _setting(
        "sqlite:///var/gemba.db",
        "Where the data live: `sqlite:///path` or `postgresql+psycopg://user:password@host/name`.",
        secret=True,
    )
    secret: str = _setting(
        "",
        "Signs sessions, at least 32 characters. `make run` makes one beside its database.",
        secret=True,
    )
    previous_secrets: tuple[str, ...] = _setting(
        (),
        "Older secrets, comma separated, still accepted while their sessions last.",
        secret=True,
    )
    demo: bool = _setting(False, "Offer the demo plant's people without a password, to this machine alone.")
    host: str = _setting("0.0.0.0", "Address to listen on. The demo always listens on loopback.")
    port: int = _setting(8080, "Port to listen on; PORT without the prefix is read too.")
    workers: int = _setting(2, "Server processes. SQLite gets at most 2.")
    public_origin: str = _setting(
        "",
        "How browsers reach the server, such as `https://gemba.example.com`. Empty: the Host header is believed.",
    )
    trusted_hosts: tuple[str, ...] = _setting((), "Host names that are answered, comma separated. Empty: every name.")
    proxies: int = _setting(0, "Reverse proxies before the server whose X-Forwarded headers count.")
    pool_size: int = _setting(10, "Database connections kept by each process (PostgreSQL).")
    metrics_networks: tuple[str, ...] = _setting(
        ("127.0.0.0/8", "::1/128"), "Networks that may read /metrics, comma separated."
    )
    static_dir: str = _setting("pwa/dist", "Folder of the built client.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")

    @property
    def is_sqlite(self) -> bool:
        """Whether the data live in a SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL. A relative one lies below the working directory."""
        return Path(self.database_url.removeprefix("sqlite:///")).absolute() if self.is_sqlite else None

    @property
    def engine_url(self) -> str:
        """The same for the engine: Flask-SQLAlchemy would look for a relative file in a folder of its own."""
        return self.database_url if self.sqlite_path is None else f"sqlite:///{self.sqlite_path}"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> "Settings":
        """Read and check the environment. Raises SettingsError with a sentence."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        known = {f.name for f in fields(cls)}
        for name in known:
            text = _text_of(name, environment)
            if text is not None:
                values[name] = _parse(name, text, type(_default(cls, name)))
        _refuse_unknown(environment, known)
        return cls(**(values | overrides)).checked()

    def environment(self) -> dict[str, str]:
        """The variables under which another process of this installation runs with the same settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GEMBA_")}
        for one in fields(self):
            value = getattr(self, one.name)
            text = ",".join(value) if isinstance(value, tuple) else str(int(value) if value in (True, False) else value)
            kept[f"GEMBA_{one.name.upper()}"] = text
        return kept

    def checked(self) -> "Settings":
        """Return itself, or raise SettingsError for values that cannot work."""
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise SettingsError("GEMBA_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
        if not 0 < self.port < 65536:
            raise SettingsError("GEMBA_PORT must be between 1 and 65535.")
        if not 0 < self.workers <= 64:
            raise SettingsError("GEMBA_WORKERS must be between 1 and 64.")
        if not 0 <= self.proxies <= 8:
            raise SettingsError("GEMBA_PROXIES must be between 0 and 8.")
        try:
            _ = [ip_network(network) for network in self.metrics_networks]
        except ValueError as error:
            raise SettingsError("GEMBA_METRICS_NETWORKS must be networks such as 10.0.0.0/8.") from error
        if self.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise SettingsError("GEMBA_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
        return self

    def refuse_weak_secret(self) -> None:
        """Raise SettingsError unless the secret is long and its own."""
        weak = any(word in self.secret.lower() for word in _BAD_SECRETS)
        if len(self.secret) < SECRET_MIN_LENGTH or len(set(self.secret)) < 10 or weak:
            raise SettingsError(
                "GEMBA_SECRET must be at least 32 random characters and no default;"
                " for example: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
            )


def _default(cls: type[Settings], name: str) -> Any:
    return next(f.default for f in fields(cls) if f.name == name)


def _text_of(name: str, environment: Mapping[str, str]) -> str | None:
    variable = f"GEMBA_{name.upper()}"
    if variable in environment:
        return environment[variable]
    if f"{variable}_FILE" in environment:
        path = Path(environment[f"{variable}_FILE"])
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable}_FILE: {path} cannot be read.") from error
    return environment.get("PORT") if name == "port" else None


def _refuse_unknown(environment: Mapping[str, str], known: set[str]) -> None:
    for variable in environment:
        name = variable.removeprefix("GEMBA_").removesuffix("_FILE").lower()
        if variable.startswith("GEMBA_") and name not in known:
            raise SettingsError(f"{variable} is no setting of Gemba; see docs/settings.md.")


def _parse(name: str, text: str, kind: type[Any]) -> Any:
    try:
        return _PARSERS[kind](text)
    except (ValueError, KeyError) as error:
        raise SettingsError(
            f"GEMBA_{name.upper()}: {kind.__name__} expected, not {len(text)} other characters."
        ) from error


def _boolean(text: str) -> bool:
    return {
        "1": True,
        "true": True,
        "yes": True,
        "0": False,
        "false": False,
        "no": False,
        "": False,
    }[text.strip().lower()]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


_PARSERS: Final[Mapping[type[Any], Callable[[str], Any]]] = {
    str: str,
    int: int,
    bool: _boolean,
    tuple: _words,
}


def settings_of(app: Flask) -> Settings:
    """Return the settings that an application was made with."""
    found: Settings = app.extensions[SETTINGS]
    return found


def settings_document() -> str:
    """Return docs/settings.md: every setting, its default and its meaning."""
    lines = [
        "# Settings",
        "",
        "Made by `gemba settings`; do not edit. Each is an environment variable; with `_FILE`"
        " added its value is read from the file named. A wrong or unknown variable stops the"
        " start with a sentence.",
        "",
        "| Variable | Default | Meaning |",
        "|---|---|---|",
    ]
    for setting in fields(Settings):
        default = setting.default
        shown = ",".join(default) if isinstance(default, tuple) else str(default)
        value = f"`{shown}`" if shown else "empty"
        secret = " Secret: never logged." if setting.metadata["secret"] else ""
        lines.append(f"| `GEMBA_{setting.name.upper()}` | {value} | {setting.metadata['meaning']}{secret} |")
    return "\n".join(lines) + "\n"
