"""The examples, on a real Kafka -> do they what they show."""
