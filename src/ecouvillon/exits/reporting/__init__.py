"""To national systems: each version of a screening becomes a message, until an answer proves it.

Comes in: versions, and destinations that the operator set up. Goes out: HL7 messages, and what the
answers to them mean. Always holds: the bytes are sealed before they leave and every retry sends
the same; only an acknowledgement of this very message ends it well; nothing is lost or doubled.
`routing` makes the rows, `drain` sends them: `queue`, `prepare`, `compose`, `oru`, `exchange`,
`settle`; `supersede` makes room for a newer version.
"""
