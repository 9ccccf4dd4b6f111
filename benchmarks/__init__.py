"""How fast sluice is, measured: `make bench` runs every script here and keeps its figures under results/."""
