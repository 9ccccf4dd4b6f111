"""Bytes -> the learning core -> bytes: the processes and their edges."""
