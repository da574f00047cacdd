"""The rules of Cred. Pure: no I/O, no clock, no randomness, nothing but the standard library."""
