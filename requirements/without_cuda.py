"""Lock on stdin -> lock on stdout: without CUDA, and with a torch that another index may build."""

import re
import sys

_CUDA = re.compile(r"(nvidia-|cuda-|triton\b)")
_REQUIREMENT = re.compile(r"^(?=\S)", re.MULTILINE)

for requirement in _REQUIREMENT.split(sys.stdin.read()):
    if requirement.startswith("torch=="):
        sys.stdout.write(requirement.split(" \\\n")[0] + "\n")
    elif not _CUDA.match(requirement):
        sys.stdout.write(requirement)
