"""Claims on paper and wire, without Django: facts in, text and sentences out."""
