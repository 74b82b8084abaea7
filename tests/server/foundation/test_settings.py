"""One settings object: a wrong value stops the start with a sentence, every setting is documented."""

from dataclasses import fields
from pathlib import Path

import pytest

from server.foundation.settings import Settings, SettingsError, settings_document

GOOD = "kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"


def test_every_setting_is_read_from_its_variable(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{GOOD}\n")
    made = Settings.from_env(
        {
            "GEMBA_SECRET_FILE": str(tmp_path / "secret"),
            "GEMBA_DEMO": "yes",
            "GEMBA_WORKERS": "4",
            "GEMBA_TRUSTED_HOSTS": "a.example, b.example",
            "PORT": "9000",
            "HOME": "/root",
        }
    )
    assert (made.secret, made.demo, made.workers, made.port) == (GOOD, True, 4, 9000)
    assert made.trusted_hosts == ("a.example", "b.example")
    assert Settings.from_env({"PORT": "9000", "GEMBA_PORT": "9001"}).port == 9001


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GEMBA_PORT", "many"),
        ("GEMBA_PORT", "0"),
        ("GEMBA_WORKERS", "0"),
        ("GEMBA_DEMO", "perhaps"),
        ("GEMBA_DATABASE_URL", "mysql://x"),
        ("GEMBA_LOG_LEVEL", "LOUD"),
        ("GEMBA_SECRET_FILE", "/nowhere"),
        ("GEMBA_METRICS_NETWORKS", "everybody"),
        ("GEMBA_PROXIES", "-1"),
        ("GEMBA_SECRT", GOOD),
    ],
)
def test_a_wrong_value_names_its_variable_and_not_its_content(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({variable: value})
    assert variable in str(caught.value)
    assert GOOD not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("secret", ["", "short", "a" * 40, "changeme-changeme-changeme-changeme", "gemba" + GOOD])
def test_a_default_or_short_secret_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError, match="GEMBA_SECRET"):
        Settings(secret=secret).refuse_weak_secret()


def test_a_random_secret_is_taken() -> None:
    Settings(secret=GOOD).refuse_weak_secret()


def test_every_setting_has_a_line_with_its_meaning() -> None:
    document = settings_document()
    for setting in fields(Settings):
        (line,) = [line for line in document.splitlines() if f"`GEMBA_{setting.name.upper()}`" in line]
        assert setting.metadata["meaning"] in line
