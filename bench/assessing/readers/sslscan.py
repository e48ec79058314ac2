"""sslscan's XML."""

from xml.etree import ElementTree

from .. import answer

VERSIONS = {"SSLv2": "SSLv2", "SSLv3": "SSLv3", "TLSv1.0": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2",
            "TLSv1.3": "TLS 1.3"}


def read(document):
    said = answer.Answer()
    test = ElementTree.fromstring(document).find("ssltest")
    if test is None:
        return said
    for protocol in test.iter("protocol"):
        if protocol.get("enabled") == "1":
            word = "SSLv" if protocol.get("type") == "ssl" else "TLSv"
            said.versions.add(VERSIONS[word + protocol.get("version")])
    for cipher in test.iter("cipher"):
        said.accepts(VERSIONS[cipher.get("sslversion")], int(cipher.get("id"), 16))
    for group in test.iter("group"):
        said.groups.add(int(group.get("id"), 16))
    bleeding = [one.get("vulnerable") == "1" for one in test.iter("heartbleed")]
    if bleeding:
        said.says("CVE-2014-0160", any(bleeding))
    for one in test.iter("renegotiation"):
        said.says("CVE-2009-3555", one.get("supported") == "1" and one.get("secure") != "1")
    for one in test.iter("compression"):
        said.says("CVE-2012-4929", one.get("supported") == "1")
    for one in test.iter("fallback"):
        said.says("TLS-NO-FALLBACK-SCSV", one.get("supported") != "1")
    return said
