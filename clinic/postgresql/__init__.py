"""Django's PostgreSQL backend, which tells the server the practice in scope."""
