// The certificate of a web server, waiting for its base or not.
import type { Settings } from '../config/settings.js';
import { CertificateWatch } from '../net/certificate-watch.js';
import type { WebServer } from '../web/server.js';

/** Read again when its files change, and on SIGHUP. */
export function watchCertificate(
  server: WebServer,
  { tls, certificatePollMs }: Settings['web'],
  report: (message: string) => void,
): { readonly reload: () => void; readonly stop: () => void } {
  const reload = (): readonly string[] => server.reloadCertificate();
  const watch =
    tls && new CertificateWatch({ nom: 'web', files: tls, reload, report }, certificatePollMs);
  const onSignal = (): void => watch?.reload();
  process.on('SIGHUP', onSignal);
  return {
    reload: onSignal,
    stop: () => {
      watch?.stop();
      process.off('SIGHUP', onSignal);
    },
  };
}
