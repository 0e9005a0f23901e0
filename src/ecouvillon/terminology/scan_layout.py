"""What a scanner typed when it believed in an American keyboard and the computer in a French one.

Scanners act as keyboards: they press keys, the computer decides which characters those are. One
left in its factory layout (QWERTY) on a French computer (AZERTY) types `à&` for `01` and `q` for
`a`. What comes in is what arrived; what goes out is what the barcode holds.
"""

from __future__ import annotations

# The same keys in both layouts, first without, then with the Shift key.
_AZERTY = "&é\"'(-è_çà)=azertyuiop$qsdfghjklmùwxcvbn,;:!"
_QWERTY = "1234567890-=qwertyuiop]asdfghjkl;'zxcvbnm,./"
_AZERTY_SHIFT = "1234567890°+AZERTYUIOP£QSDFGHJKLM%WXCVBN?./§"
_QWERTY_SHIFT = '!@#$%^&*()_+QWERTYUIOP}ASDFGHJKL:"ZXCVBNM<>?'
_KEYS = str.maketrans(_AZERTY + _AZERTY_SHIFT, _QWERTY + _QWERTY_SHIFT)

# With Caps Lock on, macOS and Linux write the digits' keys as capitals.
_CAPITALS = str.maketrans("ÉÈÇÀ", "éèçà")

# A GS1 scan has a digit among its first three characters, with or without a symbology prefix.
_START = 8


def as_scanned(typed: str) -> str:
    """Undo the wrong keyboard layout where it shows, else return `typed` unchanged.

    It shows by the lack of digits: every GS1 barcode begins with some, and AZERTY needs Shift to
    write one. A scan that was right may hold `&`, `(` or `-` further on, and is left alone.
    """
    start = typed[:_START]
    if any("0" <= character <= "9" for character in start):
        return typed
    if not any(character in "&éèçàÉÈÇÀ" for character in start):
        return typed
    if not any(character in "ÉÈÇÀ" for character in typed):
        return typed.translate(_KEYS)
    # Caps Lock and Shift add up differently from one system to the next, so the case is lost:
    # capitals, since that is how lots are printed.
    return typed.translate(_CAPITALS).translate(_KEYS).upper()
