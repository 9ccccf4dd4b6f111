"""Names in deploy/ that are made elsewhere -> what may be missing until that is merged; then this file goes."""

COMMANDS = {"intake"}
