"""`python checker.pyz BUNDLE.zip`: print what differs, one line each; exit code 0 if nothing does, 1 otherwise, 2 if it cannot be read."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from courses.strict_json.canonical import digest_of
from lms.audit.checker import accounts
from lms.audit.checker.anchored import anchor_problems
from lms.audit.checker.archive import MANIFEST, SIGNATURE, Bundle, NotABundle
from lms.audit.checker.certificates import certificate_problems, register_problems
from lms.audit.checker.elsewhere import elsewhere_problems
from lms.audit.checker.signature import HAS_LIBRARY, NotSigned, jws_content
from lms.crediting.chain import Entry

Chains = dict[int, list[tuple[Entry, str]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundle that the command line names."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1 or given[0] in {"-h", "--help"}:
        print("Usage: python checker.pyz BUNDLE.zip", file=sys.stderr)  # noqa: T201 – this is a program of its own
        return 2
    try:
        bundle = Bundle(Path(given[0]))
        found = list(problems_of(bundle))
    except NotABundle as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    for line in found:
        print(line)  # noqa: T201
    print(f"{_about(bundle)}: {f'{len(found)} findings' if found else 'clean'}")  # noqa: T201
    return 1 if found else 0


def _about(bundle: Bundle) -> str:
    said = bundle.manifest
    signed = "not signed"
    if said.get("signed_by"):
        signed = f"signed by {said['signed_by']}" if HAS_LIBRARY else "signature not checked (install cryptography)"
    return f"{said.get('class')}: {said.get('members')} members, {said.get('certificates')} certificates, {signed}"


def problems_of(bundle: Bundle) -> Iterator[str]:
    """Yield everything that differs."""
    yield from bundle.problems
    yield from _signature_problems(bundle)
    try:
        yield from _content_problems(bundle)
    except Exception as error:  # any value in a file may cause any error: it becomes a finding
        yield f"the bundle cannot be read to its end ({type(error).__name__}: {error})"


def _signature_problems(bundle: Bundle) -> Iterator[str]:
    if not bundle.has(SIGNATURE):
        if bundle.manifest.get("signed_by"):
            yield f"{SIGNATURE}: is missing"
        return
    try:
        content, signer = jws_content(bundle.text(SIGNATURE))
    except NotSigned as error:
        yield f"{SIGNATURE}: {error}"
        return
    if content != bundle.content(MANIFEST):
        yield f"{MANIFEST}: is not the one that was signed"
    if signer != bundle.manifest.get("signed_by"):
        yield f"{SIGNATURE}: was made with the certificate {signer}, the manifest names another one"


def _content_problems(bundle: Bundle) -> Iterator[str]:
    rules = bundle.read("rules.json")
    for one in rules:
        if digest_of(one["document"]) != one["sha256"]:
            yield f"rules: the document {one['code']} version {one['version']} was changed"
    named = {(one["code"], one["version"]): one["sha256"] for one in rules}
    chains: Chains = {}
    for member in bundle.read("members.json"):
        number = member["enrolment"]
        chains[number] = accounts.entries_in(bundle.read(f"ledger/{number}.json"), number)
        for problem in _member_problems(bundle, member, chains[number], named):
            yield f"enrolment {number}: {problem}"
    yield from register_problems(bundle.read("register.json"))
    yield from certificate_problems(bundle, chains)
    yield from elsewhere_problems(bundle, list(chains))
    for name in bundle.names("anchors"):
        yield from anchor_problems(name, bundle.text(name), bundle.manifest["anchor_key"], chains)


def _member_problems(
    bundle: Bundle, member: Mapping[str, Any], chain: list[tuple[Entry, str]], named: Mapping[tuple[str, int], str]
) -> Iterator[str]:
    yield from accounts.chain_problems(chain, member["ledger_head"])
    if not member["evidence"]:
        return
    case, about, wrong = accounts.case_in(bundle.text(member["evidence"]))
    yield from wrong
    yield from _rule_problems(about, named)
    result = accounts.decided(case) if case is not None else None
    if result is None:
        yield "its evidence cannot be decided"
    elif not member["behind"]:
        yield from accounts.account_problems(chain[: member["ledger_length"]], result)


def _rule_problems(about: Mapping[str, Any], named: Mapping[tuple[str, int], str]) -> Iterator[str]:
    """Yield the rules of an evidence bundle whose documents are others than those in this bundle."""
    rules = about.get("rules", {})
    programme = rules.get("programme")
    versions = [*((code, one) for code, one in rules.get("courses", {}).items()), *([(programme["code"], programme)] if programme else [])]
    for code, one in versions:
        if named.get((code, one["version"])) != one["sha256"]:
            yield f"its evidence names the document {code} version {one['version']} with another digest"


if __name__ == "__main__":
    sys.exit(main())
