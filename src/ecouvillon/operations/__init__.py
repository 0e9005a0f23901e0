"""Running the house: the command line, the embedded database, the demo, checks, measurements.

Comes in: commands. Goes out: processes, installations, answers on standard output. Always holds:
one process has one role; only `migrate` and `demo` make an installation.
"""
