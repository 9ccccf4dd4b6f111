"""Tests, as folders by what they need."""
