"""The floor of people: pharmacies and those who act for them."""
