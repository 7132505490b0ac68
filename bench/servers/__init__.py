"""What real servers answer under load, beside the least that a Flask server with a database does."""
