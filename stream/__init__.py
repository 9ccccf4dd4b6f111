"""Embeddings and answers -> predictions and questions: the learning core, pure and deterministic."""
