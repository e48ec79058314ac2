"""Holter beside nmap, sslscan, sslyze and the bare loop, against one real server that answers for thousands."""
