"""What sluice publishes -> dashboards: the panels as code, and the JSON that Grafana reads."""
