"""What somebody may see, and how it is looked up. Local reads only; nothing here writes."""
