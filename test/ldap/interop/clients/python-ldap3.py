# ldap3: reads the whole schema by itself, and refuses names that the schema does not define.
import json
import ssl
import sys

from ldap3 import ALL, SUBTREE, Connection, ObjectDef, Reader, Server, Tls
from ldap3.core.exceptions import LDAPInvalidCredentialsResult

ASK = json.loads(sys.argv[1])
TLS = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ASK["caFile"])


def connect(port=ASK["port"], secure=False, **more):
    server = Server("localhost", port=port, get_info=ALL, tls=TLS, use_ssl=port == ASK["tlsPort"])
    connection = Connection(server, **more)
    connection.open()
    if secure:
        connection.start_tls()
    connection.bind()
    return connection


def search(connection, text):
    connection.search(ASK["base"], text, SUBTREE, attributes=["mail", "cn"])
    return sorted(entry.mail.values[0] for entry in connection.entries)


def walk(connection):
    rows = connection.extend.standard.paged_search(
        ASK["base"], "(objectClass=*)", SUBTREE, attributes=["1.1"], paged_size=ASK["pageSize"],
        generator=True)
    return [sum(1 for _ in rows), None]


def bad_password():
    try:
        connection = connect(user=ASK["account"], password="faux", raise_exceptions=True)
        return connection.result["result"]
    except LDAPInvalidCredentialsResult as error:
        return error.result


def code_of(connection, **more):
    connection.search(more.pop("base", ASK["base"]), "(objectClass=*)", SUBTREE, **more)
    return [connection.result["result"], len(connection.entries)]


connection = connect()
people = Reader(connection, ObjectDef("inetOrgPerson", connection), ASK["base"],
                "mail: " + ASK["mail"])
people.search()
schema = connection.server.schema
print(json.dumps({
    "namingContexts": list(connection.server.info.naming_contexts),
    "hasInetOrgPerson": "inetOrgPerson" in schema.object_classes
    and schema.attribute_types["mail"].syntax is not None
    and len(schema.ldap_syntaxes) > 0 and len(schema.matching_rules) > 0,
    "accents": search(connection, ASK["accentFilter"]),
    "paged": walk(connection),
    "startTls": search(connect(secure=True), ASK["accentFilter"]),
    "ldaps": search(connect(port=ASK["tlsPort"]), ASK["accentFilter"]),
    "badPassword": bad_password(),
    "unknownBase": code_of(connection, base="ou=absent,c=fr")[0],
    "sizeLimit": code_of(connection, size_limit=5, attributes=["cn"]),
    "whoAmI": connection.extend.standard.who_am_i() or "",
    "compare": [
        connection.compare(ASK["entry"], "mail", ASK["mail"].upper()),
        connection.compare(ASK["entry"], "mail", "autre@hopital.mssante.fr"),
    ],
    "reader": [entry.entry_dn for entry in people],
}))
