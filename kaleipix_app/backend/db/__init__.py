"""The database: its transactions and its migrations."""
