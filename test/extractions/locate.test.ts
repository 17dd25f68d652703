import assert from 'node:assert/strict';
import { readFile, utimes } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import type { SourceName } from '../../src/domain/source.js';
import { sourceNames } from '../../src/domain/source.js';
import { AppError } from '../../src/errors.js';
import { defaultArchiveLimits } from '../../src/extractions/archive-limits.js';
import { openMembers } from '../../src/extractions/archive.js';
import { catalogue } from '../../src/extractions/catalogue.js';
import { locateSource } from '../../src/extractions/locate.js';
import { testFolder, writeIn, zipOf } from '../support/zip-files.js';

const locate = (source: SourceName, from: string) => locateSource(source, from, catalogue[source]);

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    (value) => assert.fail(`rendu : ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AppError, String(error));
  return error;
}

describe('the file of a source', () => {
  const names: readonly (readonly [SourceName, string])[] = [
    ['bals', 'Extraction_Correspondance_MSSante_202608261013.txt'],
    ['bals', 'extraction-correspondance-mssante.txt'],
    ['identites', 'Extraction_Pro_sante_connect_202403221829.txt'],
    ['identites', 'Extraction_ProSanteConnect_Personne_activite_202112090858.txt'],
    ['finess', 'finess-structures-journalier-20260910.json'],
    ['finess', 'etalab-cs1100502-stock-20260512-0339.csv'],
    ['finess', 'etalab_stock_et_20251231.csv'],
    ['liste-blanche', 'listeblanchemssante.xml'],
    ['adeli-rpps', '2_Correspondance_ADELI_RPPS_creations.csv'],
    ['professionnels', 'PS_LibreAcces_Personne_activite_202608260930.txt'],
    ['professionnels', 'ps-libreacces-personne-activite.txt'],
  ];
  for (const [source, fileName] of names) {
    it(`${fileName} is found in a folder as ${source}, and as nothing else`, async (t) => {
      const folder = await testFolder(t);
      const path = await writeIn(folder, fileName, 'x');
      await writeIn(folder, `${fileName}.part`, 'y');
      await writeIn(folder, 'notes.txt', 'z');
      const file = await locate(source, folder);
      assert.equal(file.path, path);
      assert.equal(file.origin, path);
      assert.equal(file.sizeBytes, 1);
      assert.equal(file.isTemporary, false);
      assert.ok(file.genereLe);
      const members = await openMembers(path, catalogue[source].members, defaultArchiveLimits);
      assert.deepEqual(
        members.map((member) => [member.name, member.fileName]),
        [[catalogue[source].members[0]?.name, fileName]],
      );
      for (const other of sourceNames) {
        if (other === source) continue;
        assert.equal((await failure(locate(other, folder))).code, 'FICHIER_ABSENT', other);
      }
    });
  }

  it('is the one of the newest stamp, whatever the dates of the files', async (t) => {
    const folder = await testFolder(t);
    const zip = await zipOf({ 'Extraction_Correspondance_MSSante_202608261013.txt': 'x' });
    for (const stamp of ['202608251013', '202608261013', '202512311013']) {
      await writeIn(folder, `Extraction_Correspondance_MSSante_${stamp}.zip`, zip);
    }
    const file = await locate('bals', folder);
    assert.equal(file.version, 'Extraction_Correspondance_MSSante_202608261013');
    assert.equal(file.genereLe?.toISOString(), '2026-08-26T08:13:00.000Z');
  });

  it('without a stamp bears the date of its last modification', async (t) => {
    const folder = await testFolder(t);
    const path = await writeIn(folder, 'listeblanchemssante.xml', '<x/>');
    await utimes(path, new Date(), new Date('2026-08-26T08:16:31Z'));
    assert.equal(
      (await locate('liste-blanche', path)).version,
      'listeblanchemssante_20260826101631000',
    );
  });

  it('is the archive when its content lies unpacked beside it', async (t) => {
    const folder = await testFolder(t);
    const name = 'Extraction_Correspondance_MSSante_202608261013';
    await writeIn(folder, `${name}.txt`, 'x');
    const zip = await writeIn(folder, `${name}.zip`, await zipOf({ [`${name}.txt`]: 'x' }));
    assert.equal((await locate('bals', folder)).path, zip);
  });

  it('given by its path needs no particular name', async (t) => {
    const path = await writeIn(await testFolder(t), 'ma copie.txt', 'x');
    assert.equal((await locate('bals', path)).path, path);
  });

  it('may be several members in a folder, with those of the same day only', async (t) => {
    const folder = await testFolder(t);
    const activite = await writeIn(
      folder,
      'PS_LibreAcces_Personne_activite_202608260930.txt',
      'abc',
    );
    await writeIn(folder, 'PS_LibreAcces_Personne_activite_202608250930.txt', 'hier');
    await writeIn(folder, 'PS_LibreAcces_SavoirFaire_202608250931.txt', 'hier');
    await writeIn(folder, 'PS_LibreAcces_Dipl_AutExerc_202608260930.txt', 'inutile');
    assert.equal((await locate('professionnels', folder)).path, activite);

    await writeIn(folder, 'PS_LibreAcces_SavoirFaire_202608260931.txt', 'de');
    const file = await locate('professionnels', folder);
    assert.equal(file.path, folder);
    assert.equal(file.version, 'PS_LibreAcces_Personne_activite_202608260930');
    assert.equal(file.sizeBytes, 5);
    const wanted = catalogue.professionnels.members;
    const members = await openMembers(folder, wanted, defaultArchiveLimits);
    assert.deepEqual(
      members.map((member) => member.fileName),
      [
        'PS_LibreAcces_Personne_activite_202608260930.txt',
        'PS_LibreAcces_SavoirFaire_202608260931.txt',
      ],
    );
  });

  it('of the professionals may be a zip whose members bear another time', async (t) => {
    const folder = await testFolder(t);
    const zip = await zipOf({
      'PS_LibreAcces_Dipl_AutExerc_202608260848.txt': 'd',
      'PS_LibreAcces_Personne_activite_202608260848.txt': 'abc',
      'PS_LibreAcces_SavoirFaire_202608260848.txt': 's',
    });
    await writeIn(folder, 'PS_LibreAcces_Personne_activite_202608260848.txt', 'abc');
    const path = await writeIn(folder, 'PS_LibreAcces_202608261008.zip', zip);
    const file = await locate('professionnels', folder);
    assert.equal(file.path, path);
    assert.equal(file.sizeBytes, (await readFile(path)).length);
    const wanted = catalogue.professionnels.members;
    const members = await openMembers(path, wanted, defaultArchiveLimits);
    assert.deepEqual(
      members.map(({ name, sizeBytes }) => [name, sizeBytes]),
      [
        ['Personne_activite', 3],
        ['SavoirFaire', 1],
      ],
    );
  });
});

describe('a file that cannot be taken is refused with its path', () => {
  it('when two files of the same time are there, naming both', async (t) => {
    const folder = await testFolder(t);
    const name = 'Extraction_Correspondance_MSSante_202608261013';
    await writeIn(folder, `${name}.txt`, 'x');
    await writeIn(folder, `${name} (1).txt`, 'x');
    const error = await failure(locate('bals', folder));
    assert.equal(error.code, 'FICHIER_AMBIGU');
    assert.match(error.message, /202608261013\.txt.*202608261013 \(1\)\.txt|\(1\)\.txt.*1013\.txt/);
  });

  const whole = zipOf({ 'Extraction_Correspondance_MSSante_202608261013.txt': 'abc' });
  const refused = [
    { name: 'empty', fileName: 'vide.txt', content: () => '', code: 'FICHIER_VIDE' },
    {
      name: 'a zip still being copied',
      fileName: 'Extraction_Correspondance_MSSante_202608261013.zip',
      content: async () => (await whole).subarray(0, 80),
      code: 'ARCHIVE_TRONQUEE',
    },
    {
      name: 'a copy under way by its name',
      fileName: 'Extraction_Correspondance_MSSante_202608261013.zip.crdownload',
      content: () => whole,
      code: 'FICHIER_INCOMPLET',
    },
    {
      name: 'a saved error page',
      fileName: 'Extraction_Correspondance_MSSante_202608261013.txt',
      content: () => '<html>502</html>',
      code: 'FORMAT_INCONNU',
    },
  ];
  for (const { name, fileName, content, code } of refused) {
    it(`when it is ${name}`, async (t) => {
      const path = await writeIn(await testFolder(t), fileName, await content());
      const error = await failure(locate('bals', path));
      assert.equal(error.code, code);
      assert.ok(error.message.includes(path), error.message);
    });
  }

  it('when the newest of a folder is damaged, an older one is not taken silently', async (t) => {
    const folder = await testFolder(t);
    await writeIn(folder, 'Extraction_Correspondance_MSSante_202608251013.zip', await whole);
    const cut = (await whole).subarray(0, 80);
    await writeIn(folder, 'Extraction_Correspondance_MSSante_202608261013.zip', cut);
    const error = await failure(locate('bals', folder));
    assert.equal(error.code, 'ARCHIVE_TRONQUEE');
    assert.match(error.message, /202608261013/);
  });

  it('when the folder holds nothing of the source, saying what was expected', async (t) => {
    const error = await failure(locate('professionnels', await testFolder(t)));
    assert.equal(error.code, 'FICHIER_ABSENT');
    assert.match(error.message, /Personne_activite_AAAAMMJJhhmm/);
  });

  it('when the path leads nowhere', async (t) => {
    const error = await failure(locate('bals', `${await testFolder(t)}/absent`));
    assert.equal(error.code, 'FICHIER_ABSENT');
    assert.equal(basename(error.message.split(' : ')[0] ?? ''), 'absent');
  });
});
