// Who may sign in at the simulated identity provider: invented people, with the claims of the provider that it stands for.

export type Person = {
  /** Short and fit for a form: what the sign-in page posts. */
  readonly id: string;
  /** Shown on the sign-in page. */
  readonly label: string;
  readonly sub: string;
  /** `eidas1` by the application on the phone, `eidas2` by a card. */
  readonly acr: string;
  /** What userinfo answers besides `sub`. */
  readonly claims: Readonly<Record<string, unknown>>;
};

export type InventedProfessionnel = {
  /** `8` + RPPS for a real one; sandbox shapes are ANS20210107161422 and 899700218896. */
  readonly idNatPs: string;
  readonly prenom: string;
  readonly nom: string;
  readonly acr?: string;
  readonly activities?: readonly Readonly<Record<string, string>>[];
  /** Other identifiers than `idNatPs` in `otherIds`. */
  readonly otherIds?: readonly string[];
};

/** The realm's user federation: the same for every professional of one PSC environment. */
const federation = '550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd';

/** The claims of Pro Santé Connect's userinfo, empty strings included (sample UserInfo_site_PSC.json). */
export function pscPerson(professionnel: InventedProfessionnel): Person {
  const { idNatPs, prenom, nom, acr = 'eidas1', activities = [], otherIds = [] } = professionnel;
  const exercice = {
    codeProfession: '10',
    codeCategorieProfessionnelle: 'C',
    codeCiviliteDexercice: 'DR',
    nomDexercice: nom,
    prenomDexercice: prenom,
    codeTypeSavoirFaire: 'S',
    codeSavoirFaire: 'SM54',
    activities: activities.map((activity) => ({ ...emptyActivity, ...activity })),
  };
  return {
    id: idNatPs,
    label: `${prenom} ${nom}`,
    sub: `f:${federation}:${idNatPs}`,
    acr,
    claims: {
      Secteur_Activite: 'SA07^1.2.250.1.71.4.2.4',
      email_verified: false,
      SubjectOrganization: '',
      SubjectOrganizationID: '',
      Mode_Acces_Raison: '',
      Acces_Regulation_Medicale: 'FAUX',
      UITVersion: '1.0',
      Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
      PSI_Locale: '1.2.250.1.213.1.3.1.1',
      SubjectNameID: idNatPs,
      preferred_username: idNatPs,
      given_name: prenom,
      family_name: nom,
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
      SubjectRefPro: { codeCivilite: 'M', exercices: [exercice] },
      otherIds: [idNatPs, ...otherIds].map((identifiant, index) => ({
        identifiant,
        origine: index === 0 ? 'RPPS' : 'EDIT',
        qualite: 1,
      })),
    },
  };
}

export type InventedAdministrator = {
  readonly id: string;
  readonly nom: string;
  /** Values of the claim `roles`. */
  readonly roles: readonly string[];
};

/** As the opérateur's own provider would tell of somebody who works for it. */
export function consolePerson({ id, nom, roles }: InventedAdministrator): Person {
  return {
    id,
    label: nom,
    sub: `interne-${id}`,
    acr: 'eidas1',
    claims: { preferred_username: id, name: nom, roles },
  };
}

const emptyActivity = {
  codeModeExercice: 'L',
  codeSecteurDactivite: 'SA07',
  codeSectionPharmacien: '',
  codeRole: '',
  codeGenreActivite: 'GENR01',
  numeroSiretSite: '',
  numeroSirenSite: '',
  numeroFinessSite: '',
  numeroFinessetablissementJuridique: '',
  identifiantTechniqueDeLaStructure: '',
  raisonSocialeSite: '',
  adresseEMail: '',
  ancienIdentifiantDeLaStructure: '',
  autoriteDenregistrement: '',
};

/** Every claim name that some person bears: a provider gives out nothing that it was not set up with. */
export function claimNamesOf(persons: readonly Person[]): string[] {
  return [...new Set(persons.flatMap((person) => Object.keys(person.claims)))];
}
