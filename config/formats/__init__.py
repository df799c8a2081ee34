"""How Wellread writes dates where a language has no better custom of its own."""
