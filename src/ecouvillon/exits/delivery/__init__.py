"""To the patient: links with a code, and notices that say that there is something to read.

Comes in: versions of screenings. Goes out: a link (a token and a code, both derived by the key
service from the link's random id and kept nowhere); by e-mail, a notice with the link alone. Always
holds: ten wrong codes for life, counted before a code is looked at; a dead, foreign or unknown link
look alike; a notice has the same text, size and delay whatever the result, and names nobody.
"""
