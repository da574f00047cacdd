"""Credentials that live at a vendor whom no program can ask: made, extended and deleted there by their owner."""
