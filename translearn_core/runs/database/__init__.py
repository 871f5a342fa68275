"""Database of a workspace: tables, migrations, SQLite file, and explanations of its errors."""
