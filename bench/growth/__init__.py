"""How lists, searches, figures and the activation behave with up to a million licenses."""
