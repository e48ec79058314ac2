"""nmap's XML. A script that says nothing found nothing; one that broke off says so."""

from xml.etree import ElementTree

from .. import answer, codes

VERSIONS = {"SSLv3": "SSLv3", "TLSv1.0": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
FLAWS = {"ssl-heartbleed": "CVE-2014-0160", "ssl-ccs-injection": "CVE-2014-0224", "ssl-poodle": "CVE-2014-3566",
         "sslv2-drown": "CVE-2016-0800"}


def read(document):
    said = answer.Answer()
    scripts = {script.get("id"): script for script in ElementTree.fromstring(document).iter("script")}
    listing = scripts.get("ssl-enum-ciphers")
    for table in listing.findall("table") if listing is not None else ():
        version = VERSIONS[table.get("key")]
        for name in table.iterfind("table[@key='ciphers']/table/elem[@key='name']"):
            # Its own name for what TLS 1.3 leaves open.
            said.accepts(version, codes.suite(name.text.replace("TLS_AKE_WITH_", "TLS_")))
    old = scripts.get("sslv2")
    if old is not None and "SSLv2 supported" in old.get("output", ""):
        said.versions.add("SSLv2")
    for name, flaw in FLAWS.items():
        output = scripts[name].get("output", "") if name in scripts else ""
        if "ERROR" in output or listing is None:
            said.flaws[flaw] = answer.UNSURE
        else:
            said.says(flaw, "State: VULNERABLE" in output or "State: LIKELY" in output)
    if listing is not None:
        output = scripts["ssl-dh-params"].get("output", "") if "ssl-dh-params" in scripts else ""
        said.says("CVE-2015-4000", "CVE-2015-4000" in output or "Diffie-Hellman Key Exchange Insufficient" in output)
    return said
