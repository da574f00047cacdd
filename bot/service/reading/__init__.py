"""What somebody may see, and how it is looked up. Local reads; only that an auditor has read is written."""
