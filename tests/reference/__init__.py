"""Small slow models that the real code is held against; written from the design, not from the code."""
