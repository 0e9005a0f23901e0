"""The main job, readable top to bottom: one function and one transaction a change of state.

Comes in: an actor, what is to be done, the request that asks. Goes out: what the asker is answered.
Always holds: a request carried out once stays carried out once, whatever comes again (`request`);
what is answered is committed.
"""
