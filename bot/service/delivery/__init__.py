"""What somebody must read: each message is a row, committed with its cause, sent after."""
