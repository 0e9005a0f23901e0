"""The floor of trust: keys, isolation, limits, ledger and vault, on which all personal data stands."""
