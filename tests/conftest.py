"""What all tests share."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost more than they save on matrices this small

from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine's other work than about us.
settings.register_profile("sluice", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("sluice")
