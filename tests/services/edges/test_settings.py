"""Files, variables, flags -> settings, or one line that says what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.edges.settings import BudgetSettings, SettingsError
from services.edges.settings_sources import load_settings, show_settings
from stream.strategies import STRATEGIES


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(overrides: dict[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.budget.fraction == 0.05
    assert settings.learner.strategy == "typical_margin"
    assert settings.requests.expire_seconds == 7 * 24 * 3600
    assert settings.encoder.model == "minilm"


def test_flags_outrank_the_environment_and_the_environment_outranks_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sluice.toml").write_text("[budget]\nfraction = 0.1\ncarry = 7\nburst = 3\n")
    monkeypatch.setenv("SLUICE_BUDGET__FRACTION", "0.2")
    monkeypatch.setenv("SLUICE_BUDGET__CARRY", "8")
    budget = load_settings({"budget.fraction": 0.3}).budget
    assert (budget.fraction, budget.carry, budget.burst) == (0.3, 8, 3)


def test_a_flag_that_was_not_given_changes_nothing() -> None:
    assert load_settings({"budget.fraction": None}).budget.fraction == 0.05


def test_each_value_is_shown_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sluice.toml").write_text('[task]\nclasses = ["spam", {name = "ham", examples = ["lunch?"]}]\n')
    monkeypatch.setenv("SLUICE_HTTP__PORT", "9000")
    shown = {each.name: (each.value, each.origin) for each in show_settings({"budget.fraction": 0.3})}
    assert shown["BUDGET__FRACTION"] == (0.3, "flag")
    assert shown["HTTP__PORT"] == (9000, "environment")
    assert shown["BUDGET__CARRY"] == (50, "default")
    assert shown["TASK__CLASSES"][1] == "sluice.toml"


@pytest.mark.parametrize(
    "written", ["spam, ham", '["spam", "ham"]', '[" spam", "ham\\n"]', '[{"name": "spam"}, "ham"]']
)
def test_classes_are_named_in_a_variable_by_json_or_commas(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_TASK__CLASSES", written)
    assert [named.name for named in load_settings().task.classes] == ["spam", "ham"]


def test_a_class_may_bring_a_description_and_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_TASK__CLASSES", '[{"name": "ham", "description": "wanted", "examples": ["lunch?"]}]')
    (ham,) = load_settings().task.classes
    assert (ham.description, ham.examples) == ("wanted", ("lunch?",))


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SLUICE_BUDGET__FRACTION", "1.5", "BUDGET__FRACTION = 1.5 (environment): input should be less than or equal"),
        ("SLUICE_BUDGET__FRACTION", "much", "the default is 0.05"),
        ("SLUICE_BUDGET__FRACTION", "nan", "finite"),
        ("SLUICE_LEARNER__STRATEGY", "margn", f"there are {', '.join(sorted(STRATEGIES))}; the"),
        ("SLUICE_HTTP__HOST", "0.0.0.0", "HTTP__HOST = 0.0.0.0 (environment): only a loopback address"),
        ("SLUICE_HTTP__HOST", "console.example", "set SLUICE_HTTP__EXPOSED=true"),
        ("SLUICE_TASK__CLASSES", '["spam", "spam"]', "named twice: spam"),
        ("SLUICE_TASK__CLASSES", '["spam", {"name": "spam "}]', "named twice: spam"),
        ("SLUICE_TASK__CLASSES", '["spam", " "]', "entry 2, name =  (environment): string should have at least 1"),
        ("SLUICE_TASK__CLASSES", '["spam"', "TASK__CLASSES"),
        ("SLUICE_TASK__CLASSES", '["a", {"name": "b", "foo": 1}]', "TASK__CLASSES, entry 2, foo = 1 (environment)"),
        ("SLUICE_TASK__CLASSES", "[]]", "TASK__CLASSES = []] (environment): a list in JSON is expected"),
        ("SLUICE_TASK__CLOSED", "true", "every answer would be rejected: name SLUICE_TASK__CLASSES"),
        ("SLUICE_BUGDET__FRACTION", "0.1", "did you mean SLUICE_BUDGET__FRACTION?"),
        ("SLUICE_BUDGET_FRACTION", "0.1", "did you mean SLUICE_BUDGET__FRACTION?"),
        ("SLUICE_BUDGET__FRACTOIN", "0.1", "did you mean SLUICE_BUDGET__FRACTION?"),
        ("SLUICE_BUDGET", '{"fraction": 0.1', "BUDGET (environment): there is no such setting"),
        (
            "SLUICE_BUDGET",
            "0.1",
            "SLUICE_BUDGET is a section: name one of its settings, such as SLUICE_BUDGET__FRACTION",
        ),
        ("SLUICE_LEARNER__STRATEGY", "margn", "there is no such part; did you mean margin? there are"),
        ("SLUICE_TASK__CLASSES", "[1", 'a list in JSON is expected, such as ["spam", "ham"]'),
    ],
)
def test_a_wrong_variable_is_named_in_one_line_that_says_how_to_mend_it(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert told in refused()


@pytest.mark.parametrize("setting", ["requests.expire_seconds", "budget.max_queue_seconds"])
def test_a_duration_is_at_most_a_hundred_years(setting: str) -> None:
    assert f"{setting.replace('.', '__').upper()} = 1000000000000.0 (flag)" in refused({setting: 1e12})


@pytest.mark.parametrize(
    "setting",
    [
        *(f"budget.{name}" for name in ("per_hour", "per_day", "max_open", "burst", "carry", "catch_up")),
        *("learner.seed", "console.decisions_kept", "kafka.texts_partitions", "kafka.replication_factor"),
    ],
)
def test_a_number_that_a_database_cannot_keep_is_refused(setting: str) -> None:
    assert f"{setting.replace('.', '__').upper()} = {2**63} (flag)" in refused({setting: 2**63})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[budget]\nfraktion = 1", "BUDGET__FRAKTION (sluice.toml): there is no such setting"),
        ("budget = 5", "BUDGET (sluice.toml): there is no such setting"),
        ("[budgt]", "BUDGT (sluice.toml): there is no such setting; did you mean BUDGET?"),
        ("[budgt]\nfraction = 1", "BUDGT__FRACTION (sluice.toml): there is no such setting; did you mean BUDGET__FRAC"),
        ("[budget\n", "sluice.toml is not readable as TOML"),
        ("[budget]\ncarry = 0", "BUDGET__CARRY = 0 (sluice.toml)"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(written: str, told: str) -> None:
    Path("sluice.toml").write_text(written)
    assert told in refused()


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('{name = "b", example = ["x"]}', ", example = ['x'] (sluice.toml): there is no such key; there are name, d"),
        ('{name = "b", examples = "x"}', ", examples = x (sluice.toml): a list is expected"),
        ('{name = "b", examples = ["x", 1]}', ", examples, entry 2 = 1 (sluice.toml): input should be a valid string"),
        ('{examples = ["x"]}', ", name (sluice.toml): field required"),
        ("7", " = 7 (sluice.toml): a class is a name, or a table with a name"),
    ],
)
def test_what_is_wrong_inside_a_list_of_classes_is_named_with_its_place(entry: str, told: str) -> None:
    Path("sluice.toml").write_text(f'[task]\nclasses = ["a", {entry}]\n')
    assert refused().startswith(f"TASK__CLASSES, entry 2{told}")


def test_a_directory_in_the_place_of_the_file_is_refused() -> None:
    Path("sluice.toml").mkdir()
    assert "sluice.toml is no file but a directory" in refused()


def test_a_link_to_a_file_that_is_gone_is_refused() -> None:
    Path("sluice.toml").symlink_to("gone.toml")
    assert "a link that leads nowhere" in refused()


def test_a_section_may_be_empty() -> None:
    Path("sluice.toml").write_text("[budget]\n")
    assert load_settings().budget == BudgetSettings()


def test_a_port_is_exposed_where_that_is_said_in_so_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_HTTP__HOST", "0.0.0.0")
    monkeypatch.setenv("SLUICE_HTTP__EXPOSED", "true")
    monkeypatch.setenv("SLUICE_HTTP__NAMES", "Console, console.example")
    http = load_settings().http
    assert (http.host, http.names) == ("0.0.0.0", ("console", "console.example"))


def test_metrics_hold_no_secrets_and_may_be_served_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_METRICS__HOST", "0.0.0.0")
    assert load_settings().metrics.host == "0.0.0.0"


def test_a_wrong_password_is_not_told() -> None:
    Path("sluice.toml").write_text("[kafka]\npassword = 4711\n")
    told = refused()
    assert "KAFKA__PASSWORD = **********" in told
    assert "4711" not in told


@pytest.mark.parametrize("written", [f"{'a' * 32}, {'b' * 16}==", f'["{"a" * 32}", "{"b" * 16}=="]'])
def test_tokens_are_listed_in_a_variable_by_json_or_commas(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_HTTP__TOKENS", written)
    tokens = load_settings().http.tokens
    assert [token.get_secret_value() for token in tokens] == ["a" * 32, "b" * 16 + "=="]
    assert "aaaa" not in repr(tokens)


@pytest.mark.parametrize(
    "written",
    ["4711", f"{'a' * 32},4711", f"4711 and more than 16{' ' * 9}", f"4711é{'e' * 16}", '["4711', "[4711]", ","],
)
def test_a_token_that_is_too_short_or_fits_no_header_is_refused_and_not_told(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_HTTP__TOKENS", written)
    told = refused()
    assert re.match(r"SLUICE_HTTP__TOKENS(, entry 1)? = [*]{10} \(environment\): ", told)
    assert "4711" not in told


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("localhost", "localhost"),
        ("kafka-1:9092, 10.0.0.2:9093", "kafka-1:9092,10.0.0.2:9093"),
        ("[::1]:9092,[fe80::1%eth0]", "[::1]:9092,[fe80::1%eth0]"),
    ],
)
def test_brokers_are_named_by_host_and_port(written: str, taken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_KAFKA__BOOTSTRAP", written)
    assert load_settings().kafka.bootstrap == taken


@pytest.mark.parametrize(
    "wrong",
    [
        *("foo:bar", "localhost:", ":9092", "localhost:99999", "localhost:0", "host name:9092", " ", "::1", "[::1"),
        *("[host]:9092", "http://localhost:9092", "PLAINTEXT://localhost:9092", "localhost:9092/"),
    ],
)
def test_what_is_no_address_of_a_broker_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_KAFKA__BOOTSTRAP", f"localhost:9092,{wrong}")
    told = refused()
    assert told.startswith("SLUICE_KAFKA__BOOTSTRAP = localhost:9092,")
    assert f"{wrong.strip()!r} is no address: host:port is expected, such as localhost:9092" in told


def test_a_certificate_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_KAFKA__CA_FILE", "nowhere.pem")
    with pytest.raises(SettingsError, match=r"SLUICE_KAFKA__CA_FILE = nowhere\.pem .*: there is no such file"):
        load_settings()


def test_a_wrong_flag_is_named_in_one_line() -> None:
    assert "BUDGET__FRACTION = -1 (flag)" in refused({"budget.fraction": -1})


def test_variables_that_are_no_settings_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_REQUIRE_ALL", "1")
    assert load_settings() == load_settings({})
