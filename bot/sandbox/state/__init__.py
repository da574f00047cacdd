"""What the workspace holds: people, channels, messages, modals, tickets, and what happened."""
