"""What the house writes, and who carries it."""
