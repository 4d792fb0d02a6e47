"""Search (检索): an index of the library, query understanding, and ranking.

Index         the index in a folder: update it and search it
IndexedDocument   an article to index
Hit           an article that matches a query
SearchResult  a page of hits
Suggestion    a synonym suggested to editors for a query without hits
highlight     a text in pieces, with those that the query's words are in
excerpt       the part of an article that has most of the query's words
read_names    read the names of publications and sections, `LibraryNames`
catch_up      bring an index to the library's version
"""

from wxbot.search.highlight import excerpt, highlight
from wxbot.search.index import Index, catch_up
from wxbot.search.index_schema import Hit, IndexedDocument, SearchResult
from wxbot.search.names import LibraryNames, read_names
from wxbot.search.synonym_suggestions import Suggestion

__all__ = [
    "Hit",
    "Index",
    "IndexedDocument",
    "LibraryNames",
    "SearchResult",
    "Suggestion",
    "catch_up",
    "excerpt",
    "highlight",
    "read_names",
]
