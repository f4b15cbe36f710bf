"""Run every benchmark and print what it measured."""

from rich.console import Console

from benchmarks import escapes

Console(highlight=False).print(escapes.report(), end="")
