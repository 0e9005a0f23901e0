"""The floor of exits: what leaves towards national systems and patients, and what is forgotten."""
