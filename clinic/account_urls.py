"""Addresses of one's own account that are not allauth's."""

from django.urls import path

from clinic.views import own_sign_ins, proving, ways_in

urlpatterns = [
    path("invitation/<str:secret>/", ways_in.invitation, name="invitation"),
    path("set-up/<str:secret>/", ways_in.set_up, name="set_up"),
    path("sign-ins/", own_sign_ins.own, name="own_sign_ins"),
    path("sign-ins/end/", own_sign_ins.end_others, name="end_other_sign_ins"),
    path("sign-ins/<uuid:key>/end/", own_sign_ins.end, name="end_sign_in"),
    path("session/", own_sign_ins.state, name="session_state"),
    path("session/stay/", own_sign_ins.stay, name="session_stay"),
    path("session/passkey/", proving.passkey_options, name="passkey_options"),
    path("session/lock/", own_sign_ins.lock, name="session_lock"),
]
