"""What builds the add-in on the user's machine, installs it, and says what keeps it from working."""
