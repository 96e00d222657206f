"""One version of a payer's rules: read, edited while it is a draft, published."""

from dataclasses import replace

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.payers import CopyForm, PublishForm, ReplayForm, StartDraftForm
from billing.forms.policy import PolicyForm
from billing.models import ChargeSet, PayerPolicy
from billing.services.policies import engine_policy
from billing.services.policies_cases import cases_of, run_cases
from billing.services.policies_difference import (
    Rules,
    differences,
    facts_of,
    predecessor,
    rules_of,
    rules_of_preset,
)
from billing.services.policies_drafts import discard_draft, save_draft, start_draft
from billing.services.policies_publishing import obstacles, publish_draft, rebilled_visits
from billing.services.policies_words import CONFIDENCE, GROUPS, SETTINGS, in_words
from billing.views.payers import payer_context
from billing.views.policies_common import (
    payer_or_404,
    rules_named,
    told_when_gone,
    version_or_404,
)
from billing.views.simulator import simulator_of
from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.models import Payer
from clinic.permissions import allow
from clinic.services import audit


@allow(Role.ADMIN)
@require_POST
def start(request, pk):
    payer = payer_or_404(pk)
    form = StartDraftForm(request.POST, payer=payer)
    if form.is_valid():
        rules, preset, row = rules_named(payer, form.cleaned_data["start_from"])
        why = form.cleaned_data["why"]
        try:
            draft = start_draft(
                payer, by=request.user, rules=rules, preset=preset, why=why, based_on=row
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("billing:policy", pk=payer.pk, version=draft.version)
    context = payer_context(payer, start_form=form)
    return render(request, "billing/payer.html", context, status=422)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@told_when_gone
def policy(request, pk, version):
    row = version_or_404(pk, version)
    if request.method == "POST":
        return _save(request, row)
    audit.record("policy.viewed", actor=request.user, subject=row)
    return render(request, "billing/policy.html", policy_context(row))


def _save(request, row: PayerPolicy):
    form = PolicyForm(request.POST, draft=row)
    if not form.is_valid():
        return render(request, "billing/policy.html", policy_context(row, form=form), status=422)
    content, revision = form.content(), form.cleaned_data["revision"]
    try:
        saved = save_draft(row, by=request.user, revision=revision, content=content)
    except Conflict as conflict:
        context = policy_context(conflict.theirs, form=_mine_again(request, conflict.theirs))
        context |= {"conflict": str(conflict), "theirs": _theirs(conflict.theirs, form)}
        return render(request, "billing/policy.html", context, status=409)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:policy", pk=row.payer_id, version=row.version)
    messages.success(request, f"{saved.name} is saved.")
    return redirect("billing:policy", pk=row.payer_id, version=row.version)


def _mine_again(request, theirs: PayerPolicy) -> PolicyForm:
    """What this admin typed, now on top of the other's revision: the next save is knowing."""
    data = request.POST.copy()
    data["revision"] = theirs.revision
    return PolicyForm(data, draft=theirs)


def _theirs(theirs: PayerPolicy, form: PolicyForm) -> list:
    mine = form.content()
    return differences(rules_of(theirs), Rules("yours", mine.fields, mine.facts))


def policy_context(row: PayerPolicy, form: PolicyForm | None = None, **changed) -> dict:
    """The version's page: editing form for a draft, settings in words for a published one."""
    before = predecessor(row)
    context = {
        "payer": row.payer,
        "row": row,
        "changes": differences(rules_of(before), rules_of(row)) if before else [],
        "before": before,
        "from_preset": differences(rules_of_preset(row.preset, row.starts_on), rules_of(row)),
        "cases": run_cases(cases_of(row.payer), engine_policy(row)),
        "used_by": ChargeSet.objects.filter(policy=row).count(),
        "copy_form": CopyForm(source=row),
        "replay_form": ReplayForm.last_90_days(),
        "sim": simulator_of(row.payer, version=row),
    }
    if row.is_draft:
        context |= {
            "form": form or PolicyForm(draft=row),
            "obstacles": obstacles(row),
            "rebilled": rebilled_visits(row),
            "publish_form": PublishForm(initial={"revision": row.revision}),
        }
    else:
        context |= {"groups": _read_groups(row)}
    return context | changed


def _read_groups(row: PayerPolicy) -> list[tuple[str, list[dict]]]:
    facts = facts_of(row)
    return [
        (
            label,
            [
                {
                    "setting": setting,
                    "value": in_words(setting.name, row.fields[setting.name]),
                    "fact": facts.get(setting.name, {}),
                    "certainty": CONFIDENCE.get(
                        facts.get(setting.name, {}).get("confidence", ""), ""
                    ),
                }
                for setting in SETTINGS
                if setting.group == key and setting.name in row.fields
            ],
        )
        for key, label in GROUPS.items()
    ]


@allow(Role.ADMIN)
@require_POST
@told_when_gone
def publish(request, pk, version):
    row = version_or_404(pk, version)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return render(
            request, "billing/policy.html", policy_context(row, publish_form=form), status=422
        )
    try:
        published = publish_draft(
            row,
            by=request.user,
            revision=form.cleaned_data["revision"],
            backdating_reason=form.cleaned_data["backdating_reason"],
        )
    except (Conflict, NotAllowed) as refusal:
        form.add_error(None, str(refusal))
        status = 409 if isinstance(refusal, Conflict) else 422
        fresh = version_or_404(pk, version)
        context = policy_context(fresh)
        if fresh.is_draft:
            context["publish_form"] = form
        return render(request, "billing/policy.html", context, status=status)
    messages.success(
        request, f"{published.name} is published, in force from {published.starts_on:%m/%d/%Y}."
    )
    return redirect("billing:policy", pk=row.payer_id, version=row.version)


@allow(Role.ADMIN)
@require_POST
@told_when_gone
def discard(request, pk, version):
    row = version_or_404(pk, version)
    revision = request.POST.get("revision", "")
    try:
        discard_draft(row, by=request.user, revision=int(revision) if revision.isdecimal() else 0)
    except (Conflict, NotAllowed) as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:policy", pk=row.payer_id, version=row.version)
    messages.success(request, f"{row.name} is discarded. Nothing in force changed.")
    return redirect("billing:payer", pk=row.payer_id)


@allow(Role.ADMIN)
@require_POST
def copy(request, pk, version):
    """The version's rules as the draft of another payer."""
    row = version_or_404(pk, version)
    form = CopyForm(request.POST, source=row)
    if form.is_valid():
        target: Payer = form.cleaned_data["payer"]
        named = replace(rules_of(row), label=f"{row.payer} {row.name}")
        try:
            draft = start_draft(
                target, by=request.user, rules=named, preset=row.preset,
                why=form.cleaned_data["why"],
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, f"{target}: {refusal}")
        else:
            messages.success(request, f"The rules of {row} are now {target}'s {draft.name}.")
            return redirect("billing:policy", pk=target.pk, version=draft.version)
    return render(request, "billing/policy.html", policy_context(row, copy_form=form), status=422)


@allow(Role.ADMIN)
@require_POST
def restore(request, pk, version):
    """An earlier version comes back as a draft of the next one."""
    row = version_or_404(pk, version)
    payer = get_object_or_404(Payer, pk=pk)
    try:
        draft = start_draft(
            payer,
            by=request.user,
            rules=rules_of(row),
            preset=row.preset,
            why=f"Back to {row.name}",
            based_on=row,
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:policy", pk=pk, version=version)
    messages.success(request, f"{draft.name} holds the rules of {row.name}: publish it to restore.")
    return redirect("billing:policy", pk=pk, version=draft.version)
