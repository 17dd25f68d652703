import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileNameOfDisposition, safeFileName } from '../../src/extractions/content-disposition.js';
import {
  genereLeOfVersion,
  isSamePublication,
  versionOfFileName,
  versionWithStamp,
} from '../../src/extractions/publication.js';

describe('the version of a publication', () => {
  it('is its file name without extensions', () => {
    for (const [fileName, version] of [
      ['PS_LibreAcces_202608261013.zip', 'PS_LibreAcces_202608261013'],
      ['finess-structures-journalier-20260910.json.gz', 'finess-structures-journalier-20260910'],
      ['listeblanchemssante.xml', 'listeblanchemssante'],
      ['sans extension', 'sans extension'],
      ['v1.2.zip', 'v1.2'],
    ] as const) {
      assert.equal(versionOfFileName(fileName), version);
    }
  });

  it('tells when it was generated, Europe/Paris, summer and winter', () => {
    for (const [version, iso] of [
      ['Extraction_Correspondance_MSSante_202608261013', '2026-08-26T08:13:00.000Z'],
      ['Extraction_Correspondance_MSSante_202601261013', '2026-01-26T09:13:00.000Z'],
      ['PS_LibreAcces_202610250130', '2026-10-24T23:30:00.000Z'],
      ['PS_LibreAcces_202610250330', '2026-10-25T02:30:00.000Z'],
      ['PS_LibreAcces_202603290130', '2026-03-29T00:30:00.000Z'],
      ['PS_LibreAcces_202603290300', '2026-03-29T01:00:00.000Z'],
      ['etalab-cs1100502-stock-20260512-0339', '2026-05-12T01:39:00.000Z'],
      ['finess-structures-journalier-20260910', '2026-09-09T22:00:00.000Z'],
      ['PS_LibreAcces_20260826101359', '2026-08-26T08:13:00.000Z'],
      ['copie-20250101_PS_LibreAcces_202608261013 (1)', '2026-08-26T08:13:00.000Z'],
      ['PS_LibreAcces_202613261013', undefined],
      ['PS_LibreAcces_202602301013', undefined],
      ['PS_LibreAcces_202608262513', undefined],
      ['rpps_10001234567', undefined],
      ['listeblanchemssante', undefined],
    ] as const) {
      assert.equal(genereLeOfVersion(version)?.toISOString(), iso, version);
    }
  });

  it('takes the stamp of the last modification when the name has none', () => {
    const at = new Date('2026-08-26T08:16:31Z');
    for (const [version, stamped] of [
      ['extraction-correspondance-mssante', 'extraction-correspondance-mssante_20260826101631000'],
      ['PS_LibreAcces_202608261013', 'PS_LibreAcces_202608261013'],
    ] as const) {
      assert.equal(versionWithStamp(version, at), stamped);
    }
    assert.equal(versionWithStamp('x', new Date('2026-12-31T23:05:00Z')), 'x_20270101000500000');
    assert.equal(versionWithStamp('x', undefined), 'x');
  });

  it('is the same for the open-data copy that comes minutes later, and for nothing else', () => {
    const ans = 'Extraction_Correspondance_MSSante_202608261013';
    for (const [known, found, isSame] of [
      [ans, ans, true],
      [ans, 'extraction-correspondance-mssante_20260826101631000', true],
      ['extraction-correspondance-mssante_20260826101631000', ans, true],
      [ans, 'extraction-correspondance-mssante_202608261043', false],
      [ans, 'Extraction_Correspondance_MSSante_202608261016', false],
      [ans, 'ps-libreacces_202608261016', false],
      ['Finess-structures-20260910', 'finess-structures-20260910', false],
      [undefined, ans, false],
      [ans, undefined, false],
    ] as const) {
      assert.equal(isSamePublication(known, found), isSame, `${known} / ${found}`);
    }
  });
});

describe('the announced file name', () => {
  it('is read quoted, unquoted and encoded', () => {
    for (const [header, name] of [
      ['attachment; filename=PS_LibreAcces_202608261013.zip', 'PS_LibreAcces_202608261013.zip'],
      ['attachment;filename="PS LibreAcces.zip"', 'PS LibreAcces.zip'],
      ['attachment; filename="a\\"b;c.zip"; size=3', 'a_b_c.zip'],
      ['attachment; filename=PS.zip; size=3', 'PS.zip'],
      ["attachment; filename=a.zip; filename*=UTF-8''%C3%A9tat.zip", 'état.zip'],
      ["attachment; filename*=iso-8859-1'fr'%E9tat.zip; filename=a.zip", 'état.zip'],
      ["attachment; filename*=UTF-8''%C3%28.zip; filename=a.zip", 'a.zip'],
      ["attachment; filename*=shift_jis''%C3.zip; filename=a.zip", 'a.zip'],
      ['attachment; FILENAME = a.zip ', 'a.zip'],
      ['attachment', undefined],
      ['attachment; filename=', undefined],
      ['attachment; filename=""', undefined],
      [undefined, undefined],
      [`attachment; filename=${'a'.repeat(5_000)}`, undefined],
    ] as const) {
      assert.equal(fileNameOfDisposition(header), name, header);
    }
  });

  it('is never a path, hidden, or more than a name', () => {
    for (const [name, safe] of [
      ['../../x', 'x'],
      ['/etc/passwd', 'passwd'],
      ['C:\\temp\\x.zip', 'x.zip'],
      ['..', undefined],
      ['...', undefined],
      ['a/', undefined],
      ['.bashrc', 'bashrc'],
      ['a\u0000b\nc.zip', 'a_b_c.zip'],
      ['$(rm -rf).zip', '_(rm -rf).zip'],
      ['%2e%2e%2fx', '_2e_2e_2fx'],
    ] as const) {
      assert.equal(safeFileName(name), safe, name);
    }
    const long = safeFileName(`${'é'.repeat(300)}.json.gz`);
    assert.equal(long?.length, 120);
    assert.ok(long.endsWith('.json.gz'));
  });
});
