"""Addresses of the package, each in every language of the site."""

from django.urls import path

from people.views import me, sign_in

urlpatterns = [
    path("sign-in/", sign_in.ask_for_code, name="sign_in"),
    path("sign-in/code/", sign_in.enter_code, name="sign_in_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("signed-out/", sign_in.show_signed_out, name="signed_out"),
    path("me/", me.show_me, name="me"),
    path("me/withdraw/", me.withdraw, name="withdraw"),
    path("me/data/", me.download_data, name="my_data"),
    path("me/forget/", me.forget_me, name="forget_me"),
    path("forgotten/", me.show_forgotten, name="forgotten"),
]
