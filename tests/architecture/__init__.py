"""The whole repository -> does it keep its own rules."""
