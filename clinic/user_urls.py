"""Addresses of the practice's people."""

from django.urls import path

from clinic.views import emergency, users

urlpatterns = [
    path("", users.users, name="users"),
    path("invite/", users.invite, name="user_invite"),
    path("invitations/<int:pk>/withdraw/", users.withdraw_invitation, name="invitation_withdraw"),
    path("second-factors/", users.factor_resets, name="factor_resets"),
    path("second-factors/<int:pk>/confirm/", users.confirm_factor_reset, name="factor_reset"),
    path(
        "second-factors/<int:pk>/withdraw/",
        users.withdraw_factor_reset,
        name="factor_reset_withdraw",
    ),
    path("emergency/", emergency.holders, name="emergency_holders"),
    path("emergency/<int:pk>/strike/", emergency.strike, name="emergency_holder_strike"),
    path("<int:pk>/", users.user, name="user"),
    path("<int:pk>/role/", users.change_role, name="user_role"),
    path("<int:pk>/close/", users.deactivate, name="user_deactivate"),
    path("<int:pk>/open/", users.reactivate, name="user_reactivate"),
    path("<int:pk>/sign-out/", users.end_sessions, name="user_end_sessions"),
    path("<int:pk>/try-again/", users.let_try_again, name="user_try_again"),
    path("<int:pk>/second-factor/", users.ask_factor_reset, name="user_factor_reset"),
]
