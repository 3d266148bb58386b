"""Addresses of people's own pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from studio.accounts import views
from studio.accounts.links import ADDRESS

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("sign-up", views.sign_up, name="sign-up"),
    path(f"{ADDRESS}<str:token>", views.link, name="link"),
    path("account", views.account, name="account"),
    path("account/password", views.change_password, name="change-password"),
    path("account/delete", views.delete_account, name="delete-account"),
    path("account/tokens", views.add_token, name="add-token"),
    path("account/tokens/<uuid:token_id>/delete", views.delete_token, name="delete-token"),
]
