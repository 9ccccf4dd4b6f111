"""Settings -> one process of a service on Kafka, from its start to its end."""
