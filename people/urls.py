"""Addresses of the package, each in every language of the site."""

from django.urls import path

from people.views import contacts, me, other_ways, outside, sign_in

urlpatterns = [
    path("sign-in/", sign_in.ask_for_code, name="sign_in"),
    path("sign-in/code/", sign_in.enter_code, name="sign_in_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("signed-out/", sign_in.show_signed_out, name="signed_out"),
    path("me/", me.show_me, name="me"),
    path("me/contacts/", contacts.add, name="add_contact"),
    path("me/contacts/code/", contacts.confirm, name="confirm_contact"),
    path("me/withdraw/", me.withdraw, name="withdraw"),
    path("me/pause/", me.pause, name="pause"),
    path("me/data/", me.download_data, name="my_data"),
    path("me/forget/", me.forget_me, name="forget_me"),
    path("sign-in/link/", other_ways.use_link, name="sign_in_link"),
    path("sign-in/here/", other_ways.show_code, name="show_code"),
    path("sign-in/here/state/", other_ways.tell_state, name="show_code_state"),
    path("sign-in/here/go/", other_ways.go_on, name="show_code_go"),
    path("sign-in/wechat/", outside.leave, name="sign_in_outside"),
    path("sign-in/wechat/back/", outside.come_back, name="sign_in_outside_back"),
    path("forgotten/", me.show_forgotten, name="forgotten"),
]
