import pytest

from clinic.enums import Role
from clinic.errors import NotAllowed
from notes.models import ReviewRemark
from notes.services.addenda import add_addendum
from notes.services.review import addenda_asked_of, leave_remark, settle_remark
from tests.factories import make_clinician, make_user, new_key


def test_remark_that_asks_for_an_addendum_is_settled_by_it(signed):
    remark = leave_remark(signed, by=make_user(Role.ADMIN), text="Which side?", asks_addendum=True)
    assert list(addenda_asked_of(signed.author)) == [remark]

    addendum = add_addendum(
        signed, by=signed.author.user, submit_key=new_key(), text="Left.", method="password"
    )

    remark.refresh_from_db()
    assert remark.addendum == addendum
    assert not addenda_asked_of(signed.author).exists()


def test_author_does_not_settle_what_asks_for_an_addendum(signed):
    remark = leave_remark(signed, by=make_user(Role.ADMIN), text="Which side?", asks_addendum=True)

    with pytest.raises(NotAllowed) as refusal:
        settle_remark(remark, by=signed.author.user)

    assert str(refusal.value) == (
        "An addendum was asked for: write it, then this remark is settled."
    )
    remark.refresh_from_db()
    assert remark.settled_at is None


def test_reviewer_settles_their_own_remark(signed):
    reviewer = make_user(Role.ADMIN)
    remark = leave_remark(signed, by=reviewer, text="Nicely put", asks_addendum=False)

    settle_remark(remark, by=reviewer)

    remark.refresh_from_db()
    assert remark.settled_at is not None


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ASSISTANT])
def test_others_do_not_review(signed, role):
    user = make_user(role) if role == Role.OFFICE else make_clinician(is_assistant=True).user

    with pytest.raises(NotAllowed) as refusal:
        leave_remark(signed, by=user, text="Hm", asks_addendum=False)

    assert str(refusal.value) == "Only a therapist or an admin reviews notes."
    assert not ReviewRemark.objects.exists()


def test_draft_is_not_reviewed(draft):
    with pytest.raises(NotAllowed) as refusal:
        leave_remark(draft, by=make_user(Role.ADMIN), text="Hm", asks_addendum=False)

    assert str(refusal.value) == (
        "The note is a draft: talk to its author, who can still change it."
    )
    assert not ReviewRemark.objects.exists()
