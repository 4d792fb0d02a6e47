"""Read a Word file (.docx) into lines with level, number, type, links, tables, pictures and notes.

    document   return the content of a file; raise BulletinError with the true reason for one that cannot be read

From the file to the lines: `package` inflates the parts, `styles`, `numbering` and `notes` say how text is set,
`inline` reads a paragraph with `fields`, `formulas`, `symbols` and `drawings`, `story` and `tables` read blocks,
`page_margins` headers and footers, and `finish` compares each line with the body text.
"""

from wxbot.bulletin.readers.docx.body import document

__all__ = ["document"]
