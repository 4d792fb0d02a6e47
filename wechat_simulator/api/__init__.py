"""The platform's own interfaces, a module a subject; `table` lists them all with method, right and limits."""
