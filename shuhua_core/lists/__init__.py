"""How people keep the lists of the office: saved views, chosen columns, and the record of what was taken out of them."""
