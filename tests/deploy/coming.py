"""Names in deploy/ that are made elsewhere -> what may be missing until that is merged; then this file goes."""

PATHS = {"deploy/alerts.yml", "grafana/provisioning", "grafana/dashboards"}
SETTINGS = {"HTTP__EXPOSED", "HTTP__NAMES"}
COMMANDS = {"intake", "learner", "console", "topics"}
