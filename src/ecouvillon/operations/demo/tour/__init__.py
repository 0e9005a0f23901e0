"""The guided tour: one result's way through four roles, each of them its real page in a frame.

Comes in: a running demo and its database. Goes out: the tour's pages, and a day's queue to play
with. Always holds: nothing of this is part of any other installation (only the demo's settings load
it); every page is refused away from loopback and on a database that the demo did not mark as its
own at the beginning.

`mark` is that mark and `gate` asks for it; `team`, `kits` and `people` are who and what plays, and
`day` fills the queue; `pages`, `signin`, `national` and `auditor` are the addresses of `urls`.
"""
