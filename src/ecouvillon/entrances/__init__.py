"""The floor of entrances: thin doors for patients, staff, software and oversight."""
