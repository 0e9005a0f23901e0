"""The words of the field as values: identities, numbers, codes and the rules that hold for them.

What comes in is text that a person, a scanner or a program typed; what goes out is a small frozen
value or an enum that is right by construction, or a `Refused` with a code that an entrance
translates. Nothing here reads a clock, a file or a database, and no message repeats what was typed.
"""
