// From the settings file to what each stage wants to know.
import { join } from 'node:path';
import type { Settings } from '../config.js';
import type { SourceName } from '../domain/source.js';
import { defaultArchiveLimits } from '../extractions/archive-limits.js';
import type { ExtractSettings } from '../extractions/extract.js';
import type { ReconcileSettings } from '../reconcile/settings.js';

/** `from` overrules the settings for this run (`extract SOURCE --from …`). */
export function extractSettings(
  settings: Settings,
  source: SourceName,
  from: string | undefined,
): ExtractSettings {
  const tempDir = join(settings.dataDir, 'tmp');
  const own = settings.sources[source];
  return {
    obtain: {
      from: from ?? own.from,
      fallbacks: from === undefined ? own.secours : [],
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

export function reconcileSettings(settings: Settings): ReconcileSettings {
  return {
    domaines: settings.operateur.domaines,
    inactiviteJours: settings.reconcile.inactiviteJours,
    motifAdresse: settings.reconcile.motifAdresse,
  };
}
