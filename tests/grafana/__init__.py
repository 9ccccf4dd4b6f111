"""The dashboards -> do their queries answer, from a real run through a real Prometheus."""
