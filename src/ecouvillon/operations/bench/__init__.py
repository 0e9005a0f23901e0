"""The bench: how fast the service is beside a yardstick, on the machine that it is run on.

Comes in: how long to measure. Goes out: ratios with their spread, beside the goals. Always holds:
real processes, a real server with full durability, every protection on; contestants alternate in
one run, so that a noisy machine is noisy for both; the yardstick writes the very rows that a
request wrote.

`stage` sets up the installation, `samples` has the requests, `load` sends them, `capture` reads
what one of them wrote, `yardstick` lets pgbench write the same, `processor` reads what both cost,
`rounds` alternates and compares.
"""
