// One RSA certificate for both servers, made by openssl and kept between runs.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type Certificate = { readonly certPath: string; readonly keyPath: string };

export function certificateIn(folder: string): Certificate {
  const [certPath, keyPath] = [join(folder, 'certificat.pem'), join(folder, 'cle.pem')];
  if (!existsSync(certPath)) {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-keyout', keyPath, '-out', certPath],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
  }
  return { certPath, keyPath };
}
