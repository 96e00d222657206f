"""The desk's other papers: each a pure function of its context, set by the same press."""

from dataclasses import replace

from .contexts import SuperbillContext
from .desk_contexts import DeskPaper
from .glyphs import check_printable
from .job import Job
from .pages import desk_paper as paper_page
from .pages import superbill_form as form_page
from .render import superbill_job
from .worker import PRESS


def superbill_form(context: SuperbillContext) -> bytes:
    """The superbill in the boxes of the claim form, on plain paper."""
    return PRESS.set(superbill_form_job(context))


def superbill_form_job(context: SuperbillContext) -> Job:
    return replace(superbill_job(context), html=form_page.html(context), kind="superbill_form")


def desk_paper(context: DeskPaper) -> bytes:
    return PRESS.set(desk_paper_job(context))


def desk_paper_job(context: DeskPaper) -> Job:
    check_printable(context)
    return Job(html=paper_page.html(context), made_at=context.issued_at, kind="desk_paper")
