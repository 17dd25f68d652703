<?php
// By address: libldap takes « localhost » for the name of the machine when it checks a certificate.
// php-ldap, what Roundcube and Nextcloud use: prints what it was answered, as JSON.
$ask = json_decode($argv[1], true);
ldap_set_option(null, LDAP_OPT_X_TLS_CACERTFILE, $ask['caFile']);
ldap_set_option(null, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND);

function connect(array $ask, bool $secure = false, ?string $url = null)
{
    $connection = ldap_connect($url ?? "ldap://127.0.0.1:{$ask['port']}");
    ldap_set_option($connection, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($connection, LDAP_OPT_REFERRALS, 0);
    ldap_set_option($connection, LDAP_OPT_NETWORK_TIMEOUT, 10);
    if ($secure && !ldap_start_tls($connection)) exit(1);
    if (!ldap_bind($connection)) exit(1);
    return $connection;
}

function mails($connection, $found): array
{
    $mails = [];
    for ($entry = ldap_first_entry($connection, $found); $entry; $entry = ldap_next_entry($connection, $entry)) {
        $mails[] = ldap_get_values($connection, $entry, 'mail')[0];
    }
    return $mails;
}

function search($connection, array $ask): array
{
    $mails = mails($connection, ldap_search($connection, $ask['base'], $ask['accentFilter'], ['mail', 'dn']));
    sort($mails);
    return $mails;
}

function walk($connection, array $ask): array
{
    [$count, $pages, $cookie] = [0, 0, ''];
    do {
        $control = ['oid' => LDAP_CONTROL_PAGEDRESULTS, 'value' => ['size' => $ask['pageSize'], 'cookie' => $cookie]];
        $found = ldap_search($connection, $ask['base'], '(objectClass=*)', ['1.1'], 0, 0, 0, LDAP_DEREF_NEVER, [$control]);
        ldap_parse_result($connection, $found, $code, $matched, $text, $referrals, $controls);
        $count += ldap_count_entries($connection, $found);
        $pages++;
        $cookie = $controls[LDAP_CONTROL_PAGEDRESULTS]['value']['cookie'] ?? '';
    } while ($code === 0 && $cookie !== '');
    return [$count, $pages];
}

function controlled($connection, array $ask, array $controls): array
{
    $found = ldap_search($connection, $ask['base'], $ask['sortFilter'], ['mail'], 0, 0, 0, LDAP_DEREF_NEVER, $controls);
    return mails($connection, $found);
}

function cut($connection, array $ask): array
{
    $found = @ldap_search($connection, $ask['base'], '(objectClass=*)', ['1.1'], 0, 5);
    return [ldap_errno($connection), ldap_count_entries($connection, $found)];
}

$connection = connect($ask);
$root = ldap_get_entries($connection, ldap_read($connection, '', '(objectClass=*)', ['namingContexts', 'subschemaSubentry']))[0];
$schema = ldap_get_entries(
    $connection,
    ldap_read($connection, $root['subschemasubentry'][0], '(objectClass=subschema)', ['objectClasses'])
)[0];
$sort = ['oid' => LDAP_CONTROL_SORTREQUEST, 'iscritical' => true, 'value' => [['attr' => $ask['sortKey']]]];
$window = [
    'oid' => LDAP_CONTROL_VLVREQUEST,
    'iscritical' => true,
    'value' => ['before' => 0, 'after' => 9, 'offset' => 21, 'count' => 0],
];
$other = connect($ask);
@ldap_bind($other, $ask['account'], 'faux');
$badPassword = ldap_errno($other);
@ldap_search($connection, 'ou=absent,c=fr', '(objectClass=*)');
$unknownBase = ldap_errno($connection);
unset($root['namingcontexts']['count']);
echo json_encode([
    'namingContexts' => $root['namingcontexts'],
    'hasInetOrgPerson' => count(preg_grep("/NAME 'inetOrgPerson'/", $schema['objectclasses'])) === 1,
    'accents' => search($connection, $ask),
    'paged' => walk($connection, $ask),
    'sorted' => controlled($connection, $ask, [$sort]),
    'window' => controlled($connection, $ask, [$sort, $window]),
    'startTls' => search(connect($ask, true), $ask),
    'ldaps' => search(connect($ask, false, "ldaps://127.0.0.1:{$ask['tlsPort']}"), $ask),
    'badPassword' => $badPassword,
    'unknownBase' => $unknownBase,
    'sizeLimit' => cut($connection, $ask),
    'whoAmI' => ldap_exop_whoami($connection),
    'compare' => [
        ldap_compare($connection, $ask['entry'], 'mail', strtoupper($ask['mail'])),
        ldap_compare($connection, $ask['entry'], 'mail', 'autre@hopital.mssante.fr'),
    ],
]);
