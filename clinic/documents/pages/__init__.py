"""From a context to a page: plain strings, so that the templates only place them."""
