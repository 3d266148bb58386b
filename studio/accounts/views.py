"""Sign in, sign up, sign in by link, change the password, keep tokens: plain forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm, UserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio.access import tokens_for
from studio.accounts.farewell import forget
from studio.accounts.links import is_good, use_link
from studio.accounts.meters import meters_of
from studio.accounts.rate import WINDOW, note_failure, too_many
from studio.accounts.tokens import TooManyTokens, make_token

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """The sign-in form; ten failures in five minutes close it for a while."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "sign_up": settings.STUDIO_SIGN_UP}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if too_many(request.POST.get("username", ""), _address(request)):
            sentence = "Too many sign-ins failed; wait five minutes and try again."
            answer = render(request, "message.html", {"title": "Wait a little", "sentence": sentence}, status=429)
            answer.headers["Retry-After"] = str(round(WINDOW.total_seconds()))
            return answer
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        note_failure(self.request.POST.get("username", ""), _address(self.request))
        return super().form_invalid(form)


@require_http_methods(["GET", "HEAD"])
@never_cache
def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """Where the admin sends whoever is no operator: its own form would let anybody try passwords without end."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
    if not request.user.is_staff:
        raise Http404
    return redirect("admin:index")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account, where the operator allows it."""
    if not settings.STUDIO_SIGN_UP:
        raise Http404
    form: UserCreationForm[User] = UserCreationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend=BACKEND)
        return redirect("library")
    return render(request, "accounts/sign_up.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a one-time link. Opening it asks; only the button uses it up, so no preview of the address can."""
    if request.method == "POST":
        person = use_link(token)
        if person is not None:
            login(request, person, backend=BACKEND)
            return redirect("library")
    elif is_good(token):
        return render(request, "accounts/link.html")
    sentence = "This link was used before or is older than ten minutes; ask for a new one, or sign in."
    return render(request, "message.html", {"title": "This link is spent", "sentence": sentence}, status=410)


@require_http_methods(["GET", "HEAD"])
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The person's own page: password and tokens."""
    return _account(request)


@require_POST
@sensitive_post_parameters()
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other session of the person ends."""
    form = _password_form(request, request.POST)
    if not form.is_valid():
        return _account(request, form=form)
    update_session_auth_hash(request, form.save())
    messages.success(request, "Your password is changed.")
    return redirect("account")


@require_POST
@login_required
def add_token(request: HttpRequest) -> HttpResponse:
    """Make an API token and show it this once."""
    assert isinstance(request.user, User), "login_required let them in"
    try:
        _, secret = make_token(request.user, request.POST.get("name", ""))
    except TooManyTokens as fault:
        messages.error(request, str(fault))
        return redirect("account")
    return _account(request, secret=secret)


@require_POST
@login_required
def delete_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Delete an API token: programs that use it are out at once."""
    if not tokens_for(request.user).filter(pk=token_id).delete()[0]:
        raise Http404
    return redirect("account")


@require_POST
@login_required
def delete_account(request: HttpRequest) -> HttpResponse:
    """Delete the person and all that is theirs, at once and for good; the form asks for their name as it is written."""
    assert isinstance(request.user, User), "login_required let them in"
    if request.POST.get("name", "") != request.user.get_username():
        messages.error(request, f"Nothing was deleted: type {request.user.get_username()} to delete all that is yours.")
        return redirect("account")
    forget(request.user)
    logout(request)
    sentence = "Your account is deleted, and your clips, their objects, masks and files with it."
    return render(request, "message.html", {"title": "Deleted", "sentence": sentence})


def _account(request: HttpRequest, *, form: SetPasswordForm[User] | None = None, secret: str = "") -> HttpResponse:
    assert isinstance(request.user, User), "login_required let them in"
    context = {
        "form": form or _password_form(request, None),
        "tokens": tokens_for(request.user),
        "secret": secret,
        "meters": meters_of(request.user),
    }
    return render(request, "accounts/account.html", context)


def _password_form(request: HttpRequest, data: Any) -> SetPasswordForm[User]:
    """Asks for the old password, except where there is none: the local account starts with a link only."""
    assert isinstance(request.user, User), "login_required let them in"
    kind = PasswordChangeForm if request.user.has_usable_password() else SetPasswordForm
    form = kind(request.user, data)
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)  # the page is more than this form
    return form


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
