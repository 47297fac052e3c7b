"""Articles: new products, company news and sports tips, kept in the office and published to chosen audiences."""
