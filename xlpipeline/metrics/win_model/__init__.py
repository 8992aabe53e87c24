"""What is behind the win score: the days on which deals are seen, what was known then, the models and their test."""
