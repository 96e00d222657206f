"""Handline's paper: frozen contexts in, PDF bytes out. Knows no model and no request."""
