"""The forms: each built from what holds now, and read back when it is sent."""
