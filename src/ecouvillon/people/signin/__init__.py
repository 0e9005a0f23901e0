"""Persons who sign in. Knows no pharmacy. Always holds: nobody has a password."""
