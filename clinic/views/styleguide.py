"""The components in all their states, for those who build pages."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.permissions import EVERYONE, allow
from clinic.styleguide import context


@allow(*EVERYONE)
@require_GET
def styleguide(request):
    return render(request, "clinic/styleguide.html", context())
