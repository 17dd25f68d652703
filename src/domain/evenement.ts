// What happened, as programs of the opérateur are told (docs/avis.md has the schema of each).

export const typesEvenement = [
  'rapprochement.termine',
  'plan.en-attente',
  'plan.bloque',
  'type10.detecte',
  'canal.arrete',
  'source.en-retard',
  'certificat.expire-bientot',
  'inventaire.refuse',
  'demande.recue',
  'demande.en-retard',
] as const;
export type TypeEvenement = (typeof typesEvenement)[number];

export type NouvelEvenement = {
  readonly type: TypeEvenement;
  /** The publisher's, e.g. `plan.bloque:12`: the same event is never published twice. */
  readonly cle: string;
  /** What JSON holds; small, and without personal data beyond the addresses needed. */
  readonly donnees: Readonly<Record<string, unknown>>;
};
