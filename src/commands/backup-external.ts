// What « backup » says when the base is the administrator's own: its tools know it better.

/** French. `url` may hold a password: only the name of the base is told. */
export function adviceForExternalBase(url: string): string {
  const base = nameOf(url);
  return `« database.url » désigne votre propre PostgreSQL : ce sont ses outils qui le sauvegardent, pas cette commande.
  - une copie continue (pgBackRest, barman, l’offre de votre hébergeur) : le mieux, elle revient à la minute que vous voulez ;
  - ou chaque nuit : pg_dump --format=custom --no-owner --dbname=${base} --file=annuaire.dump
Gardez toute la base « ${base} » (tous ses schémas : rien n’y est temporaire), ses rôles (pg_dumpall --roles-only), et à part
le fichier de réglages avec les clés et secrets qu’il nomme.
Après en avoir restauré une : annuaire-sync restore --declarer DATE-DE-LA-SAUVEGARDE, qui retient les envois (docs/sauvegarde.md).`;
}

function nameOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname.slice(1)) || 'annuaire';
  } catch {
    return 'annuaire';
  }
}
