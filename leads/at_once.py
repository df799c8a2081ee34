"""How many people one press may touch: an effect on more shows its count, and waits with Cancel."""

AT_ONCE = 20
