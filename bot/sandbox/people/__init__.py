"""What people do: type, press, fill, send."""
