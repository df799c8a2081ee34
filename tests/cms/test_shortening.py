"""Short names for what a module declares, and for nothing that others see."""

import re

import pytest

from cms.shortening import shortened

CASES = [
    # Declared at the top: everywhere, most frequent first; neighbouring declarations become one.
    ("const count=1;const twice=count+count;", "const e=1,t=e+e;"),
    # Properties, keys, strings and what is declared nowhere keep their names.
    ("let page;page.page={page:'page',other};", "let e;e.page={page:'page',other};"),
    ("const page=1;send({page,kind});", "const e=1;send({page:e,kind});"),
    # Inside one statement: parameters and what is taken apart, the same letters in the next.
    ("const add=(left,right)=>left+right;add(left);", "const e=(t,n)=>t+n;e(left);"),
    ("on(({target})=>{const{panel}=target;use(panel);});", "on(({target:t})=>{const{panel:e}=t;use(e);});"),
    ("const a1=(b1=c1)=>b1;let c1;", "const n=(t=e)=>t;let e;"),
    # An export is seen by others, and a global of the same name in another statement is not ours.
    ("export const track=(id)=>id;track(id);", "export const track=(e)=>e;track(id);"),
    ("for(const name in told)drop(told[name]);", "for(const e in told)drop(told[e]);"),
    ("const from=x?.from??{...from};", "const e=x?.from??{...e};"),
    ("const e=n;const long=e;", "const e=n,t=e;"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_what_becomes_of_names(source, expected):
    assert shortened(source) == expected


def test_a_new_name_never_stands_for_two_things():
    """More names than letters: the new ones differ among themselves and from what stays."""
    names = [f"name{number}" for number in range(80)]
    source = "".join(f"let {name};" for name in names) + "e(t,n);"
    short = shortened(source)
    found = re.findall(r"let (\w+);", short)
    assert len(set(found)) == 80 and not set(found) & {"e", "t", "n"}
    assert short.endswith("e(t,n);")
