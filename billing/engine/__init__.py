"""The bill from the timeline: frozen facts in, charges with reasons out. No Django here."""

ENGINE_VERSION = "1.2"
