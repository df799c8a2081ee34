"""What changes content: topics, the tree of the site, publishing."""
