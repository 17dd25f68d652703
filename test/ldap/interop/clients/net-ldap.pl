# Net::LDAP, all in Perl with its own BER: prints what it was answered, as JSON.
use strict;
use warnings;
use JSON::PP;
use Net::LDAP;
use Net::LDAPS;
use Net::LDAP::Control::Paged;
use Net::LDAP::Control::Sort;
use Net::LDAP::Control::VLV;
use Net::LDAP::Constant qw(LDAP_CONTROL_PAGED);

my $ask = decode_json($ARGV[0]);
my %tls = (verify => 'require', cafile => $ask->{caFile});

sub plain { return Net::LDAP->new('localhost', port => $ask->{port}, timeout => 10) || die $@ }

sub mails { return [map { scalar $_->get_value('mail') } shift->entries] }

sub found {
    my $ldap = shift;
    # Filter text is bytes for Net::LDAP.
    my $filter = $ask->{accentFilter};
    utf8::encode($filter);
    my $answer = $ldap->search(base => $ask->{base}, filter => $filter, attrs => ['mail']);
    die $answer->error if $answer->code;
    return [sort @{ mails($answer) }];
}

sub walk {
    my $ldap = shift;
    my $page = Net::LDAP::Control::Paged->new(size => $ask->{pageSize});
    my ($count, $pages) = (0, 0);
    while (1) {
        my $answer = $ldap->search(
            base => $ask->{base}, filter => '(objectClass=*)', attrs => ['1.1'], control => [$page]);
        die $answer->error if $answer->code;
        $count += $answer->count;
        $pages++;
        my ($control) = $answer->control(LDAP_CONTROL_PAGED) or die 'no paged control';
        my $cookie = $control->cookie;
        last unless defined $cookie && length $cookie;
        $page->cookie($cookie);
    }
    return [$count, $pages];
}

sub controlled {
    my ($ldap, @controls) = @_;
    my $answer = $ldap->search(
        base => $ask->{base}, filter => $ask->{sortFilter}, attrs => ['mail'], control => [@controls]);
    die $answer->error if $answer->code;
    return mails($answer);
}

my $ldap = plain();
$ldap->bind;
my $secured = plain();
$secured->start_tls(%tls)->code and die 'StartTLS';
my $ldaps = Net::LDAPS->new('localhost', port => $ask->{tlsPort}, %tls) || die $@;
my $sort = Net::LDAP::Control::Sort->new(order => $ask->{sortKey}, critical => 1);
my $window = Net::LDAP::Control::VLV->new(before => 0, after => 9, offset => 21, content => 0, critical => 1);
my $cut = $ldap->search(base => $ask->{base}, filter => '(objectClass=*)', sizelimit => 5, attrs => ['1.1']);
my $schema = $ldap->schema;
print encode_json({
    namingContexts => [$ldap->root_dse->get_value('namingContexts')],
    hasInetOrgPerson => $schema->objectclass('inetOrgPerson') && $schema->attribute('mail')
        ? JSON::PP::true : JSON::PP::false,
    accents => found($ldap),
    paged => walk($ldap),
    sorted => controlled($ldap, $sort),
    window => controlled($ldap, $sort, $window),
    startTls => found($secured),
    ldaps => found($ldaps),
    badPassword => plain()->bind($ask->{account}, password => 'faux')->code,
    unknownBase => $ldap->search(base => 'ou=absent,c=fr', filter => '(objectClass=*)')->code,
    sizeLimit => [$cut->code, $cut->count],
    compare => [
        $ldap->compare($ask->{entry}, attr => 'mail', value => uc $ask->{mail})->code == 6
            ? JSON::PP::true : JSON::PP::false,
        $ldap->compare($ask->{entry}, attr => 'mail', value => 'autre@hopital.mssante.fr')->code == 6
            ? JSON::PP::true : JSON::PP::false,
    ],
});
