"""Topics -> people and programs: the review page and the HTTP API."""
