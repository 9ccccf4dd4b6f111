"""Contracts that every adapter of a port keeps."""
