"""Holter's JSON."""

import json

from .. import answer, codes

VERDICTS = {"affected": answer.AFFECTED, "not_affected": answer.NOT_AFFECTED,
            # That a question does not arise and that the flaw is not there are the same to whoever has to act.
            "not_applicable": answer.NOT_AFFECTED, "inconclusive": answer.UNSURE}


def read(document):
    said = answer.Answer()
    for service in json.loads(document)["services"]:
        facts = service.get("facts") or {}
        for version, accepted in (facts.get("configuration") or {}).items():
            for name in accepted["suites"]:
                said.accepts(version, code(name, codes.suite))
            said.groups.update(code(name, codes.group) for name in accepted.get("groups") or [])
        if facts.get("ssl2") is not None:
            said.versions.add("SSLv2")
            said.suites["SSLv2"].update(int(kind, 16) for kind in facts["ssl2"])
        for verdict in service.get("verdicts") or []:
            said.flaws[verdict["flaw"]] = VERDICTS[verdict["verdict"]]
    return said


def code(name, by_name):
    # What the registry does not know is shown by its number.
    return int(name, 16) if name.startswith("0x") else by_name(name)
