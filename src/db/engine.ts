import { openEmbeddedServer } from './embedded/embedded-engine.js';
import { checkExternalServer } from './external-server.js';

export type EngineSettings = {
  /** The administrator's own server; without it, a private one in `dataDir`. */
  readonly url?: string | undefined;
  readonly dataDir: string;
  /** Quicker, and lost with the machine: for tests only. */
  readonly isDisposable?: boolean;
};

export type Engine = {
  readonly connectionString: string;
  /** French, for the administrator; never holds the password. */
  readonly description: string;
  readonly isEmbedded: boolean;
  /** To be called last, once: stops the private server when nobody else uses it. */
  readonly close: () => Promise<void>;
};

/** A PostgreSQL ready for connections. `report` gets French sentences about what takes time. */
export async function openEngine(
  settings: EngineSettings,
  report: (message: string) => void,
): Promise<Engine> {
  if (settings.url !== undefined) {
    const { version, place } = await checkExternalServer(settings.url);
    return {
      connectionString: settings.url,
      description: `PostgreSQL ${version}, ${place}`,
      isEmbedded: false,
      close: () => Promise.resolve(),
    };
  }
  const server = await openEmbeddedServer(settings.dataDir, settings.isDisposable ?? false, report);
  return {
    connectionString: server.connectionString,
    description: `PostgreSQL ${server.version} privé, 127.0.0.1:${server.port}, données dans ${server.folder}`,
    isEmbedded: true,
    close: () => server.close(),
  };
}
