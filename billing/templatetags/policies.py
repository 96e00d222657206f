"""Showing stored dates of a setting's source."""

from datetime import date

from django import template
from django.utils.formats import date_format

register = template.Library()


@register.filter
def iso_day(text: str) -> str:
    """A day that is stored as 2026-03-02, as people read it."""
    return date_format(date.fromisoformat(text), "M j, Y") if text else ""
