"""The door to Excel: ribbon, worksheet functions, VBA text, and what builds and installs the add-in."""
