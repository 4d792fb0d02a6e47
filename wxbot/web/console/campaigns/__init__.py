"""The console's pages that plan, approve, watch, recall and correct campaigns."""
