"""Filters of the record's pages."""

from django import template

from clinic.documents import trend

register = template.Library()


@register.filter
def figure(tenths: int) -> str:
    """A figure kept in tenths, as people write it: 45, 32.5."""
    return trend.figure(tenths)
