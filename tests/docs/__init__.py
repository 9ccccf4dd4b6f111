"""README, decisions -> is what they say still so."""
