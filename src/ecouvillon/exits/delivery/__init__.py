"""To the patient: links with a code.

Comes in: versions of screenings. Goes out: a link (a token and a code, both derived by the key
service from the link's random id and kept nowhere). Always holds: ten wrong codes for life, counted
before a code is looked at; a dead, foreign or unknown link look alike.
"""
