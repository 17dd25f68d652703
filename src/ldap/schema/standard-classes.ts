// Object classes as RFC 4512 section 4.1.1 writes them.

const telecom = `x121Address $ registeredAddress $ destinationIndicator $ preferredDeliveryMethod $ telexNumber $
  teletexTerminalIdentifier $ telephoneNumber $ internationalISDNNumber $ facsimileTelephoneNumber`;
const post = `street $ postOfficeBox $ postalCode $ postalAddress $ physicalDeliveryOfficeName`;
const unit = `userPassword $ searchGuide $ seeAlso $ businessCategory $ ${telecom} $ ${post} $ st $ l $ description`;

/** RFC 4512, RFC 4519, RFC 2079, RFC 2377, RFC 2798 and RFC 3672. */
export const standardObjectClasses: readonly string[] = [
  `( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )`,
  `( 2.5.6.1 NAME 'alias' SUP top STRUCTURAL MUST aliasedObjectName )`,
  `( 2.5.6.2 NAME 'country' SUP top STRUCTURAL MUST c MAY ( searchGuide $ description ) )`,
  `( 2.5.6.3 NAME 'locality' SUP top STRUCTURAL MAY ( street $ seeAlso $ searchGuide $ st $ l $ description ) )`,
  `( 2.5.6.4 NAME 'organization' SUP top STRUCTURAL MUST o MAY ( ${unit} ) )`,
  `( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY ( ${unit} ) )`,
  `( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ telephoneNumber $ seeAlso $ description ) )`,
  `( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ${telecom} $ ${post} $ ou $ st $ l ) )`,
  `( 2.5.6.8 NAME 'organizationalRole' SUP top STRUCTURAL MUST cn MAY ( ${telecom} $ seeAlso $ roleOccupant $ ${post} $ ou $ st $ l $ description ) )`,
  `( 2.5.6.10 NAME 'residentialPerson' SUP person STRUCTURAL MUST l MAY ( businessCategory $ ${telecom} $ ${post} $ st $ l ) )`,
  `( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST ( member $ cn ) MAY ( businessCategory $ seeAlso $ owner $ ou $ o $ description ) )`,
  `( 2.5.6.17 NAME 'groupOfUniqueNames' SUP top STRUCTURAL MUST ( uniqueMember $ cn ) MAY ( businessCategory $ seeAlso $ owner $ ou $ o $ description ) )`,
  `( 1.3.6.1.4.1.1466.344 NAME 'dcObject' SUP top AUXILIARY MUST dc )`,
  `( 1.3.6.1.1.3.1 NAME 'uidObject' SUP top AUXILIARY MUST uid )`,
  `( 1.3.6.1.4.1.250.3.15 NAME 'labeledURIObject' SUP top AUXILIARY MAY labeledURI )`,
  `( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( 
    audio $ businessCategory $ carLicense $ departmentNumber $ displayName $ employeeNumber $
    employeeType $ givenName $ homePhone $ homePostalAddress $ initials $ jpegPhoto $ labeledURI $
    mail $ manager $ mobile $ o $ pager $ photo $ roomNumber $ secretary $ uid $ userCertificate $
    x500UniqueIdentifier $ preferredLanguage $ userSMIMECertificate $ userPKCS12 ) )`,
  `( 2.5.17.0 NAME 'subentry' SUP top STRUCTURAL MUST ( cn $ subtreeSpecification ) )`,
  `( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( 
    dITStructureRules $ nameForms $ dITContentRules $ objectClasses $ attributeTypes $
    matchingRules $ matchingRuleUse ) )`,
  `( 1.3.6.1.4.1.1466.101.120.111 NAME 'extensibleObject' SUP top AUXILIARY )`,
];
