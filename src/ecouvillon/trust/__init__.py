"""The floor of trust: keys, isolation, ledger and vault, on which all personal data stands."""
