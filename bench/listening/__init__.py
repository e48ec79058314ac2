"""Holter's listening beside tshark, Suricata and nDPI, on the same captures."""
