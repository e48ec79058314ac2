"""Holter's full assessment beside testssl.sh, sslyze, sslscan and nmap, on the same real servers."""
