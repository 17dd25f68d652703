# python-ldap (libldap underneath): prints what it was answered, as JSON.
import json
import sys

import ldap
import ldap.controls.sss
import ldap.controls.vlv
import ldap.schema
from ldap.controls import SimplePagedResultsControl

ASK = json.loads(sys.argv[1])
PLAIN = "ldap://127.0.0.1:%d" % ASK["port"]


def connect(url=PLAIN, secure=False):
    connection = ldap.initialize(url)
    connection.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 10)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, ASK["caFile"])
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    if secure:
        connection.start_tls_s()
    connection.simple_bind_s("", "")
    return connection


def mails(rows):
    return [row[1]["mail"][0].decode() for row in rows if row[0] and "mail" in row[1]]


def search(connection, text):
    return sorted(mails(connection.search_s(ASK["base"], ldap.SCOPE_SUBTREE, text, ["mail"])))


def walk(connection):
    control = SimplePagedResultsControl(False, size=ASK["pageSize"], cookie="")
    count = pages = 0
    while True:
        message = connection.search_ext(
            ASK["base"], ldap.SCOPE_SUBTREE, "(objectClass=*)", ["1.1"], serverctrls=[control])
        _, rows, _, controls = connection.result3(message)
        count += len(rows)
        pages += 1
        answer = [one for one in controls if one.controlType == control.controlType][0]
        if not answer.cookie:
            return [count, pages]
        control.cookie = answer.cookie


def controlled(connection, controls):
    message = connection.search_ext(
        ASK["base"], ldap.SCOPE_SUBTREE, ASK["sortFilter"], ["mail"], serverctrls=controls)
    _, rows, _, _ = connection.result3(message)
    return mails(rows)


def code_of(work):
    try:
        work()
    except ldap.LDAPError as error:
        return error.args[0]["result"]
    return 0


def cut(connection):
    message = connection.search_ext(
        ASK["base"], ldap.SCOPE_SUBTREE, "(objectClass=*)", ["1.1"], sizelimit=5)
    rows = []
    try:
        while True:
            kind, data, _, _ = connection.result3(message, all=0)
            rows += data
            if kind != ldap.RES_SEARCH_ENTRY:
                return [0, len(rows)]
    except ldap.SIZELIMIT_EXCEEDED:
        return [4, len(rows)]


connection = connect()
root = connection.read_rootdse_s(attrlist=["*", "+"])
subschema = connection.search_subschemasubentry_s()
schema = ldap.schema.SubSchema(connection.read_subschemasubentry_s(subschema))
sort = ldap.controls.sss.SSSRequestControl(ordering_rules=[ASK["sortKey"]])
window = ldap.controls.vlv.VLVRequestControl(
    criticality=True, before_count=0, after_count=9, offset=21, content_count=0)
other = connect()
print(json.dumps({
    "namingContexts": [one.decode() for one in root["namingContexts"]],
    "hasInetOrgPerson": schema.get_obj(ldap.schema.ObjectClass, "inetOrgPerson") is not None
    and schema.get_obj(ldap.schema.AttributeType, "mail").syntax is not None,
    "accents": search(connection, ASK["accentFilter"]),
    "paged": walk(connection),
    "sorted": controlled(connection, [sort]),
    "window": controlled(connection, [ldap.controls.sss.SSSRequestControl(True, [ASK["sortKey"]]), window]),
    "startTls": search(connect(secure=True), ASK["accentFilter"]),
    "ldaps": search(connect("ldaps://127.0.0.1:%d" % ASK["tlsPort"]), ASK["accentFilter"]),
    "badPassword": code_of(lambda: other.simple_bind_s(ASK["account"], "faux")),
    "unknownBase": code_of(lambda: other.search_s("ou=absent,c=fr", ldap.SCOPE_SUBTREE)),
    "sizeLimit": cut(connection),
    "whoAmI": connection.whoami_s(),
    "compare": [
        connection.compare_s(ASK["entry"], "mail", ASK["mail"].upper().encode()),
        connection.compare_s(ASK["entry"], "mail", b"autre@hopital.mssante.fr"),
    ],
}))
