"""Parts that were replaced: their way back to the maker, and what was found out about them."""
