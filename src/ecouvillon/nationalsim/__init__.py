"""A stand-in for the national screening system, which misbehaves on demand.

Comes in: HL7 v2.5 ORU^R01 messages over MLLP on loopback. Goes out: acknowledgements, and what the
"national system" holds now. Always holds: it is the outside world, so it imports nothing of ours
and parses with a library that is not the one that builds our messages; a message is on disk before
it is answered AA; the same message twice has one effect.

`system.NationalSystem` is the whole of it for tests and the demo; `commands` the command line;
`control_client.ask` talks to one that runs in another process.
"""
