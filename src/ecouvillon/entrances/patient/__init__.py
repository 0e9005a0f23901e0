"""What a patient touches: the result, behind a link and a code.

Comes in: an address out of an e-mail, an SMS or a slip, and a code. Goes out: pages that work
without JavaScript, in French and English. Always holds: only a POST with the code shows anything;
no title, address or size tells a result; every result has the same words' weight and place.
"""
