"""One file per button: ``run`` takes the click and gives the message that ends it, "" where nothing is to be told."""
