"""`{% csrf_token %}` that also hides a key of its own in the form (clinic.submit_once)."""

import secrets

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from clinic.submit_once import FIELD

register = template.Library()


class FormTokensNode(CsrfTokenNode):
    def render(self, context):
        token = super().render(context)
        if not token:
            return token
        key = format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key())
        return token + key


def new_key() -> str:
    return secrets.token_urlsafe(12)


@register.tag
def csrf_token(parser, tokens):
    return FormTokensNode()
