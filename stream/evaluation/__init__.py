"""Answers -> how good the predictions are, and what the labels were worth."""
