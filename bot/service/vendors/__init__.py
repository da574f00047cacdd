"""Credentials that live at a vendor without a program's door: made, extended and deleted there by their owner."""
