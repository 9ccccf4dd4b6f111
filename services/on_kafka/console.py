"""Settings -> the console's process on Kafka: the HTTP API and the page, until it is told to end."""

from __future__ import annotations

import structlog

from services import assembly
from services.console.serving import Console
from services.edges.health import SILENT
from services.edges.listening import address, listen
from services.edges.settings import Settings
from services.running import Crew

_log = structlog.get_logger()


class StandingConsole:
    """The API and the page over the topics, with a view of its own in the data directory.

    Ready once the view has caught up, and while the broker answers. Raises SettingsError, JournalError where a topic is
    not as it should be, PortTaken.
    """

    def __init__(self, settings: Settings) -> None:
        assembly.require_kafka(settings, "sluice console")
        self._settings = settings
        listening = listen(settings.http.host, settings.http.port, "--port")
        self.url = f"http://{address(listening)}"
        self._journal = assembly.checked_journal(settings, "console")
        registry = assembly.build_metrics(settings).registry
        self._console = Console(settings, self._journal, registry, listening, self._not_ready)
        self._crew = Crew(self._console.parts)

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT; call it in the main thread. Raises what ended it."""
        if self._crew.run(release=self._console.end, url=self.url, kafka=self._settings.kafka.bootstrap):
            self._console.close()
            self._journal.close()
        _log.info("stopped")

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._crew.stop.set()

    def _not_ready(self) -> list[str]:
        return [SILENT] if self._journal.silent else []
