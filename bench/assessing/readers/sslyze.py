"""sslyze's JSON."""

import json

from .. import answer, codes

VERSIONS = {"ssl_2_0": "SSLv2", "ssl_3_0": "SSLv3", "tls_1_0": "TLS 1.0", "tls_1_1": "TLS 1.1", "tls_1_2": "TLS 1.2",
            "tls_1_3": "TLS 1.3"}
# SSLv2's ciphers have names of their own and three bytes (draft-hickman-netscape-ssl-00).
SSL2 = {"SSL_CK_RC4_128_WITH_MD5": 0x010080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5": 0x020080,
        "SSL_CK_RC2_128_CBC_WITH_MD5": 0x030080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5": 0x040080,
        "SSL_CK_IDEA_128_CBC_WITH_MD5": 0x050080, "SSL_CK_DES_64_CBC_WITH_MD5": 0x060040,
        "SSL_CK_DES_192_EDE3_CBC_WITH_MD5": 0x0700C0}


def read(document):
    said = answer.Answer()
    results = json.loads(document)["server_scan_results"]
    scan = (results[0]["scan_result"] if results else None) or {}

    def result(name):
        attempt = scan.get(name) or {}
        return attempt["result"] if attempt.get("status") == "COMPLETED" else None

    for key, version in VERSIONS.items():
        found = result(f"{key}_cipher_suites") or {"accepted_cipher_suites": []}
        for accepted in found["accepted_cipher_suites"]:
            name = accepted["cipher_suite"]["name"]
            said.accepts(version, SSL2[name] if version == "SSLv2" else codes.suite(name))
    curves = (result("elliptic_curves") or {}).get("supported_curves") or []
    said.groups.update(codes.group(curve["name"]) for curve in curves)
    for name, key, flaw, meaning in (
        ("heartbleed", "is_vulnerable_to_heartbleed", "CVE-2014-0160", True),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", "CVE-2014-0224", True),
        ("tls_compression", "supports_compression", "CVE-2012-4929", True),
        ("tls_fallback_scsv", "supports_fallback_scsv", "TLS-NO-FALLBACK-SCSV", False),
        ("session_renegotiation", "supports_secure_renegotiation", "CVE-2009-3555", False),
        ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", "CVE-2011-1473", True),
        ("tls_1_3_early_data", "supports_early_data", "TLS-EARLY-DATA", True),
    ):
        found = result(name)
        if found is not None and found.get(key) is not None:
            said.says(flaw, found[key] is meaning)
    robot = result("robot")
    if robot is not None:
        word = robot["robot_result"]
        said.flaws["ROBOT"] = (answer.UNSURE if "UNKNOWN" in word else
                               answer.NOT_AFFECTED if word.startswith("NOT_VULNERABLE") else answer.AFFECTED)
    return said
