"""Run every benchmark and print what it measured."""

import sys

from benchmarks import escapes

sys.stdout.write(escapes.report())
