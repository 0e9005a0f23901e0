"""What software touches: JSON over HTTP, under OAuth 2.0 client credentials.

Comes in: screenings and results from the pharmacy's software. Goes out: states, the link and the
code; never a patient's data. Always holds: what is wrong is named by a pointer, and changes
nothing; a request that comes again is answered as the first one was.
"""
