"""Makes a draft of a Word file or of pasted text: word, markup, reading, pictures, drafts."""
