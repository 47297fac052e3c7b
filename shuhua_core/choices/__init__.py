"""Choice lists kept in the office: codes of faults, causes and remedies, kinds and reasons. Codes stay, words may change."""
