"""Server, wizards, phones, copies and strangers in any order, on the real code: what may happen, what not."""
