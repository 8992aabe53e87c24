"""Made-up exports of known systems with every trap that theirs have: the same bytes every time."""
