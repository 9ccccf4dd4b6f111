"""The world -> plain values, plain values -> the world: every contact with what is outside."""
