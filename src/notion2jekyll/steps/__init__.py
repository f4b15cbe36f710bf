"""The steps of a sync, each of which `sync.py` tells in a line."""
