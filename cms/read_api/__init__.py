"""The read API v2: what every page shows to another front end, gathered in a fixed number of queries.

    frame      the sites, their root pages and the addresses of pages
    batch      everything an answer needs, loaded at once for all its pages
    pictures, links, streams    how pictures, links in text and blocks are shown
    plans      which fields an answer has
    views      Wagtail's address shapes and parameters
    answers    the version as ETag, and answers kept while it holds
    previews   drafts for whoever holds a token

It reads, with one exception: sizes of pictures that do not exist yet are made.
"""
