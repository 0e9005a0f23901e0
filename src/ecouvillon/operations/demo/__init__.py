"""The demo: the whole house on this machine, with an invented patient, and nothing to configure.

Comes in: one command. Goes out: every step of one result's way with its time, then pages to try.
Always holds: the processes are the real ones and so is every step; all people are invented; when
the demo ends, however it ends, no process of it is left.

`commands` is the command line, `run` puts the parts together, `house` names the processes and
`supervisor` keeps them (`child` is one of them), `cast` makes pharmacy, client and destination,
`walk` goes the way of one result, `theft` steals the database, `report` tells the terminal;
`settings`, `urls`, `pages` and the room `tour` are loaded by the demo's own web process alone;
the mark on the database, without which the tour stays closed, is `tour.mark`.
"""
