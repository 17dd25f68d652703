// May our servers listen where the settings say? The address is taken for an instant, then let go.
import { createServer } from 'node:net';
import { codeOf, messageOf } from '../errors.js';
import { attention, bon, faute, type Constatation } from './controle.js';

export type PlaceEcoute = {
  /** `web`, `ldap` */
  readonly nom: string;
  readonly host: string;
  readonly port: number;
};

/** `estANous`: whether what listens there already is this program; asked only when something does. */
export async function controlerEcoute(
  { nom, host, port }: PlaceEcoute,
  estANous: () => Promise<boolean>,
): Promise<Constatation[]> {
  const place = `${nom} sur ${host}:${port}`;
  const error = await essayer(host, port);
  switch (error && codeOf(error)) {
    case undefined:
      return error
        ? [faute(`${place} : ${messageOf(error)}`, 'Corrigez l’adresse.')]
        : [bon(`${place} : libre`)];
    case 'EADDRINUSE':
      return (await estANous())
        ? [bon(`${place} : annuaire-sync y répond`)]
        : [
            attention(
              `${place} : le port est pris, et ce n’est pas visiblement par annuaire-sync`,
              `« ss -ltnp sport = :${port} » dit par qui : si ce n’est pas annuaire-sync, arrêtez-le, ou changez « ${nom}.port ».`,
            ),
          ];
    case 'EACCES':
      return [
        faute(
          `${place} : ce port est réservé à root`,
          'Prenez un port au-dessus de 1024 derrière un répartiteur, ou « AmbientCapabilities=CAP_NET_BIND_SERVICE » dans l’unité systemd.',
        ),
      ];
    default:
      return [
        faute(
          `${place} : cette machine n’a pas cette adresse`,
          `« ip addr » donne les siennes : corrigez « ${nom}.adresse ».`,
        ),
      ];
  }
}

function essayer(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
