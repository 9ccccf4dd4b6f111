"""What kafka-python logs of its attempts -> the most telling reason, with the settings to look at."""

from __future__ import annotations

import logging

import pytest

from services.edges.kafka_refusals import attempts

LOG = logging.getLogger("kafka.net.manager")
USER = "SLUICE_KAFKA__USERNAME, SLUICE_KAFKA__PASSWORD, SLUICE_KAFKA__SASL_MECHANISM"
PROTOCOL, FILE = "SLUICE_KAFKA__SECURITY_PROTOCOL", "SLUICE_KAFKA__CA_FILE"
HANDSHAKE, LATE, CLOSED = (
    "Handshake failed: [SSL] wrong\nversion",
    "Timed out",
    "KafkaConnectionError: socket disconnected",
)
PASSWORD = "[Error 58] SaslAuthenticationFailedError: Invalid username or password"


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ([HANDSHAKE, LATE], f"(Handshake failed: [SSL] wrong version): are {PROTOCOL} and {FILE} right?"),
        ([CLOSED, LATE], f"(socket disconnected): it hangs up: is {PROTOCOL} right, and are {USER}?"),
        ([CLOSED, PASSWORD], f"({PASSWORD}): are {USER} right?"),
        (["111 ECONNREFUSED"], "(no answer): is it running?"),
        ([], "(no answer): is it running?"),
    ],
)
def test_the_most_telling_failure_is_told(failures: list[str], told: str, caplog: pytest.LogCaptureFixture) -> None:
    with attempts() as made:
        for failure in failures:
            LOG.error("Connection failed: %s", OSError(failure))
    assert made.why("no answer") == told
    assert caplog.records == []
    LOG.error("of others")
    assert [record.message for record in caplog.records] == ["of others"]
