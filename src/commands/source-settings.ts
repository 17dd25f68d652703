// From the settings file to what each stage wants to know.
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { SourceName } from '../domain/source.js';
import type { VoirEchange } from '../domain/usage-interface.js';
import { defaultArchiveLimits } from '../extractions/archive-limits.js';
import type { ExtractSettings } from '../extractions/extract.js';
import type { ObtainSettings } from '../extractions/obtain.js';
import type { PlanSettings } from '../plan/settings.js';
import type { ReconcileSettings } from '../reconcile/settings.js';
import type { VerificationSettings } from '../verification/settings.js';

/** `from` overrules the settings for this run (`extract SOURCE --from …`). */
export function extractSettings(
  settings: Settings,
  source: SourceName,
  from: string | undefined,
  voir?: VoirEchange,
): ExtractSettings {
  const tempDir = join(settings.dataDir, 'tmp');
  const own = settings.sources[source];
  return {
    obtain: {
      from: from ?? own.from,
      fallbacks: from === undefined ? own.secours : [],
      download: { ...downloadSettings(settings, source, tempDir), voir },
    },
    load: {
      guards: {
        shrinkMax: own.gardes.retrecissementMax,
        changeMax: own.gardes.changementMax,
        rejectMax: own.gardes.rejetMax,
      },
      archive: {
        ...defaultArchiveLimits,
        uncompressedBytesMax: settings.limites.decompresseOctetsMax,
      },
      text: {
        limits: {
          lineBytesMax: settings.limites.ligneOctetsMax,
          rejectsKeptMax: settings.limites.rejetsConservesMax,
        },
        // The ANS's own test files of this source are in either charset; the others are UTF-8.
        fallbackCharset: own.charsetSecours ?? (source === 'identites' ? 'iso-8859-1' : undefined),
        tempDir,
      },
      small: {
        listeBlanche: {
          signature: settings.listeBlanche.isSignatureRequired ? 'required' : 'optional',
          trustedPems: settings.listeBlanche.signataires,
          signataireCn: settings.listeBlanche.signataireCn,
        },
        finess: settings.finess,
      },
    },
  };
}

function downloadSettings(
  settings: Settings,
  source: SourceName,
  tempDir: string,
): ObtainSettings['download'] {
  const { reseau, limites } = settings;
  const { tls } = settings.sources[source];
  const { cert, key, passphrase } = tls;
  return {
    tempDir,
    connectTimeoutMs: reseau.connexionSecondes * 1000,
    headersTimeoutMs: reseau.inactiviteSecondes * 1000,
    bodyTimeoutMs: reseau.inactiviteSecondes * 1000,
    totalTimeoutMs: reseau.totalSecondes * 1000,
    maxBytes: limites.telechargementOctetsMax,
    retries: {
      max: reseau.tentativesMax - 1,
      baseDelayMs: reseau.attenteMinSecondes * 1000,
      maxDelayMs: reseau.attenteMaxSecondes * 1000,
      retryAfterMaxMs: reseau.attenteMaxSecondes * 1000,
    },
    ca: [...reseau.ca, ...tls.ca],
    clientCertificate:
      cert === undefined || key === undefined ? undefined : { cert, key, passphrase },
    proxy: reseau.proxy,
    redirectsMax: 5,
    allowPlainHttp: reseau.httpEnClair,
    // What a load of the largest file needs beside its download.
    diskMarginBytes: 512 * 1024 ** 2,
    staleAfterDays: 7,
  };
}

export function reconcileSettings(settings: Settings): ReconcileSettings {
  return {
    domaines: settings.operateur.domaines,
    inactiviteJours: settings.reconcile.inactiviteJours,
    motifAdresse: settings.reconcile.motifAdresse,
    confirmationJoursMax: settings.alimentation.push.confirmationJoursMax,
  };
}

export function planSettings(settings: Settings): PlanSettings {
  const { approbation, ...plan } = settings.plan;
  return {
    ...plan,
    approbation: approbation === 'manuelle' ? [] : approbation,
    domaines: settings.operateur.domaines.map(({ nom }) => nom.toLowerCase()),
    inventaires: settings.inventaire.sources.map(({ nom }) => nom),
    motifAdresse: settings.reconcile.motifAdresse,
    fraicheurMaxHeures: {
      bals: settings.sources.bals.fraicheurMaxHeures,
      listeBlanche: settings.sources['liste-blanche'].fraicheurMaxHeures,
    },
  };
}

export function reglagesVerification(settings: Settings): VerificationSettings {
  const { sources, verification } = settings;
  return {
    domaines: new Map(
      settings.operateur.domaines.map(({ nom, structure }) => [
        nom,
        { nom, structure: structure?.toUpperCase() },
      ]),
    ),
    motifAdresse: settings.reconcile.motifAdresse,
    rppsInconnu: verification.rppsInconnu,
    agesMaxHeures: {
      bals: sources.bals.fraicheurMaxHeures,
      professionnels: sources.professionnels.fraicheurMaxHeures,
      identites: sources.identites.fraicheurMaxHeures,
      finess: sources.finess.fraicheurMaxHeures,
      'liste-blanche': sources['liste-blanche'].fraicheurMaxHeures,
      // Given by the ANS from time to time: an old one is the last one.
      'adeli-rpps': Number.POSITIVE_INFINITY,
      inventaire: verification.inventaireMaxHeures,
    },
  };
}
