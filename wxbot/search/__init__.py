"""Search (检索): the index over the library, what a query means, and which article answers it.

Index       the articles, to be found by what members type
Document    an article as it is put in
Hit, SearchResult  an article, and a page of them, as they come out
Suggestion  a word of the library that a query without an answer may have meant
catch_up    bring an index to the library's version
"""

from wxbot.search.index import Index
from wxbot.search.index_schema import Document, Hit, SearchResult
from wxbot.search.index_sync import catch_up
from wxbot.search.synonym_suggestions import Suggestion

__all__ = ["Document", "Hit", "Index", "SearchResult", "Suggestion", "catch_up"]
