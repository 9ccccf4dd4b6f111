"""Texts -> items with their embeddings: a thread on the embedded journal, Faust workers on Kafka."""
