"""A seed -> one run of the production learner over a simulated journal, with everything that can go wrong."""

import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # before numpy is loaded: a run's bits must not depend on the machine's cores
