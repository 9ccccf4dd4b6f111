"""A setting's name, such as `encoder.model` -> what to type in a shell so that it is set."""

from __future__ import annotations

import shlex

PREFIX = "SLUICE_"
BETWEEN = "__"


def variable(setting: str, value: object = None) -> str:
    """The environment variable of a setting; with a value what sets it, for messages that say what to do.

    >>> variable("encoder.model"), variable("encoder.model", "hashing:64")
    ('SLUICE_ENCODER__MODEL', 'SLUICE_ENCODER__MODEL=hashing:64')
    """
    name = PREFIX + setting.replace(".", BETWEEN).upper()
    return name if value is None else f"{name}={shlex.quote(str(value))}"
