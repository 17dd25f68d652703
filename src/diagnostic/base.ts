// Is the database what the program needs? (pure)
import { describeSchemaState, schemaStateOf } from '../db/schema-state.js';
import type { FaitsBase } from '../store/diagnostic.js';
import { attention, bon, faute, type Constatation } from './controle.js';
import { enGib } from './machine.js';

export type AttentesBase = {
  readonly migrations: readonly { readonly number: number; readonly name: string }[];
  /** Connections that the processes of this node may open together. */
  readonly connexionsVoulues: number;
  /** The settings say that this node only reads. */
  readonly estLecteur: boolean;
};

export function jugerBase(faits: FaitsBase, attentes: AttentesBase): Constatation[] {
  return [
    ...surServeur(faits),
    ...surSchema(faits, attentes),
    ...surDroits(faits, attentes),
    ...surConnexions(faits, attentes),
    ...surReplica(faits),
    ...(faits.tablesGonflees.length > 0
      ? [
          attention(
            `tables encombrées de lignes mortes : ${faits.tablesGonflees.join(', ')}`,
            'Vérifiez qu’autovacuum est actif sur le serveur ; « vacuum analyze » les allège.',
          ),
        ]
      : []),
  ];
}

const versionMin = 14;

function surServeur({ version, numero, encodage, collation, octets }: FaitsBase): Constatation[] {
  const texte = `PostgreSQL ${version}, ${encodage}, collation ${collation}, ${enGib(octets)}`;
  if (numero < versionMin * 10_000) {
    return [faute(texte, `Il faut PostgreSQL ${versionMin} ou plus récent.`)];
  }
  if (encodage !== 'UTF8') {
    return [
      faute(
        texte,
        "Il faut une base en UTF8 : « create database NOM encoding 'UTF8' template template0 ».",
      ),
    ];
  }
  return [bon(texte)];
}

function surSchema(
  { migrations, estReplica, tablesInterdites }: FaitsBase,
  attentes: AttentesBase,
): Constatation[] {
  if (!migrations && tablesInterdites.length === 0 && !estReplica) {
    return [
      attention(
        'les tables ne sont pas encore créées',
        'La première commande qui écrit les crée : « annuaire-sync extract ».',
      ),
    ];
  }
  const state = schemaStateOf(migrations, attentes.migrations);
  const message = describeSchemaState(state);
  if (message === undefined)
    return [bon(`schéma à jour (${attentes.migrations.length} migrations)`)];
  if (state.kind === 'ancien' && !estReplica && !attentes.estLecteur) {
    return [
      attention(
        `le schéma est plus ancien que ce programme (${state.missing.length} migrations à venir)`,
        'La prochaine commande qui écrit le met à jour ; sauvegardez la base auparavant.',
      ),
    ];
  }
  return [faute('le schéma n’est pas celui de ce programme', message)];
}

function surDroits(
  { compte, peutCreer, peutTemporaire, tablesInterdites, estReplica }: FaitsBase,
  { estLecteur }: AttentesBase,
): Constatation[] {
  if (estReplica || estLecteur) return [];
  const manques = [
    ...(peutCreer
      ? []
      : [
          faute(
            `le compte ${compte} ne peut pas créer de table`,
            `« grant create on schema public to ${compte} ».`,
          ),
        ]),
    ...(peutTemporaire
      ? []
      : [
          faute(
            `le compte ${compte} ne peut pas créer de table temporaire`,
            `« grant temporary on database BASE to ${compte} ».`,
          ),
        ]),
    ...(tablesInterdites.length === 0
      ? []
      : [
          faute(
            `le compte ${compte} n’a pas accès à : ${tablesInterdites.join(', ')}`,
            'Donnez-lui ces tables, ou le rôle qui les possède.',
          ),
        ]),
  ];
  return manques.length > 0 ? manques : [bon(`droits du compte ${compte}`)];
}

function surConnexions(
  { connexionsMax, connexions }: FaitsBase,
  { connexionsVoulues }: AttentesBase,
): Constatation[] {
  const libres = connexionsMax - connexions;
  const texte = `${libres} connexions libres sur ${connexionsMax}`;
  const remede = `Ce nœud peut en ouvrir ${connexionsVoulues} : augmentez max_connections, ou baissez « database.poolMax ».`;
  if (connexionsMax < connexionsVoulues || libres < 3) return [faute(texte, remede)];
  return libres < connexionsVoulues ? [attention(texte, remede)] : [bon(texte)];
}

const retardMax = 300;

function surReplica({ estReplica, retardSecondes }: FaitsBase): Constatation[] {
  if (!estReplica) return [];
  const secondes = Math.round(retardSecondes ?? 0);
  return secondes > retardMax
    ? [
        attention(
          `réplica en retard de ${secondes} s`,
          'Vérifiez le réseau vers le serveur principal et pg_stat_replication.',
        ),
      ]
    : [bon(`réplica, ${secondes} s de retard`)];
}
